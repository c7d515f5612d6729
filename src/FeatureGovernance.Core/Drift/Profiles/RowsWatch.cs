using System.Globalization;
using FeatureGovernance.Statistics.Inference;

namespace FeatureGovernance.Core.Drift.Profiles;

/// <summary>Watches how many rows and distinct values there are, and when they come.</summary>
internal static class RowsWatch
{
    // Below so many rows a window's count says little.
    private const double FewRows = 20;

    public static void Watch(ProfileSeries series, WindowGrid grid, Findings findings)
    {
        WatchRows(series, grid, findings);
        WatchDistinct(series, grid, findings);
        WatchLag(series, grid, findings);
        WatchEnd(series, findings);
    }

    private static void WatchRows(ProfileSeries series, WindowGrid grid, Findings findings)
    {
        var counts = series.Counts(window => window.Count);
        var first = Array.FindIndex(counts, count => count > 0);
        var last = Array.FindLastIndex(counts, count => count > 0);
        var usual = Robust.Median(counts.Where(count => count > 0));
        if (usual < FewRows)
            return;
        // A window without a profile among others is one without rows; before the first and after the last nothing is known.
        var sparse = counts[first..(last + 1)].Count(count => count == 0) > 0.1 * (last - first + 1);
        var logs = counts.Select((count, w) => w < first || w > last || (sparse && count == 0) ? double.NaN : Math.Log(count + (0.001 * usual))).ToArray();
        SeriesWatch.Watch(logs, grid, new(Symptom.FewerRows, 0.03, 0.5, -1), findings, (from, to, p, now, then) =>
        {
            var left = Math.Max(0, Math.Exp(now - then) - 0.001);
            return new(Symptom.FewerRows, from, to, p, left, string.Create(
                CultureInfo.InvariantCulture, $"{100 * left:0.#} % of the usual rows are there"));
        });
        // More rows of the same values are rows sent twice; with more values they are more people.
        var distinct = series.Numbers(window => Math.Log(window.Distinct + 1));
        var repeats = new Findings();
        SeriesWatch.Watch(logs, grid, new(Symptom.RepeatedRows, 0.03, 0.35, 1), repeats, (from, to, p, now, then) => new(
            Symptom.RepeatedRows, from, to, p, 1 - Math.Exp(then - now), string.Create(
                CultureInfo.InvariantCulture, $"{Math.Exp(now - then):0.##} times the usual rows, and no more distinct values than usual")));
        findings.CountTests(Symptom.RepeatedRows, repeats.Tests.GetValueOrDefault(Symptom.RepeatedRows));
        findings.Signals.AddRange(repeats.Signals.Where(signal => HasAsManyValues(series, distinct, signal)));
    }

    private static bool HasAsManyValues(ProfileSeries series, double[] distinct, Signal signal)
    {
        var then = Robust.Median(distinct[Math.Max(0, signal.First - 28)..signal.First]);
        var now = Robust.Median(distinct[signal.First..(signal.Last + 1)]);
        var many = Robust.Median(series.Windows.Where(window => window is not null).Select(window => window!.Distinct / window.Count)) > 0.05;
        return many && Math.Abs(now - then) < 0.1;
    }

    private static void WatchDistinct(ProfileSeries series, WindowGrid grid, Findings findings)
    {
        var distinct = series.Numbers(window => window.Count > window.Nulls ? Math.Log(window.Distinct + 1) : double.NaN);
        SeriesWatch.Watch(distinct, grid, new(Symptom.Cardinality, 0.03, 0.2, 0), findings, (first, last, p, now, then) => new(
            Symptom.Cardinality, first, last, p, Math.Exp(now - then), string.Create(
                CultureInfo.InvariantCulture,
                $"About {Math.Exp(now) - 1:0} distinct {(Math.Round(Math.Exp(now) - 1) == 1 ? "value" : "values")}, usually {Math.Exp(then) - 1:0}")));
    }

    private static void WatchLag(ProfileSeries series, WindowGrid grid, Findings findings)
    {
        var lags = series.Numbers(window => window.LagSeconds >= 0 ? Math.Log(window.LagSeconds + 60) : double.NaN);
        SeriesWatch.Watch(lags, grid, new(Symptom.Freshness, 0.05, 0.7, 1), findings, (first, last, p, now, then) => new(
            Symptom.Freshness, first, last, p, now - then, string.Create(
                CultureInfo.InvariantCulture, $"Values are {Hours(Math.Exp(now) - 60)} old when they are read, usually {Hours(Math.Exp(then) - 60)}")));
    }

    // Windows that are absent at the end: so many in a row are as likely as the usual share of absent ones makes them.
    private static void WatchEnd(ProfileSeries series, Findings findings)
    {
        findings.CountTests(Symptom.Freshness, 1);
        var last = series.Windows.Length - 1;
        while (last >= 0 && series.Windows[last] is null)
            last--;
        var gap = series.Windows.Length - 1 - last;
        if (gap < 2 || last < ProfileWatch.LeastWindows)
            return;
        var from = Math.Max(0, last - 59);
        double before = last - from + 1, absent = Enumerable.Range(from, last - from + 1).Count(w => series.Windows[w] is null);
        var p = Math.Pow((absent + 0.5) / (before + 1), gap);
        if (p < Findings.Suspicious)
        {
            findings.Signals.Add(new(Symptom.Freshness, last + 1, series.Windows.Length - 1, p, gap, string.Create(
                CultureInfo.InvariantCulture, $"No profile for {gap} windows; {before - absent:0} of the {before:0} before had one")));
        }
    }

    private static string Hours(double seconds) => seconds < 7_200
        ? string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0} minutes")
        : string.Create(CultureInfo.InvariantCulture, $"{seconds / 3_600:0.#} hours");
}
