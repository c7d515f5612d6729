using FeatureGovernance.Statistics.Inference;

namespace FeatureGovernance.Core.Drift.Profiles;

/// <summary>
/// Holds the share of false discoveries over every feature, site, segment and window. The tests of one symptom are one family; segments
/// share their people and spans their windows, so it is controlled for any dependence (Benjamini and Yekutieli).
/// </summary>
internal static class Discoveries
{
    public static List<PlacedSignal> Keep(IReadOnlyList<SeriesFindings> findings, IReadOnlyDictionary<int, WatchedFeature> features, double discovery)
    {
        var tests = new Dictionary<Symptom, long>();
        foreach (var (symptom, count) in findings.SelectMany(series => series.Tests))
            tests[symptom] = tests.GetValueOrDefault(symptom) + count;
        var kept = new List<PlacedSignal>();
        foreach (var family in findings.SelectMany(series => series.Signals.Select(signal => new PlacedSignal(series.Key, signal))).GroupBy(placed => placed.Signal.Symptom))
        {
            var members = family.ToArray();
            var adjusted = FalseDiscovery.BenjaminiYekutieli([.. members.Select(placed => placed.Signal.PValue)],
                Math.Max(members.Length, tests.GetValueOrDefault(family.Key)));
            for (var i = 0; i < members.Length; i++)
            {
                var signal = members[i].Signal;
                if (adjusted[i] <= discovery && !IsExpected(features, members[i]))
                    kept.Add(members[i] with { Signal = signal with { PValue = adjusted[i] } });
            }
        }

        return kept;
    }

    private static bool IsExpected(IReadOnlyDictionary<int, WatchedFeature> features, PlacedSignal placed) =>
        features.TryGetValue(placed.Key.Feature, out var feature)
        && feature.Expected.TryGetValue(placed.Signal.Symptom, out var effect)
        && IncidentSize.Of(placed.Signal) <= effect;
}

/// <summary>Signals of one feature that belong together.</summary>
internal sealed record FeatureGroup(int Feature, List<PlacedSignal> Placed, int First, int Last)
{
    public List<Signal> Signals { get; } = [.. Placed.Select(placed => placed.Signal)];
}

/// <summary>Makes groups of signals: those of one feature that begin together or cover the same windows, over its sites and segments.</summary>
internal static class Grouping
{
    public static int Near(WindowGrid grid) => grid.Length == WindowLength.Hour ? 6 : 3;

    public static List<FeatureGroup> ByFeature(List<PlacedSignal> kept, WindowGrid grid)
    {
        var groups = new List<FeatureGroup>();
        foreach (var feature in kept.GroupBy(placed => placed.Key.Feature))
        {
            var places = new Dictionary<Signal, PlacedSignal>(feature.Select(placed => KeyValuePair.Create(placed.Signal, placed)),
                ReferenceEqualityComparer.Instance);
            foreach (var group in Incidents.Group(feature.Select(placed => placed.Signal), Near(grid)))
            {
                // It began where what is surest began.
                var surest = group.OrderBy(signal => signal.PValue).ThenBy(signal => signal.First).First();
                groups.Add(new(feature.Key, [.. group.Select(signal => places[signal])], surest.First, group.Max(signal => signal.Last)));
            }
        }

        return groups;
    }
}
