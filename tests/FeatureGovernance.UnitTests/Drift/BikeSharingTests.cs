using System.Globalization;
using FeatureGovernance.Core.Drift;
using FeatureGovernance.Tests;

namespace FeatureGovernance.UnitTests.Drift;

/// <summary>Two years of hourly rentals and weather: no alarm for seasons and growth, but one for each fault put in.</summary>
public sealed class BikeSharingTests(ITestOutputHelper output)
{
    private static DetectionOptions Options { get; } = new(WindowLength.Day, 0.05, HolidayCalendar.UnitedStates(2011, 2012));

    [Fact]
    public void At_most_one_incident_per_feature_and_year_without_a_fault()
    {
        var table = Load();

        var incidents = Detector.Detect(table, Options);

        foreach (var incident in incidents)
            output.WriteLine($"{incident.Feature} {incident.Start:yyyy-MM-dd} {incident.Verdict.Cause} {incident.Verdict.Fault}");
        (incidents.Length / (2.0 * table.Columns.Count)).Should().BeLessThanOrEqualTo(1);
    }

    [Fact]
    public void Growth_and_storms_are_not_called_faults()
    {
        var incidents = Detector.Detect(Load(), Options).Where(i => i.Feature is "casual" or "registered" or "cnt").ToArray();

        incidents.Should().NotBeEmpty();
        incidents.Should().OnlyContain(i => i.Verdict.Cause != Cause.DataQuality);
    }

    private static TimedTable Load()
    {
        var lines = File.ReadAllLines(SharedData.Path("bike-sharing", "hour.csv"));
        var rows = lines.Skip(1).Select(line => line.Split(',')).ToArray();
        var times = rows.Select(row => DateTime.Parse(row[1], CultureInfo.InvariantCulture).AddHours(int.Parse(row[5], CultureInfo.InvariantCulture))).ToArray();
        return new(times,
        [
            .. lines[0].Split(',').Select((name, at) => (name, at)).Where(c => c.at != 1)
                .Select(c => Tables.Column(c.name, [.. rows.Select(row => double.Parse(row[c.at], CultureInfo.InvariantCulture))])),
        ]);
    }
}
