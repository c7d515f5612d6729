namespace FeatureGovernance.Statistics.Forecasting.Decomposition;

/// <summary>
/// The repeating part of a series by classical decomposition: centred moving average for the trend, mean of what remains per season.
/// Source: Kendall and Stuart, The Advanced Theory of Statistics, vol. 3 (1983).
/// </summary>
/// <param name="Period">Observations per cycle.</param>
/// <param name="Multiplicative">Whether the indices multiply the level (mean 1) or add to it (mean 0).</param>
/// <param name="Indices">One index per season; entry i belongs to observations i, i + Period, …</param>
internal sealed record SeasonalPattern(int Period, bool Multiplicative, double[] Indices)
{
    /// <summary>A pattern without seasonality, for series that show none.</summary>
    public static SeasonalPattern None { get; } = new(1, false, [0.0]);

    public bool IsNone => Period == 1;

    /// <summary>Decomposes at least two full cycles.</summary>
    public static SeasonalPattern Classical(ReadOnlySpan<double> y, int period, bool multiplicative)
    {
        var trend = MovingTrend(y, period);
        var sums = new double[period];
        var counts = new int[period];
        for (var t = 0; t < y.Length; t++)
        {
            if (double.IsNaN(trend[t])) continue;
            sums[t % period] += multiplicative ? y[t] / trend[t] : y[t] - trend[t];
            counts[t % period]++;
        }
        var mean = 0.0;
        for (var s = 0; s < period; s++)
        {
            sums[s] = counts[s] > 0 ? sums[s] / counts[s] : multiplicative ? 1 : 0;
            mean += sums[s] / period;
        }
        for (var s = 0; s < period; s++)
        {
            sums[s] = multiplicative ? sums[s] / mean : sums[s] - mean;
            // An index at or below zero would turn the adjusted series over.
            if (multiplicative) sums[s] = Math.Max(sums[s], 0.01);
        }
        return new SeasonalPattern(period, multiplicative, sums);
    }

    /// <summary>The centred moving average over one cycle; NaN for the half cycle at each end.</summary>
    public static double[] MovingTrend(ReadOnlySpan<double> y, int period)
    {
        var trend = new double[y.Length];
        Array.Fill(trend, double.NaN);
        var half = period / 2;
        var even = period % 2 == 0;
        for (var t = half; t < y.Length - half; t++)
        {
            var sum = 0.0;
            for (var k = -half; k <= half; k++)
                sum += even && (k == -half || k == half) ? 0.5 * y[t + k] : y[t + k];
            trend[t] = sum / period;
        }
        return trend;
    }

    public double[] Remove(ReadOnlySpan<double> y)
    {
        var adjusted = y.ToArray();
        if (IsNone) return adjusted;
        for (var t = 0; t < adjusted.Length; t++)
            adjusted[t] = Multiplicative ? adjusted[t] / Indices[t % Period] : adjusted[t] - Indices[t % Period];
        return adjusted;
    }

    /// <summary>Puts the pattern back on values whose first belongs to observation <paramref name="start"/>.</summary>
    public double[] Restore(ReadOnlySpan<double> adjusted, int start)
    {
        var y = adjusted.ToArray();
        if (IsNone) return y;
        for (var i = 0; i < y.Length; i++)
        {
            var index = Indices[(start + i) % Period];
            y[i] = Multiplicative ? y[i] * index : y[i] + index;
        }
        return y;
    }

    /// <summary>The factor by which a standard error on the adjusted scale grows when the pattern is put back.</summary>
    public double Scale(int observation) => Multiplicative && !IsNone ? Indices[observation % Period] : 1;
}
