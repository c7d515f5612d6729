using FeatureGovernance.Core.Value;
using MathNet.Numerics.Distributions;

namespace FeatureGovernance.UnitTests.Value;

public class PoolingTests
{
    private static readonly ShareScale Scale = ShareScale.For(100);

    private static MethodEvidence Report(double share, double ageDays = 0, double? error = null) =>
        MethodEvidence.Of(new Share(share, error ?? share * 0.1, false), Scale, 0.04, ageDays, 90);

    [Fact]
    public void The_order_of_arrival_does_not_matter()
    {
        var random = new Random(5);
        var reports = Enumerable.Range(0, 50).Select(i => Report(random.NextDouble() / 50, i)).ToArray();
        var forward = MethodEvidence.Sum(reports);
        MethodEvidence.Sum(reports.Reverse()).Should().Be(forward);
        MethodEvidence.Sum(reports.OrderBy(r => r.Mean)).Should().Be(forward);

        var overlaps = Organisation.Simulate(7, 4, 60).Overlaps();
        Reliabilities.Learn(overlaps.Reverse()).Should().Equal(Reliabilities.Learn(overlaps));
    }

    [Fact]
    public void Evidence_of_last_year_weighs_less_than_evidence_of_today()
    {
        var pooled = MethodEvidence.Sum([Report(0.02, ageDays: 365), Report(0.04)]);
        pooled.Mean.Should().BeGreaterThan(Scale.ToLog(0.038));
    }

    [Fact]
    public void Decaying_sums_equals_computing_every_age_anew()
    {
        var aged = MethodEvidence.Sum([Report(0.02), Report(0.03)]).After(30, 90);
        var anew = MethodEvidence.Sum([Report(0.02, 30), Report(0.03, 30)]);
        aged.Mean.Should().BeApproximately(anew.Mean, 1e-12);
        aged.Weight.Should().BeApproximately(anew.Weight, 1e-9);
    }

    [Fact]
    public void Contradiction_between_methods_widens_the_interval()
    {
        var agreed = Pooling.OverMethods([(EvidenceMethod.Ablation, Report(0.02)), (EvidenceMethod.Permutation, Report(0.021))], Reliabilities.Priors);
        var torn = Pooling.OverMethods([(EvidenceMethod.Ablation, Report(0.001)), (EvidenceMethod.Permutation, Report(0.1))], Reliabilities.Priors);
        agreed.Contradictory.Should().BeFalse();
        torn.Contradictory.Should().BeTrue();
        torn.Variance.Should().BeGreaterThan(10 * agreed.Variance);
    }

    [Fact]
    public void Contradiction_between_reports_of_one_method_widens_too() =>
        MethodEvidence.Sum([Report(0.01), Report(0.05)]).Variance.Should().BeGreaterThan(5 * MethodEvidence.Sum([Report(0.02), Report(0.021)]).Variance);

    [Fact]
    public void Thin_evidence_is_drawn_to_the_group_and_strong_evidence_stays()
    {
        var prior = new SharePrior(Scale.ToLog(0.01), 0.25);
        var thin = Pooling.Posterior(new(Scale.ToLog(0.05), 2, 1, 1, false), prior, Scale);
        var strong = Pooling.Posterior(new(Scale.ToLog(0.05), 0.001, 1, 1, false), prior, Scale);
        thin.Mean.Should().BeLessThan(0.02);
        strong.Mean.Should().BeApproximately(0.05, 0.001);
        (thin.Upper80 / thin.Lower80).Should().BeGreaterThan(2 * strong.Upper80 / strong.Lower80);
    }

    // A sample of nothing but noise: the errors are many times the sum of what is above zero.
    [Theory]
    [InlineData(20)]
    [InlineData(1000)]
    public void Where_every_error_is_larger_than_its_importance_no_share_runs_away(int features)
    {
        var random = new Random(3);
        var scale = ShareScale.For(features);
        var report = Enumerable.Range(0, features).Select(_ => new Importance(Normal.Sample(random, -1, 1), 3 + (27 * random.NextDouble()))).ToArray();
        Shares.Normalise(report, out var shares).Should().BeNull();
        var pooled = shares.Select(s =>
            Pooling.OverMethods([(EvidenceMethod.Permutation, MethodEvidence.Of(s, scale, 0.04, 0, 90))], Reliabilities.Priors)).ToArray();
        var prior = Pooling.ModelPrior(PopulationMoments.Of(pooled), scale);
        var found = Pooling.Normalise([.. pooled.Select(p => Pooling.Posterior(p, prior, scale))]);
        found.Should().OnlyContain(s => s.Lower80 <= s.Mean && s.Mean <= s.Upper80 && s.Mean < 0.2);
    }

    [Fact]
    public void Planted_reliabilities_are_recovered()
    {
        var learned = Reliabilities.Learn(Organisation.Simulate(11, 40, 100).Overlaps());
        foreach (var planted in Organisation.Planted)
        {
            var found = learned[(int)planted.Method];
            found.Bias.Should().BeApproximately(planted.Bias, 0.08, planted.Method.ToString());
            Math.Sqrt(found.Variance).Should().BeApproximately(Math.Sqrt(planted.Variance), 0.08, planted.Method.ToString());
        }
    }

    [Fact]
    public void With_nothing_to_compare_the_priors_stand() =>
        Reliabilities.Learn([]).Select(r => (r.Method, r.Bias, Math.Round(r.Variance, 9), r.Pairs))
            .Should().Equal(Reliabilities.Priors.Select(r => (r.Method, r.Bias, Math.Round(r.Variance, 9), r.Pairs)));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Eighty_percent_intervals_cover_75_to_85_percent_over_a_simulated_organisation(int seed)
    {
        var organisation = Organisation.Simulate(seed, 40, 100);
        var reliabilities = Reliabilities.Learn(organisation.Overlaps());
        int covered = 0, all = 0;
        foreach (var model in organisation.Models)
        {
            var pooled = model.Evidence.Select(e => Pooling.OverMethods(e, reliabilities)).ToArray();
            var prior = Pooling.ModelPrior(PopulationMoments.Of(pooled), Scale);
            var groups = Enumerable.Range(0, 10)
                .Select(g => Pooling.GroupPrior(PopulationMoments.Of([.. pooled.Where((_, f) => f % 10 == g)]), prior)).ToArray();
            var shares = Pooling.Normalise([.. pooled.Select((p, f) => Pooling.Posterior(p, groups[f % 10], Scale))]);
            ExactSum.Of(shares.Select(s => s.Mean)).Should().BeApproximately(1, 1e-12);
            covered += shares.Where((s, f) => s.Lower80 <= model.Truth[f] && model.Truth[f] <= s.Upper80).Count();
            all += shares.Length;
        }

        ((double)covered / all).Should().BeInRange(0.75, 0.85);
    }
}

/// <summary>An organisation whose true shares and method errors are known.</summary>
internal sealed record Organisation(SimulatedModel[] Models)
{
    public static readonly MethodReliability[] Planted =
    [
        new(EvidenceMethod.Ablation, 0, 0.01, 0),
        new(EvidenceMethod.Permutation, 0.15, 0.06, 0),
        new(EvidenceMethod.Shap, -0.2, 0.25, 0),
        new(EvidenceMethod.Gain, 0.3, 0.49, 0),
    ];

    private static readonly double[] Presence = [0.3, 0.6, 0.5, 0.9];

    public static Organisation Simulate(int seed, int models, int features)
    {
        var random = new Random(seed);
        return new([.. Enumerable.Range(0, models).Select(_ => Model(random, features))]);
    }

    public MethodOverlap[] Overlaps()
    {
        var pairs = Models.SelectMany(m => m.Evidence).ToArray();
        return
        [
            .. from k in Planted
               from l in Planted
               where k.Method < l.Method
               let both = pairs.Where(p => p.Any(e => e.Method == k.Method) && p.Any(e => e.Method == l.Method))
                   .Select(p => (p.First(e => e.Method == k.Method).Evidence, p.First(e => e.Method == l.Method).Evidence))
               select MethodOverlap.Of(k.Method, l.Method, both),
        ];
    }

    private static SimulatedModel Model(Random random, int features)
    {
        var groups = Enumerable.Range(0, 10).Select(_ => Normal.Sample(random, 0, 0.7)).ToArray();
        var weights = Enumerable.Range(0, features).Select(f => Math.Exp(Normal.Sample(random, groups[f % 10], 0.9))).ToArray();
        var truth = weights.Select(w => w / weights.Sum()).ToArray();
        var scale = ShareScale.For(features);
        return new(truth, [.. truth.Select(t => Measure(random, t, scale))]);
    }

    private static (EvidenceMethod Method, MethodEvidence Evidence)[] Measure(Random random, double truth, ShareScale scale)
    {
        var measured = Planted.Where((_, k) => random.NextDouble() < Presence[k]).ToArray();
        return [.. (measured.Length == 0 ? [Planted[^1]] : measured).Select(method =>
        {
            var centre = scale.ToLog(truth) + Normal.Sample(random, method.Bias, Math.Sqrt(method.Variance));
            return (method.Method, MethodEvidence.Sum(Enumerable.Range(0, 1 + random.Next(3)).Select(_ =>
            {
                var relative = 0.1 + (0.2 * random.NextDouble());
                var share = Math.Max(0, Math.Exp(centre + Normal.Sample(random, 0, relative)) - scale.Offset);
                return MethodEvidence.Of(new(share, relative * (share + scale.Offset), false), scale, 0.04, 0, 90);
            })));
        })];
    }
}

internal sealed record SimulatedModel(double[] Truth, (EvidenceMethod Method, MethodEvidence Evidence)[][] Evidence);
