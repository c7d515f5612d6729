using FeatureGovernance.Statistics.Forecasting.Decomposition;

namespace FeatureGovernance.Statistics.Forecasting.Ensemble;

/// <summary>
/// Single values and lasting steps that no smooth model should follow. Both are sought on the seasonally adjusted series (its logarithm
/// where positive) and only far outside what the series does otherwise, so that ordinary volatility is left alone.
/// </summary>
internal static class Disturbances
{
    private const double Far = 12;
    private const int Fewest = 12;
    private const int Neighbours = 3;

    /// <summary>Replaces isolated values far from the median of their neighbours by that median; tells how many. The last ones are left:
    /// they may be news.</summary>
    public static int DampOutliers(double[] y, int period)
    {
        if (y.Length < Math.Max(Fewest, 2 * period + 1)) return 0;
        var (z, pattern, positive) = Adjusted(y, period);
        var centres = new double[z.Length];
        var distances = new double[z.Length];
        for (var t = 0; t < z.Length; t++)
        {
            centres[t] = LocalMedian(z, t);
            distances[t] = Math.Abs(z[t] - centres[t]);
        }
        var limit = Far * 1.4826 * Median(distances);
        if (limit <= 0) return 0;
        var found = 0;
        var corrected = (double[])z.Clone();
        for (var t = 1; t < z.Length - Neighbours; t++)
        {
            if (distances[t] <= limit) continue;
            corrected[t] = centres[t];
            found++;
        }
        if (found == 0 || found > z.Length / 20 + 1) return 0;
        PutBack(y, corrected, z, pattern, positive);
        return found;
    }

    /// <summary>
    /// Moves the history before a lasting step to the level after it; tells after which observation, or 0 where none was found. The
    /// step must dwarf the other changes and the levels on both sides must not overlap.
    /// </summary>
    public static int LevelBreak(double[] y, int period)
    {
        var side = Math.Max(6, period);
        if (y.Length < 2 * side) return 0;
        var (z, pattern, positive) = Adjusted(y, period);
        var changes = new double[z.Length - 1];
        for (var t = 1; t < z.Length; t++) changes[t - 1] = Math.Abs(z[t] - z[t - 1]);
        var at = 0;
        for (var t = side; t <= z.Length - side; t++)
            if (at == 0 || changes[t - 1] > changes[at - 1]) at = t;
        if (at == 0 || changes[at - 1] <= Far * 1.4826 * Median(changes)) return 0;
        var before = z[(at - side)..at];
        var after = z[at..(at + side)];
        if (!(before.Max() < after.Min() || after.Max() < before.Min())) return 0;
        var step = Median(after) - Median(before);
        var corrected = (double[])z.Clone();
        for (var t = 0; t < at; t++) corrected[t] += step;
        PutBack(y, corrected, z, pattern, positive);
        return at;
    }

    private static (double[] Z, SeasonalPattern Pattern, bool Positive) Adjusted(double[] y, int period)
    {
        var positive = Array.TrueForAll(y, value => value > 0);
        var pattern = ShrunkSeasonality.Estimate(y, period, positive);
        var adjusted = pattern.Remove(y);
        return (positive ? Array.ConvertAll(adjusted, Math.Log) : adjusted, pattern, positive);
    }

    private static void PutBack(double[] y, double[] corrected, double[] z, SeasonalPattern pattern, bool positive)
    {
        var restored = pattern.Restore(positive ? Array.ConvertAll(corrected, Math.Exp) : corrected, 0);
        for (var t = 0; t < y.Length; t++)
            if (corrected[t] != z[t]) y[t] = restored[t];
    }

    private static double LocalMedian(double[] z, int t)
    {
        var window = z[Math.Max(0, t - Neighbours)..Math.Min(z.Length, t + Neighbours + 1)];
        return Median(window);
    }

    private static double Median(double[] values)
    {
        var sorted = (double[])values.Clone();
        Array.Sort(sorted);
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : 0.5 * (sorted[middle - 1] + sorted[middle]);
    }
}
