using System.Globalization;
using FeatureGovernance.Statistics.Inference;

namespace FeatureGovernance.Core.Drift;

/// <summary>Watches the rows themselves: partitions that are absent, or there twice.</summary>
internal static class PartitionWatch
{
    public static void Watch(TimedTable table, WindowGrid grid, Findings findings)
    {
        WatchRepeats(table, grid, findings);
        WatchCounts(grid, findings);
    }

    private static void WatchRepeats(TimedTable table, WindowGrid grid, Findings findings)
    {
        var repeated = new bool[table.Times.Length];
        var seen = new HashSet<int>();
        for (var row = 0; row < table.Times.Length; row++)
        {
            if (row > 0 && table.Times[row] != table.Times[row - 1])
                seen.Clear();
            var hash = new HashCode();
            foreach (var column in table.Columns)
            {
                if (column.Numbers is { } numbers)
                    hash.Add(numbers[row]);
                else
                    hash.Add(column.Texts![row], StringComparer.Ordinal);
            }

            repeated[row] = !seen.Add(hash.ToHashCode());
        }

        RateWatch.Watch(Symptom.RepeatedRows, FingerprintWatch.Hits(grid, row => repeated[row]), FingerprintWatch.Trials(grid), 0.1, findings,
            (first, last, p, share, usual) => new(
            Symptom.RepeatedRows, first, last, p, share, FingerprintWatch.Words("of the rows are there more than once", share, usual)));
    }

    // The first and the last window are cut by the file's ends.
    private static void WatchCounts(WindowGrid grid, Findings findings)
    {
        var counts = FingerprintWatch.Trials(grid);
        if (counts.Length < 20)
            return;
        var usual = Robust.Median(counts);
        if (usual < 8)
            return;
        var gaps = new double[counts.Length];
        for (var w = 1; w < counts.Length - 1; w++)
        {
            var near = counts[Math.Max(0, w - 28)..w].Concat(counts[(w + 1)..Math.Min(counts.Length, w + 29)]);
            gaps[w] = Math.Max(0, Math.Log((Robust.Median(near) + 1) / (counts[w] + 1)));
        }

        var tail = LearnedTail.Fit(gaps, 0.03);
        findings.CountTests(Symptom.FewerRows, counts.Length);
        var flagged = Enumerable.Range(0, counts.Length)
            .Where(w => gaps[w] > 0.4 && tail.PValue(gaps[w]) < Findings.Suspicious)
            .Select(w => (w, w, tail.PValue(gaps[w]))).ToArray();
        findings.AddRuns(flagged, 0, (first, last, p) => new(
            Symptom.FewerRows, first, last, p, counts[first..(last + 1)].Average() / usual, string.Create(
                CultureInfo.InvariantCulture, $"{counts[first..(last + 1)].Average():0} rows a window, usually {usual:0}")));
    }
}
