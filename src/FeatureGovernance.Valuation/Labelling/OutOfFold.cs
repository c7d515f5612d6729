using FeatureGovernance.Valuation.LightGbm;
using FeatureGovernance.Valuation.Measuring;

namespace FeatureGovernance.Valuation.Labelling;

/// <summary>What models that never saw a row predict of it. Time is set aside: a row's label may be judged by what came after.</summary>
/// <param name="Predictions">Rows × scores.</param>
/// <param name="Fold">In which fold each row was held out.</param>
internal sealed record OutOfFold(double[] Predictions, int[] Fold)
{
    private const int CellsAtOnce = 20_000_000;
    private const int RowsToChooseBy = 5_000;
    private static readonly int[] Checkpoints = [25, 50, 100, 150, 200];

    /// <summary>Predicts every row from the columns, at the number of iterations that predicts best.</summary>
    public static OutOfFold Of(Sample sample, Trainer trainer, IReadOnlyList<int> columns, int seed, CancellationToken stop)
    {
        var folds = Folds.Of(sample with { Times = null }, seed);
        var models = trainer.Each(folds, (fold, _) =>
        {
            using var rows = trainer.Rows(fold.Train);
            return trainer.Train(rows, columns, Checkpoints[^1], stop);
        }, stop);
        try
        {
            var iterations = Checkpoints.MaxBy(c => folds.Zip(models, (fold, model) => QualityAt(sample, trainer, fold, model, c)).Average());
            var predictions = new double[sample.Labels.Length * sample.Classes];
            var foldOf = new int[sample.Labels.Length];
            for (var f = 0; f < folds.Length; f++)
            {
                foreach (var rows in folds[f].Test.Chunk(Math.Max(1, CellsAtOnce / sample.Features.Length)))
                {
                    stop.ThrowIfCancellationRequested();
                    var part = Predict(sample, trainer, models[f], rows, iterations);
                    for (var i = 0; i < rows.Length; i++)
                    {
                        foldOf[rows[i]] = f;
                        Array.Copy(part, i * sample.Classes, predictions, rows[i] * sample.Classes, sample.Classes);
                    }
                }
            }

            return new(predictions, foldOf);
        }
        finally
        {
            Array.ForEach(models, m => m.Dispose());
        }
    }

    private static double QualityAt(Sample sample, Trainer trainer, Fold fold, Booster model, int iterations)
    {
        var count = Math.Min(fold.Test.Length, RowsToChooseBy);
        int[] rows = [.. Enumerable.Range(0, count).Select(i => fold.Test[(long)i * fold.Test.Length / count])];
        return Quality.Of(sample, rows, Predict(sample, trainer, model, rows, iterations));
    }

    private static double[] Predict(Sample sample, Trainer trainer, Booster model, int[] rows, int iterations)
    {
        var predictions = new double[rows.Length * sample.Classes];
        model.Predict(trainer.Cells(rows), predictions, iterations);
        return predictions;
    }
}
