using System.Globalization;
using FeatureGovernance.Core.Value;
using FeatureGovernance.Tests;
using FeatureGovernance.Valuation;
using FeatureGovernance.Valuation.Measuring;
using FeatureGovernance.Valuation.Reading;

namespace FeatureGovernance.UnitTests.Value;

public class ValueEngineTests(ITestOutputHelper output)
{
    [Fact]
    public void What_is_planted_is_found()
    {
        var measured = ValueEngine.Measure(SampleOf(KnownTruth.Table(3000, 2)), new() { Ablations = 0, Repeats = 2 }, null,
            TestContext.Current.CancellationToken);
        var of = measured.Features.ToDictionary(f => f.Feature);
        foreach (var f in measured.Features)
            output.WriteLine($"{f.Feature} {f.Share:0.0000} {f.Permutation:0.00000}±{f.PermutationStandardError:0.00000} {f.Cluster} {f.Recommendation} {f.Reasons[0].Code}");

        of["leak"].Reasons.Should().Contain(r => r.Code == "leak");
        of["xor_a"].Recommendation.Should().Be(Recommendation.Keep);
        of["xor_b"].Recommendation.Should().Be(Recommendation.Keep);
        of["rare"].Recommendation.Should().Be(Recommendation.Keep);

        of["copy_of_signal_0"].Share.Should().BeApproximately(of["signal_0"].Share, 1e-12);
        of["monotone_of_signal_1"].Share.Should().BeApproximately(of["signal_1"].Share, 1e-12);
        foreach (var cluster in measured.Features.GroupBy(f => f.Cluster).Where(g => g.Count() > 1))
            cluster.Should().Contain(f => f.Recommendation == Recommendation.Keep, cluster.Key);
        new[] { "sum_of_2_and_3", "signal_2", "signal_3" }.Count(f => of[f].Recommendation == Recommendation.Keep).Should().BeGreaterThanOrEqualTo(2);

        // Of a sum and its two terms any one may go: the other two say it all.
        string[] others = ["constant", "sum_of_2_and_3", "signal_2", "signal_3"];
        var away = measured.Features.Where(f => f.Recommendation == Recommendation.Deprecate).Select(f => f.Feature).Except(others).ToArray();
        var noise = away.Count(f => f.StartsWith("noise", StringComparison.Ordinal));
        ((double)noise / away.Length).Should().BeGreaterThanOrEqualTo(0.95, "precision");
        ((double)noise / KnownTruth.Noise).Should().BeGreaterThanOrEqualTo(0.95, "recall");

        of["constant"].Reasons.Single().Code.Should().Be("constant");
        of["empty"].Recommendation.Should().Be(Recommendation.Review);
        ExactSum.Of(measured.Features.Select(f => f.Share)).Should().BeApproximately(1, 1e-12);
    }

    [Fact]
    public void The_order_of_the_columns_has_no_say()
    {
        var table = KnownTruth.Table(800, 3);
        var forward = SampleOf(table);
        var backward = SampleOf(table with { Columns = [.. table.Columns.Reverse()] });
        backward.Features.Should().Equal(forward.Features);
        backward.Cells.Cells.Should().Equal(forward.Cells.Cells);
    }

    [Fact]
    public void Measuring_again_gives_the_same_result()
    {
        var sample = SampleOf(KnownTruth.Table(500, 4, noise: 3));
        var options = new ValuationOptions { Ablations = 1, Repeats = 1 };
        var first = ValueEngine.Measure(sample, options, null, TestContext.Current.CancellationToken);
        var second = ValueEngine.Measure(sample, options, null, TestContext.Current.CancellationToken);
        second.Features.Select(f => (f.Feature, f.Share, f.Permutation, f.Ablation, f.Recommendation))
            .Should().Equal(first.Features.Select(f => (f.Feature, f.Share, f.Permutation, f.Ablation, f.Recommendation)));
    }

    [Fact]
    public void What_is_recommended_away_from_a_ranking_model_costs_less_than_one_standard_error()
    {
        var folder = SharedData.Path("lambdarank");
        var merged = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            foreach (var end in (string[])["", ".query"])
            {
                var (train, test) = (Path.Combine(folder, "rank.train" + end), Path.Combine(folder, "rank.test" + end));
                File.WriteAllLines(merged + end, File.ReadLines(train).Concat(File.ReadLines(test)));
            }

            var measured = ValueEngine.Measure(
                SampleFile.Read(Path.Combine(folder, "rank.train"), new(null)), new() { Ablations = 0 }, null, TestContext.Current.CancellationToken);
            var all = SampleFile.Read(merged, new(null));
            var away = measured.Features.Where(f => f.Recommendation is Recommendation.Deprecate or Recommendation.Migrate).Select(f => f.Feature).ToHashSet();
            int[] columns = [.. Enumerable.Range(0, all.Features.Length)];
            var full = OnTestPart(all, columns, measured.Iterations);
            var slim = OnTestPart(all, [.. columns.Where(c => !away.Contains(all.Features[c]))], measured.Iterations);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{measured.Iterations} iterations, {away.Count} of {measured.Features.Length} away, {measured.Features.Count(f => f.Recommendation == Recommendation.Deprecate)} deprecated; full {full}; slim {slim}; loss {measured.RemovalLoss} ± {measured.RemovalLossStandardError}"));

            full.At1.Should().BeGreaterThan(0.5674);
            full.At3.Should().BeGreaterThan(0.578);
            away.Count.Should().BeGreaterThanOrEqualTo(measured.Features.Length / 2);
            slim.At10.Should().BeGreaterThanOrEqualTo(full.At10 - full.StandardErrorAt10);
        }
        finally
        {
            File.Delete(merged);
            File.Delete(merged + ".query");
        }
    }

    private static (double At1, double At3, double At10, double StandardErrorAt10) OnTestPart(Sample all, int[] columns, int iterations)
    {
        const int TrainingRows = 3005;
        using var trainer = new Trainer(all, 1);
        using var rows = trainer.Rows([.. Enumerable.Range(0, TrainingRows)]);
        using var model = trainer.Train(rows, columns, iterations, TestContext.Current.CancellationToken);
        int[] test = [.. Enumerable.Range(TrainingRows, all.Cells.Rows - TrainingRows)];
        var scores = new double[test.Length];
        model.Predict(trainer.Cells(test), scores);
        var queries = test.Select((row, i) => (row, i)).GroupBy(x => all.Groups![x.row])
            .Select(g => Quality.Ndcg(all, g.Select(x => x.row).ToArray(), g.Select(x => scores[x.i]).ToArray(), 10)).ToArray();
        return (Quality.Ndcg(all, test, scores, 1), Quality.Ndcg(all, test, scores, 3), queries.Average(), Estimate.Over(queries).StandardError);
    }

    private static Sample SampleOf(Table table) => SampleBuilder.Build(
        table, new(table.Columns.Single(c => c.Name == "label")), [], new("label", Task: ValuationTask.Classification));
}
