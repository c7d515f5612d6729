using FeatureGovernance.Core.Value;

namespace FeatureGovernance.UnitTests.Value;

public class UsageTests
{
    private static readonly DateOnly Start = new(2026, 1, 1);

    private static DecayedUse After(IEnumerable<DayOfUse> days) => days.Aggregate(DecayedUse.None(Start), (use, day) => Usage.With(use, day));

    private static DayOfUse Day(int day, double reads, double? requests = 100) => new(Start.AddDays(day), reads, requests);

    [Fact]
    public void Day_by_day_equals_computing_every_weight_anew()
    {
        var days = Enumerable.Range(0, 120).Select(d => Day(d, 10 + (d * 7 % 50))).ToArray();
        var use = After(days);
        var weights = days.Select(d => Math.Pow(2, -(119 - (d.Day.DayNumber - Start.DayNumber)) / 14.0)).ToArray();
        var reads = days.Zip(weights, (d, w) => d.Reads * w).Sum();
        use.ReadsPerDay!.Value.Should().BeApproximately(reads / weights.Sum(), 1e-9);
        use.Share!.Value.Should().BeApproximately(reads / (100 * weights.Sum()), 1e-12);
    }

    [Fact]
    public void The_order_of_arrival_does_not_matter()
    {
        var days = Enumerable.Range(0, 60).Select(d => Day(d, d)).ToArray();
        var shuffled = days.OrderBy(d => d.Day.DayNumber * 7919 % 61).ToArray();
        After(shuffled).Reads.Should().BeApproximately(After(days).Reads, 1e-9);
        After(shuffled).LastRead.Should().Be(After(days).LastRead);
    }

    [Fact]
    public void A_correction_leaves_what_the_corrected_day_would_have_given()
    {
        var use = After([Day(0, 50), Day(1, 60), Day(2, 70)]);
        var corrected = Usage.Corrected(use, Day(1, 60), Day(1, 5));
        corrected.Reads.Should().BeApproximately(After([Day(0, 50), Day(1, 5), Day(2, 70)]).Reads, 1e-9);
        corrected.DaysReported.Should().Be(3);
    }

    [Fact]
    public void Last_week_outweighs_last_quarter()
    {
        var busyLately = After(Enumerable.Range(0, 90).Select(d => Day(d, d >= 83 ? 100 : 0)));
        var busyOnce = After(Enumerable.Range(0, 90).Select(d => Day(d, d < 60 ? 100 : 0)));
        busyLately.ReadsPerDay.Should().BeGreaterThan(busyOnce.ReadsPerDay!.Value);
    }

    [Fact]
    public void Unknown_use_is_not_zero_use()
    {
        DecayedUse.None(Start).ReadsPerDay.Should().BeNull();
        After([Day(0, 5, requests: null)]).Share.Should().BeNull();
        After([Day(0, 0)]).Share.Should().Be(0);
        After([Day(0, 0)]).ReadsPerDay.Should().Be(0);
    }

    [Fact]
    public void Zero_reads_in_a_sample_are_an_upper_bound()
    {
        Usage.UpperBoundReadsPerDay(0, 30, 0.01).Should().BeApproximately(-Math.Log(0.05) / 0.3, 1e-6);
        Usage.UpperBoundReadsPerDay(0, 30, 1).Should().Be(0);
    }
}
