using FeatureGovernance.Statistics.Forecasting;
using FeatureGovernance.Statistics.Forecasting.Regression;

namespace FeatureGovernance.UnitTests.Forecasting;

/// <summary>Simulated series that follow a driver, or do not.</summary>
public class DrivenForecasterTests
{
    private const int Months = 48;
    private const int Ahead = 12;
    private static readonly double[] Traffic = Wandering(new Random(7), Months + Ahead, 0.08);

    [Fact]
    public void A_series_that_follows_a_driver_is_forecast_by_what_is_stated_of_it()
    {
        var series = Following(0.8, 0.02);

        var driven = Forecast(series[..Months], Traffic[Months..]);

        var response = driven.Responses.Single();
        response.Coefficient.Should().BeApproximately(0.8, 0.1);
        (response.IsElasticity, response.IsStated).Should().Be((true, true));
        response.Weight.Should().BeGreaterThan(0.6).And.BeLessThan(1);
        Error(driven.Forecast, series).Should().BeLessThan(Error(Plain(series[..Months]), series) / 2);
        response.Changed(Traffic[^1], 0.2).Should().BeApproximately(1 + response.Weight * (Math.Pow(1.2, response.Coefficient) - 1), 1e-12);
    }

    [Fact]
    public void A_driver_that_tells_nothing_changes_nothing()
    {
        var series = Array.ConvertAll(Wandering(new Random(11), Months, 0.03), value => 50 * value);

        var driven = Forecast(series, Traffic[Months..]);

        var plain = Plain(series);
        driven.Responses.Single().Weight.Should().BeLessThan(0.35);
        driven.Forecast.Steps.Zip(plain.Steps).Should().OnlyContain(pair => Math.Abs(pair.First.Mean - pair.Second.Mean) < 0.05 * pair.Second.Mean);
    }

    [Fact]
    public void A_driver_that_must_be_forecast_itself_widens_the_interval()
    {
        var series = Following(0.8, 0.02)[..Months];

        var stated = Forecast(series, Traffic[Months..]).Forecast.Steps[^1];
        var unstated = Forecast(series, [.. Enumerable.Repeat(double.NaN, Ahead)]);

        unstated.Responses.Single().IsStated.Should().BeFalse();
        var step = unstated.Forecast.Steps[^1];
        ((step.Upper80 - step.Lower80) / step.Mean).Should().BeGreaterThan((stated.Upper80 - stated.Lower80) / stated.Mean);
    }

    [Fact]
    public void What_a_driver_cannot_be_used_for_is_told()
    {
        var series = Following(0.8, 0.02)[..Months];

        Note([.. series[..^1], 0], Traffic).Should().Contain("steps of 0");
        Note(series, [.. Enumerable.Repeat(double.NaN, Months), .. Traffic[Months..]]).Should().Contain("not observed");
        Note(series, [.. Enumerable.Repeat(double.NaN, Months - 10), .. Traffic[(Months - 10)..]]).Should().Contain("steps in common");
        Note(series, [.. Enumerable.Repeat(3.0, Months + Ahead)]).Should().Contain("cannot tell");
        var infinite = () => Forecast(series, [double.PositiveInfinity, .. Traffic[(Months + 1)..]]);
        infinite.Should().Throw<ArgumentException>().WithMessage("*infinite*");

        static string Note(double[] series, double[] traffic) => Forecast(series, traffic[Months..], traffic[..Months]).Forecast.Notes[^1];
    }

    [Fact]
    public void Gaps_in_a_driver_and_autocorrelated_errors_leave_its_effect_to_be_found()
    {
        var random = new Random(5);
        var (traffic, noise) = (Wandering(random, 120, 0.05), Wandering(random, 120, 0.01));
        double[] logarithms = [.. traffic.Zip(noise, (one, error) => 0.6 * Math.Log(one) + Math.Log(error))];
        logarithms[17] = double.NaN;

        DriverEffects.Estimate(logarithms, [Array.ConvertAll(traffic, Math.Log)], 12)!.Single().Should().BeApproximately(0.6, 0.05);
    }

    private static double[] Following(double elasticity, double noise)
    {
        var random = new Random(3);
        return Array.ConvertAll(Traffic, value => 100 * Math.Pow(value, elasticity) * Math.Exp(noise * Normal(random)));
    }

    private static DrivenForecast Forecast(double[] series, double[] future, double[]? history = null) =>
        DrivenForecaster.Forecast(new(series, 12, Ahead), [new("traffic", history ?? Traffic[..Months], future)], Plain(series));

    private static SeriesForecast Plain(double[] series) => EnsembleForecaster.Forecast(new(series, 12, Ahead));

    private static double Error(SeriesForecast forecast, double[] series) =>
        forecast.Steps.Select((step, h) => Math.Abs(series[Months + h] - step.Mean)).Average();

    private static double[] Wandering(Random random, int steps, double deviation)
    {
        var values = new double[steps];
        for (var t = 0; t < steps; t++)
            values[t] = (t == 0 ? 1 : values[t - 1]) * Math.Exp(deviation * Normal(random));
        return values;
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
