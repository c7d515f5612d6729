using FeatureGovernance.Core.Drift;

namespace FeatureGovernance.UnitTests.Drift;

/// <summary>Where nothing changes, hardly anything is found, whatever the shape of the values.</summary>
public sealed class FalseDiscoveryTests(ITestOutputHelper output)
{
    private const int Runs = 8;

    [Fact]
    public void Stationary_tables_raise_incidents_less_than_once_a_table()
    {
        var found = Enumerable.Range(1, Runs).Select(seed => Detector.Detect(StationaryTables.Of(seed, 200), Tables.ByDay)).ToArray();

        foreach (var incident in found.SelectMany(incidents => incidents))
            output.WriteLine($"{incident.Feature} {incident.Start:yyyy-MM-dd} {incident.Signals[0].Symptom}");
        // Thirteen features over 200 days each: fewer than one incident in a table.
        found.Sum(incidents => incidents.Length).Should().BeLessThanOrEqualTo(Runs);
    }
}
