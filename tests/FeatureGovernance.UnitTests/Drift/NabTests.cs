using FeatureGovernance.Core.Drift;

namespace FeatureGovernance.UnitTests.Drift;

/// <summary>The Numenta Anomaly Benchmark's files.</summary>
public sealed class NabTests(ITestOutputHelper output)
{
    [Fact]
    public void Every_labelled_window_of_the_taxis_is_found_and_laid_to_people()
    {
        var taxis = NabFile.Of("realKnownCause/nyc_taxi.csv");

        var incidents = taxis.Incidents();

        foreach (var (start, end) in taxis.Labels)
            incidents.Should().Contain(i => i.Start <= end && i.End > start && i.Start >= start.Date && i.Verdict.Cause == Cause.Behaviour, $"{start}");
        incidents.Should().OnlyContain(i => i.Verdict.Cause != Cause.DataQuality);
        incidents.Should().HaveCountLessThanOrEqualTo(8);
    }

    [Fact]
    public void The_misconfigured_group_is_called_a_fault()
    {
        var group = NabFile.Of("realKnownCause/cpu_utilization_asg_misconfiguration.csv");

        var incidents = group.Incidents();

        var (start, end) = group.Labels[0];
        incidents.Should().Contain(i => i.Start >= start.Date && i.Start <= end && i.Verdict.Cause == Cause.DataQuality);
        incidents.Count(i => i.Start < start.Date).Should().BeLessThanOrEqualTo(2);
    }

    [Fact]
    public void The_benchmarks_own_score_is_reached()
    {
        var (raw, windows, elsewhere) = (0.0, 0, 0);
        foreach (var file in NabFile.All())
        {
            var labelled = file.Windows();
            var alarms = file.Alarms(file.Incidents());
            var score = NabScorer.Standard.Raw(file.Times.Length, labelled, alarms, 0.15);
            var outside = alarms.Count(a => !labelled.Any(w => a >= w.First && a <= w.Last));
            output.WriteLine($"{file.Name}: {labelled.Length} windows, {labelled.Count(w => alarms.Any(a => a >= w.First && a <= w.Last))} found, "
                + $"{outside} alarms elsewhere, score {score:0.00}{(labelled.Length > 0 ? $", normalised {NabScorer.Standard.Normalised(score, labelled.Length):0.0}" : "")}");
            (raw, windows, elsewhere) = (raw + score, windows + labelled.Length, elsewhere + outside);
        }

        output.WriteLine($"all: {NabScorer.Standard.Normalised(raw, windows):0.0}, {elsewhere} alarms elsewhere");
        NabScorer.Standard.Normalised(raw, windows).Should().BeGreaterThan(LeastScore);
        elsewhere.Should().BeLessThanOrEqualTo(MostElsewhere);
    }

    private const double LeastScore = 42;
    private const int MostElsewhere = 15;

    // The example of the benchmark's own tests: two alarms in the first of two windows, one behind it, the second missed.
    [Fact]
    public void The_score_is_that_of_the_benchmarks_example() =>
        new NabScorer(1, 1, 1).Raw(100, [(20, 24), (60, 64)], [20, 21, 27], 0).Should().BeApproximately(-0.9540, 5e-5);

    [Theory]
    [InlineData(new int[0], -1, 0)]
    [InlineData(new[] { 40 }, 1, 100)]
    [InlineData(new[] { 45 }, 0.8598, 92.99)]
    [InlineData(new[] { 40, 20 }, 0.89, 94.5)]
    [InlineData(new[] { 40, 10 }, 1, 100)]
    [InlineData(new[] { 40, 58 }, 0.8915, 94.57)]
    public void Early_hits_earn_more_and_far_alarms_cost_more(int[] alarms, double raw, double normalised)
    {
        var score = NabScorer.Standard.Raw(100, [(40, 49)], alarms, 0.15);

        score.Should().BeApproximately(raw, 1e-4);
        NabScorer.Standard.Normalised(score, 1).Should().BeApproximately(normalised, 0.01);
    }
}
