using System.Diagnostics.Metrics;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Checks;
using FeatureGovernance.Server.Observability;

namespace FeatureGovernance.Server.Checks;

/// <summary>What checks measure of themselves.</summary>
internal static class CheckMetrics
{
    private static readonly Counter<long> Made = Meters.Meter.CreateCounter<long>("featgov.checks", "{check}", "Adoption checks, by verdict");

    private static readonly Histogram<double> Durations = Meters.Meter.CreateHistogram("featgov.check.duration", "s", "From a check's arrival to its verdict",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5] });

    private static readonly Counter<long> Dropped = Meters.Meter.CreateCounter<long>("featgov.check_records.dropped", "{check}",
        "Checks answered and not recorded");

    public static void Count(Verdict verdict, TimeSpan duration)
    {
        Made.Add(1, new KeyValuePair<string, object?>("verdict", Words<Verdict>.Text(verdict)));
        Durations.Record(duration.TotalSeconds);
    }

    public static void CountDropped(int count) => Dropped.Add(count);

    public static void Watch(SnapshotFeed feed)
    {
        Meters.Meter.CreateObservableGauge("featgov.snapshot.version", () => feed.Current?.Version ?? 0, null, "The registry version that checks answer from");
        Meters.Meter.CreateObservableGauge("featgov.snapshot.age", () => feed.Age.TotalSeconds, "s", "Since the snapshot was last found to be as the database");
    }
}
