using FeatureGovernance.Statistics.Inference;

namespace FeatureGovernance.Core.Drift;

/// <summary>Watches the share of rows with some property against its own past, over one, three and seven windows at a time.</summary>
internal static class RateWatch
{
    private static readonly int[] Spans = [1, 3, 7];

    // The start that splits ordinary from unusual windows best: the likeliest change from the usual rate to the present one (Page 1955).
    private static int Onset(double[] hits, double[] trials, double usual, int from, int to)
    {
        double k = 0, n = 0, highest = 0;
        for (var w = to; w >= from; w--)
        {
            (k, n) = (k + hits[w], n + trials[w]);
            if (Spans.Contains(to - w + 1) && n > 0)
                highest = Math.Max(highest, k / n);
        }

        var rate = Math.Clamp(highest, usual + 1e-4, 1 - 1e-4);
        double hit = Math.Log(rate / usual), miss = Math.Log((1 - rate) / (1 - usual));
        var (start, most, sum) = (to, double.NegativeInfinity, 0.0);
        for (var w = to; w >= from; w--)
        {
            sum += (hits[w] * hit) + ((trials[w] - hits[w]) * miss);
            if (sum >= most && hits[w] > usual * trials[w])
                (start, most) = (w, sum);
        }

        return start;
    }

    // How many windows may be kept out of the history before they count as the new normal.
    private const int MostOpen = 60;

    // So many stretches apart are no incidents any more.
    private const int ManyStretches = 4;

    /// <summary>Finds stretches with a higher rate.</summary>
    /// <param name="symptom">What the rate is of.</param>
    /// <param name="hits">By window.</param>
    /// <param name="trials">By window.</param>
    /// <param name="floor">The least increase of the share worth telling.</param>
    /// <param name="findings">Where to put them.</param>
    /// <param name="toSignal">From first and last window, p-value, share and share of the history.</param>
    /// <param name="memory">Windows of history.</param>
    /// <param name="own">By how much the last window's own share must be higher for a stretch to reach it.</param>
    /// <param name="history">Hits by window to learn from, where what is usual is not that of the hits themselves.</param>
    public static void Watch(
        Symptom symptom,
        double[] hits,
        double[] trials,
        double floor,
        Findings findings,
        Func<int, int, double, double, double, Signal> toSignal,
        int memory = int.MaxValue,
        double[]? history = null,
        double own = 0)
    {
        history ??= hits;
        var (flagged, tests) = Scan(hits, trials, history, floor, memory, own, findings.WarmUp, null);
        // What comes again and again is usual: it is judged by how often it came over the whole time.
        if (Stretches(flagged) >= ManyStretches)
            (flagged, tests) = Scan(hits, trials, history, floor, memory, own, findings.WarmUp, RateTest.Learn([.. history.Zip(trials)], Spans, 1));
        var whole = RateTest.Learn([.. history.Zip(trials).Where((_, w) => !flagged.Exists(f => w >= f.First && w <= f.Last))], [1])[0];
        findings.CountTests(symptom, tests);
        findings.AddRuns(flagged, 2, (first, last, p) =>
        {
            // The whole stretch tells better where it began than its first windows did.
            first = Onset(hits, trials, whole.Rate, first, last);
            double k = 0, n = 0;
            for (var i = first; i <= last; i++)
                (k, n) = (k + hits[i], n + trials[i]);
            return toSignal(first, last, p, n > 0 ? k / n : 0, whole.Rate < 0.002 ? 0 : whole.Rate);
        });
    }

    private static (List<(int First, int Last, double PValue)> Flagged, long Tests) Scan(
        double[] hits, double[] trials, double[] history, double floor, int memory, double own, int warmUp, RateTest[]? known)
    {
        var flagged = new List<(int First, int Last, double PValue)>();
        var usual = new List<(double Hits, double Trials)>();
        // The first windows are judged by those after them.
        var tests = known ?? RateTest.Learn([.. Enumerable.Range(0, hits.Length).Where(w => w >= warmUp).Take(2 * warmUp)
            .Select(w => (history[w], trials[w]))], Spans);
        var (learned, open, made) = (0, 0, 0L);
        for (var w = 0; w < hits.Length; w++)
        {
            if (known is null && usual.Count >= warmUp && (w >= learned + (usual.Count < 60 ? 3 : warmUp) || learned == 0))
                (tests, learned) = (RateTest.Learn(usual, Spans), w);
            var best = 1.0;
            for (var i = 0; i < Spans.Length && w - Spans[i] + 1 >= 0 && !(own > 0 && hits[w] < (tests[0].Rate + own) * trials[w]); i++)
            {
                double k = 0, n = 0;
                for (var at = w - Spans[i] + 1; at <= w; at++)
                    (k, n) = (k + hits[at], n + trials[at]);
                made++;
                if (n <= 0 || hits[w] <= 0 || (k / n) - (tests[i].Hits / Math.Max(1, tests[i].Trials)) < floor)
                    continue;
                var p = tests[i].UpperPValue(k, n);
                best = Math.Min(best, p);
            }

            if (best < Findings.Suspicious && open < MostOpen)
            {
                flagged.Add((Onset(hits, trials, tests[0].Rate, Math.Max(0, w - 9), w), w, best));
                open++;
                continue;
            }

            open = 0;
            usual.Add((history[w], trials[w]));
            if (usual.Count > memory)
                usual.RemoveAt(0);
        }

        return (flagged, made);
    }

    private static int Stretches(List<(int First, int Last, double PValue)> flagged)
    {
        var count = 0;
        for (var i = 0; i < flagged.Count; i++)
            count += i == 0 || flagged[i].First > flagged[i - 1].Last + 3 ? 1 : 0;
        return count;
    }
}
