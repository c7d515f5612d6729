using System.Globalization;
using FeatureGovernance.Statistics.Inference;

namespace FeatureGovernance.Core.Drift;

/// <summary>Watches the cells within windows against what is expected of each: how much they scatter, and single ones far off.</summary>
internal static class CellWatch
{
    // Deviations of a single hour worth telling.
    private const double FarOff = 11.5;

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
            var cells = Enumerable.Range(w * size, size).Select(c => series.Values[c] - expected[c]).Where(double.IsFinite).ToArray();
            var mean = cells.DefaultIfEmpty(0).Average();
            spread[w] = cells.Length < 6 ? double.NaN : Math.Log(Math.Sqrt(cells.Sum(c => (c - mean) * (c - mean)) / cells.Length) + (0.1 * level.Scale));
        }

        WatchScores(spread, _ => true, Symptom.Scatter, level.Seasonality, findings, (w, last, change) => string.Create(
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
            usual[i] = Robust.Scale([.. Enumerable.Range(0, grid.Count).Select(w => series.Values[(w * size) + i] - expected[(w * size) + i]).Where(double.IsFinite)]);
        var floor = 0.3 * usual.Where(double.IsFinite).DefaultIfEmpty(0).Average();
        var most = new double[grid.Count];
        for (var w = 0; w < most.Length; w++)
        {
            most[w] = Enumerable.Range(0, size)
                .Select(i => Math.Abs(series.Values[(w * size) + i] - expected[(w * size) + i]) / Math.Max(floor, usual[i]))
                .Where(double.IsFinite).DefaultIfEmpty(double.NaN).Max();
            most[w] = Math.Log(1 + most[w]);
        }

        WatchScores(most, w => most[w] > Math.Log(1 + FarOff), Symptom.Outliers, level.Seasonality, findings, (first, last, change) => string.Create(
            CultureInfo.InvariantCulture, $"Single hours stand {Math.Exp(most[first..(last + 1)].Where(double.IsFinite).Max()) - 1:0} deviations off the pattern"));
    }

    private static void WatchScores(double[] values, Func<int, bool> large, Symptom symptom, double seasonality, Findings findings, Func<int, int, double, string> words)
    {
        var gaps = new double[values.Length];
        for (var w = 0; w < values.Length; w++)
        {
            var before = Enumerable.Range(Math.Max(0, w - 60), Math.Min(60, w)).Where(i => double.IsFinite(values[i])).Select(i => values[i]).ToArray();
            gaps[w] = before.Length < 10 ? double.NaN : values[w] - Robust.Median(before);
        }

        foreach (var sign in (ReadOnlySpan<int>)[1, -1])
        {
            if (symptom == Symptom.Outliers && sign < 0)
                continue;
            var tail = LearnedTail.Fit(gaps.Where(double.IsFinite).Select(g => g * sign).Where(g => g > 0), 0.1);
            // However wild its days off, a feature that follows the clock does not leave it this far by itself.
            if (symptom == Symptom.Outliers && seasonality > 0.6)
                tail = tail with { Scale = Math.Min(tail.Scale, 0.17), Shape = Math.Max(tail.Shape, 1.2) };
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
}
