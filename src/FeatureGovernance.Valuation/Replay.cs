using FeatureGovernance.Valuation.Measuring;

namespace FeatureGovernance.Valuation;

/// <summary>What drifted values cost a model.</summary>
/// <param name="Feature">Whose values; of several, all names.</param>
/// <param name="Metric">The measure of quality; higher is better.</param>
/// <param name="Quality">Held-out quality with the true values.</param>
/// <param name="Loss">Held-out quality lost with the drifted ones; below 0 where it is gained.</param>
/// <param name="StandardError">Of the loss, over held-out queries or rows.</param>
/// <param name="Lower80">The 10th percentile of the loss that a model suffers in a period such as the drift's, sampling aside.</param>
/// <param name="Upper80">The 90th percentile of it.</param>
/// <param name="Shuffled">Held-out quality lost where all values of the features are shuffled, for comparison.</param>
/// <param name="Rows">How many held-out queries or rows it was measured on.</param>
public sealed record ReplayedDrift(
    string Feature, string Metric, double Quality, double Loss, double StandardError, double Lower80, double Upper80, double Shuffled, int Rows)
{
    /// <summary>Half the interval over the 90th percentile of a normal number.</summary>
    public double Deviation => (Upper80 - Lower80) / (2 * 1.2815515655446004);
}

/// <summary>
/// Replays drifted values through models fitted on the true ones, under cross-validation: what an estimate from profiles foretells, measured.
/// One model a fold is fitted once, and any number of drifts are replayed through them.
/// </summary>
public sealed class Replay : IDisposable
{
    private const int Repeats = 3;
    private const int Iterations = 100;
    private const int RankingIterations = 50;

    private readonly Sample sample;
    private readonly int seed;
    private readonly Trainer trainer;
    private readonly List<Bench> benches = [];
    private readonly Dictionary<string, double> shuffles = new(StringComparer.Ordinal);

    /// <summary>Fits one model per fold.</summary>
    /// <exception cref="OperationCanceledException">Stopped from outside.</exception>
    public Replay(Sample sample, int seed, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(sample);
        (this.sample, this.seed, trainer) = (sample, seed, new(sample, seed));
        var iterations = sample.Task == ValuationTask.Ranking ? RankingIterations : Iterations;
        try
        {
            foreach (var fold in Folds.Of(sample, seed))
            {
                var bench = new Bench(sample, trainer, fold);
                benches.Add(bench);
                bench.SetFull(trainer.Train(bench.TrainingRows, Enumerable.Range(0, sample.Features.Length), iterations, stop), iterations);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The measure of quality; higher is better.</summary>
    public string Metric => Quality.Name(sample.Task);

    /// <summary>Reads every fold's model the drifted values of the fold's other rows.</summary>
    /// <param name="drifts">By feature; what happened to them together is replayed together.</param>
    /// <param name="span">How long the drift lasts, in the unit of the sample's times; 0 for as long as a fold's rows span.</param>
    /// <param name="stop">Stops between folds.</param>
    /// <exception cref="SampleException">The sample has no such feature, or the feature holds text, which cannot be multiplied or shifted.</exception>
    /// <exception cref="OperationCanceledException">Stopped from outside.</exception>
    public ReplayedDrift Measure(IReadOnlyCollection<FeatureDrift> drifts, double span, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(drifts);
        var placed = drifts.Select(drift => (Column: ColumnOf(drift), drift.Steps)).ToArray();
        var (full, folds) = (new List<double>(), new List<FoldLosses>());
        foreach (var (bench, number) in benches.Select((bench, number) => (bench, number)))
        {
            stop.ThrowIfCancellationRequested();
            var random = new Random(unchecked((seed * 397) + number));
            full.AddRange(bench.Full);
            folds.Add(new(sample.Times is { } times ? [.. bench.Units.Select(row => times[row])] : null, LossesBy(bench, placed, random)));
        }

        double[] lost = [.. folds.SelectMany(fold => fold.Losses)];
        var (mean, error) = (lost.Average(), Estimate.Over(lost).StandardError);
        var half = PeriodSpread.HalfInterval(folds, mean, span);
        return new(string.Join(", ", drifts.Select(drift => drift.Feature)), Metric, full.Average(), mean, error, mean - half, mean + half,
            Shuffled([.. placed.Select(one => one.Column).Order()]), full.Count);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var bench in benches)
            bench.Dispose();
        trainer.Dispose();
    }

    private double Shuffled(int[] columns)
    {
        var key = string.Join(',', columns);
        if (!shuffles.TryGetValue(key, out var loss))
        {
            var random = new Random(seed);
            shuffles[key] = loss = benches.Average(bench => bench.LossByPermuting(columns, Enumerable.Repeat(random, Repeats)));
        }

        return loss;
    }

    private int ColumnOf(FeatureDrift drift)
    {
        var column = sample.Features.IndexOf(drift.Feature);
        if (column < 0)
            throw new SampleException($"There is no feature '{drift.Feature}'; there are {string.Join(", ", sample.Features.Take(20))}.");
        if (sample.Categorical[column] && drift.Steps.Any(step => step.To is not (DriftedTo.Missing or DriftedTo.Shuffled)))
            throw new SampleException($"'{drift.Feature}' is text: its values can be missing, but not multiplied, shifted or set to a number.");
        return column;
    }

    private double[] LossesBy(Bench bench, (int Column, System.Collections.Immutable.ImmutableArray<ValueDrift> Steps)[] placed, Random random)
    {
        var width = sample.Cells.Columns;
        foreach (var (column, steps) in placed)
        {
            for (var i = 0; i < bench.Test.Length; i++)
            {
                ref var cell = ref bench.Cells[((long)i * width) + column];
                foreach (var step in steps)
                {
                    if (step.Share >= 1 || random.NextDouble() < step.Share)
                        cell = step.Of(cell, random, () => sample.Cells[bench.Test[random.Next(bench.Test.Length)], column]);
                }
            }
        }

        double[] lost = [.. bench.Full.Zip(bench.EachOf(bench.Model, bench.Iterations), (before, after) => before - after)];
        foreach (var (column, _) in placed)
        {
            for (var i = 0; i < bench.Test.Length; i++)
                bench.Cells[((long)i * width) + column] = sample.Cells[bench.Test[i], column];
        }

        return lost;
    }
}
