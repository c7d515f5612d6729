using System.Globalization;
using FeatureGovernance.Statistics.Inference;

namespace FeatureGovernance.Core.Drift;

/// <summary>Watches categories: new ones, lost ones, other shares.</summary>
internal static class CategoryWatch
{
    private const int Memory = 28;

    public static void Watch(ValueColumn column, WindowGrid grid, ColumnNature nature, Findings findings)
    {
        if (nature.Kind is not (NatureKind.Category or NatureKind.Label or NatureKind.Constant))
            return;
        var texts = new string?[column.Missing.Length];
        for (var row = 0; row < texts.Length; row++)
        {
            if (!column.Missing[row])
                texts[row] = column.Texts?[row] ?? column.Numbers![row].ToString("R", CultureInfo.InvariantCulture);
        }

        WatchNew(column, texts, grid, findings);
        if (nature.Kind is NatureKind.Category)
            WatchMix(texts, grid, findings);
    }

    private static void WatchNew(ValueColumn column, string?[] texts, WindowGrid grid, Findings findings)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var since = new Dictionary<string, int>(StringComparer.Ordinal);
        double low = double.PositiveInfinity, high = double.NegativeInfinity;
        // Categories are learned over a tenth of the windows, two to six weeks by day, or over a quarter of the hours; then each new one is news.
        var known = grid.Length == WindowLength.Hour ? Math.Clamp(grid.Count / 4, 48, 336) : Math.Clamp(grid.Count / 10, 14, 42);
        var fresh = new bool[texts.Length];
        for (var w = 0; w < grid.Count; w++)
        {
            var (first, end) = grid.RowsOf(w);
            var met = new HashSet<string>(StringComparer.Ordinal);
            for (var row = first; row < end; row++)
            {
                if (texts[row] is not { } text || seen.Contains(text))
                    continue;
                // The next number of a sequence (a month, a version, a rare grade) is no relabelling.
                var next = column.Numbers is { } numbers && (Math.Abs(numbers[row] - high - 1) < 1e-9 || Math.Abs(low - numbers[row] - 1) < 1e-9);
                fresh[row] = !next;
                met.Add(text);
            }

            // A new category stays news for as long as it may be taken for a fault, four weeks.
            foreach (var text in met)
                since.TryAdd(text, w);
            foreach (var text in since.Keys.Where(t => w < known || w - since[t] >= 28 || IsNext(column, t, low, high)).ToArray())
            {
                seen.Add(text);
                since.Remove(text);
                if (column.Numbers is not null && double.TryParse(text, CultureInfo.InvariantCulture, out var number))
                    (low, high) = (Math.Min(low, number), Math.Max(high, number));
            }
        }

        // What was new while learning says nothing of how often something new comes later.
        double[] hits = FingerprintWatch.Hits(grid, row => fresh[row]), trials = FingerprintWatch.Trials(grid, row => texts[row] is not null);
        Array.Clear(hits, 0, Math.Min(known, hits.Length));
        Array.Clear(trials, 0, Math.Min(known, trials.Length));
        RateWatch.Watch(Symptom.NewCategory, hits, trials, 0.01, findings, (first, last, p, share, usual) =>
        {
            var (from, to) = (grid.RowsOf(first).First, grid.RowsOf(last).End);
            var names = Enumerable.Range(from, to - from).Where(r => fresh[r]).Select(r => texts[r]!).Distinct().Take(5);
            return new(Symptom.NewCategory, first, last, p, share,
                FingerprintWatch.Words($"of the values are new categories ({string.Join(", ", names)})", share, usual));
        });
    }

    private static bool IsNext(ValueColumn column, string text, double low, double high) =>
        column.Numbers is not null && double.TryParse(text, CultureInfo.InvariantCulture, out var number)
        && (Math.Abs(number - high - 1) < 1e-9 || Math.Abs(low - number - 1) < 1e-9);

    private static void WatchMix(string?[] texts, WindowGrid grid, Findings findings)
    {
        var names = texts.OfType<string>().Distinct(StringComparer.Ordinal).ToArray();
        var place = names.Select((name, i) => (name, i)).ToDictionary(n => n.name, n => n.i, StringComparer.Ordinal);
        var counts = new double[grid.Count][];
        for (var w = 0; w < counts.Length; w++)
        {
            counts[w] = new double[names.Length];
            var (first, end) = grid.RowsOf(w);
            for (var row = first; row < end; row++)
            {
                if (texts[row] is { } text)
                    counts[w][place[text]]++;
            }
        }

        var distance = new double[grid.Count];
        var usual = Robust.Median(counts.Select(c => c.Sum()));
        var stability = new double[grid.Count];
        for (var w = 0; w < counts.Length; w++)
        {
            var past = new double[names.Length];
            for (var at = Math.Max(0, w - Memory); at < w; at++)
            {
                for (var i = 0; i < past.Length; i++)
                    past[i] += counts[at][i];
            }

            var enough = w >= 14 && counts[w].Sum() >= Math.Max(8, 0.8 * usual);
            distance[w] = enough ? EffectSizes.JensenShannon(counts[w], past) : double.NaN;
            stability[w] = enough ? EffectSizes.PopulationStability(counts[w], past) : double.NaN;
        }

        var tail = LearnedTail.Fit(distance.Where(double.IsFinite), 0.02);
        findings.CountTests(Symptom.CategoryMix, distance.Length);
        var found = Enumerable.Range(0, distance.Length)
            .Where(w => distance[w] > 0.15 && tail.PValue(distance[w]) < Findings.Suspicious)
            .Select(w => (w, w, tail.PValue(distance[w]))).ToArray();
        findings.AddRuns(found, 1, (first, last, p) => new(
            Symptom.CategoryMix, first, last, p, distance[first..(last + 1)].Max(), string.Create(
                CultureInfo.InvariantCulture,
                $"The shares of categories are {distance[first..(last + 1)].Max():0.00} apart (Jensen–Shannon), PSI {stability[first..(last + 1)].Max():0.00}")));
    }
}
