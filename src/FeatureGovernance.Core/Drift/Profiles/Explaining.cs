using System.Collections.Immutable;

namespace FeatureGovernance.Core.Drift.Profiles;

/// <summary>Explains groups of signals in the light of what else happened, and joins those of one source that have one cause.</summary>
internal sealed class Explaining(
    IReadOnlyList<SeriesFindings> findings, IReadOnlyDictionary<int, WatchedFeature> features, List<FeatureGroup> groups, WindowGrid grid,
    HolidayCalendar holidays)
{
    private const int MostNames = 20;

    private readonly ILookup<int, SeriesFindings> series = findings.ToLookup(one => one.Key.Feature);
    private readonly ILookup<int, FeatureGroup> byStart = groups.ToLookup(group => group.First);

    public IEnumerable<FoundIncident> Incidents()
    {
        var explained = groups.ConvertAll(group => (Group: group, Verdict: Explain(group)));
        // Those without a source stay by themselves.
        var families = explained.GroupBy(e => (Source: Source(e.Group.Feature) ?? $"\n{e.Group.Feature}", e.Verdict.Cause, e.Verdict.Fault));
        foreach (var family in families)
        {
            var rest = family.OrderBy(e => e.Group.First).ToList();
            while (rest.Count > 0)
            {
                var first = rest[0].Group;
                var joined = rest.Where(e => e.Group.First - first.First <= Grouping.Near(grid) && Overlap(first, e.Group))
                    .DistinctBy(e => e.Group.Feature).ToList();
                rest.RemoveAll(joined.Contains);
                yield return Join(joined);
            }
        }
    }

    private FoundIncident Join(List<(FeatureGroup Group, Verdict Verdict)> joined)
    {
        var (lead, verdict) = joined.MinBy(e =>
            (e.Group.Signals.Min(signal => signal.PValue), -e.Group.Placed.Max(p => IncidentSize.Of(p.Signal)), e.Group.Feature));
        var least = Math.Max(1e-300, lead.Signals.Min(signal => signal.PValue));
        return new(
            lead.First, joined.Max(e => e.Group.Last), Math.Min(300, -Math.Log10(least)), Drift.Incidents.KindOf(lead.Signals, grid.Count), verdict,
            [
                .. joined
                    .Select(e => new IncidentMember(
                        e.Group.Feature, e.Group.Placed.Max(placed => IncidentSize.Of(placed.Signal)),
                        [.. e.Group.Placed.OrderBy(placed => placed.Signal.PValue)]))
                    .OrderByDescending(member => member.Size).ThenBy(member => member.Feature),
            ]);
    }

    // Two of a source that change alike cover much the same windows.
    private static bool Overlap(FeatureGroup a, FeatureGroup b)
    {
        var both = Math.Min(a.Last, b.Last) - Math.Max(a.First, b.First) + 1;
        return 2 * both >= Math.Max(a.Last - a.First, b.Last - b.First) + 1;
    }

    private Verdict Explain(FeatureGroup group)
    {
        var (own, source) = (series[group.Feature], Source(group.Feature));
        var others = Neighbours(group).ToList();
        var symptoms = group.Signals.Select(signal => signal.Symptom).ToHashSet();
        var family = others.Where(other => source is not null && Source(other.Feature) == source
            && other.Signals.Exists(signal => symptoms.Contains(signal.Symptom)));
        var companions = others.Where(other => (source is null || Source(other.Feature) != source)
            && other.Signals.Exists(signal => signal.Symptom == Symptom.Level));
        var launches = own.SelectMany(one => one.Launches).Where(launch => Math.Abs(launch.Window - group.First) <= 1)
            .Select(launch => $"version {launch.Version} of {Name(group.Feature)}").Distinct();
        var year = (int)Math.Round(364 / ProfileDetector.SpanOf(grid.Length).TotalDays);
        var context = new IncidentContext(
            own.Max(one => one.Seasonality),
            [.. companions.Select(other => Name(other.Feature)).Distinct().Take(MostNames)],
            features.Count - 1,
            holidays.Near(grid.StartOf(group.First), grid.StartOf(group.Last + 1)),
            [.. launches],
            own.Max(one => one.RowsPerWindow),
            groups.Count < 100_000 && byStart.Contains(group.First - year) && byStart[group.First - year].Any(other => other.Feature == group.Feature))
        {
            Family = [.. family.Select(other => Name(other.Feature)).Distinct().Take(MostNames)],
        };
        return CauseModel.Explain(group.Signals, context);
    }

    private IEnumerable<FeatureGroup> Neighbours(FeatureGroup group)
    {
        var near = Grouping.Near(grid);
        for (var start = group.First - near; start <= group.First + near; start++)
        {
            // Where thousands move at once, a few of them tell as much.
            foreach (var other in byStart[start].Where(other => other.Feature != group.Feature).Take(1_000))
                yield return other;
        }
    }

    private string? Source(int feature) => features.GetValueOrDefault(feature)?.Source;

    private string Name(int feature) => features.GetValueOrDefault(feature)?.Name ?? "";
}
