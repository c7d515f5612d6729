using FeatureGovernance.Valuation.Measuring;

namespace FeatureGovernance.Valuation;

/// <summary>What became of a feature's values.</summary>
public enum DriftedTo
{
    /// <summary>They are missing.</summary>
    Missing,

    /// <summary>They are one value.</summary>
    Constant,

    /// <summary>They are multiplied.</summary>
    Scaled,

    /// <summary>Something was added to them.</summary>
    Shifted,
}

/// <summary>A change of a feature's values, to be replayed.</summary>
/// <param name="To">What became of them.</param>
/// <param name="Amount">The value, the factor or the addend; of no account where they are missing.</param>
/// <param name="Share">The part of the values touched, from 0 to 1; which ones is left to chance.</param>
public sealed record ValueDrift(DriftedTo To, double Amount = 0, double Share = 1)
{
    internal float Of(float value) => To switch
    {
        DriftedTo.Missing => float.NaN,
        DriftedTo.Constant => (float)Amount,
        DriftedTo.Scaled => (float)(value * Amount),
        DriftedTo.Shifted => (float)(value + Amount),
        _ => throw new InvalidOperationException($"'{To}' is no drift."),
    };
}

/// <summary>What drifted values cost a model.</summary>
/// <param name="Feature">Whose values.</param>
/// <param name="Metric">The measure of quality; higher is better.</param>
/// <param name="Quality">Held-out quality with the true values.</param>
/// <param name="Loss">Held-out quality lost with the drifted ones; below 0 where it is gained.</param>
/// <param name="StandardError">Of the loss, over held-out queries or rows.</param>
/// <param name="Shuffled">Held-out quality lost where all values of the feature are shuffled, for comparison.</param>
/// <param name="Rows">How many held-out queries or rows it was measured on.</param>
public sealed record ReplayedDrift(string Feature, string Metric, double Quality, double Loss, double StandardError, double Shuffled, int Rows);

/// <summary>
/// Replays drifted values through models fitted on the true ones, under cross-validation: what an estimate from profiles foretells, measured.
/// </summary>
public static class Replay
{
    private const int Repeats = 3;
    private const int Iterations = 100;
    private const int RankingIterations = 50;

    /// <summary>Fits one model per fold and reads it the drifted values of the fold's other rows.</summary>
    /// <exception cref="SampleException">The sample has no such feature, or the feature holds text, which cannot be multiplied or shifted.</exception>
    /// <exception cref="OperationCanceledException">Stopped from outside.</exception>
    public static ReplayedDrift Measure(Sample sample, string feature, ValueDrift drift, int seed, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(sample);
        ArgumentNullException.ThrowIfNull(drift);
        var column = sample.Features.IndexOf(feature);
        if (column < 0)
            throw new SampleException($"There is no feature '{feature}'; there are {string.Join(", ", sample.Features.Take(20))}.");
        if (sample.Categorical[column] && drift.To is not DriftedTo.Missing)
            throw new SampleException($"'{feature}' is text: its values can be missing, but not multiplied, shifted or set to a number.");
        using var trainer = new Trainer(sample, seed);
        var (full, lost, shuffled) = (new List<double>(), new List<double>(), new List<double>());
        foreach (var (fold, number) in Folds.Of(sample, seed).Select((fold, number) => (fold, number)))
        {
            using var bench = new Bench(sample, trainer, fold);
            var iterations = sample.Task == ValuationTask.Ranking ? RankingIterations : Iterations;
            bench.SetFull(trainer.Train(bench.TrainingRows, Enumerable.Range(0, sample.Features.Length), iterations, stop), iterations);
            var random = new Random(unchecked((seed * 397) + number));
            full.AddRange(bench.Full);
            shuffled.Add(bench.LossByPermuting([column], Enumerable.Repeat(random, Repeats)));
            lost.AddRange(LossesBy(bench, sample, column, drift, random));
        }

        var loss = Estimate.Over(lost);
        return new(feature, Quality.Name(sample.Task), full.Average(), loss.Mean, loss.StandardError, shuffled.Average(), full.Count);
    }

    private static IEnumerable<double> LossesBy(Bench bench, Sample sample, int column, ValueDrift drift, Random random)
    {
        var width = sample.Cells.Columns;
        for (var i = 0; i < bench.Test.Length; i++)
        {
            if (drift.Share >= 1 || random.NextDouble() < drift.Share)
                bench.Cells[((long)i * width) + column] = drift.Of(sample.Cells[bench.Test[i], column]);
        }

        return bench.Full.Zip(bench.EachOf(bench.Model, bench.Iterations), (before, after) => before - after);
    }
}
