namespace FeatureGovernance.Statistics.Forecasting;

/// <summary>
/// Whole futures drawn from a forecast: each step has the forecast's mean and intervals, neighbouring steps are correlated as their
/// backtest errors were, so that sums over steps (a quarter of days) get intervals of their own.
/// </summary>
public static class SamplePaths
{
    private const double Normal80 = 1.2815515655446004;
    private const double Normal95 = 1.959963984540054;

    /// <summary>Draws <paramref name="count"/> paths, each as long as the forecast.</summary>
    public static double[][] Draw(SeriesForecast forecast, int count, Random random) =>
        Follow(forecast.Steps, Shocks(forecast.StepCorrelation, forecast.Steps.Count, count, random));

    /// <summary>
    /// Standard normal shocks, correlated from step to step. Series that move together are drawn from shocks that are mixed: √ρ of
    /// shocks they share and √(1 − ρ) of each one's own.
    /// </summary>
    public static double[][] Shocks(double stepCorrelation, int steps, int count, Random random)
    {
        var fresh = Math.Sqrt(1 - stepCorrelation * stepCorrelation);
        var shocks = new double[count][];
        for (var i = 0; i < count; i++)
        {
            shocks[i] = new double[steps];
            for (var h = 0; h < steps; h++) shocks[i][h] = h == 0 ? Gaussian(random) : stepCorrelation * shocks[i][h - 1] + fresh * Gaussian(random);
        }
        return shocks;
    }

    /// <summary>The paths that given standard normal shocks lead to; the shocks are overwritten by them.</summary>
    public static double[][] Follow(IReadOnlyList<ForecastStep> steps, double[][] shocks)
    {
        foreach (var path in shocks)
            for (var h = 0; h < path.Length; h++) path[h] = At(steps[h], path[h]);
        return shocks;
    }

    /// <summary>The path's values added up over blocks: block i holds the steps from the sum of the lengths before it.</summary>
    /// <exception cref="ArgumentException">The lengths reach beyond the path.</exception>
    public static double[] Sum(IReadOnlyList<double> path, IReadOnlyList<int> blockLengths)
    {
        if (blockLengths.Sum() > path.Count) throw new ArgumentException("The blocks reach beyond the path.", nameof(blockLengths));
        var sums = new double[blockLengths.Count];
        var at = 0;
        for (var b = 0; b < sums.Length; b++)
            for (var k = 0; k < blockLengths[b]; k++) sums[b] += path[at++];
        return sums;
    }

    /// <summary>The quantile (0 to 1) of a sample that is not empty, linear between order statistics.</summary>
    public static double Quantile(IEnumerable<double> sample, double probability)
    {
        var sorted = sample.ToArray();
        Array.Sort(sorted);
        var position = probability * (sorted.Length - 1);
        var before = (int)position;
        var after = Math.Min(before + 1, sorted.Length - 1);
        return sorted[before] + (sorted[after] - sorted[before]) * (position - before);
    }

    /// <summary>The step's value at a standard normal shock: straight between the mean and the interval ends, and on beyond them.</summary>
    private static double At(ForecastStep step, double shock)
    {
        var size = Math.Abs(shock);
        var (near, far) = shock < 0 ? (step.Lower80, step.Lower95) : (step.Upper80, step.Upper95);
        var value = size <= Normal80
            ? step.Mean + (near - step.Mean) * size / Normal80
            : near + (far - near) * (size - Normal80) / (Normal95 - Normal80);
        // A lower end that was cut at zero stays there.
        return shock < 0 && step.Lower95 == 0 ? Math.Max(value, 0) : value;
    }

    private static double Gaussian(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
