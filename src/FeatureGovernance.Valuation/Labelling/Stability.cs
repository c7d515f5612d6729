using System.Globalization;
using FeatureGovernance.Valuation.Measuring;
using MathNet.Numerics;

namespace FeatureGovernance.Valuation.Labelling;

/// <summary>
/// Whether the base rate changes over time: chi-squared over windows of equally many rows (for numbers Kruskal and Wallis 1952, on ranks) and a
/// trend over them (Armitage 1955), the surer of the two counting double. Rows of one group hang together; both are divided by the design effect
/// that this makes (Kish 1965).
/// </summary>
internal static class Stability
{
    private const int RowsInWindow = 200;
    private const int MostWindows = 12;
    private const int FewestWindows = 4;
    private const double EarliestSecond = -62_000_000_000;
    private const double LatestSecond = 253_000_000_000;
    private const double SureChange = 0.01;
    private const double RelativeChange = 0.1;
    private const double EffectOfChange = 0.1;

    public static BaseRate Of(Sample sample, LabelRows rows)
    {
        var isClass = sample.Task == ValuationTask.Classification;
        var values = new double[rows.IsKnown.Length];
        Array.Fill(values, double.NaN);
        for (var i = 0; i < rows.Places.Length; i++)
            values[rows.Places[i]] = sample.Labels[i];
        var groups = GroupsOf(sample, rows);
        int[][] windows = rows.Events is { } events ? Windows(events, sample.Labels.Length) : [];
        int[][] labelled = [.. windows.Select(w => w.Where(r => !double.IsNaN(values[r])).ToArray()).Where(w => w.Length > 0)];
        int[] all = [.. rows.Places];

        // The targets: an indicator for each class but, of two, the second only; or the numbers themselves.
        double[] codes = isClass ? sample.Classes > 1 ? [.. Enumerable.Range(0, sample.Classes).Select(c => (double)c)] : [1] : [];
        double[][] targets = isClass ? [.. codes.Select(code => values.Select(v => v == code ? 1.0 : 0).ToArray())] : [values];
        var effects = targets.Select(t => groups is null ? 1 : DesignEffect(t, all, groups)).ToArray();
        var tests = labelled.Length < 2 ? [] : targets.Select((t, i) => Homogeneity(isClass ? t : RanksOf(t, all), labelled, effects[i])).ToArray();
        var shown = tests.Length == 0 ? 0 : Array.IndexOf(tests, tests.MaxBy(t => t.Statistic));
        var target = targets[shown];
        var (rate, lower, upper) = Rate(all.Select(r => target[r]).ToArray(), isClass, effects[shown]);
        var name = isClass ? rows.Classes[(int)codes[shown]] : "mean";
        if (labelled.Length < 2)
            return new(name, rate, lower, upper, [], null, null, null, null);

        var p = PValue(tests, targets, all, codes.Length > 1, labelled.Length);
        var spread = Spread(target, labelled, effects[shown]);
        var deviation = Math.Sqrt(Variance(all.Select(r => target[r]).ToArray()));
        var effect = deviation > 0 ? spread / deviation : 0;
        var matters = effect >= EffectOfChange || (isClass && rate > 0 && spread / rate >= RelativeChange);
        return new(
            name, rate, lower, upper, [.. windows.Select(w => Shown(w, rows, target, isClass, effects[shown]))], p, spread, effect, p < SureChange && matters);
    }

    // Windows of about equally many rows; rows of one moment stay together.
    private static int[][] Windows(double[] events, int labels)
    {
        int[] order = [.. Enumerable.Range(0, events.Length).Where(r => double.IsFinite(events[r])).OrderBy(r => events[r])];
        var count = Math.Clamp(labels / RowsInWindow, FewestWindows, MostWindows);
        var windows = new List<int[]>();
        for (int begin = 0, k = 1; begin < order.Length && k <= count; k++)
        {
            var end = Math.Max(begin, (int)((long)order.Length * k / count));
            while (end > begin && end < order.Length && events[order[end]] == events[order[end - 1]])
                end++;
            if (end > begin)
                windows.Add(order[begin..end]);
            begin = end;
        }

        return [.. windows];
    }

    private static BaseRateWindow Shown(int[] window, LabelRows rows, double[] target, bool isClass, double designEffect)
    {
        double[] told = [.. window.Where(r => rows.IsKnown[r]).Select(r => target[r])];
        var (from, to, coverage) = (Time(rows, window[0]), Time(rows, window[^1]), (double)told.Length / window.Length);
        if (told.Length == 0)
            return new(from, to, window.Length, coverage, null, null, null);
        var (rate, lower, upper) = Rate(told, isClass, designEffect);
        return new(from, to, window.Length, coverage, rate, lower, upper);
    }

    private static string Time(LabelRows rows, int row) => rows.InSeconds
        ? DateTime.UnixEpoch.AddSeconds(Math.Clamp(Math.Floor(rows.Events![row]), EarliestSecond, LatestSecond))
            .ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)
        : rows.Events![row].ToString("G15", CultureInfo.InvariantCulture);

    private static (double Rate, double Lower80, double Upper80) Rate(double[] values, bool isClass, double designEffect)
    {
        if (!isClass)
            return Intervals.OfMean(values, designEffect);
        var part = Intervals.OfShare(values.Sum() / designEffect, values.Length / designEffect);
        return (part.Share, part.Lower80, part.Upper80);
    }

    // (n − 1) η²: chi-squared for an indicator, Kruskal–Wallis for ranks. The trend is the same with the window's place as the only contrast.
    private static (double Statistic, double Trend) Homogeneity(double[] target, int[][] windows, double designEffect)
    {
        var count = windows.Sum(w => w.Length);
        var mean = windows.Sum(w => w.Sum(r => target[r])) / count;
        var total = windows.Sum(w => w.Sum(r => (target[r] - mean) * (target[r] - mean)));
        if (total == 0)
            return (0, 0);
        var between = windows.Sum(w => w.Length * Math.Pow(w.Average(r => target[r]) - mean, 2));
        var middle = windows.Select((w, i) => (double)w.Length * i).Sum() / count;
        var covariance = windows.Select((w, i) => (i - middle) * w.Sum(r => target[r] - mean)).Sum();
        var places = windows.Select((w, i) => w.Length * (i - middle) * (i - middle)).Sum();
        return ((count - 1) * between / total / designEffect, (count - 1) * covariance * covariance / (places * total) / designEffect);
    }

    private static double PValue((double Statistic, double Trend)[] tests, double[][] targets, int[] rows, bool isMultiple, int windows)
    {
        // Over K classes χ² = Σ (1 − share) χ²(class), with K − 1 times as many degrees of freedom.
        var statistic = isMultiple ? tests.Select((t, i) => (1 - rows.Average(r => targets[i][r])) * t.Statistic).Sum() : tests[0].Statistic;
        var freedom = (windows - 1) * Math.Max(1, tests.Length - 1);
        var overall = UpperChiSquared(freedom, statistic);
        var trend = tests.Min(t => UpperChiSquared(1, t.Trend)) * (isMultiple ? tests.Length : 1);
        return Math.Min(1, 2 * Math.Min(overall, trend));
    }

    private static double UpperChiSquared(int freedom, double value) => value <= 0 ? 1 : SpecialFunctions.GammaUpperRegularized(freedom / 2.0, value / 2);

    // The variance of windows' means, less what sampling explains.
    private static double Spread(double[] target, int[][] windows, double designEffect)
    {
        double[] means = [.. windows.Select(w => w.Average(r => target[r]))];
        var chance = windows.Average(w => w.Length < 2 ? 0 : Variance([.. w.Select(r => target[r])]) * designEffect / w.Length);
        return Math.Sqrt(Math.Max(0, Variance(means) - chance));
    }

    private static double Variance(double[] values)
    {
        var mean = values.Average();
        return values.Length < 2 ? 0 : values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1);
    }

    private static double[] RanksOf(double[] target, int[] rows)
    {
        var ranks = Ranks.Of([.. rows.Select(r => target[r])]);
        var all = new double[target.Length];
        for (var i = 0; i < rows.Length; i++)
            all[rows[i]] = ranks[i];
        return all;
    }

    private static int[]? GroupsOf(Sample sample, LabelRows rows)
    {
        if (sample.Groups is null)
            return null;
        var groups = new int[rows.IsKnown.Length];
        for (var i = 0; i < rows.Places.Length; i++)
            groups[rows.Places[i]] = sample.Groups[i];
        return groups;
    }

    private static double DesignEffect(double[] target, int[] rows, int[] groups)
    {
        var mean = rows.Average(r => target[r]);
        var apart = rows.Sum(r => (target[r] - mean) * (target[r] - mean));
        return apart == 0 ? 1 : Math.Max(1, rows.GroupBy(r => groups[r]).Sum(g => Math.Pow(g.Sum(r => target[r] - mean), 2)) / apart);
    }
}
