using System.Globalization;
using FeatureGovernance.Statistics.Inference;

namespace FeatureGovernance.Core.Drift.Profiles;

/// <summary>Watches the most frequent values of texts: new ones, and other shares; and the dimensions of embeddings.</summary>
internal static class MixWatch
{
    private const int Memory = 28;

    // A value in fewer than one row of a hundred may hide among the others.
    private const double LeastShare = 0.01;

    public static void Watch(ProfileSeries series, Findings findings)
    {
        if (series.Windows.Count(window => window is { Frequent.Length: > 0 }) < ProfileWatch.LeastWindows)
            return;
        var distance = new double[series.Windows.Length];
        var fresh = new double[series.Windows.Length];
        var names = new string[series.Windows.Length];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var windows = 0;
        for (var w = 0; w < distance.Length; w++)
        {
            (distance[w], names[w]) = (double.NaN, "");
            if (series.Windows[w] is not { Frequent.Length: > 0 } window)
                continue;
            var total = (double)(window.Count - window.Nulls);
            if (windows++ >= ProfileWatch.LeastWindows)
            {
                var news = window.Frequent.Where(item => item.Count >= LeastShare * total && !seen.Contains(item.Value)).ToArray();
                (fresh[w], names[w]) = (news.Sum(item => item.Count), string.Join(", ", news.Take(5).Select(item => item.Value)));
                distance[w] = Distance(series, w);
            }

            // A new value stays news for as long as it may be taken for a fault: it is learned with the window after.
            if (fresh[w] == 0)
                seen.UnionWith(window.Frequent.Select(item => item.Value));
        }

        // Of numbers none are frequent. A vector of another dimension is no vector of this feature.
        var (symptom, what) = series.IsText ? (Symptom.NewCategory, "of the values are new") : (Symptom.NotANumber, "of the vectors are of another dimension");
        RateWatch.Watch(symptom, fresh, series.Counts(window => window.Count - window.Nulls), LeastShare, findings, (first, last, p, share, usual) => new(
            symptom, first, last, p, share, FingerprintWatch.Words($"{what} ({names[first]})", share, usual)));
        if (!series.IsText)
            return;
        var tail = LearnedTail.Fit(distance.Where(double.IsFinite), 0.02);
        findings.CountTests(Symptom.CategoryMix, distance.Count(double.IsFinite));
        findings.AddRuns(
            [.. Enumerable.Range(0, distance.Length).Where(w => distance[w] > 0.15 && tail.PValue(distance[w]) < Findings.Suspicious)
                .Select(w => (w, w, tail.PValue(distance[w])))], 1,
            (first, last, p) => new(Symptom.CategoryMix, first, last, p, distance[first..(last + 1)].Max(), string.Create(
                CultureInfo.InvariantCulture, $"The shares of frequent values are {distance[first..(last + 1)].Max():0.00} apart from those before (Jensen–Shannon)")));
    }

    private static double Distance(ProfileSeries series, int w)
    {
        var past = new Dictionary<string, double>(StringComparer.Ordinal);
        double pastRest = 0;
        for (var at = Math.Max(0, w - Memory); at < w; at++)
        {
            if (series.Windows[at] is not { } before)
                continue;
            foreach (var (value, count) in before.Frequent)
                past[value] = past.GetValueOrDefault(value) + count;
            pastRest += before.Count - before.Nulls - before.Frequent.Sum(item => item.Count);
        }

        var window = series.Windows[w]!;
        var now = window.Frequent.ToDictionary(item => item.Value, item => (double)item.Count, StringComparer.Ordinal);
        string[] values = [.. past.Keys.Union(now.Keys)];
        return EffectSizes.JensenShannon(
            [.. values.Select(value => now.GetValueOrDefault(value)), window.Count - window.Nulls - now.Values.Sum()],
            [.. values.Select(value => past.GetValueOrDefault(value)), pastRest]);
    }
}
