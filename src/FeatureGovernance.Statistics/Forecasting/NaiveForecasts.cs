namespace FeatureGovernance.Statistics.Forecasting;

/// <summary>The forecasts every other one has to beat.</summary>
public static class NaiveForecasts
{
    /// <summary>Repeats the last value of a series that is not empty.</summary>
    public static double[] Naive(IReadOnlyList<double> values, int horizon)
    {
        var mean = new double[horizon];
        Array.Fill(mean, values[^1]);
        return mean;
    }

    /// <summary>Repeats the last cycle; the last value where less than a cycle is known.</summary>
    public static double[] SeasonalNaive(IReadOnlyList<double> values, int period, int horizon)
    {
        if (values.Count < period) return Naive(values, horizon);
        var mean = new double[horizon];
        for (var h = 0; h < horizon; h++) mean[h] = values[values.Count - period + h % period];
        return mean;
    }

    /// <summary>Continues the straight line from the first to the last value.</summary>
    public static double[] Drift(IReadOnlyList<double> values, int horizon)
    {
        var slope = values.Count > 1 ? (values[^1] - values[0]) / (values.Count - 1) : 0;
        var mean = new double[horizon];
        for (var h = 0; h < horizon; h++) mean[h] = values[^1] + (h + 1) * slope;
        return mean;
    }
}
