using System.Globalization;
using FeatureGovernance.Statistics.Inference;

namespace FeatureGovernance.Core.Drift;

/// <summary>Watches the cells within windows against what is expected of each: how much they scatter, and single ones far off.</summary>
internal static class CellWatch
{
    // Deviations of a single hour worth telling.
    private const double FarOff = 11.5;

    private const int MostOpen = 45;

    // Deviations of each of three hours of a window.
    private const double HoursOff = 10;

    public static void Watch(LevelWatch level, Findings findings)
    {
        WatchScatter(level, findings);
        WatchOutliers(level, findings);
    }

    private static void WatchScatter(LevelWatch level, Findings findings)
    {
        var (grid, series, expected) = (level.Reference.Series.Grid, level.Reference.Series, level.Expected);
        var size = grid.CellsPerWindow;
        if (size < 6)
            return;
        var spread = new double[grid.Count];
        for (var w = 0; w < spread.Length; w++)
        {
            var cells = Enumerable.Range(w * size, size).Select(c => level.Limited(series.Values[c] - expected[c])).Where(double.IsFinite).ToArray();
            var mean = cells.DefaultIfEmpty(0).Average();
            spread[w] = cells.Length < 6 ? double.NaN : Math.Log(Math.Sqrt(cells.Sum(c => (c - mean) * (c - mean)) / cells.Length) + (0.1 * level.Scale));
        }

        WatchScores(spread, _ => true, Symptom.Scatter, level.Moved, findings, (w, last, change) => string.Create(
            CultureInfo.InvariantCulture, $"Hours scatter around the expected pattern {Math.Exp(change):0.##} times as much as usual"));
    }

    private static void WatchOutliers(LevelWatch level, Findings findings)
    {
        var (grid, series, expected) = (level.Reference.Series.Grid, level.Reference.Series, level.Expected);
        var size = grid.CellsPerWindow;
        if (size < 6)
            return;
        var usual = new double[size];
        for (var i = 0; i < size; i++)
            usual[i] = Robust.Scale([.. Enumerable.Range(0, grid.Count).Select(w => series.Values[(w * size) + i] - expected[(w * size) + i])
                .Where(double.IsFinite)]);
        var floor = 0.3 * usual.Where(double.IsFinite).DefaultIfEmpty(0).Average();
        var (most, third) = (new double[grid.Count], new double[grid.Count]);
        for (var w = 0; w < most.Length; w++)
        {
            double[] off = [.. Enumerable.Range(0, size)
                .Select(i => Math.Log(1 + (Math.Abs(series.Values[(w * size) + i] - expected[(w * size) + i]) / Math.Max(floor, usual[i]))))
                .Where(double.IsFinite).OrderDescending().Take(3)];
            (most[w], third[w]) = (off.Length > 0 ? off[0] : double.NaN, off.Length > 2 ? off[2] : double.NaN);
        }

        // What single hours do is told from days that are ordinary otherwise: on days off many are wild.
        var calm = Robust.QuantileOfSorted(Robust.Sorted(third), 0.9);
        var clockwork = level.Seasonality > 0.6;
        WatchScores(
            most, w => most[w] > Math.Log(1 + FarOff), Symptom.Outliers, level.Moved, findings, Words,
            learned: w => !clockwork || third[w] <= calm, bound: clockwork ? tail => Bound(tail, 0.25) : null);
        // However wild its days off, a feature that follows the clock does not leave it for hours by itself, as it may for one.
        if (clockwork)
            WatchScores(third, w => third[w] > Math.Log(1 + HoursOff), Symptom.Outliers, level.Moved, findings, Words, bound: tail => Bound(tail, 0.17));

        static LearnedTail Bound(LearnedTail tail, double scale) =>
            tail with { Scale = Math.Min(tail.Scale, scale), Shape = Math.Max(tail.Shape, 1.2) };

        string Words(int first, int last, double change) => string.Create(
            CultureInfo.InvariantCulture, $"Single hours stand {Math.Round(Math.Exp(most[first..(last + 1)].Where(double.IsFinite).Max()) - 1):G6} deviations off the pattern");
    }

    private static void WatchScores(
        double[] values, Func<int, bool> large, Symptom symptom, bool[] moved, Findings findings, Func<int, int, double, string> words,
        Func<int, bool>? learned = null, Func<LearnedTail, LearnedTail>? bound = null)
    {
        var gaps = new double[values.Length];
        for (var w = 0; w < values.Length; w++)
        {
            var before = Enumerable.Range(Math.Max(0, w - 60), Math.Min(60, w))
                .Where(i => double.IsFinite(values[i]) && !(symptom == Symptom.Scatter && moved[i])).Select(i => values[i]).ToArray();
            gaps[w] = before.Length < 10 ? double.NaN : values[w] - Robust.Median(before);
        }

        var lean = Lean(gaps);
        foreach (var sign in (ReadOnlySpan<int>)[1, -1])
        {
            if (symptom == Symptom.Outliers && sign < 0)
                continue;
            var known = gaps.Index()
                .Where(g => g.Item * sign > 0 && (g.Index < lean.First || g.Index > lean.Last) && (learned is null || learned(g.Index)))
                .Select(g => g.Item * sign).ToArray();
            var tail = LearnedTail.Fit(known, 0.1);
            if (learned is not null)
                tail = tail.WithExtremes(known, 2);
            tail = bound is null || tail.Power > 0 ? tail : bound(tail);
            findings.CountTests(symptom, gaps.Length);
            var found = Enumerable.Range(0, gaps.Length)
                .Where(w => gaps[w] * sign > 0.7 && large(w) && tail.PValue(gaps[w] * sign) < Findings.Suspicious)
                .Select(w => (w, w, 0.5 * tail.PValue(gaps[w] * sign))).ToArray();
            findings.AddRuns(found, 1, (first, last, p) =>
            {
                var change = gaps[first..(last + 1)].Where(double.IsFinite).Average();
                return new(symptom, first, last, p, change, words(first, last, change));
            });
        }
    }

    // What came to stay is no part of what is usual; the scale of gaps is that of their changes, which a step does not widen.
    private static (int First, int Last) Lean(double[] gaps)
    {
        var changes = Enumerable.Range(1, Math.Max(0, gaps.Length - 1)).Select(w => gaps[w] - gaps[w - 1]).Where(double.IsFinite).ToArray();
        var scale = Robust.Scale(changes) / Math.Sqrt(2);
        return scale > 0 ? Leaning.Longest(Array.ConvertAll(gaps, gap => gap / scale), MostOpen) : (0, -1);
    }
}
