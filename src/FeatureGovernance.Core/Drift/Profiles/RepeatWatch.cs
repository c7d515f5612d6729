using System.Globalization;

namespace FeatureGovernance.Core.Drift.Profiles;

/// <summary>Watches for values that no longer change: windows equal to one before in all that is known of them, or of one value only.</summary>
internal static class RepeatWatch
{
    public static void Watch(ProfileSeries series, Findings findings)
    {
        var (copies, single) = (new List<(int, int, double)>(), new List<(int, int, double)>());
        int compared = 0, varied = 0;
        for (var w = 0; w < series.Windows.Length; w++)
        {
            if (series.Windows[w] is not { Quantiles.Length: > 0 } window)
                continue;
            compared++;
            if (window.Deviation == 0 && window.Count - window.Nulls > 1)
                single.Add((w, w, 0));
            else
                varied++;
            if ((IsCopy(w, 1) || IsCopy(w, 7)) && window.Distinct >= 4)
                copies.Add((w, w, 0));

            bool IsCopy(int at, int back) => at >= back && series.Windows[at - back] is { } before && AreEqual(window, before);
        }

        findings.CountTests(Symptom.Stale, compared);
        findings.CountTests(Symptom.Stuck, compared);
        // What repeats itself all the time (a weekly table) is not stale, and what is usually one value not stuck.
        if (copies.Count <= 0.1 * compared)
        {
            findings.AddRuns([.. copies.Select(c => (c.Item1, c.Item2, 1e-30))], 0, (first, last, p) => new(
                Symptom.Stale, first, last, p, last - first + 1, "The values are those of an earlier window, in number, mean, scatter and quantiles"));
        }

        if (single.Count <= 0.1 * compared && varied >= ProfileWatch.LeastWindows)
        {
            findings.AddRuns([.. single.Select(s => (s.Item1, s.Item2, Math.Pow((single.Count + 0.5) / (compared + 1), 20)))], 0, (first, last, p) => new(
                Symptom.Stuck, first, last, p, 1, string.Create(
                    CultureInfo.InvariantCulture, $"All values are {series.Windows[first]!.Mean:G4}; in {varied} of {compared} windows they varied")));
        }
    }

    private static bool AreEqual(ProfileWindow a, ProfileWindow b) =>
        a.Count == b.Count && a.Nulls == b.Nulls && a.Zeros == b.Zeros && a.Mean.Equals(b.Mean) && a.Deviation.Equals(b.Deviation)
        && a.Quantiles.SequenceEqual(b.Quantiles);
}
