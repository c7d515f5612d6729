using FeatureGovernance.Statistics.Forecasting;

namespace FeatureGovernance.UnitTests.Forecasting;

public sealed class CoherenceTests
{
    /// <summary>Total (0) of two regions (1, 2); region 1 has teams 3 and 4, region 2 has team 5.</summary>
    private static readonly Hierarchy Regions = new([-1, 0, 0, 1, 1, 2]);

    private static readonly double[][] Base = [[100, 110], [60, 70], [45, 35], [30, 33], [25, 40], [50, 30]];

    private static double[][] Errors(params double[] deviations)
    {
        var random = new Random(2);
        return [.. deviations.Select(deviation => Enumerable.Range(0, 200).Select(_ => deviation * (random.NextDouble() - 0.5)).ToArray())];
    }

    [Fact]
    public void Reconciled_forecasts_add_up_exactly()
    {
        var coherent = Regions.MinimumTrace(Base, Errors(5, 4, 4, 3, 3, 3));

        for (var step = 0; step < 2; step++)
        {
            coherent[1][step].Should().BeApproximately(coherent[3][step] + coherent[4][step], 1e-9);
            coherent[2][step].Should().BeApproximately(coherent[5][step], 1e-9);
            coherent[0][step].Should().BeApproximately(coherent[1][step] + coherent[2][step], 1e-9);
        }
    }

    [Fact]
    public void Forecasts_that_already_add_up_are_left_alone()
    {
        var coherent = Regions.BottomUp(Base);

        var again = Regions.MinimumTrace(coherent, Errors(5, 4, 4, 3, 3, 3));

        again.SelectMany(row => row).Should().Equal(coherent.SelectMany(row => row), (ours, theirs) => Math.Abs(ours - theirs) < 1e-8);
    }

    [Fact]
    public void Sums_follow_the_forecast_that_errs_least()
    {
        var pair = new Hierarchy([-1, 0, 0]);
        double[][] forecasts = [[100], [40], [40]];

        pair.MinimumTrace(forecasts, Errors(0.1, 10, 10))[0][0].Should().BeApproximately(100, 1, "the total hardly ever erred");
        pair.MinimumTrace(forecasts, Errors(100, 1, 1))[0][0].Should().BeApproximately(80, 1, "the parts hardly ever erred");
    }

    [Theory]
    [InlineData(new[] { 1, 0 })]
    [InlineData(new[] { -1, 5 })]
    [InlineData(new[] { -1, 2, 1 })]
    public void Links_that_are_no_tree_are_refused(int[] parents)
    {
        var act = () => new Hierarchy(parents);

        act.Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Sample_paths_have_the_intervals_of_the_forecast_at_every_step()
    {
        var forecast = EnsembleForecaster.Forecast(new SeriesInput(ReferenceSeries.AirPassengers, 12, 12));

        var paths = SamplePaths.Draw(forecast, 20_000, new Random(1));

        for (var h = 0; h < 12; h++)
        {
            var at = h;
            var width = forecast.Steps[h].Upper80 - forecast.Steps[h].Lower80;
            SamplePaths.Quantile(paths.Select(path => path[at]), 0.1).Should().BeApproximately(forecast.Steps[h].Lower80, 0.05 * width);
            SamplePaths.Quantile(paths.Select(path => path[at]), 0.9).Should().BeApproximately(forecast.Steps[h].Upper80, 0.05 * width);
        }
    }

    [Fact]
    public void The_interval_of_a_sum_is_narrower_than_the_sum_of_intervals_and_wider_than_independence_would_have_it()
    {
        var forecast = EnsembleForecaster.Forecast(new SeriesInput(ReferenceSeries.AirPassengers, 12, 3));

        var sums = SamplePaths.Draw(forecast, 20_000, new Random(1)).Select(path => SamplePaths.Sum(path, [3])[0]).ToArray();

        var width = SamplePaths.Quantile(sums, 0.9) - SamplePaths.Quantile(sums, 0.1);
        width.Should().BeLessThan(forecast.Steps.Sum(step => step.Upper80 - step.Lower80));
        width.Should().BeGreaterThan(Math.Sqrt(forecast.Steps.Sum(step => Math.Pow(step.Upper80 - step.Lower80, 2))));
    }

    [Fact]
    public void Blocks_of_a_path_add_up_to_the_path()
    {
        double[] path = [1, 2, 3, 4, 5, 6];

        SamplePaths.Sum(path, [3, 2, 1]).Should().Equal(6, 9, 6);
    }
}
