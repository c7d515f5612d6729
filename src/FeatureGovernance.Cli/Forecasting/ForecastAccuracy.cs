using FeatureGovernance.Statistics.Forecasting;

namespace FeatureGovernance.Cli.Forecasting;

/// <summary>Compares forecasts with what came.</summary>
internal static class ForecastAccuracy
{
    public static void Print(TextWriter writer, IReadOnlyList<LongSeries> series, IReadOnlyList<SeriesForecast> forecasts)
    {
        var scores = series.Zip(forecasts, Score).Where(score => score.Steps > 0).ToList();
        writer.WriteLine($"{"kind",-12}{"series",8}{"sMAPE",9}{"MASE",8}{"cover80",9}{"cover95",9}");
        foreach (var kind in scores.GroupBy(score => score.Kind)) Line(kind.Key, [.. kind]);
        Line("all", scores);

        void Line(string name, List<(string Kind, int Steps, double Smape, double Mase, double In80, double In95)> group)
        {
            if (group.Count == 0) return;
            var mase = group.Where(score => double.IsFinite(score.Mase)).Select(score => score.Mase).DefaultIfEmpty(double.NaN).Average();
            var steps = (double)group.Sum(score => score.Steps);
            writer.WriteLine(
                $"{name,-12}{group.Count,8}{group.Average(score => score.Smape),9:F3}{mase,8:F3}{group.Sum(score => score.In80) / steps,9:P1}{group.Sum(score => score.In95) / steps,9:P1}");
        }
    }

    private static (string Kind, int Steps, double Smape, double Mase, double In80, double In95) Score(LongSeries series, SeriesForecast forecast)
    {
        double naive = 0, count = 0, smape = 0, error = 0, in80 = 0, in95 = 0;
        var steps = 0;
        for (var t = series.Frequency; t < series.Train.Count; t++)
        {
            var move = Math.Abs(series.Train[t] - series.Train[t - series.Frequency]);
            if (double.IsNaN(move)) continue;
            naive += move;
            count++;
        }
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
        return (series.Kind, steps, steps > 0 ? smape / steps : 0, error / steps / (naive / count), in80, in95);
    }
}
