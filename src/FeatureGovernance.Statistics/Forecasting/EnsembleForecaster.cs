using FeatureGovernance.Statistics.Forecasting.Ensemble;

namespace FeatureGovernance.Statistics.Forecasting;

/// <summary>
/// Automatic forecasts with calibrated intervals: Theta (plain, logarithmic and over blocks), exponential smoothing, ARIMA and complex
/// smoothing, combined by rolling-origin backtest with shrinkage to their median. Series of one kind calibrate each other's intervals.
/// The result depends on the input alone: nothing is drawn at random.
/// </summary>
public static class EnsembleForecaster
{
    /// <summary>Forecasts one series; its intervals rest on its own backtest and on the reach common to public competition
    /// series.</summary>
    /// <exception cref="ArgumentException">A value is infinite, none is present, or period or horizon is below 1.</exception>
    public static SeriesForecast Forecast(SeriesInput input)
    {
        var magnitude = Magnitude.Of(input.Values);
        return Magnitude.Restored(PoolCalibration.Forecast([SeriesAnalysis.Of(Magnitude.Reduced(input, magnitude))])[0], magnitude);
    }

    /// <summary>
    /// Forecasts series of one kind (alike in period and in where they come from), in parallel; each series' interval also rests on the
    /// backtests of the others. The order of the results is that of the input.
    /// </summary>
    /// <param name="inputs">The series.</param>
    /// <param name="parallelism">How many may be worked on at once.</param>
    /// <param name="done">Called after each series with how many are done, possibly from several threads; null where nobody
    /// watches.</param>
    /// <exception cref="ArgumentException">As for one series.</exception>
    public static IReadOnlyList<SeriesForecast> ForecastPool(IReadOnlyList<SeriesInput> inputs, int parallelism, Action<int>? done = null)
    {
        if (inputs.Count == 0) return [];
        var analyses = new SeriesAnalysis[inputs.Count];
        var magnitudes = new int[inputs.Count];
        var finished = 0;
        Parallel.For(0, inputs.Count, new ParallelOptions { MaxDegreeOfParallelism = parallelism }, i =>
        {
            magnitudes[i] = Magnitude.Of(inputs[i].Values);
            analyses[i] = SeriesAnalysis.Of(Magnitude.Reduced(inputs[i], magnitudes[i]));
            done?.Invoke(Interlocked.Increment(ref finished));
        });
        return [.. PoolCalibration.Forecast(analyses).Zip(magnitudes, Magnitude.Restored)];
    }
}
