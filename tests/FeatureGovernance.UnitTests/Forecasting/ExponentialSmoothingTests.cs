using FeatureGovernance.Statistics.Forecasting.Smoothing;

namespace FeatureGovernance.UnitTests.Forecasting;

/// <summary>Reference values: R 4.2.2, package forecast 8.20, ets() with the model named.</summary>
public sealed class ExponentialSmoothingTests
{
    private static readonly EtsShape SimpleAdditive = new(EtsComponent.Additive, false, false, EtsComponent.None);

    [Fact]
    public void Simple_smoothing_of_the_nile_agrees_with_R()
    {
        var model = EtsModel.Fit(ReferenceSeries.Nile, 1, SimpleAdditive)!;

        model.LogLikelihood.Should().BeApproximately(-726.390520, 0.001);
        model.Aicc.Should().BeApproximately(1459.03104, 0.002);
        model.Alpha.Should().BeApproximately(0.245534, 0.002);
        model.Variance.Should().BeApproximately(20802.8, 1);
        model.Forecast(3).Should().OnlyContain(value => Math.Abs(value - 805.3813) < 0.5);
    }

    [Fact]
    public void Multiplicative_errors_of_the_nile_agree_with_R()
    {
        var model = EtsModel.Fit(ReferenceSeries.Nile, 1, SimpleAdditive with { Error = EtsComponent.Multiplicative })!;

        model.LogLikelihood.Should().BeApproximately(-726.150958, 0.005);
        model.Alpha.Should().BeApproximately(0.1514, 0.003);
        model.Forecast(1)[0].Should().BeApproximately(838.875, 1);
    }

    [Theory]
    [InlineData(true, -352.865490, new[] { 218.366335, 217.035069, 215.950143 })]
    [InlineData(false, -359.346865, new[] { 217.999399, 215.998998, 213.998597 })]
    public void Trend_models_of_internet_users_are_at_least_as_likely_as_those_of_R_and_forecast_alike(bool damped, double likelihood, double[] forecast)
    {
        var model = EtsModel.Fit(ReferenceSeries.WWWusage, 1, new EtsShape(EtsComponent.Additive, true, damped, EtsComponent.None))!;

        model.LogLikelihood.Should().BeInRange(likelihood - 0.01, likelihood + 2);
        model.Forecast(3).Should().Equal(forecast, (ours, theirs) => Math.Abs(ours / theirs - 1) < 0.01);
    }

    /// <summary>Seasonal likelihoods have some twenty parameters; R stops its search early, so ours must be at least as high.</summary>
    [Theory]
    [InlineData("deaths", 12, -555.0724, new[] { 8397.50, 7599.22, 8396.59, 8646.51 }, 0.02)]
    [InlineData("gas", 4, -618.3608, new[] { 1258.82, 652.62, 357.20, 878.95 }, 0.04)]
    public void Seasonal_models_are_at_least_as_likely_as_those_of_R_and_forecast_alike(
        string name, int period, double likelihood, double[] forecast, double tolerance)
    {
        var (series, shape) = name == "deaths"
            ? (ReferenceSeries.USAccDeaths, new EtsShape(EtsComponent.Additive, false, false, EtsComponent.Additive))
            : (ReferenceSeries.UKgas, new EtsShape(EtsComponent.Multiplicative, true, false, EtsComponent.Multiplicative));

        var model = EtsModel.Fit(series, period, shape)!;

        model.LogLikelihood.Should().BeGreaterThan(likelihood - 0.5);
        model.Forecast(4).Should().Equal(forecast, (ours, theirs) => Math.Abs(ours / theirs - 1) < tolerance);
    }

    [Theory]
    [InlineData("lake", "ETS(A,N,N)")]
    [InlineData("nile", "ETS(M,N,N)")]
    [InlineData("users", "ETS(A,Ad,N)")]
    public void Automatic_choice_agrees_with_R(string name, string expected)
    {
        var series = name switch { "lake" => ReferenceSeries.LakeHuron, "nile" => ReferenceSeries.Nile, _ => ReferenceSeries.WWWusage };

        EtsModel.Choose(series, 1)!.Shape.ToString().Should().Be(expected);
    }

    [Fact]
    public void Data_that_are_not_positive_get_additive_models_only()
    {
        double[] series = [.. ReferenceSeries.Nile.Select(value => value - 1000)];

        EtsModel.Choose(series, 1)!.Shape.Error.Should().Be(EtsComponent.Additive);
    }

    [Fact]
    public void The_unit_of_measurement_does_not_change_the_model()
    {
        var small = EtsModel.Fit(ReferenceSeries.Nile, 1, SimpleAdditive)!;
        var large = EtsModel.Fit([.. ReferenceSeries.Nile.Select(value => value * 1e9)], 1, SimpleAdditive)!;

        large.Alpha.Should().BeApproximately(small.Alpha, 1e-6);
        large.Forecast(1)[0].Should().BeApproximately(small.Forecast(1)[0] * 1e9, 1e4);
    }
}
