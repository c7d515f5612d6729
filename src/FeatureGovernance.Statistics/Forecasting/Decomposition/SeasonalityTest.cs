namespace FeatureGovernance.Statistics.Forecasting.Decomposition;

/// <summary>Whether a series is seasonal, by its autocorrelation at one cycle against Bartlett's standard error (the test of the Theta
/// method).</summary>
internal static class SeasonalityTest
{
    /// <summary>The normal quantile of a two-sided 90 % test.</summary>
    private const double Critical = 1.6448536269514722;

    /// <summary>True where the autocorrelation at lag <paramref name="period"/> is significant and two cycles and more are seen.</summary>
    public static bool IsSeasonal(ReadOnlySpan<double> y, int period) => Statistic(y, period) > Critical;

    /// <summary>The absolute autocorrelation at one cycle in units of its standard error; 0 where it cannot be judged.</summary>
    public static double Statistic(ReadOnlySpan<double> y, int period)
    {
        if (period < 2 || y.Length < 2 * period + 1) return 0;
        var mean = 0.0;
        foreach (var value in y) mean += value / y.Length;
        var variance = 0.0;
        foreach (var value in y) variance += (value - mean) * (value - mean);
        if (variance <= 0) return 0;
        var spread = 1.0;
        var last = 0.0;
        for (var lag = 1; lag <= period; lag++)
        {
            var sum = 0.0;
            for (var t = lag; t < y.Length; t++) sum += (y[t] - mean) * (y[t - lag] - mean);
            last = sum / variance;
            if (lag < period) spread += 2 * last * last;
        }
        return Math.Abs(last) / Math.Sqrt(spread / y.Length);
    }
}
