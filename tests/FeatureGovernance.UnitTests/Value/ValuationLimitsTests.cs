using FeatureGovernance.Core.Value;
using FeatureGovernance.Valuation;
using FeatureGovernance.Valuation.Measuring;
using FeatureGovernance.Valuation.Reading;

namespace FeatureGovernance.UnitTests.Value;

/// <summary>Weights, production scores, little time and very many columns.</summary>
public sealed class ValuationLimitsTests : IDisposable
{
    private readonly string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".csv");

    [Fact]
    public void Rows_that_weigh_nothing_have_no_say()
    {
        // Half of the rows follow a and count, half follow b and do not.
        var random = new Random(1);
        WriteLines("a,b,w,y", 2000, i => FormattableString.Invariant($"{i.A},{i.B},{(i.Row % 2 == 0 ? 1 : 0)},{((i.Row % 2 == 0 ? i.A : i.B) > 0.5 != random.NextDouble() < 0.05 ? 1 : 0)}"));
        var weighted = Measure(SampleFile.Read(path, new("y") { Weight = "w" }));
        weighted["a"].Share.Should().BeGreaterThan(0.99);
        weighted["b"].Recommendation.Should().Be(Recommendation.Deprecate);
        Measure(SampleFile.Read(path, new("y", Features: new HashSet<string> { "a", "b" })))["b"].Share.Should().BeInRange(0.35, 0.65);
    }

    [Fact]
    public void A_weighted_mean_has_the_error_of_one()
    {
        var (each, weights) = (new[] { 1.0, 3, 5 }, new[] { 0.5, 1, 1.5 });
        var estimate = Estimate.Over(Weighting.Linearised(each, weights));
        estimate.Mean.Should().BeApproximately(((0.5 * 1) + 3 + (1.5 * 5)) / 3, 1e-12);
        var linear = each.Zip(weights, (q, w) => w * (q - estimate.Mean)).ToArray();
        estimate.StandardError.Should().BeApproximately(Math.Sqrt(linear.Sum(l => l * l) / 2 / 3), 1e-12);
    }

    [Fact]
    public void The_production_score_is_judged_by_the_same_metric()
    {
        // The score is the true probability, then its log-odds: a curve is fitted to what is no probability.
        var random = new Random(2);
        string Row((int Row, double A, double B) i)
        {
            var p = 1 / (1 + Math.Exp(-4 * (i.A + i.B - 1)));
            return FormattableString.Invariant($"{i.A},{i.B},{p},{Math.Log(p / (1 - p))},{(random.NextDouble() < p ? 1 : 0)}");
        }

        WriteLines("a,b,p,odds,y", 3000, Row);
        MeasuredValue With(string score) =>
            ValueEngine.Measure(SampleFile.Read(path, new("y", Features: new HashSet<string> { "a", "b" }) { Score = score }), new() { Ablations = 0 }, null,
                TestContext.Current.CancellationToken);
        var (p, odds) = (With("p"), With("odds"));
        p.ScoreQuality!.Value.Mean.Should().BeGreaterThan(p.Quality);
        odds.ScoreQuality!.Value.Mean.Should().BeApproximately(p.ScoreQuality.Value.Mean, 0.005);
        p.Features.Select(f => f.Feature).Should().BeEquivalentTo("a", "b");
    }

    [Theory]
    [InlineData("{1},-1,{0}", "negative in 100 labelled rows")]
    [InlineData("{1},text,{0}", "must be a column of numbers")]
    [InlineData("{1},0,{0}", "Only 0 labelled rows weigh anything")]
    public void Weights_that_cannot_serve_are_refused(string row, string reason)
    {
        File.WriteAllLines(path, ["a,w,y", .. Enumerable.Range(0, 100).Select(i => string.Format(null, row, i % 2, i))]);
        FluentActions.Invoking(() => SampleFile.Read(path, new("y") { Weight = "w" })).Should().Throw<SampleException>().WithMessage($"*{reason}*");
    }

    [Fact]
    public void Without_time_nothing_is_recommended_away_and_the_notes_say_what_is_missing()
    {
        var sample = PlantedLabels.OfClasses(1000, 2, 0.05, 3).Sample;
        var measured = ValueEngine.Measure(sample, new() { Budget = TimeSpan.Zero }, null, TestContext.Current.CancellationToken);
        measured.Features.Should().HaveCount(6).And.OnlyContain(f => f.Recommendation == Recommendation.Keep || f.Recommendation == Recommendation.Review);
        measured.Features.Should().Contain(f => f.Reasons[0].Code == MeasuredValue.NotMeasured);
        measured.Trainings.Should().Be(5, "one short model a fold");
        measured.Notes.Should().ContainSingle(n => n.StartsWith("The time allowed ran out")).Which.Should().Contain("1 iterations").And.Contain("not shuffled");
    }

    [Fact]
    public void What_could_go_stays_where_the_time_ran_out_before_it_was_proved()
    {
        var random = new Random(6);
        var sample = PlantedLabels.OfClasses(1000, 2, 0, 3).Sample;
        var measured = ValueEngine.Measure(
            sample with { Labels = [.. sample.Labels.Select(_ => (float)random.Next(2))] }, new() { Budget = TimeSpan.Zero }, null,
            TestContext.Current.CancellationToken);
        measured.Features.Should().OnlyContain(f => f.Recommendation == Recommendation.Review);
        measured.Features.Should().ContainSingle(f => f.Reasons[0].Code == "not-proved");
        measured.Notes.Should().ContainSingle(n => n.Contains("not proved, so nothing is recommended away"));
    }

    [Fact]
    public void Of_very_many_columns_the_useful_are_measured_and_the_others_proved_worthless()
    {
        const int Noise = 150;
        var random = new Random(4);
        var sample = PlantedLabels.OfClasses(800, 2, 0, 3).Sample;
        var cells = new float[800 * (6 + Noise)];
        for (var row = 0; row < 800; row++)
        {
            for (var c = 0; c < 6 + Noise; c++)
                cells[(row * (6 + Noise)) + c] = c < 6 ? sample.Cells[row, c] : (float)random.NextDouble();
        }

        var wide = sample with
        {
            Features = [.. sample.Features, .. Enumerable.Range(0, Noise).Select(i => $"z{i:000}")],
            Categorical = [.. Enumerable.Repeat(false, 6 + Noise)],
            Cells = new(cells, 800, 6 + Noise),
        };
        var measured = ValueEngine.Measure(wide, new() { Ablations = 0, Repeats = 1, MostColumns = 100 }, null, TestContext.Current.CancellationToken);
        measured.Features.Should().HaveCount(6 + Noise).And.OnlyHaveUniqueItems(f => f.Feature);
        measured.Features.Take(3).Select(f => f.Feature).Should().BeSubsetOf(["x0", "x1", "x2", "x3", "x4"]);
        measured.Features.Count(f => f.Reasons[0].Code == "screened-out").Should().Be(6 + Noise - 100);
        measured.Notes.Should().Contain(n => n.StartsWith("100 of 156 varying columns were measured"));
    }

    [Fact]
    public void A_file_of_too_many_columns_is_refused()
    {
        var names = Enumerable.Range(0, 20_001).Select(i => $"c{i}");
        File.WriteAllLines(path, [string.Join(',', names.Append("y")),
            .. Enumerable.Range(0, 60).Select(i => string.Join(',', Enumerable.Repeat(i % 2, 20_002)))]);
        FluentActions.Invoking(() => SampleFile.Read(path, new("y"))).Should().Throw<SampleException>().WithMessage("*20002 columns; at most 20,000*");
    }

    public void Dispose() => File.Delete(path);

    private static Dictionary<string, ValuedFeature> Measure(Sample sample) =>
        ValueEngine.Measure(sample, new() { Ablations = 0 }, null, TestContext.Current.CancellationToken).Features.ToDictionary(f => f.Feature);

    private void WriteLines(string header, int rows, Func<(int Row, double A, double B), string> line)
    {
        var random = new Random(3);
        File.WriteAllLines(path, [header, .. Enumerable.Range(0, rows).Select(row => line((row, random.NextDouble(), random.NextDouble())))]);
    }
}
