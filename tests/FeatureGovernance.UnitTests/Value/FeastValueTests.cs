using System.Globalization;
using FeatureGovernance.Core.Value;
using FeatureGovernance.Tests;
using FeatureGovernance.Valuation;
using FeatureGovernance.Valuation.Measuring;
using FeatureGovernance.Valuation.Reading;
using MathNet.Numerics.Statistics;

namespace FeatureGovernance.UnitTests.Value;

/// <summary>
/// The measured value on a third of real credit data, against models trained here without each feature on another third, whose rows the engine
/// never saw.
/// </summary>
public class FeastValueTests(ITestOutputHelper output)
{
    private const int Folds = 3;

    [Fact]
    public void Value_ranks_features_as_training_without_them_does_and_what_is_deprecated_costs_no_more_than_stated()
    {
        var whole = SampleFile.Read(SharedData.Path("feast", "my_training_ds.parquet"), new("loan_status"));
        var sample = Third(whole, 1);
        var measured = ValueEngine.Measure(Third(whole, 0), new() { Repeats = 2, Ablations = 10 }, null, TestContext.Current.CancellationToken);
        string[] all = [.. sample.Features];
        var full = Losses(sample, all, measured.Iterations);
        Estimate Lost(IEnumerable<string> without) =>
            Estimate.Over([.. Losses(sample, [.. all.Except(without)], measured.Iterations).Zip(full, (less, with) => less - with)]);

        var compared = measured.Features.AsParallel().AsOrdered().Select(f => (f.Feature, f.Share, Truth: Lost([f.Feature])))
            .Where(f => f.Truth.Mean > f.Truth.StandardError).ToArray();
        foreach (var (feature, share, truth) in compared)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{feature} {share:0.0000} {truth.Mean:0.00000} ± {truth.StandardError:0.00000}"));
        var spearman = Correlation.Spearman(compared.Select(f => f.Share), compared.Select(f => f.Truth.Mean));

        var away = measured.Features.Where(f => f.Recommendation == Recommendation.Deprecate).Select(f => f.Feature).ToArray();
        var cost = Lost(away);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{measured.Iterations} rounds; Spearman {spearman:0.000}; without {string.Join(", ", away)}: {cost}; stated {measured.RemovalLoss} ± {measured.RemovalLossStandardError}"));

        compared.Length.Should().BeGreaterThan(5);
        spearman.Should().BeGreaterThanOrEqualTo(0.8);
        away.Length.Should().BeGreaterThan(3);
        cost.Mean.Should().BeLessThanOrEqualTo(
            measured.RemovalLoss + (1.96 * Math.Sqrt(Math.Pow(measured.RemovalLossStandardError, 2) + Math.Pow(cost.StandardError, 2))));
    }

    private static Sample Third(Sample whole, int which)
    {
        int[] rows = [.. Enumerable.Range(0, whole.Cells.Rows).Where(r => r % 3 == which)];
        return whole with
        {
            Cells = new([.. rows.SelectMany(r => whole.Cells.Cells.AsSpan(r * whole.Features.Length, whole.Features.Length).ToArray())], rows.Length,
                whole.Features.Length),
            Labels = [.. rows.Select(r => whole.Labels[r])],
            LabelRows = null,
        };
    }

    // The log loss of every row, held out by its number: the columns are left out of the data, not merely of the model.
    private static double[] Losses(Sample sample, string[] features, int iterations)
    {
        int[] columns = [.. features.Select(f => sample.Features.IndexOf(f))];
        var rows = sample.Cells.Rows;
        var cells = new float[rows * columns.Length];
        for (var row = 0; row < rows; row++)
        {
            for (var i = 0; i < columns.Length; i++)
                cells[(row * columns.Length) + i] = sample.Cells[row, columns[i]];
        }

        using var trainer = new Trainer(
            sample with { Features = [.. features], Cells = new(cells, rows, columns.Length), Categorical = [.. columns.Select(c => sample.Categorical[c])] }, 5);
        var losses = new double[rows];
        for (var fold = 0; fold < Folds; fold++)
        {
            int[] test = [.. Enumerable.Range(0, rows).Where(r => r % Folds == fold)];
            using var training = trainer.Rows([.. Enumerable.Range(0, rows).Where(r => r % Folds != fold)]);
            using var model = trainer.Train(training, Enumerable.Range(0, columns.Length), iterations, TestContext.Current.CancellationToken);
            var predicted = new double[test.Length];
            model.Predict(trainer.Cells(test), predicted);
            for (var i = 0; i < test.Length; i++)
                losses[test[i]] = -Math.Log(Math.Max(1e-15, sample.Labels[test[i]] == 1 ? predicted[i] : 1 - predicted[i]));
        }

        return losses;
    }
}
