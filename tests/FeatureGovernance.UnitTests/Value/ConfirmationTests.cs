using System.Globalization;
using FeatureGovernance.Core.Value;
using FeatureGovernance.Valuation;
using FeatureGovernance.Valuation.Measuring;
using MathNet.Numerics.Distributions;

namespace FeatureGovernance.UnitTests.Value;

/// <summary>What is recommended away is confirmed on rows that had no part in choosing it, of time-ordered and of large samples too.</summary>
public class ConfirmationTests(ITestOutputHelper output)
{
    private const int Signals = 4;
    private const int Width = 20;

    [Fact]
    public void What_time_ordered_data_is_recommended_to_lose_costs_no_more_than_stated_on_the_rows_that_follow()
    {
        var all = Ordered(9000);
        var past = Part(all, 0, 4500);
        var measured = ValueEngine.Measure(past, new() { Ablations = 0, Repeats = 2 }, null, TestContext.Current.CancellationToken);
        var away = measured.Features.Where(f => f.Recommendation == Recommendation.Deprecate).Select(f => f.Feature).ToHashSet();
        int[] columns = [.. Enumerable.Range(0, Width)], kept = [.. columns.Where(c => !away.Contains(all.Features[c]))];

        using var trainer = new Trainer(all, 9);
        using var bench = new Bench(all, trainer, new([.. Enumerable.Range(0, 4500)], [.. Enumerable.Range(4500, 4500)]));
        double[] Later(int[] of)
        {
            using var model = trainer.Train(bench.TrainingRows, of, measured.Iterations, TestContext.Current.CancellationToken);
            return bench.EachOf(model);
        }

        var cost = Estimate.Over([.. Later(columns).Zip(Later(kept), (with, without) => with - without)]);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"without {string.Join(", ", away)}: {cost}; stated {measured.RemovalLoss} ± {measured.RemovalLossStandardError}"));

        away.Count(f => f.StartsWith('n')).Should().BeGreaterThanOrEqualTo(10, "noise goes");
        away.Should().NotContain(f => f.StartsWith('s'));
        measured.RemovalLossStandardError.Should().BePositive();
        cost.Mean.Should().BeLessThanOrEqualTo(
            measured.RemovalLoss + (1.96 * Math.Sqrt(Math.Pow(measured.RemovalLossStandardError, 2) + Math.Pow(cost.StandardError, 2))));
    }

    [Fact]
    public void By_time_later_rows_confirm_what_earlier_ones_chose()
    {
        var sample = Ordered(600);
        using var trainer = new Trainer(sample, 1);
        using var laboratory = Trained(sample, trainer);
        laboratory.Confirming.SelectMany(b => b.Test).Min().Should().BeGreaterThan(laboratory.Choosing.SelectMany(b => b.Test).Max());
        laboratory.Confirming.Should().OnlyContain(b => b.FullQuality < 0);
    }

    [Theory]
    [InlineData(ValuationTask.Classification)]
    [InlineData(ValuationTask.Ranking)]
    public void Of_a_large_sample_other_rows_confirm_what_some_chose(ValuationTask task)
    {
        const int Rows = 51_000, Query = 25;
        var random = new Random(3);
        var cells = Enumerable.Range(0, Rows).Select(_ => (float)random.NextDouble()).ToArray();
        float[] labels = [.. cells.Select(c => random.NextDouble() < c ? 1f : 0)];
        var sample = new Sample(
            ["a"], new(cells, Rows, 1), [false], labels, task == ValuationTask.Ranking ? [.. Enumerable.Repeat(Query, Rows / Query)] : [],
            task == ValuationTask.Ranking ? [.. Enumerable.Range(0, Rows).Select(r => r / Query)] : null, null, task, 1, []);
        using var trainer = new Trainer(sample, 1);
        using var laboratory = Trained(sample, trainer);
        int[] chosen = [.. laboratory.Choosing.SelectMany(b => b.Test)], confirming = [.. laboratory.Confirming.SelectMany(b => b.Test)];
        confirming.Should().HaveCountGreaterThanOrEqualTo(Folds.Count * 5_000).And.OnlyHaveUniqueItems();
        confirming.Intersect(chosen).Should().BeEmpty();
        laboratory.Confirming.Average(b => b.FullQuality).Should().BeApproximately(laboratory.Choosing.Average(b => b.FullQuality), 0.02);
    }

    private static Laboratory Trained(Sample sample, Trainer trainer)
    {
        var laboratory = new Laboratory(sample, trainer, 1, TestContext.Current.CancellationToken);
        foreach (var bench in laboratory.FirstRound)
            bench.SetFull(trainer.Train(bench.TrainingRows, Enumerable.Range(0, sample.Features.Length), 5, TestContext.Current.CancellationToken), 5);
        return laboratory;
    }

    // The base rate and the weights wander with time, as they do; noise stays noise.
    private static Sample Ordered(int rows)
    {
        var random = new Random(12);
        var (cells, labels) = (new float[rows * Width], new float[rows]);
        for (var row = 0; row < rows; row++)
        {
            var late = (double)row / rows;
            var score = (0.8 * late) - 0.4;
            for (var c = 0; c < Width; c++)
            {
                var value = Normal.Sample(random, 0, 1);
                cells[(row * Width) + c] = (float)value;
                score += c < Signals ? value * (1 + (c % 2 == 0 ? 0.3 : -0.3) * late) : 0;
            }

            labels[row] = random.NextDouble() < 1 / (1 + Math.Exp(-score)) ? 1 : 0;
        }

        string[] names = [.. Enumerable.Range(0, Width).Select(c => c < Signals ? $"s{c}" : $"n{c:00}")];
        return new(
            [.. names], new(cells, rows, Width), [.. new bool[Width]], labels, [], null, [.. Enumerable.Range(0, rows).Select(r => (double)r)],
            ValuationTask.Classification, 1, []);
    }

    private static Sample Part(Sample all, int from, int rows) => all with
    {
        Cells = new(all.Cells.Cells[(from * Width)..((from + rows) * Width)], rows, Width),
        Labels = all.Labels[from..(from + rows)],
        Times = all.Times![from..(from + rows)],
    };
}
