namespace FeatureGovernance.Statistics.Forecasting;

/// <summary>
/// Brings series whose sums or squares would leave the range of a double near 1, by a power of two, which loses nothing, and their
/// forecasts back. Other series are left as they are.
/// </summary>
internal static class Magnitude
{
    /// <summary>Powers of two, either way, that need no help.</summary>
    private const int Usual = 300;

    /// <summary>The power of two that the series is to be divided by; 0 for usual ones.</summary>
    public static int Of(IReadOnlyList<double> values)
    {
        var largest = 0.0;
        foreach (var value in values)
            if (double.IsFinite(value)) largest = Math.Max(largest, Math.Abs(value));
        if (largest == 0) return 0;
        var power = Math.ILogB(largest);
        return Math.Abs(power) > Usual ? power : 0;
    }

    public static SeriesInput Reduced(SeriesInput input, int power) =>
        power == 0 ? input : input with { Values = [.. input.Values.Select(value => Math.ScaleB(value, -power))] };

    /// <summary>The forecast in the unit of the series; what would be beyond the largest double is that.</summary>
    public static SeriesForecast Restored(SeriesForecast forecast, int power)
    {
        return power == 0 ? forecast : forecast with
        {
            Steps = [.. forecast.Steps.Select(step => new ForecastStep(Put(step.Mean), Put(step.Lower80), Put(step.Upper80), Put(step.Lower95), Put(step.Upper95)))],
            PastErrors = [.. forecast.PastErrors.Select(Put)],
        };

        double Put(double value) => Math.Clamp(Math.ScaleB(value, power), -double.MaxValue, double.MaxValue);
    }
}
