using FeatureGovernance.Statistics.Forecasting;
using FeatureGovernance.Statistics.Forecasting.Ensemble;

namespace FeatureGovernance.UnitTests.Forecasting;

/// <summary>What series learn from each other's windows.</summary>
public sealed class PoolMemoryTests
{
    [Fact]
    public void An_autoregression_that_all_share_is_recovered()
    {
        var random = new Random(1);
        var series = Enumerable.Range(0, 60).Select(_ => Wandering(random, 40)).ToList();

        var model = PooledAutoregression.Learn(series, lags: 3, basis: 1, horizon: 3)!;

        // Changes that keep 0.6 of the one before: after a step of 1 come 0.6, 0.36 and 0.216 more.
        var flat = Enumerable.Repeat(5.0, 20).Append(6).ToArray();
        var ahead = model.Follow(flat);
        ahead[0].Should().BeApproximately(6.6, 0.12);
        ahead[1].Should().BeApproximately(6.96, 0.2);
        ahead[2].Should().BeApproximately(7.18, 0.3);
    }

    [Fact]
    public void A_few_wild_series_do_not_lead_the_pool_astray()
    {
        var random = new Random(2);
        var series = Enumerable.Range(0, 60).Select(i => Wandering(random, 40, i < 3 ? 50 : 1)).ToList();

        PooledAutoregression.Learn(series, lags: 2, basis: 1, horizon: 1)!.Follow([5, 5, 5, 5, 6])[0].Should().BeApproximately(6.6, 0.15);
    }

    [Fact]
    public void Too_few_windows_teach_nothing() =>
        PooledAutoregression.Learn([[1, 2, 3, 4, 5]], lags: 2, basis: 1, horizon: 2).Should().BeNull();

    [Fact]
    public void The_season_of_the_pool_reaches_a_series_too_short_to_know_its_own()
    {
        var random = new Random(3);
        SeriesInput Quarters(int length) =>
            new([.. Enumerable.Range(0, length).Select(t => 100 * (t % 4 == 3 ? 1.6 : 0.8) * (1 + 0.03 * random.NextDouble()))], 4, 4);
        List<SeriesInput> pool = [.. Enumerable.Range(0, 40).Select(_ => Quarters(32)), Quarters(8)];

        var alone = EnsembleForecaster.Forecast(pool[^1]);
        var together = EnsembleForecaster.ForecastPool(pool, 2)[^1];

        double Contrast(SeriesForecast forecast) => forecast.Steps[3].Mean / forecast.Steps[1].Mean;
        Math.Abs(Contrast(together) - 2).Should().BeLessThan(Math.Abs(Contrast(alone) - 2));
    }

    [Fact]
    public void Hours_have_a_week_beside_their_day()
    {
        var random = new Random(4);
        double At(int t) => 100 * (1 + 0.4 * Math.Sin(2 * Math.PI * t / 24)) * (t / 24 % 7 >= 5 ? 0.5 : 1);
        var known = Enumerable.Range(0, 8 * 168).Select(t => At(t) * (1 + 0.05 * (random.NextDouble() - 0.5))).ToArray();

        var season = LongerSeason.Find(known, 24, 168, positive: true)!;

        var left = season.Remove(known);
        (left[..24].Average() / left[120..144].Average()).Should().BeApproximately(1, 0.1, "weekends are no lower once the week is taken out");
        LongerSeason.Find([.. Enumerable.Range(0, 8 * 168).Select(_ => 100 + random.NextDouble())], 24, 24, positive: true).Should().BeNull();
    }

    private static double[] Wandering(Random random, int length, double wild = 1)
    {
        var values = new double[length];
        var change = 0.0;
        values[0] = 5;
        for (var t = 1; t < length; t++) values[t] = values[t - 1] + (change = 0.6 * change + 0.2 * wild * (random.NextDouble() + random.NextDouble() - 1));
        return values;
    }
}
