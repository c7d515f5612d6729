using FeatureGovernance.Cli.Forecasting;
using FeatureGovernance.Statistics.Forecasting;
using FeatureGovernance.Tests;

namespace FeatureGovernance.UnitTests.Forecasting;

/// <summary>Accuracy and coverage on a sample of public competition series; the whole table is in docs/forecasting.md.</summary>
public sealed class CompetitionAccuracyTests
{
    /// <summary>Every tenth series of the M-competition.</summary>
    [Fact]
    public void A_tenth_of_the_M_competition_is_forecast_well_within_calibrated_intervals()
    {
        var series = LongSeriesFile.Read(SharedData.Path("m1", "m1.csv.gz")).Where((_, at) => at % 10 == 0).ToList();

        var (smape, naive, in80, in95) = Score(series);

        smape.Should().BeLessThan(17);
        smape.Should().BeLessThan(0.9 * naive);
        in80.Should().BeInRange(0.74, 0.88);
        in95.Should().BeInRange(0.90, 0.98);
    }

    [Fact]
    public void Quarterly_tourism_beats_the_seasonal_naive_method()
    {
        var series = LongSeriesFile.Read(SharedData.Path("tourism", "tourism.csv.gz")).Where(one => one.Frequency == 4).Where((_, at) => at % 8 == 0).ToList();

        var (smape, naive, in80, _) = Score(series);

        smape.Should().BeLessThan(0.93 * naive);
        in80.Should().BeInRange(0.74, 0.92);
    }

    private static (double Smape, double Naive, double In80, double In95) Score(List<LongSeries> series)
    {
        double smape = 0, naive = 0, in80 = 0, in95 = 0, steps = 0;
        foreach (var kind in series.GroupBy(one => one.Kind))
        {
            var members = kind.ToList();
            var forecasts = EnsembleForecaster.ForecastPool(members.ConvertAll(one => new SeriesInput(one.Train, one.Frequency, one.Test.Count)),
                Environment.ProcessorCount);
            for (var i = 0; i < members.Count; i++)
            {
                var (one, forecast) = (members[i], forecasts[i].Steps);
                smape += Smape(one.Test, [.. forecast.Select(step => step.Mean)]) / series.Count;
                naive += Smape(one.Test, NaiveForecasts.SeasonalNaive(one.Train, one.Frequency, one.Test.Count)) / series.Count;
                in80 += forecast.Zip(one.Test).Count(pair => pair.Second >= pair.First.Lower80 && pair.Second <= pair.First.Upper80);
                in95 += forecast.Zip(one.Test).Count(pair => pair.Second >= pair.First.Lower95 && pair.Second <= pair.First.Upper95);
                steps += forecast.Count;
            }
        }
        return (smape, naive, in80 / steps, in95 / steps);
    }

    private static double Smape(IReadOnlyList<double> actual, double[] forecast) =>
        actual.Select((value, h) => Math.Abs(value) + Math.Abs(forecast[h]) is > 0 and var size ? 200 * Math.Abs(value - forecast[h]) / size : 0).Average();
}
