using FeatureGovernance.Statistics.Forecasting;
using FeatureGovernance.Statistics.Forecasting.Decomposition;
using FeatureGovernance.Statistics.Forecasting.Intermittent;
using FeatureGovernance.Statistics.Forecasting.Smoothing;
using FeatureGovernance.Statistics.Forecasting.Theta;

namespace FeatureGovernance.UnitTests.Forecasting;

/// <summary>Reference values: R 4.2.2, package forecast 8.20, thetaf(), croston() and stl().</summary>
public sealed class MethodTests
{
    private static readonly double[] Sparse = [0, 0, 3, 0, 0, 0, 5, 0, 2, 0, 0, 1, 0, 0, 0, 4];

    [Theory]
    [InlineData("nile", new[] { 799.812, 798.4548, 797.0977, 795.7405 }, 0.5)]
    [InlineData("users", new[] { 220.3096, 220.6190, 220.9284, 221.2378 }, 0.1)]
    [InlineData("lake", new[] { 579.9479, 579.9358, 579.9237, 579.9116 }, 0.005)]
    public void The_standard_theta_method_agrees_with_R(string name, double[] expected, double tolerance)
    {
        var series = name switch { "nile" => ReferenceSeries.Nile, "users" => ReferenceSeries.WWWusage, _ => ReferenceSeries.LakeHuron };

        ThetaModel.Fit(series, ThetaKind.Standard).Forecast(4).Should().Equal(expected, (ours, theirs) => Math.Abs(ours - theirs) < tolerance);
    }

    [Fact]
    public void Optimising_theta_never_fits_worse_than_a_flat_level()
    {
        var dynamic = ThetaModel.Fit(ReferenceSeries.WWWusage, ThetaKind.DynamicOptimised);
        var flat = EtsModel.Fit(ReferenceSeries.WWWusage, 1, new EtsShape(EtsComponent.Additive, false, false, EtsComponent.None))!;

        dynamic.SumOfSquares.Should().BeLessThanOrEqualTo(flat.Variance * (ReferenceSeries.WWWusage.Length - 2) * 1.03);
    }

    [Fact]
    public void Theta_continues_a_straight_line_at_least_half_way()
    {
        double[] line = [.. Enumerable.Range(1, 30).Select(t => 10.0 + 2 * t)];

        var ahead = ThetaModel.Fit(line, ThetaKind.DynamicOptimised).Forecast(5);

        ahead[4].Should().BeInRange(70 + 0.5 * 10 - 0.5, 70 + 10 + 0.5);
    }

    [Fact]
    public void Complex_smoothing_chooses_a_season_only_where_there_is_one()
    {
        ComplexSmoothing.Choose(ReferenceSeries.USAccDeaths, 12)!.Season.Should().NotBe(ComplexSeason.None);
        ComplexSmoothing.Choose(ReferenceSeries.Nile, 1)!.Season.Should().Be(ComplexSeason.None);
    }

    [Fact]
    public void Complex_smoothing_follows_the_season_of_accidental_deaths()
    {
        var ahead = ComplexSmoothing.Choose(ReferenceSeries.USAccDeaths, 12)!.Forecast(12);

        Array.IndexOf(ahead, ahead.Max()).Should().Be(6, "July is the worst month of every year on record");
        Array.IndexOf(ahead, ahead.Min()).Should().Be(1, "February is the best");
    }

    [Fact]
    public void Seasonal_trend_decomposition_agrees_with_R()
    {
        var stl = Stl.Decompose([.. ReferenceSeries.AirPassengers.Select(value => Math.Log(value))], 12);

        stl.Seasonal[..4].Should().Equal([-0.090671, -0.078778, 0.051856, 0.003540], (ours, theirs) => Math.Abs(ours - theirs) < 2e-3);
        stl.Trend[69].Should().BeApproximately(5.517292, 2e-3);
        stl.Trend[143].Should().BeApproximately(6.198953, 5e-3);
    }

    [Fact]
    public void Pure_noise_loses_its_season_to_shrinkage_and_a_real_season_keeps_it()
    {
        var random = new Random(3);
        double[] noise = [.. Enumerable.Range(0, 96).Select(_ => 100 + random.NextDouble())];
        double[] seasonal = [.. noise.Select((value, t) => value + 10 * Math.Sin(2 * Math.PI * t / 12))];

        var kept = ShrunkSeasonality.Estimate(seasonal, 12, positive: false).Indices;

        ShrunkSeasonality.Estimate(noise, 12, positive: false).Indices.Max(Math.Abs).Should().BeLessThan(0.25);
        kept[3].Should().BeApproximately(10, 0.6);
        kept.Sum().Should().BeApproximately(0, 1e-9);
    }

    [Fact]
    public void Croston_agrees_with_R_and_the_corrected_forms_forecast_less()
    {
        IntermittentDemand.Croston(Sparse).Should().BeApproximately(0.965361104822, 1e-9);
        IntermittentDemand.SyntetosBoylan(Sparse).Should().BeApproximately(0.95 * 0.965361104822, 1e-9);
        IntermittentDemand.TeunterSyntetosBabai([.. Sparse, .. new double[30]]).Should().BeLessThan(0.1, "demand has ended");
    }

    [Fact]
    public void Naive_methods_are_what_they_say()
    {
        double[] series = [1, 2, 3, 4, 5, 7];

        NaiveForecasts.Naive(series, 2).Should().Equal(7, 7);
        NaiveForecasts.SeasonalNaive(series, 4, 5).Should().Equal(3, 4, 5, 7, 3);
        NaiveForecasts.SeasonalNaive(series, 12, 2).Should().Equal(7, 7);
        NaiveForecasts.Drift(series, 2)[1].Should().BeApproximately(7 + 2 * 1.2, 1e-12);
    }
}
