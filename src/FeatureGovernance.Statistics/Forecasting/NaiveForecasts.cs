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

    /// <summary>Standard errors of <see cref="Naive"/>: a random walk with the steps seen.</summary>
    internal static double[] StandardErrors(double[] values, int horizon) => Walk(StepVariance(values, 0), horizon, 0);

    /// <summary>Standard errors of <see cref="Drift"/>, the slope's own included.</summary>
    internal static double[] DriftStandardErrors(double[] values, int horizon)
    {
        var steps = Math.Max(values.Length - 1, 1);
        return Walk(StepVariance(values, (values[^1] - values[0]) / steps), horizon, 1.0 / steps);
    }

    private static double StepVariance(double[] values, double slope)
    {
        var sum = 0.0;
        for (var t = 1; t < values.Length; t++) sum += Math.Pow(values[t] - values[t - 1] - slope, 2);
        return sum / Math.Max(values.Length - 1, 1);
    }

    private static double[] Walk(double variance, int horizon, double growth)
    {
        var errors = new double[horizon];
        for (var h = 1; h <= horizon; h++) errors[h - 1] = Math.Sqrt(variance * h * (1 + h * growth));
        return errors;
    }
}
