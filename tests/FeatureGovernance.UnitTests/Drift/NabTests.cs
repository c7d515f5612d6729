using System.Collections.Immutable;
using System.Globalization;
using FeatureGovernance.Core.Drift;
using FeatureGovernance.Tests;

namespace FeatureGovernance.UnitTests.Drift;

/// <summary>The Numenta Anomaly Benchmark's files of known cause.</summary>
public sealed class NabTests
{
    [Fact]
    public void Every_labelled_window_of_the_taxis_is_found_and_laid_to_people()
    {
        var incidents = Detect("nyc_taxi.csv");

        foreach (var (start, end) in new[]
        {
            ("2014-10-30 15:30", "2014-11-03 22:30"), ("2014-11-25 12:00", "2014-11-29 19:00"), ("2014-12-23 11:30", "2014-12-27 18:30"),
            ("2014-12-29 21:30", "2015-01-03 04:30"), ("2015-01-24 20:30", "2015-01-29 03:30"),
        })
        {
            incidents.Should().Contain(i => i.Start <= At(end) && i.End > At(start) && i.Start >= At(start).Date && i.Verdict.Cause == Cause.Behaviour, start);
        }

        incidents.Should().OnlyContain(i => i.Verdict.Cause != Cause.DataQuality);
        incidents.Should().HaveCountLessThanOrEqualTo(9);
    }

    [Fact]
    public void The_misconfigured_group_is_called_a_fault()
    {
        var incidents = Detect("cpu_utilization_asg_misconfiguration.csv");

        incidents.Should().Contain(i => i.Start >= At("2014-07-10 00:00") && i.Start <= At("2014-07-15 17:19") && i.Verdict.Cause == Cause.DataQuality);
        incidents.Count(i => i.Start < At("2014-07-10 00:00")).Should().BeLessThanOrEqualTo(2);
    }

    private static ImmutableArray<FeatureIncident> Detect(string file)
    {
        var rows = File.ReadLines(SharedData.Path("nab", "realKnownCause", file)).Skip(1).Select(line => line.Split(',')).ToArray();
        var times = rows.Select(row => At(row[0])).ToArray();
        var values = rows.Select(row => double.Parse(row[1], CultureInfo.InvariantCulture)).ToArray();
        return Detector.Detect(
            new(times, [Tables.Column("value", values)]),
            new(Detector.SuitableWindow(times), 0.05, HolidayCalendar.UnitedStates(2014, 2015)));
    }

    private static DateTime At(string text) => DateTime.Parse(text, CultureInfo.InvariantCulture);
}
