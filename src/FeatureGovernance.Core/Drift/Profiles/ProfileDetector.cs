using System.Collections.Immutable;

namespace FeatureGovernance.Core.Drift.Profiles;

/// <summary>What detection has to know of a feature besides its values.</summary>
/// <param name="Name">Its key.</param>
/// <param name="Source">System and table it comes from; null where it is not registered.</param>
/// <param name="Expected">By symptom, the largest effect that was marked as expected: no smaller one is told again.</param>
public sealed record WatchedFeature(string Name, string? Source, ImmutableDictionary<Symptom, double> Expected);

/// <summary>Finds what changed in profiles, over all features, sites and segments, and why.</summary>
public static class ProfileDetector
{
    /// <summary>The windows from an instant on, one cell each.</summary>
    /// <param name="from">The start of the first.</param>
    /// <param name="count">How many, at least 1.</param>
    /// <param name="length">Of each.</param>
    public static WindowGrid Grid(DateTime from, int count, WindowLength length) =>
        new([.. Enumerable.Range(0, count).Select(i => from + (i * SpanOf(length)))], length);

    /// <summary>How long a window is.</summary>
    public static TimeSpan SpanOf(WindowLength length) => length switch
    {
        WindowLength.Hour => TimeSpan.FromHours(1),
        WindowLength.Day => TimeSpan.FromDays(1),
        WindowLength.Week => TimeSpan.FromDays(7),
    };

    /// <summary>Looks at the series of one feature: each by itself, and training against serving.</summary>
    public static IEnumerable<SeriesFindings> Look(IReadOnlyList<ProfileSeries> series, WindowGrid grid)
    {
        ArgumentNullException.ThrowIfNull(series);
        foreach (var one in series)
        {
            var found = ProfileWatch.Look(one, grid);
            var other = one.Key.IsTraining ? null : series.FirstOrDefault(s => s.Key.IsTraining && s.Key.Segment == one.Key.Segment && s.IsText == one.IsText);
            if (other is not null)
            {
                var skew = new Findings();
                ShapeWatch.WatchSkew(other, one, skew);
                found = found with { Signals = [.. found.Signals, .. skew.Signals], Tests = found.Tests.SetItem(Symptom.Skew, skew.Tests[Symptom.Skew]) };
            }

            yield return found;
        }
    }

    /// <summary>Decides what is a discovery, makes incidents of neighbouring signals and explains them.</summary>
    /// <param name="findings">Those of every series: the more there are, the surer a signal must be.</param>
    /// <param name="features">By number.</param>
    /// <param name="grid">The windows.</param>
    /// <param name="options">The share of false discoveries, and the holidays.</param>
    /// <returns>By start.</returns>
    public static ImmutableArray<FoundIncident> Conclude(
        IReadOnlyList<SeriesFindings> findings, IReadOnlyDictionary<int, WatchedFeature> features, WindowGrid grid, DetectionOptions options)
    {
        ArgumentNullException.ThrowIfNull(grid);
        ArgumentNullException.ThrowIfNull(options);
        var kept = Discoveries.Keep(findings, features, options.Discovery);
        var groups = Grouping.ByFeature(kept, grid);
        return [.. new Explaining(findings, features, groups, grid, options.Holidays).Incidents().OrderBy(incident => incident.First)
            .ThenBy(incident => incident.Members[0].Feature)];
    }
}
