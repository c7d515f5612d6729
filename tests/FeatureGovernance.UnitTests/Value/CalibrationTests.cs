using System.Collections.Immutable;
using System.Globalization;
using FeatureGovernance.Core.Value;

namespace FeatureGovernance.UnitTests.Value;

/// <summary>The whole way from raw reports to s(f,m), over organisations in which the truth is known.</summary>
public class CalibrationTests(ITestOutputHelper output)
{
    public static TheoryData<string, int> Organisations => new(
        from habits in Habits.Keys from seed in Enumerable.Range(1, 3) select (habits, seed));

    private static readonly Dictionary<string, ReportingHabits> Habits = new(StringComparer.Ordinal)
    {
        ["as usual"] = new(),
        ["few reports"] = new(MostVersions: 1, Presence: 0.4),
        ["many versions"] = new(MostVersions: 8),
        ["no errors stated"] = new(Stated: 0),
        ["ablation of the top twenty"] = new(AblatesTop: 20),
    };

    [Theory]
    [MemberData(nameof(Organisations))]
    public void Eighty_percent_intervals_cover_75_to_85_percent(string habits, int seed)
    {
        var organisation = SimulatedReports.Of(seed, Habits[habits]);
        var evidence = organisation.Models.Select(m => (Model: m, Evidence: m.Evidence())).ToArray();
        var reliabilities = Reliabilities.Learn(Overlaps(evidence.SelectMany(m => m.Evidence).ToArray()));
        var covered = evidence.SelectMany(m => SharesOf(m.Model, m.Evidence, reliabilities)
            .Select((share, f) => share.Lower80 <= m.Model.Truth[f] && m.Model.Truth[f] <= share.Upper80)).ToArray();
        var coverage = covered.Average(c => c ? 1.0 : 0);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{habits}, {seed}: {coverage:0.000} of {covered.Length}"));
        coverage.Should().BeInRange(0.75, 0.85);
    }

    [Theory]
    [MemberData(nameof(Organisations))]
    public void Reliabilities_recover_what_was_planted(string habits, int seed)
    {
        var organisation = SimulatedReports.Of(seed, Habits[habits]);
        var learned = Reliabilities.Learn(Overlaps([.. organisation.Models.SelectMany(m => m.Evidence())]));
        for (var k = 0; k < SimulatedReports.Planted.Length; k++)
        {
            // As a report states it: shares of a view that errs feature by feature sum to 1 again, so that their logs are lower on average.
            var errors = organisation.Models.SelectMany(m => m.Views[k].Zip(m.Truth, (view, truth) => m.Scale.ToLog(view) - m.Scale.ToLog(truth))).ToArray();
            var bias = errors.Average();
            var deviation = Math.Sqrt(errors.Average(e => Math.Pow(e - bias, 2)));
            var method = SimulatedReports.Planted[k].Method;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{method}: bias {learned[(int)method].Bias:0.000} of {bias:0.000}, deviation {Math.Sqrt(learned[(int)method].Variance):0.000} of {deviation:0.000}"));
            learned[(int)method].Bias.Should().BeApproximately(bias, 0.08, method.ToString());
            Math.Sqrt(learned[(int)method].Variance).Should().BeApproximately(deviation, 0.08, method.ToString());
        }
    }

    // Shares of a report sum to 1, so that those of an ablation of twenty features would speak of the whole model, as if the others were nothing.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Twenty_ablated_features_keep_their_part_of_the_model(int seed)
    {
        var organisation = SimulatedReports.Of(seed, Habits["ablation of the top twenty"]);
        var evidence = organisation.Models.Select(m => (Model: m, Evidence: m.Evidence())).ToArray();
        var reliabilities = Reliabilities.Learn(Overlaps([.. evidence.SelectMany(m => m.Evidence)]));
        var errors = evidence.Where(m => m.Model.Reports.Select(r => r.Method == EvidenceMethod.Ablation).Distinct().Count() > 1).Select(m =>
        {
            var shares = SharesOf(m.Model, m.Evidence, reliabilities);
            int[] ablated = [.. m.Model.Reports.Where(r => r.Method == EvidenceMethod.Ablation).SelectMany(r => r.Named).Distinct()];
            return Math.Log(ablated.Sum(f => shares[f].Mean) / ablated.Sum(f => m.Model.Truth[f]));
        }).ToArray();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{errors.Average():0.000} on the log scale over {errors.Length} models"));
        errors.Length.Should().BeGreaterThan(8);
        errors.Average().Should().BeInRange(-0.05, 0.05);
    }

    private static ImmutableArray<PooledShare> SharesOf(
        ReportedModel model, (EvidenceMethod, MethodEvidence)[][] evidence, ImmutableArray<MethodReliability> reliabilities)
    {
        var pooled = evidence.Select(e => e.Length == 0 ? (PooledEvidence?)null : Pooling.OverMethods(e, reliabilities)).ToArray();
        var prior = Pooling.ModelPrior(PopulationMoments.Of([.. pooled.OfType<PooledEvidence>()]), model.Scale);
        var groups = Enumerable.Range(0, ReportedModel.Groups)
            .Select(g => Pooling.GroupPrior(PopulationMoments.Of([.. pooled.Where((_, f) => f % ReportedModel.Groups == g).OfType<PooledEvidence>()]), prior)).ToArray();
        return Pooling.Normalise([.. pooled.Select((p, f) => Pooling.Posterior(p, groups[f % groups.Length], model.Scale))]);
    }

    private static IEnumerable<MethodOverlap> Overlaps((EvidenceMethod Method, MethodEvidence Evidence)[][] pairs) =>
        from first in SimulatedReports.Planted
        from second in SimulatedReports.Planted
        where first.Method < second.Method
        select MethodOverlap.Of(first.Method, second.Method,
            from pair in pairs
            from a in pair
            from b in pair
            where a.Method == first.Method && b.Method == second.Method
            select (a.Evidence, b.Evidence));
}
