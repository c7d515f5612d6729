using FeatureGovernance.Statistics.Forecasting;

namespace FeatureGovernance.UnitTests.Forecasting;

public sealed class EnsembleForecasterTests
{
    [Fact]
    public void A_trending_seasonal_series_is_continued()
    {
        var known = ReferenceSeries.AirPassengers[..132];
        var came = ReferenceSeries.AirPassengers[132..];

        var forecast = EnsembleForecaster.Forecast(new SeriesInput(known, 12, 12));

        var smape = forecast.Steps.Select((step, h) => 200 * Math.Abs(step.Mean - came[h]) / (step.Mean + came[h])).Average();
        smape.Should().BeLessThan(5);
        forecast.Members.Sum(member => member.Weight).Should().BeApproximately(1, 1e-9);
        forecast.Backtest!.Mase.Should().BeLessThan(forecast.Backtest.SeasonalNaiveMase);
    }

    [Fact]
    public void Intervals_nest_and_contain_the_mean()
    {
        var forecast = EnsembleForecaster.Forecast(new SeriesInput(ReferenceSeries.USAccDeaths, 12, 18));

        forecast.Steps.Should().OnlyContain(step =>
            step.Lower95 <= step.Lower80 && step.Lower80 <= step.Mean && step.Mean <= step.Upper80 && step.Upper80 <= step.Upper95);
    }

    [Fact]
    public void The_same_input_gives_the_same_forecast()
    {
        var input = new SeriesInput(ReferenceSeries.Nile, 1, 5);

        EnsembleForecaster.Forecast(input).Steps.Should().Equal(EnsembleForecaster.Forecast(input).Steps);
    }

    [Fact]
    public void The_unit_of_measurement_carries_through()
    {
        var one = EnsembleForecaster.Forecast(new SeriesInput(ReferenceSeries.UKgas, 4, 4)).Steps[3];
        var million = EnsembleForecaster.Forecast(new SeriesInput([.. ReferenceSeries.UKgas.Select(value => value * 1e6)], 4, 4)).Steps[3];

        (million.Mean / one.Mean / 1e6).Should().BeApproximately(1, 0.005);
        (million.Upper95 / one.Upper95 / 1e6).Should().BeApproximately(1, 0.01);
    }

    [Fact]
    public void One_observation_is_repeated_and_said_to_be_an_assumption()
    {
        var forecast = EnsembleForecaster.Forecast(new SeriesInput([40], 12, 3));

        forecast.Steps.Should().OnlyContain(step => step.Mean == 40 && step.Lower95 < 40 && step.Upper95 > 40);
        forecast.Notes.Should().ContainSingle(note => note.Contains("one observation"));
        forecast.Backtest.Should().BeNull();
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(9)]
    [InlineData(13)]
    [InlineData(25)]
    public void Short_series_get_finite_forecasts(int length)
    {
        foreach (var period in new[] { 1, 4, 12 })
        {
            var forecast = EnsembleForecaster.Forecast(new SeriesInput(ReferenceSeries.AirPassengers[..length], period, 18));
            forecast.Steps.Should().HaveCount(18).And.OnlyContain(step => double.IsFinite(step.Mean) && double.IsFinite(step.Lower95)
                && double.IsFinite(step.Upper95));
        }
    }

    [Theory]
    [InlineData(0.3, false)]
    [InlineData(0.3, true)]
    [InlineData(0, false)]
    public void The_year_of_daily_series_is_seen_beside_the_week_where_there_is_one(double swing, bool isCentred)
    {
        var random = new Random(4);
        var days = new double[1_155];
        var level = 500.0;
        for (var t = 0; t < days.Length; t++)
        {
            level *= 1.0002 + 0.01 * (random.NextDouble() - 0.5);
            days[t] = level * (1 + 0.2 * Math.Sin(2 * Math.PI * t / 7)) * (1 + swing * Math.Cos(2 * Math.PI * t / 365.25)) * (0.96 + 0.08 * random.NextDouble());
        }
        // Around zero the season adds instead of multiplying.
        var mean = isCentred ? days.Average() : 0;
        double[] known = [.. days[..1_095].Select(value => value - mean)];

        var forecast = EnsembleForecaster.Forecast(new SeriesInput(known, 7, 60));

        forecast.Steps.Select((step, h) => Math.Abs(step.Mean + mean - days[1_095 + h]) / days[1_095 + h]).Average()
            .Should().BeLessThan(isCentred ? 0.08 : 0.05);
    }

    [Fact]
    public void Series_that_grow_together_lend_each_other_their_growth()
    {
        var random = new Random(8);
        var series = Enumerable.Range(0, 60).Select(_ =>
        {
            var level = 100 + 900 * random.NextDouble();
            return new SeriesInput([.. Enumerable.Range(0, 12)
                .Select(year => level * Math.Pow(1.08, year) * Math.Exp(0.2 * (random.NextDouble() - 0.5)))], 1, 4);
        }).ToList();
        double Lag(IEnumerable<SeriesForecast> forecasts) =>
            forecasts.Zip(series).Average(pair => Math.Log(pair.First.Steps[3].Mean / pair.Second.Values.TakeLast(6).Average()) - 6.5 * Math.Log(1.08));

        var together = Lag(EnsembleForecaster.ForecastPool(series, 2));

        Math.Abs(together).Should().BeLessThan(Math.Abs(Lag(series.Select(EnsembleForecaster.Forecast))));
        Math.Abs(together).Should().BeLessThan(0.1);
    }

    [Fact]
    public void A_constant_series_stays_where_it_is()
    {
        var forecast = EnsembleForecaster.Forecast(new SeriesInput([.. Enumerable.Repeat(7.5, 40)], 12, 6));

        forecast.Steps.Should().OnlyContain(step => step.Mean == 7.5 && step.Lower95 == 7.5 && step.Upper95 == 7.5);
    }

    [Fact]
    public void All_zeros_are_forecast_as_zero() =>
        EnsembleForecaster.Forecast(new SeriesInput(new double[30], 7, 7)).Steps.Should().OnlyContain(step => step.Mean == 0 && step.Upper95 == 0);

    [Fact]
    public void Nothing_below_zero_is_forecast_where_nothing_below_zero_was_seen()
    {
        double[] falling = [.. Enumerable.Range(0, 30).Select(t => Math.Max(0, 60.0 - 2 * t + (t % 3)))];

        EnsembleForecaster.Forecast(new SeriesInput(falling, 1, 12)).Steps.Should().OnlyContain(step => step.Mean >= 0 && step.Lower95 >= 0);
    }

    [Fact]
    public void Negative_values_are_forecast_as_such()
    {
        double[] falling = [.. Enumerable.Range(0, 40).Select(t => 20.0 - 3 * t + (t % 2))];

        EnsembleForecaster.Forecast(new SeriesInput(falling, 1, 4)).Steps[3].Mean.Should().BeInRange(-115, -100);
    }

    [Fact]
    public void Huge_and_tiny_values_are_handled()
    {
        foreach (var factor in new[] { 1e200, 1e-200 })
        {
            var steps = EnsembleForecaster.Forecast(new SeriesInput([.. ReferenceSeries.Nile.Select(value => value * factor)], 1, 3)).Steps;
            steps.Should().OnlyContain(step => double.IsFinite(step.Upper95) && step.Mean / factor > 600 && step.Mean / factor < 1100);
        }
    }

    [Fact]
    public void Missing_values_are_filled_within_their_season_and_noted()
    {
        double[] holes = [.. ReferenceSeries.AirPassengers];
        foreach (var t in new[] { 0, 20, 67, 90, 91 }) holes[t] = double.NaN;

        var forecast = EnsembleForecaster.Forecast(new SeriesInput(holes, 12, 12));
        var whole = EnsembleForecaster.Forecast(new SeriesInput(ReferenceSeries.AirPassengers, 12, 12));

        forecast.Notes.Should().Contain(note => note.Contains("4 missing values filled"));
        forecast.Steps.Zip(whole.Steps).Should().OnlyContain(pair => Math.Abs(pair.First.Mean / pair.Second.Mean - 1) < 0.05);
    }

    [Fact]
    public void Trailing_missing_values_shift_the_forecast()
    {
        double[] late = [.. ReferenceSeries.AirPassengers[..141], double.NaN, double.NaN, double.NaN];

        var forecast = EnsembleForecaster.Forecast(new SeriesInput(late, 12, 12));
        var whole = EnsembleForecaster.Forecast(new SeriesInput(ReferenceSeries.AirPassengers, 12, 12));

        forecast.Steps.Should().HaveCount(12);
        forecast.Steps.Zip(whole.Steps).Should().OnlyContain(pair => Math.Abs(pair.First.Mean / pair.Second.Mean - 1) < 0.1);
    }

    [Fact]
    public void A_single_wild_value_does_not_sway_the_forecast()
    {
        double[] wild = [.. ReferenceSeries.Nile];
        wild[60] = 90_000;

        var forecast = EnsembleForecaster.Forecast(new SeriesInput(wild, 1, 3));

        forecast.Notes.Should().Contain(note => note.Contains("outlier"));
        forecast.Steps[0].Mean.Should().BeInRange(700, 950);
    }

    [Fact]
    public void A_lasting_step_moves_the_forecast_to_the_new_level()
    {
        var random = new Random(5);
        double[] stepped = [.. Enumerable.Range(0, 60).Select(t => (t < 40 ? 100 : 300) + random.NextDouble())];

        var forecast = EnsembleForecaster.Forecast(new SeriesInput(stepped, 1, 6));

        forecast.Notes.Should().Contain(note => note.Contains("observation 40"));
        forecast.Steps.Should().OnlyContain(step => Math.Abs(step.Mean - 300.5) < 2 && step.Upper95 - step.Lower95 < 20);
    }

    [Fact]
    public void Intermittent_demand_gets_a_level()
    {
        var random = new Random(11);
        double[] demand = [.. Enumerable.Range(0, 80).Select(_ => random.NextDouble() < 0.25 ? 1.0 + random.Next(5) : 0)];

        var forecast = EnsembleForecaster.Forecast(new SeriesInput(demand, 12, 6));

        forecast.Members.Select(member => member.Member).Should().Contain(["sba", "tsb"]);
        forecast.Steps.Should().OnlyContain(step => Math.Abs(step.Mean - demand.Average()) < 0.5 && step.Lower95 >= 0);
    }

    [Fact]
    public void Infinite_values_are_refused_by_position()
    {
        var act = () => EnsembleForecaster.Forecast(new SeriesInput([1, 2, double.PositiveInfinity, 4], 1, 2));

        act.Should().Throw<ArgumentException>().WithMessage("Value 3 is infinite*");
    }

    [Theory]
    [InlineData(1023)]
    [InlineData(-1040)]
    public void Values_near_the_ends_of_what_a_double_holds_are_forecast_as_others_are(int power)
    {
        double[] usual = [.. Enumerable.Range(0, 24).Select(t => 1 + t % 4 / 16.0 + t / 64.0)];

        var here = EnsembleForecaster.Forecast(new SeriesInput(usual, 4, 4));
        var there = EnsembleForecaster.Forecast(new SeriesInput([.. usual.Select(value => Math.ScaleB(value / 2, power))], 4, 4));

        there.Steps.Zip(here.Steps).Should().OnlyContain(pair =>
            Math.Abs(Math.ScaleB(pair.First.Mean, -power / 2) * 2 / Math.ScaleB(pair.Second.Mean, power - power / 2) - 1) < 1e-6);
    }

    [Fact]
    public void No_bound_is_infinite_however_far_values_lie_apart()
    {
        double[] wild = [.. Enumerable.Range(0, 24).Select(t => t % 2 == 0 ? 1e-300 : t % 3 == 0 ? -1.7e308 : 1.7e308)];
        double[] wide = [.. Enumerable.Range(0, 24).Select(t => t % 2 == 0 ? 1e-88 : 1e88)];

        foreach (var values in new[] { wild, wide, [.. wild.Select(Math.Abs)] })
            EnsembleForecaster.Forecast(new SeriesInput(values, 4, 8)).Steps.Should().OnlyContain(step =>
                double.IsFinite(step.Mean) && step.Mean >= step.Lower95 && step.Mean <= step.Upper95 && double.IsFinite(step.Lower95)
                    && double.IsFinite(step.Upper95));
    }

    [Fact]
    public void A_series_without_a_value_is_refused()
    {
        var act = () => EnsembleForecaster.Forecast(new SeriesInput([double.NaN, double.NaN], 1, 2));

        act.Should().Throw<ArgumentException>().WithMessage("The series has no value*");
    }

    [Fact]
    public void Intervals_of_a_known_process_cover_what_they_claim()
    {
        var random = new Random(17);
        var inputs = new List<SeriesInput>();
        var futures = new List<double[]>();
        for (var i = 0; i < 150; i++)
        {
            var level = 500.0;
            double[] walk = [.. Enumerable.Range(0, 66).Select(_ => level += 10 * Normal(random))];
            inputs.Add(new SeriesInput(walk[..60], 1, 6));
            futures.Add(walk[60..]);
        }

        var forecasts = EnsembleForecaster.ForecastPool(inputs, 2);

        double Share(Func<ForecastStep, double, bool> inside) =>
            forecasts.Zip(futures, (forecast, future) => forecast.Steps.Zip(future).Count(pair => inside(pair.First, pair.Second)) / 6.0).Average();
        Share((step, value) => value >= step.Lower80 && value <= step.Upper80).Should().BeInRange(0.74, 0.88);
        Share((step, value) => value >= step.Lower95 && value <= step.Upper95).Should().BeInRange(0.91, 0.985);
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
