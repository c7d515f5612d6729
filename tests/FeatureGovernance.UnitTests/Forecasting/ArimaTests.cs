using FeatureGovernance.Statistics.Forecasting.Arima;

namespace FeatureGovernance.UnitTests.Forecasting;

/// <summary>Reference values: R 4.2.2, package forecast 8.20, Arima(method = "ML") and auto.arima().</summary>
public sealed class ArimaTests
{
    private static readonly double[] LogAirPassengers = [.. ReferenceSeries.AirPassengers.Select(value => Math.Log(value))];

    [Fact]
    public void Autoregression_with_mean_of_lake_huron_agrees_with_R()
    {
        var model = ArimaModel.Fit(ReferenceSeries.LakeHuron, new ArimaOrder(2, 0, 0, 0, 0, 0, 1, true))!;

        model.LogLikelihood.Should().BeApproximately(-103.633223, 1e-4);
        model.Aicc.Should().BeApproximately(215.696553, 2e-4);
        model.ArCoefficients.Should().Equal([1.043611, -0.249493], (ours, theirs) => Math.Abs(ours - theirs) < 2e-3);
        model.Mean.Should().BeApproximately(579.047264, 5e-3);
        model.Forecast(3).Should().Equal([579.789548, 579.594198, 579.432855], (ours, theirs) => Math.Abs(ours - theirs) < 5e-3);
        model.StandardErrors(3).Should().Equal([0.702810, 1.015827, 1.174786], (ours, theirs) => Math.Abs(ours - theirs) < 0.01);
    }

    [Theory]
    [InlineData(3, 0, -251.996992, new[] { 219.660799, 219.229871, 218.276591 }, new[] { 3.107414, 7.372026, 11.441227 })]
    [InlineData(1, 1, -254.149736, new[] { 218.880506, 218.152411, 217.678874 }, new[] { 3.161539, 7.571097, 11.990144 })]
    public void Differenced_models_of_internet_users_agree_with_R(int p, int q, double likelihood, double[] forecast, double[] errors)
    {
        var model = ArimaModel.Fit(ReferenceSeries.WWWusage, new ArimaOrder(p, 1, q, 0, 0, 0, 1, false))!;

        model.LogLikelihood.Should().BeApproximately(likelihood, 1e-3);
        model.Forecast(3).Should().Equal(forecast, (ours, theirs) => Math.Abs(ours - theirs) < 0.02);
        model.StandardErrors(3).Should().Equal(errors, (ours, theirs) => Math.Abs(ours / theirs - 1) < 0.01);
    }

    [Fact]
    public void The_airline_model_agrees_with_R()
    {
        var model = ArimaModel.Fit(LogAirPassengers, new ArimaOrder(0, 1, 1, 0, 1, 1, 12, false))!;

        model.LogLikelihood.Should().BeApproximately(244.699531, 0.01);
        model.MaCoefficients.Should().Equal([-0.401827, -0.556947], (ours, theirs) => Math.Abs(ours - theirs) < 2e-3);
        model.Forecast(4).Should().Equal([6.110186, 6.053775, 6.171715, 6.199300], (ours, theirs) => Math.Abs(ours - theirs) < 1e-3);
        model.StandardErrors(2).Should().Equal([0.0370306, 0.0431499], (ours, theirs) => Math.Abs(ours / theirs - 1) < 0.01);
    }

    [Fact]
    public void Drift_of_the_nile_agrees_with_R()
    {
        var model = ArimaModel.Fit(ReferenceSeries.Nile, new ArimaOrder(0, 1, 1, 0, 0, 0, 1, true))!;

        model.LogLikelihood.Should().BeApproximately(-632.154632, 1e-3);
        model.Mean.Should().BeApproximately(-3.258346, 0.02);
        model.Forecast(2).Should().Equal([794.956623, 791.698278], (ours, theirs) => Math.Abs(ours - theirs) < 0.3);
    }

    [Theory]
    [InlineData("users", 1, "ARIMA(1,1,1)", 514.5521)]
    [InlineData("nile", 1, "ARIMA(1,1,1)", 1267.5074)]
    [InlineData("deaths", 12, "ARIMA(0,1,1)(0,1,1)[12]", 857.3163)]
    [InlineData("passengers", 12, "ARIMA(2,1,1)(0,1,0)[12]", 1018.1652)]
    public void Automatic_choice_agrees_with_R(string name, int period, string expected, double aicc)
    {
        var series = name switch
        {
            "users" => ReferenceSeries.WWWusage,
            "nile" => ReferenceSeries.Nile,
            "deaths" => ReferenceSeries.USAccDeaths,
            _ => ReferenceSeries.AirPassengers,
        };

        var model = ArimaSelection.Choose(series, period)!;

        model.Order.ToString().Should().Be(expected);
        model.Aicc.Should().BeApproximately(aicc, 0.01);
    }

    [Fact]
    public void Automatic_choice_for_lake_huron_is_at_least_as_good_as_that_of_R() =>
        ArimaSelection.Choose(ReferenceSeries.LakeHuron, 1)!.Aicc.Should().BeLessThanOrEqualTo(220.2579);

    /// <summary>The likelihood is checked against its definition: the density of the whole sample with its covariance matrix written out.</summary>
    [Fact]
    public void The_likelihood_is_the_gaussian_density_of_the_sample()
    {
        double[] ar = [0.5, -0.3];
        double[] ma = [0.4];
        double[] sample = [0.3, -1.2, 0.8, 0.1, 1.9, -0.4, 0.6];
        var covariances = ArmaPolynomials.Autocovariances(ar, ma, sample.Length)!;
        var matrix = MathNet.Numerics.LinearAlgebra.Matrix<double>.Build.Dense(sample.Length, sample.Length, (i, j) => covariances[Math.Abs(i - j)]);
        var vector = MathNet.Numerics.LinearAlgebra.Vector<double>.Build.DenseOfArray(sample);
        var variance = vector * matrix.Solve(vector) / sample.Length;
        var expected = sample.Length * (Math.Log(2 * Math.PI * variance) + 1) + Math.Log(matrix.Determinant());

        ArmaLikelihood.Evaluate(sample, ar, ma, withMean: false)!.Value.MinusTwoLogLikelihood.Should().BeApproximately(expected, 1e-9);
    }

    [Fact]
    public void A_simulated_process_gives_back_its_coefficients()
    {
        var random = new Random(7);
        var series = new double[3000];
        var last = 0.0;
        for (var t = 1; t < series.Length; t++)
        {
            var shock = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            series[t] = 0.7 * series[t - 1] + shock + 0.4 * last;
            last = shock;
        }

        var model = ArimaModel.Fit(series, new ArimaOrder(1, 0, 1, 0, 0, 0, 1, false))!;

        model.ArCoefficients[0].Should().BeApproximately(0.7, 0.05);
        model.MaCoefficients[0].Should().BeApproximately(0.4, 0.06);
        model.Variance.Should().BeApproximately(1, 0.08);
    }

    [Fact]
    public void A_constant_series_has_no_model() => ArimaSelection.Choose([.. Enumerable.Repeat(4.0, 30)], 1).Should().BeNull();
}
