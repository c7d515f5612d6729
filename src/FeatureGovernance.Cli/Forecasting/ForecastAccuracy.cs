using FeatureGovernance.Statistics.Forecasting;

namespace FeatureGovernance.Cli.Forecasting;

/// <summary>How a forecast fared against what came.</summary>
/// <param name="Kind">The file's word for the series' period.</param>
/// <param name="Steps">Steps that could be compared.</param>
/// <param name="Smape">Mean over the steps of 200·|error| / (|actual| + |forecast|), in percent.</param>
/// <param name="Mase">Mean absolute error in units of the mean absolute change over a cycle of what was known (Hyndman and Koehler 2006).</param>
/// <param name="In80">Steps inside the 80 % interval.</param>
/// <param name="In95">Steps inside the 95 % interval.</param>
internal sealed record ForecastAccuracy(string Kind, int Steps, double Smape, double Mase, int In80, int In95)
{
    public static ForecastAccuracy Of(LongSeries series, SeriesForecast forecast)
    {
        double smape = 0, error = 0;
        int steps = 0, in80 = 0, in95 = 0;
        for (var h = 0; h < Math.Min(series.Test.Count, forecast.Steps.Count); h++)
        {
            var (actual, step) = (series.Test[h], forecast.Steps[h]);
            if (double.IsNaN(actual)) continue;
            steps++;
            var size = Math.Abs(actual) + Math.Abs(step.Mean);
            smape += size > 0 ? 200 * Math.Abs(actual - step.Mean) / size : 0;
            error += Math.Abs(actual - step.Mean);
            in80 += actual >= step.Lower80 && actual <= step.Upper80 ? 1 : 0;
            in95 += actual >= step.Lower95 && actual <= step.Upper95 ? 1 : 0;
        }
        return new ForecastAccuracy(series.Kind, steps, steps > 0 ? smape / steps : 0, error / steps / MeanChange(series.Train, series.Frequency), in80, in95);
    }

    /// <summary>A table of the kinds of series and of all together; series without anything to compare are left out.</summary>
    public static void Print(TextWriter writer, IReadOnlyList<LongSeries> series, IReadOnlyList<SeriesForecast> forecasts)
    {
        var scores = series.Zip(forecasts, Of).Where(score => score.Steps > 0).ToList();
        writer.WriteLine($"{"kind",-12}{"series",8}{"sMAPE",9}{"MASE",8}{"cover80",9}{"cover95",9}");
        foreach (var kind in scores.GroupBy(score => score.Kind)) Line(kind.Key, [.. kind]);
        Line("all", scores);

        void Line(string name, List<ForecastAccuracy> group)
        {
            if (group.Count == 0) return;
            var mean = Mean(name, group);
            writer.WriteLine($"{name,-12}{group.Count,8}{mean.Smape,9:F3}{mean.Mase,8:F3}{mean.Share80,9:P1}{mean.Share95,9:P1}");
        }
    }

    /// <summary>Means over series, each counting alike, and shares of all steps; a MASE without a scale is left out.</summary>
    public static (string Kind, double Smape, double Mase, double Share80, double Share95) Mean(string kind, IReadOnlyList<ForecastAccuracy> scores)
    {
        var steps = (double)scores.Sum(score => score.Steps);
        return (kind, scores.Average(score => score.Smape),
            scores.Where(score => double.IsFinite(score.Mase)).Select(score => score.Mase).DefaultIfEmpty(double.NaN).Average(),
            scores.Sum(score => score.In80) / steps, scores.Sum(score => score.In95) / steps);
    }

    /// <summary>Mean absolute change over a cycle; missing values are passed over.</summary>
    public static double MeanChange(IReadOnlyList<double> values, int frequency) => Enumerable.Range(frequency, Math.Max(values.Count - frequency, 0))
        .Select(t => Math.Abs(values[t] - values[t - frequency])).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average();
}
