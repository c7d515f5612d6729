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

    /// <summary>The windows an ordinary history needs.</summary>
    private const int WarmUp = 14;

    // How many windows may be kept out of the history before they count as the new normal.
    private const int MostOpen = 60;

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
        var flagged = new List<(int First, int Last, double PValue)>();
        var usual = new Queue<(double Hits, double Trials)>();
        // The first windows are judged by those after them.
        foreach (var w in Enumerable.Range(0, hits.Length).Where(w => w >= WarmUp).Take(2 * WarmUp))
            usual.Enqueue((history[w], trials[w]));
        var early = RateTest.Learn(usual);
        usual.Clear();
        var (test, learned, open, tests) = (early, 0, 0, 0L);
        double ratesUsual = early.Rate;
        for (var w = 0; w < hits.Length; w++)
        {
            if (usual.Count >= WarmUp && (w >= learned + (usual.Count < 60 ? 3 : 14) || learned == 0))
                (test, learned) = (RateTest.Learn(usual), w);
            ratesUsual = test.Rate;
            var (best, from) = (1.0, w);
            foreach (var span in Spans)
            {
                if (w - span + 1 < 0 || (own > 0 && hits[w] < (test.Rate + own) * trials[w]))
                    break;
                double k = 0, n = 0;
                for (var i = w - span + 1; i <= w; i++)
                    (k, n) = (k + hits[i], n + trials[i]);
                tests++;
                if (n <= 0 || hits[w] <= 0 || (k / n) - (test.Hits / Math.Max(1, test.Trials)) < floor)
                    continue;
                var p = test.UpperPValue(k, n);
                if (p < best)
                    (best, from) = (p, w - span + 1);
            }

            if (best < Findings.Suspicious && open < MostOpen)
            {
                flagged.Add((Onset(hits, trials, test.Rate, Math.Max(0, w - 9), w), w, best));
                open++;
                continue;
            }

            open = 0;
            usual.Enqueue((history[w], trials[w]));
            if (usual.Count > memory)
                usual.Dequeue();
        }

        findings.CountTests(symptom, tests);
        findings.AddRuns(flagged, 2, (first, last, p) =>
        {
            // The whole stretch tells better where it began than its first windows did.
            first = Onset(hits, trials, test.Rate, first, last);
            double k = 0, n = 0;
            for (var i = first; i <= last; i++)
                (k, n) = (k + hits[i], n + trials[i]);
            return toSignal(first, last, p, n > 0 ? k / n : 0, ratesUsual < 0.002 ? 0 : ratesUsual);
        });
    }
}
