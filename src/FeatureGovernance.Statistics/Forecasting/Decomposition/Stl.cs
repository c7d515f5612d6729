namespace FeatureGovernance.Statistics.Forecasting.Decomposition;

/// <summary>
/// Seasonal-trend decomposition by loess without robustness weights.
/// Source: Cleveland, Cleveland, McRae and Terpenning, Journal of Official Statistics 6 (1990).
/// </summary>
/// <param name="Seasonal">The part that repeats, slowly changing.</param>
/// <param name="Trend">The smooth part.</param>
/// <param name="Remainder">What is left.</param>
internal sealed record Stl(double[] Seasonal, double[] Trend, double[] Remainder)
{
    /// <summary>Decomposes at least two full cycles; <paramref name="seasonalWindow"/> is the odd number of cycles that a season is
    /// smoothed over.</summary>
    public static Stl Decompose(double[] y, int period, int seasonalWindow = 11, int iterations = 2)
    {
        var n = y.Length;
        var trendWindow = NextOdd(1.5 * period / (1 - 1.5 / seasonalWindow));
        var passWindow = NextOdd(period);
        var seasonal = new double[n];
        var trend = new double[n];
        var cycle = new double[n + 2 * period];
        for (var iteration = 0; iteration < iterations; iteration++)
        {
            for (var phase = 0; phase < period; phase++)
            {
                var count = (n - phase + period - 1) / period;
                var sub = new double[count];
                for (var k = 0; k < count; k++) sub[k] = y[phase + k * period] - trend[phase + k * period];
                // One cycle is smoothed beyond each end, as the moving averages below shorten the series.
                for (var k = -1; k <= count; k++)
                {
                    var at = phase + (k + 1) * period;
                    if (at < cycle.Length) cycle[at] = Loess(sub, k, seasonalWindow, 0);
                }
            }
            var low = Smooth(MovingAverage(MovingAverage(MovingAverage(cycle, period), period), 3), passWindow, 1);
            for (var t = 0; t < n; t++) seasonal[t] = cycle[t + period] - low[t];
            var adjusted = new double[n];
            for (var t = 0; t < n; t++) adjusted[t] = y[t] - seasonal[t];
            trend = Smooth(adjusted, trendWindow, Math.Max(1, trendWindow / 10));
        }
        var remainder = new double[n];
        for (var t = 0; t < n; t++) remainder[t] = y[t] - seasonal[t] - trend[t];
        return new Stl(seasonal, trend, remainder);
    }

    /// <summary>How much of the detrended variance the season explains, 0 to 1 (Wang, Smith and Hyndman 2006).</summary>
    public double SeasonalStrength()
    {
        var detrended = new double[Remainder.Length];
        for (var t = 0; t < detrended.Length; t++) detrended[t] = Seasonal[t] + Remainder[t];
        var total = Variance(detrended);
        return total <= 0 ? 0 : Math.Clamp(1 - Variance(Remainder) / total, 0, 1);
    }

    private static double Variance(double[] values)
    {
        double mean = 0, sum = 0;
        foreach (var value in values) mean += value / values.Length;
        foreach (var value in values) sum += (value - mean) * (value - mean);
        return sum / Math.Max(values.Length - 1, 1);
    }

    private static double[] Smooth(double[] y, int window, int jump)
    {
        var n = y.Length;
        var smooth = new double[n];
        for (var t = 0; t < n; t += jump) smooth[t] = Loess(y, t, window, 1);
        if (jump > 1)
        {
            smooth[n - 1] = Loess(y, n - 1, window, 1);
            for (var t = 0; t < n - 1; t += jump)
            {
                var next = Math.Min(t + jump, n - 1);
                for (var k = t + 1; k < next; k++) smooth[k] = smooth[t] + (smooth[next] - smooth[t]) * (k - t) / (next - t);
            }
        }
        return smooth;
    }

    /// <summary>Local fit (constant or linear by <paramref name="degree"/>) at <paramref name="x"/> (which may lie one beyond either end)
    /// over the nearest <paramref name="window"/> points, tricube weights.</summary>
    private static double Loess(double[] y, double x, int window, int degree)
    {
        var n = y.Length;
        var span = Math.Min(window, n);
        var left = (int)Math.Clamp(Math.Ceiling(x - (span - 1) / 2.0 - 1e-9), 0, n - span);
        var right = left + span - 1;
        var reach = Math.Max(x - left, right - x);
        if (window > n) reach += (window - n) / 2;
        double weights = 0, first = 0, second = 0, sum = 0, cross = 0;
        for (var k = left; k <= right; k++)
        {
            var distance = Math.Abs(k - x);
            if (distance > 0.999 * reach && reach > 0) continue;
            var ratio = reach > 0 ? distance / reach : 0;
            var cube = 1 - ratio * ratio * ratio;
            var weight = distance <= 0.001 * reach ? 1 : cube * cube * cube;
            weights += weight;
            first += weight * (k - x);
            second += weight * (k - x) * (k - x);
            sum += weight * y[k];
            cross += weight * (k - x) * y[k];
        }
        if (weights <= 0) return y[Math.Clamp((int)x, 0, n - 1)];
        var determinant = weights * second - first * first;
        return degree == 0 || determinant <= 1e-9 * weights * weights ? sum / weights : (second * sum - first * cross) / determinant;
    }

    private static double[] MovingAverage(double[] y, int length)
    {
        var result = new double[y.Length - length + 1];
        var sum = 0.0;
        for (var t = 0; t < y.Length; t++)
        {
            sum += y[t];
            if (t >= length) sum -= y[t - length];
            if (t >= length - 1) result[t - length + 1] = sum / length;
        }
        return result;
    }

    private static int NextOdd(double value)
    {
        var rounded = (int)Math.Ceiling(value);
        return rounded % 2 == 0 ? rounded + 1 : rounded;
    }
}
