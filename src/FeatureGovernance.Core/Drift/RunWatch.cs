using System.Globalization;
using FeatureGovernance.Statistics.Inference;

namespace FeatureGovernance.Core.Drift;

/// <summary>Watches for values that stopped changing, and for windows that repeat an earlier one.</summary>
internal static class RunWatch
{
    public static void Watch(ValueColumn column, WindowGrid grid, ColumnNature nature, Findings findings)
    {
        if (column.Numbers is not { } numbers || nature.Kind is not (NatureKind.Number or NatureKind.Counter))
            return;
        WatchRuns(numbers, grid, findings);
        WatchCopies(numbers, grid, findings);
    }

    private static void WatchRuns(double[] numbers, WindowGrid grid, Findings findings)
    {
        var runs = Runs(numbers);
        if (runs.Count < 20)
            return;
        // Runs weigh by what values are worth: a value that is often repeated (0 of a sparse feature) is judged by its own runs.
        var common = runs.GroupBy(r => numbers[r.First]).Where(g => g.Sum(r => r.Length) > 0.3 * numbers.Length).ToDictionary(g => g.Key, g => g.ToList());
        var repeats = runs.GroupBy(r => numbers[r.First]).ToDictionary(g => g.Key, g => (Pairs: g.Sum(r => r.Length), Repeats: g.Sum(r => r.Length - 1)));
        double pairs = repeats.Sum(r => r.Value.Pairs), repeated = repeats.Sum(r => r.Value.Repeats);
        var rest = runs.Where(r => !common.ContainsKey(numbers[r.First])).ToList();
        foreach (var group in common.Values.Append(rest).Where(g => g.Count > 0))
        {
            // A value that is there most of the time anyway (no event, no wind) says that little happened, not that a sensor hangs.
            var longest = group.Select(r => r.Length).Order().ToArray();
            // Half the usual extremes of the group: the length that one run in a thousand exceeds.
            var usual = Math.Max(1.0, Robust.QuantileOfSorted([.. longest.Select(l => (double)l)], Math.Max(0.9, 1 - (8.0 / longest.Length))));
            var typical = Robust.QuantileOfSorted([.. longest.Select(l => (double)l)], 0.9);
            // Runs of chance fall off geometrically: their ninth decile is 2.3 times their mean.
            var many = longest.Length > 80;
            var decay = Math.Max(Math.Max(0.35, typical / 2.3), many ? (usual - typical) / Math.Max(1, Math.Log(0.1 * longest.Length / 8)) : 0);
            foreach (var family in ReferenceEquals(group, rest) ? (ReadOnlySpan<Symptom>)[Symptom.Stuck, Symptom.StandIn] : [Symptom.CategoryMix])
                findings.CountTests(family, grid.Count);
            foreach (var (first, length) in group)
            {
                var perWindow = (double)numbers.Length / grid.Count;
                if (length < 8 || length < 0.9 * Math.Min(perWindow, 24) || length < 1.5 * usual)
                    continue;
                var p = (many ? 8.0 / longest.Length : 0.1) * Math.Exp(-(length - usual) / decay);
                p = Math.Max(p, Math.Min(1, perWindow * Repeating(numbers[first], length)));
                var symptom = ReferenceEquals(group, rest) ? Symptom.Stuck : Symptom.CategoryMix;
                // What people write for "unknown" does not hang, it was filled in: so long a run, and of this value of all.
                if (ReferenceEquals(group, rest) && FingerprintWatch.StandIns.Contains(numbers[first]))
                    (symptom, p) = (Symptom.StandIn, p * (rest.Where(r => numbers[r.First] == numbers[first]).Sum(r => r.Length) - length + 0.5) / numbers.Length);
                var (from, to) = (grid.WindowOf(first), grid.WindowOf(first + length - 1));
                if (p < 1e-3)
                {
                    findings.Signals.Add(new(symptom, from, to, p, length, string.Create(
                        CultureInfo.InvariantCulture,
                        $"{FingerprintWatch.Short(numbers[first])} stands for {length} rows in a row; {usual:0} is usually the most")));
                }
            }
        }

        // The chance that a value repeats so often, by how often it does elsewhere; a rare one by how often values do.
        double Repeating(double value, int length)
        {
            const double Lean = 20;
            var (own, again) = repeats[value];
            var usual = (repeated - length + 1) / Math.Max(1, pairs - length);
            return Math.Pow((again - length + 1 + (Lean * usual)) / (own - length + Lean), length - 1);
        }
    }

    private static List<(int First, int Length)> Runs(double[] numbers)
    {
        var runs = new List<(int First, int Length)>();
        for (var i = 0; i < numbers.Length;)
        {
            var first = i;
            for (i++; i < numbers.Length && numbers[i] == numbers[first]; i++)
            {
            }

            if (!double.IsNaN(numbers[first]))
                runs.Add((first, i - first));
        }

        return runs;
    }

    private static void WatchCopies(double[] numbers, WindowGrid grid, Findings findings)
    {
        var copies = new List<(int First, int Last, double PValue)>();
        var compared = 0;
        for (var w = 1; w < grid.Count; w++)
        {
            foreach (var back in (ReadOnlySpan<int>)[1, 7])
            {
                if (w < back)
                    break;
                var (first, end) = grid.RowsOf(w);
                var (firstThen, endThen) = grid.RowsOf(w - back);
                if (end - first < 8 || endThen - firstThen < 8)
                    continue;
                compared++;
                ReadOnlySpan<double> now = numbers.AsSpan(first..end), then = numbers.AsSpan(firstThen..endThen);
                if (IsCopy(now, then) && DistinctOf(now) >= 4)
                    copies.Add((w, w, 0));
            }
        }

        findings.CountTests(Symptom.Stale, grid.Count);
        // Features that repeat themselves all the time (a weekly table) are not stale.
        if (copies.Count == 0 || copies.Count > 0.1 * compared)
            return;
        findings.AddRuns([.. copies.Select(c => (c.First, c.Last, Math.Pow(10, -12)))], 0, (first, last, p) => new(
            Symptom.Stale, first, last, p, last - first + 1, "The values repeat an earlier window one by one"));
    }

    // A row may be absent from one of them: then they agree from the front up to it, and from the back.
    private static bool IsCopy(ReadOnlySpan<double> now, ReadOnlySpan<double> then)
    {
        var least = Math.Min(now.Length, then.Length);
        var front = now.CommonPrefixLength(then);
        var back = 0;
        while (back < least - front && now[^(back + 1)].Equals(then[^(back + 1)]))
            back++;
        return front + back >= least - 1 && front + back >= 0.9 * Math.Max(now.Length, then.Length);
    }

    private static int DistinctOf(ReadOnlySpan<double> numbers)
    {
        var distinct = new HashSet<double>();
        foreach (var number in numbers)
            distinct.Add(number);
        return distinct.Count;
    }
}
