using System.Collections.Immutable;
using FeatureGovernance.Core.Drift;
using FeatureGovernance.Core.Drift.Profiles;

namespace FeatureGovernance.UnitTests.Drift.Profiles;

/// <summary>Generated series of profiles.</summary>
internal static class ProfileHistory
{
    public const int Days = 90;

    /// <summary>Ninety days.</summary>
    public static WindowGrid Grid { get; } = ProfileDetector.Grid(new(2026, 1, 5), Days, WindowLength.Day);

    /// <summary>A series in which nothing happens but chance and weekends.</summary>
    public static ProfileSeries Calm(int feature, string segment = "", bool training = false, int seed = 0)
    {
        var random = new Random((1000 * feature) + segment.Length + seed);
        return new(new(feature, training, segment), false, [.. Enumerable.Range(0, Days).Select(day => Window(100 + (day % 7 >= 5 ? 20 : 0), random))]);
    }

    /// <summary>A window of a thousand values around a mean, ten deviations wide in twenty parts.</summary>
    public static ProfileWindow Window(double mean, Random random, double nulls = 0.01)
    {
        var middle = mean + random.Normal();
        var missing = (long)Math.Round(1_000 * nulls * (1 + (0.1 * random.NextDouble())));
        return new(
            1_000, missing, 0, 0, 0, middle, 30 * (1 + (0.01 * random.Normal())), 700 + random.Next(20),
            [.. ProfileSeries.Shares.Select(share => middle + (60 * (share - 0.5)) + (0.3 * random.Normal()))], [], 1, 3_600 + random.Next(60));
    }

    /// <summary>The series with some windows changed.</summary>
    public static ProfileSeries With(this ProfileSeries series, int first, int last, Func<ProfileWindow, ProfileWindow?> change) => series with
    {
        Windows = [.. series.Windows.Select((window, at) => at >= first && at <= last && window is not null ? change(window) : window)],
    };

    /// <summary>What detection makes of some series; features of one number have one source each but where it is given.</summary>
    public static ImmutableArray<FoundIncident> Detected(IEnumerable<ProfileSeries> series, string? source = null, HolidayCalendar? holidays = null)
    {
        var all = series.ToArray();
        var features = all.Select(s => s.Key.Feature).Distinct()
            .ToDictionary(f => f, f => new WatchedFeature($"group:f{f}", source ?? $"table{f}", ImmutableDictionary<Symptom, double>.Empty));
        var findings = all.GroupBy(s => s.Key.Feature).SelectMany(g => ProfileDetector.Look([.. g], Grid)).ToArray();
        return ProfileDetector.Conclude(findings, features, Grid, new(WindowLength.Day, DetectionOptions.UsualDiscovery, holidays ?? HolidayCalendar.None));
    }
}
