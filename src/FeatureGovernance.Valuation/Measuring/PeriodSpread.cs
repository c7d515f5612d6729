using MathNet.Numerics.Distributions;

namespace FeatureGovernance.Valuation.Measuring;

/// <summary>What each held-out query or row of a fold lost, with its time where it is known.</summary>
internal sealed record FoldLosses(double[]? Times, double[] Losses);

/// <summary>
/// How far the mean loss of a period lies from that over all held-out rows. Folds are periods told by models of what came before them, and
/// within them stretches as long as the period asked for; their means differ by chance, by what the weeks hold, and by the model fitted.
/// </summary>
internal static class PeriodSpread
{
    private const int LeastRows = 30;
    private const double Upper = 0.9;

    /// <summary>Half the width of the interval of 80 %.</summary>
    /// <param name="folds">In the order of time where there is one.</param>
    /// <param name="mean">Over all of them.</param>
    /// <param name="span">How long the period is, in the unit of the times; 0 for as long as a fold.</param>
    public static double HalfInterval(IReadOnlyList<FoldLosses> folds, double mean, double span)
    {
        double[] means = [.. folds.Select(fold => fold.Losses.Average())];
        double[] stretches = [.. folds.SelectMany(fold => Stretches(fold, span))];
        var differ = stretches.Sum(one => (one - mean) * (one - mean)) / (stretches.Length - 1);
        // The mean itself is that of a few models and periods.
        var error = Estimate.Over(means).StandardError;
        return StudentT.InvCDF(0, 1, Math.Max(1, folds.Count - 1), Upper) * Math.Sqrt(differ + (error * error));
    }

    private static IEnumerable<double> Stretches(FoldLosses fold, double span)
    {
        if (fold.Times is not { } times || span <= 0)
            return [fold.Losses.Average()];
        var first = times.Min();
        var count = Math.Clamp((int)((times.Max() - first) / span), 1, Math.Max(1, times.Length / LeastRows));
        var length = (times.Max() - first) / count;
        return fold.Losses.Select((loss, i) => (loss, stretch: length > 0 ? Math.Min(count - 1, (int)((times[i] - first) / length)) : 0))
            .GroupBy(one => one.stretch, one => one.loss).Where(group => group.Count() >= Math.Min(LeastRows, times.Length)).Select(group => group.Average());
    }
}
