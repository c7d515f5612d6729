using FeatureGovernance.Core.Drift;

namespace FeatureGovernance.UnitTests.Drift;

/// <summary>Two years of hourly rentals and weather: no alarm for seasons and growth, but one for each fault put in.</summary>
public sealed class BikeSharingTests(ITestOutputHelper output)
{
    // The detector was set on injections of seeds below 100.
    private const int UnseenSeed = 1001;

    [Fact]
    public void At_most_one_incident_per_feature_and_year_without_a_fault()
    {
        var table = BikeSharing.Load();

        var incidents = Detector.Detect(table, BikeSharing.Options);

        foreach (var incident in incidents)
            output.WriteLine($"{incident.Feature} {incident.Start:yyyy-MM-dd} {incident.Verdict.Cause} {incident.Verdict.Fault}");
        (incidents.Length / (2.0 * table.Columns.Count)).Should().BeLessThanOrEqualTo(1);
    }

    [Fact]
    public void Growth_holidays_and_storms_are_not_called_faults()
    {
        var incidents = Detector.Detect(BikeSharing.Load(), BikeSharing.Options);
        var people = incidents.Where(i => i.Feature is "casual" or "registered" or "cnt").ToArray();

        // Hurricane Irene, the snow of October 2011, hurricane Sandy, Thanksgiving and Christmas.
        foreach (var day in new DateTime[] { new(2011, 8, 27), new(2011, 10, 29), new(2012, 10, 30), new(2012, 11, 22), new(2012, 12, 25) })
            people.Should().Contain(i => i.Start <= day && i.End > day, $"{day:yyyy-MM-dd}");
        people.Should().OnlyContain(i => i.Verdict.Cause != Cause.DataQuality);
    }

    [Fact]
    public void Faults_are_found_within_a_day_and_named()
    {
        var table = BikeSharing.Load();
        var cases = Injection.OfBikeSharing(UnseenSeed).Where((_, at) => at % 4 == 0).ToArray();
        var (found, named) = (0, 0);

        foreach (var injection in cases)
        {
            var faulty = injection.Into(table);
            var incident = injection.In(Detector.Detect(faulty, BikeSharing.Options), table, faulty);
            found += incident is null ? 0 : 1;
            named += incident?.Verdict.Fault == injection.Fault ? 1 : 0;
            if (incident?.Verdict.Fault != injection.Fault)
                output.WriteLine($"{injection}: {incident?.Verdict.Cause} {incident?.Verdict.Fault}");
        }

        output.WriteLine($"{found} of {cases.Length} found, {named} named");
        (found / (double)cases.Length).Should().BeGreaterThanOrEqualTo(0.95);
        (named / (double)cases.Length).Should().BeGreaterThanOrEqualTo(0.9);
    }
}
