using FeatureGovernance.Statistics.Forecasting.Decomposition;

namespace FeatureGovernance.Statistics.Forecasting.Arima;

/// <summary>Differences of a series, how many it needs, and back.</summary>
internal static class Differencing
{
    /// <summary>Seasonal differences first, then ordinary ones.</summary>
    public static double[] Apply(double[] y, int ordinary, int seasonal, int period)
    {
        var w = (double[])y.Clone();
        for (var d = 0; d < seasonal; d++) w = Lagged(w, period);
        for (var d = 0; d < ordinary; d++) w = Lagged(w, 1);
        return w;
    }

    /// <summary>Turns forecasts of the differenced series into forecasts of <paramref name="y"/>.</summary>
    public static double[] Integrate(double[] y, double[] ahead, int ordinary, int seasonal, int period)
    {
        var level = (double[])y.Clone();
        var stages = new Stack<(double[] Before, int Lag)>();
        for (var d = 0; d < seasonal; d++)
        {
            stages.Push((level, period));
            level = Lagged(level, period);
        }
        for (var d = 0; d < ordinary; d++)
        {
            stages.Push((level, 1));
            level = Lagged(level, 1);
        }
        var result = (double[])ahead.Clone();
        foreach (var (before, lag) in stages)
            for (var h = 0; h < result.Length; h++)
                result[h] += h >= lag ? result[h - lag] : before[before.Length - lag + h];
        return result;
    }

    /// <summary>One seasonal difference where STL finds a seasonal strength above 0.64 (the default of R's nsdiffs), else none.</summary>
    public static int Seasonal(double[] y, int period) =>
        period > 1 && y.Length > 2 * period && Stl.Decompose(y, period).SeasonalStrength() > 0.64 ? 1 : 0;

    /// <summary>Ordinary differences, at most two, until the KPSS test accepts a stationary level at 5 %. Source: Kwiatkowski et al.
    /// (1992).</summary>
    public static int Ordinary(double[] y)
    {
        var d = 0;
        while (d < 2 && y.Length > 4 && !IsConstant(y) && Kpss(y) > 0.463)
        {
            y = Lagged(y, 1);
            d++;
        }
        return d;
    }

    public static bool IsConstant(ReadOnlySpan<double> y)
    {
        foreach (var value in y)
            if (Math.Abs(value - y[0]) > 1e-12 * Math.Max(1, Math.Abs(y[0]))) return false;
        return true;
    }

    private static double Kpss(double[] y)
    {
        var n = y.Length;
        var lags = (int)(3 * Math.Sqrt(n) / 13);
        var mean = 0.0;
        foreach (var value in y) mean += value / n;
        var deviations = Array.ConvertAll(y, value => value - mean);
        double partial = 0, squares = 0, variance = 0;
        foreach (var value in deviations)
        {
            partial += value;
            squares += partial * partial;
            variance += value * value;
        }
        for (var lag = 1; lag <= lags; lag++)
        {
            var sum = 0.0;
            for (var t = lag; t < n; t++) sum += deviations[t] * deviations[t - lag];
            variance += 2 * (1 - lag / (lags + 1.0)) * sum;
        }
        return variance <= 0 ? 0 : squares / n / variance;
    }

    private static double[] Lagged(double[] y, int lag)
    {
        if (y.Length <= lag) return [];
        var w = new double[y.Length - lag];
        for (var t = 0; t < w.Length; t++) w[t] = y[t + lag] - y[t];
        return w;
    }
}
