namespace FeatureGovernance.Core.Capacity;

/// <summary>How much pools move together, so that their sum is not surer than it is.</summary>
public static class CommonMovement
{
    private const int Fewest = 8;
    private const int Most = 60;
    private const double Largest = 0.95;

    /// <summary>
    /// The mean correlation between pairs of series, from 0 to 0.95, of their changes from step to step over the last 60
    /// steps. Of n standardised series whose mean has variance v it is (n·v − 1)/(n − 1). Shorter series and those that
    /// never change are left out; 0 where fewer than two remain.
    /// </summary>
    /// <param name="histories">Aligned at their ends; NaN where missing.</param>
    public static double Correlation(IReadOnlyList<double[]> histories)
    {
        var usable = histories.Where(history => history.Length > Fewest).ToList();
        if (usable.Count < 2)
            return 0;
        var length = Math.Min(Most, usable.Min(history => history.Length) - 1);
        var changes = usable.Select(history => Standardised(history, length)).Where(change => change is not null).ToList();
        if (changes.Count < 2)
            return 0;
        var variance = 0.0;
        for (var t = 0; t < length; t++)
        {
            var mean = changes.Average(change => change![t]);
            variance += mean * mean / length;
        }

        return Math.Clamp(((changes.Count * variance) - 1) / (changes.Count - 1), 0, Largest);
    }

    private static double[]? Standardised(double[] history, int length)
    {
        var changes = new double[length];
        for (var t = 0; t < length; t++)
        {
            var change = history[history.Length - length + t] - history[history.Length - length + t - 1];
            changes[t] = double.IsNaN(change) ? 0 : change;
        }

        var mean = changes.Average();
        var deviation = Math.Sqrt(changes.Average(change => (change - mean) * (change - mean)));
        return deviation > 0 ? Array.ConvertAll(changes, change => (change - mean) / deviation) : null;
    }
}
