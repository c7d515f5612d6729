using FeatureGovernance.Core.Drift;

namespace FeatureGovernance.UnitTests.Drift;

/// <summary>Where nothing changes, hardly anything is found, whatever the shape of the values.</summary>
public sealed class FalseDiscoveryTests(ITestOutputHelper output)
{
    // The detector was set on seeds below 1,000.
    private const int FirstUnseen = 1_001;
    private const int Runs = 48;

    // Of features in which nothing changed over their whole history, one in forty holds an incident at most.
    private const double StatedRate = 0.025;

    [Fact]
    public void Of_stationary_features_no_more_than_the_stated_rate_hold_an_incident()
    {
        var (raised, features, tables) = (0, 0, 0);
        foreach (var seed in Enumerable.Range(FirstUnseen, Runs))
        {
            var table = StationaryTables.Of(seed);
            var incidents = Detector.Detect(table, StationaryTables.Look(seed));
            features += table.Columns.Count;
            raised += incidents.Select(i => i.Feature).Distinct().Count();
            tables += incidents.Length > 0 ? 1 : 0;
            foreach (var incident in incidents)
                output.WriteLine($"{seed} {incident.Feature} {incident.Start:yyyy-MM-dd} {string.Join(", ", incident.Signals.Select(s => $"{s.Symptom} {s.PValue:G2}"))}");
        }

        output.WriteLine($"{raised} of {features} features, in {tables} of {Runs} tables hold an incident");
        (raised / (double)features).Should().BeLessThanOrEqualTo(StatedRate);
    }
}
