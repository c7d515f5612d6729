using FeatureGovernance.Core.Drift;

namespace FeatureGovernance.UnitTests.Drift;

/// <summary>Two years of hourly rentals and weather: no alarm for seasons and growth, but one for each fault put in.</summary>
public sealed class BikeSharingTests(ITestOutputHelper output)
{
    // The detector was set on injections of seeds below 100.
    private const int UnseenSeed = 1001;
    private const int Sample = 6;

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
    public void Faults_are_found_within_a_day_and_named() => Judge(Injection.OfBikeSharing(UnseenSeed).Where((_, at) => at % Sample == 0));

    [Fact(Explicit = true)]
    public void All_faults_are_found_within_a_day_and_named() => Judge(Enumerable.Range(UnseenSeed, 3).SelectMany(Injection.OfBikeSharing));

    private void Judge(IEnumerable<Injection> injections)
    {
        var table = BikeSharing.Load();
        var cases = injections.ToArray();
        var detect = BikeSharing.Over(table);
        var (found, named) = (new Dictionary<Fault, int>(), new Dictionary<Fault, int>());
        foreach (var injection in cases)
        {
            var faulty = injection.Into(table);
            var incident = injection.In(detect(faulty), table, faulty);
            found[injection.Fault] = found.GetValueOrDefault(injection.Fault) + (incident is null ? 0 : 1);
            named[injection.Fault] = named.GetValueOrDefault(injection.Fault) + (incident?.Verdict.Fault == injection.Fault ? 1 : 0);
            if (incident?.Verdict.Fault != injection.Fault)
                output.WriteLine($"{injection}: {incident?.Verdict.Cause} {incident?.Verdict.Fault}");
        }

        foreach (var (fault, count) in cases.CountBy(c => c.Fault))
            output.WriteLine($"| {fault} | {count} | {found[fault]} | {named[fault]} |");
        output.WriteLine($"| all | {cases.Length} | {found.Values.Sum()} | {named.Values.Sum()} |");
        (found.Values.Sum() / (double)cases.Length).Should().BeGreaterThanOrEqualTo(0.95);
        (named.Values.Sum() / (double)cases.Length).Should().BeGreaterThanOrEqualTo(0.9);
    }
}
