using FeatureGovernance.Core.Drift;

namespace FeatureGovernance.UnitTests.Drift;

/// <summary>Where nothing changes, hardly anything is found, whatever the shape of the values.</summary>
public sealed class FalseDiscoveryTests(ITestOutputHelper output)
{
    // The detector was set on seeds below 1,000.
    private const int FirstUnseen = 1_001;
    private const int Runs = 24;
    private const int ManyRuns = 200;

    // Of features in which nothing changed over their whole history, one in forty holds an incident at most.
    private const double StatedRate = 0.025;

    [Fact]
    public void Of_stationary_features_no_more_than_the_stated_rate_hold_an_incident() => Rate(Runs).Should().BeLessThanOrEqualTo(StatedRate);

    [Fact(Explicit = true)]
    public void Nor_do_they_in_many_runs() => Rate(ManyRuns).Should().BeLessThanOrEqualTo(StatedRate);

    private double Rate(int runs)
    {
        var (raised, features, tables) = (0, 0, 0);
        foreach (var seed in Enumerable.Range(FirstUnseen, runs))
        {
            var table = StationaryTables.Of(seed);
            var incidents = Detector.Detect(table, StationaryTables.Look(seed));
            features += table.Columns.Count;
            raised += incidents.Select(i => i.Feature).Distinct().Count();
            tables += incidents.Length > 0 ? 1 : 0;
            foreach (var incident in incidents)
                output.WriteLine($"{seed} {incident.Feature} {incident.Start:yyyy-MM-dd} {string.Join(", ", incident.Signals.Select(s => $"{s.Symptom} {s.PValue:G2}"))}");
        }

        output.WriteLine($"{raised} of {features} features, in {tables} of {runs} tables hold an incident");
        return raised / (double)features;
    }
}
