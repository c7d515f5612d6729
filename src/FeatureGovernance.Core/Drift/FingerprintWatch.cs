using System.Globalization;
using FeatureGovernance.Statistics.Inference;

namespace FeatureGovernance.Core.Drift;

/// <summary>Watches what faults leave in single values: gaps, defaults, other digits, other signs, values never seen.</summary>
internal static class FingerprintWatch
{
    public static void Watch(ValueColumn column, WindowGrid grid, ColumnNature nature, Findings findings)
    {
        var rows = Trials(grid);
        RateWatch.Watch(Symptom.Missing, Hits(grid, row => column.Missing[row]), rows, 0.01, findings, (first, last, p, share, usual) => new(
            Symptom.Missing, first, last, p, share - usual, Words("of the values are missing", share, usual)));
        if (column.Numbers is not { } numbers)
            return;
        WatchRate(row => !column.Missing[row] && double.IsNaN(numbers[row]), 0.01, Symptom.NotANumber, "of the values are not a number");
        if (nature.Kind is NatureKind.Constant)
            return;
        WatchRate(row => numbers[row] < 0, 0.05, Symptom.Negative, "of the values are negative");
        if (nature.Kind is NatureKind.Counter)
            return;
        if (nature.Kind is NatureKind.Number)
        {
            WatchDigits(numbers, grid, findings);
            WatchDefaults(numbers, grid, findings);
            WatchNewValues(numbers, grid, findings);
        }

        void WatchRate(Func<int, bool> hit, double floor, Symptom symptom, string what) =>
            RateWatch.Watch(symptom, Hits(grid, hit), rows, floor, findings, (first, last, p, share, usual) => new(
                symptom, first, last, p, share - usual, Words(what, share, usual)));
    }

    private static void WatchDigits(double[] numbers, WindowGrid grid, Findings findings)
    {
        var digits = Array.ConvertAll(numbers, Digits);
        var known = Robust.Sorted(digits.Where((_, i) => double.IsFinite(numbers[i])).Select(d => (double)d));
        if (known.Length == 0)
            return;
        var usual = (int)Robust.QuantileOfSorted(known, 0.5);
        var most = (int)Robust.QuantileOfSorted(known, 0.9);
        // A value that stays says nothing new of the digits.
        var trials = Trials(grid, Changes);
        RateWatch.Watch(Symptom.CoarserValues, Hits(grid, row => Changes(row) && digits[row] < usual), trials, 0.3, findings,
            (first, last, p, share, past) => new(
                Symptom.CoarserValues, first, last, p, share - past, Words($"of the values have fewer than {Places(usual)}", share, past)));
        if (most < MostDigits)
        {
            var step = UnitsPerStep(numbers, most, grid);
            RateWatch.Watch(Symptom.FinerValues, Hits(grid, row => Changes(row) && (digits[row] > most || (step > 1 && !IsOnStep(numbers[row], most, step)))),
                trials, 0.1, findings,
                (first, last, p, share, past) => new(
                    Symptom.FinerValues, first, last, p, share - past,
                    Words($"of the values have more than {Places(most)}{(step > 1 ? $" in steps of {step}" : "")}", share, past)));
        }

        // Nor do stand-ins.
        bool Changes(int row) => double.IsFinite(numbers[row]) && (row == 0 || numbers[row] != numbers[row - 1]) && !StandIns.Contains(numbers[row]);
    }

    // The number of last digits' units that values come in, as fiftieths do in steps of two hundredths; 1 for most features.
    private static int UnitsPerStep(double[] numbers, int digits, WindowGrid grid)
    {
        foreach (var step in (ReadOnlySpan<int>)[50, 25, 20, 5, 4, 2])
        {
            var shares = Enumerable.Range(0, grid.Count).Select(w =>
            {
                var (first, end) = grid.RowsOf(w);
                double on = 0, all = 0;
                for (var row = first; row < end; row++)
                {
                    if (double.IsFinite(numbers[row]))
                        (on, all) = (on + (IsOnStep(numbers[row], digits, step) ? 1 : 0), all + 1);
                }

                return on / all;
            });
            var sorted = Robust.Sorted(shares);
            if (Robust.QuantileOfSorted(sorted, 0.12) > 0.99)
                return step;
        }

        return 1;
    }

    private static bool IsOnStep(double number, int digits, int step)
    {
        var steps = number * Math.Pow(10, digits) / step;
        return Math.Abs(steps - Math.Round(steps)) < 1e-6 * Math.Max(1, Math.Abs(steps));
    }

    // A default that stands in here and there lies off its neighbours, further than all but a few values ever do.
    private static void WatchDefaults(double[] numbers, WindowGrid grid, Findings findings)
    {
        var off = Excursions(numbers);
        var far = Robust.QuantileOfSorted(Robust.Sorted(off), 0.85);
        // Rows in a row count once, and a value is held against the most frequent one of each window of the past.
        var starts = Enumerable.Range(1, Math.Max(0, off.Length - 1)).Where(row => off[row] > far && numbers[row] != numbers[row - 1]).ToHashSet();
        var most = new double[grid.Count];
        var candidates = new Dictionary<double, int>();
        for (var w = 0; w < grid.Count; w++)
        {
            var (first, end) = grid.RowsOf(w);
            foreach (var (value, count) in Enumerable.Range(first, end - first).Where(starts.Contains).CountBy(row => numbers[row]))
            {
                most[w] = Math.Max(most[w], count);
                if (count > 1)
                    candidates[value] = Math.Max(candidates.GetValueOrDefault(value), count);
            }
        }

        var trials = Trials(grid, row => double.IsFinite(numbers[row]));
        var known = Robust.Sorted(numbers);
        double low = Robust.QuantileOfSorted(known, 0.001), high = Robust.QuantileOfSorted(known, 0.999);
        // A value that is usual anyway stands in for nothing.
        foreach (var (value, _) in candidates.OrderByDescending(c => c.Value).Take(6).Where(c => numbers.Count(n => n == c.Key) < MostUsual * known.Length))
        {
            RateWatch.Watch(Symptom.Default, Hits(grid, row => starts.Contains(row) && numbers[row] == value), trials, 0.04, findings,
                (first, last, p, share, usual) => new(
                    Symptom.Default, first, last, p, share - usual, Words($"of the values are {Short(value)}, off their neighbours", share, usual)),
                history: IsStandIn(value) ? null : most);
        }

        // A usual stand-in is held against its own past: it need not compete with what else repeats by chance.
        bool IsStandIn(double value) => value <= low || value >= high || StandIns.Contains(value);
    }

    private const double MostUsual = 0.4;

    // What people write for "unknown"; values at the edge of all known ones are taken for such too.
    internal static readonly double[] StandIns = [0, -1, -9, -99, -999, -9999, 99, 999, 9999, 99999];

    /// <summary>How far each number lies from the middle of the two different numbers before and the two after it.</summary>
    private static double[] Excursions(double[] numbers)
    {
        var off = new double[numbers.Length];
        Span<double> near = stackalloc double[4];
        for (var row = 0; row < off.Length; row++)
        {
            off[row] = double.NaN;
            if (!double.IsFinite(numbers[row]))
                continue;
            var all = 0;
            foreach (var step in (ReadOnlySpan<int>)[-1, 1])
            {
                var found = 0;
                for (int at = row + step, tried = 0; at >= 0 && at < off.Length && found < 2 && tried < 40; at += step, tried++)
                {
                    if (!double.IsFinite(numbers[at]) || numbers[at] == numbers[row])
                        continue;
                    near[all++] = numbers[at];
                    found++;
                }
            }

            near[..all].Sort();
            off[row] = all < 2 ? double.NaN : Math.Abs(numbers[row] - Robust.QuantileOfSorted(near[..all], 0.5));
        }

        return off;
    }

    private static void WatchNewValues(double[] numbers, WindowGrid grid, Findings findings)
    {
        var hits = new double[grid.Count];
        var trials = new double[grid.Count];
        var learning = Math.Max(20, Math.Min(90, grid.Count / 4));
        var before = new Known();
        for (var w = 0; w < grid.Count; w++)
        {
            if (w >= learning)
                before.Count(numbers, grid, w, hits, trials);
            before.Learn(numbers, grid, w);
        }

        // One or two may be chance.
        for (var w = 0; w < hits.Length; w++)
            hits[w] = hits[w] < 4 ? 0 : hits[w];

        // Where most values are new all the time, newness says nothing.
        if (Robust.Median(hits.Zip(trials, (h, t) => t > 0 ? h / t : double.NaN)) > 0.3)
            return;
        RateWatch.Watch(Symptom.NewValues, hits, trials, 0.25, findings, (first, last, p, share, usual) => new(
            Symptom.NewValues, first, last, p, share - usual, Words("of the values lie between known ones but were never seen", share, usual)), 120);
    }

    /// <summary>The values seen, and their range.</summary>
    private sealed class Known
    {
        private readonly HashSet<double> seen = [];
        private readonly List<double> sample = [];
        private double low = double.PositiveInfinity;
        private double high = double.NegativeInfinity;
        private int rows;
        private int ranged;

        // Only where values are dense does a gap between them mean anything: not in the highest tenth.
        public void Count(double[] numbers, WindowGrid grid, int window, double[] hits, double[] trials)
        {
            if (sample.Count > 1.05 * ranged)
            {
                var sorted = Robust.Sorted(sample);
                (low, high, ranged) = (sorted[0], Robust.QuantileOfSorted(sorted, 0.85), sample.Count);
            }

            // While known values were seen but a few times each, others like them are yet to come.
            if (rows < 8 * seen.Count)
                return;
            var (first, end) = grid.RowsOf(window);
            for (var row = first; row < end; row++)
            {
                if (!(numbers[row] >= low && numbers[row] <= high) || (row > first && numbers[row] == numbers[row - 1]))
                    continue;
                trials[window]++;
                hits[window] += seen.Contains(numbers[row]) ? 0 : 1;
            }
        }

        public void Learn(double[] numbers, WindowGrid grid, int window)
        {
            var (first, end) = grid.RowsOf(window);
            for (var row = first; row < end; row++)
            {
                if (!double.IsFinite(numbers[row]))
                    continue;
                seen.Add(numbers[row]);
                // Thinned out as it grows: every row, then every 2nd, 4th …
                if (rows++ % (1 + (rows / 20_000)) == 0)
                    sample.Add(numbers[row]);
            }
        }
    }

    public static double[] Hits(WindowGrid grid, Func<int, bool> hit)
    {
        var hits = new double[grid.Count];
        for (var w = 0; w < hits.Length; w++)
        {
            var (first, end) = grid.RowsOf(w);
            for (var row = first; row < end; row++)
                hits[w] += hit(row) ? 1 : 0;
        }

        return hits;
    }

    public static double[] Trials(WindowGrid grid, Func<int, bool>? counts = null) => Hits(grid, counts ?? (_ => true));

    private const int MostDigits = 8;

    /// <summary>Decimal places of a number; negative for trailing zeros of a whole one.</summary>
    private static int Digits(double number)
    {
        if (!double.IsFinite(number) || number == 0)
            return 0;
        var size = Math.Abs(number);
        for (var places = 0; places < MostDigits; places++)
        {
            if (Math.Abs(size - Math.Round(size)) > 1e-7 * Math.Max(1, size * 1e-6))
            {
                size *= 10;
                continue;
            }

            if (places > 0)
                return places;
            var whole = Math.Round(size);
            while (places > -6 && whole % 10 == 0)
                (whole, places) = (whole / 10, places - 1);
            return places;
        }

        return MostDigits;
    }

    private static string Places(int digits) => digits switch
    {
        0 => "units",
        1 => "one decimal",
        > 1 => string.Create(CultureInfo.InvariantCulture, $"{digits} decimals"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{-digits} trailing zeros"),
    };

    public static string Words(string what, double share, double usual) =>
        string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.#} % {what}, usually {100 * usual:0.#} %");

    public static string Short(double number) => number.ToString("G4", CultureInfo.InvariantCulture);
}
