namespace FeatureGovernance.Statistics.Forecasting.Decomposition;

/// <summary>
/// Seasonal indices for adjusting before a nonseasonal method: STL on the logarithm (the plain scale where values are not all positive),
/// recent cycles weighing more, and the result shrunk towards no season by the James–Stein rule as far as noise explains it.
/// Source of the shrinkage: Miller and Williams, International Journal of Forecasting 19 (2003).
/// </summary>
internal static class ShrunkSeasonality
{
    /// <summary>Weight of a cycle relative to the next one.</summary>
    private const double Discount = 0.75;

    /// <summary>The pattern; <see cref="SeasonalPattern.None"/> where fewer than two cycles and a value are seen.</summary>
    public static SeasonalPattern Estimate(double[] y, int period, bool positive)
    {
        var n = y.Length;
        if (period < 2 || n < 2 * period + 1) return SeasonalPattern.None;
        var z = positive ? Array.ConvertAll(y, Math.Log) : y;
        var trend = Stl.Decompose(z, period).Trend;
        var indices = new double[period];
        var weights = new double[period];
        var squaredWeights = new double[period];
        for (var t = 0; t < n; t++)
        {
            var weight = WeightOf(t, n, period);
            indices[t % period] += weight * (z[t] - trend[t]);
            weights[t % period] += weight;
            squaredWeights[t % period] += weight * weight;
        }
        var mean = 0.0;
        for (var s = 0; s < period; s++) mean += (indices[s] /= weights[s]) / period;
        double squares = 0, total = 0, noise = 0, signal = 0;
        for (var t = 0; t < n; t++)
        {
            var weight = WeightOf(t, n, period);
            var error = z[t] - trend[t] - indices[t % period];
            squares += weight * error * error;
            total += weight;
        }
        var variance = squares / total * n / Math.Max(1, n - period);
        for (var s = 0; s < period; s++)
        {
            indices[s] -= mean;
            signal += indices[s] * indices[s];
            noise += variance * squaredWeights[s] / (weights[s] * weights[s]) / period;
        }
        var keep = signal <= 0 ? 0 : Math.Clamp(1 - (period - 3) * noise / signal, 0, 1);
        var level = 0.0;
        for (var s = 0; s < period; s++)
        {
            indices[s] = positive ? Math.Exp(Math.Clamp(indices[s] * keep, -20, 20)) : indices[s] * keep;
            level += indices[s] / period;
        }
        if (positive)
            for (var s = 0; s < period; s++) indices[s] /= level;
        return new SeasonalPattern(period, positive, indices);
    }

    private static double WeightOf(int t, int n, int period) => Math.Pow(Discount, (n - 1 - t) / period);
}
