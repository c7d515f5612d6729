using System.Collections.Immutable;
using System.Globalization;
using FeatureGovernance.Statistics.Inference;

namespace FeatureGovernance.Core.Drift.Profiles;

/// <summary>Watches the distribution around its middle, by the quantiles of sketches, and compares training with serving.</summary>
internal static class ShapeWatch
{
    private const int Memory = 28;

    // Sketches of this many values are as exact as any: their own error is that of so many.
    private const double MostTold = 1_000;

    // The least Kolmogorov-Smirnov distance between training and serving worth telling.
    private const double LeastSkew = 0.1;

    public static void Watch(ProfileSeries series, WindowGrid grid, Findings findings)
    {
        var unit = Robust.Median(series.Windows.Where(window => window is { Deviation: > 0 }).Select(window => window!.Deviation));
        if (!(unit > 0) || series.Windows.Count(window => window is { Quantiles.Length: > 0 }) < ProfileWatch.LeastWindows)
            return;
        var distance = new double[series.Windows.Length];
        var stability = new double[series.Windows.Length];
        for (var w = 0; w < distance.Length; w++)
            (distance[w], stability[w]) = Against(series, w, unit);
        // The logarithm spreads out what lies near the usual, whose size differs from feature to feature.
        SeriesWatch.Watch([.. distance.Select(d => Math.Log(d + 0.05))], grid, new(Symptom.Shape, 0.1, 0.7, 1), findings, (first, last, p, now, then) =>
        {
            var (far, psi) = (Math.Exp(now) - 0.05, stability[first..(last + 1)].Where(double.IsFinite).DefaultIfEmpty(0).Max());
            return new(Symptom.Shape, first, last, p, far, string.Create(
                CultureInfo.InvariantCulture, $"Around their median, values lie {far:0.00} standard deviations from where they lay (Wasserstein), PSI {psi:0.00}"));
        });
    }

    /// <summary>Compares training and serving of one feature and segment, window by window.</summary>
    public static void WatchSkew(ProfileSeries training, ProfileSeries serving, Findings findings)
    {
        var flagged = new List<(int First, int Last, double PValue)>();
        var distances = new double[serving.Windows.Length];
        var tests = 0;
        for (var w = 0; w < distances.Length; w++)
        {
            if (training.Windows[w] is not { Quantiles.Length: > 0 } a || serving.Windows[w] is not { Quantiles.Length: > 0 } b)
                continue;
            tests++;
            double n = Math.Min(MostTold, a.Count), m = Math.Min(MostTold, b.Count);
            distances[w] = Distance(a.Quantiles, b.Quantiles);
            var size = Math.Sqrt(n * m / (n + m));
            // Smirnov's bound: the tail of the distance of two samples of one distribution.
            var p = Math.Min(1, 2 * Math.Exp(-2 * size * size * distances[w] * distances[w]));
            if (p < Findings.Suspicious && distances[w] >= LeastSkew)
                flagged.Add((w, w, p));
        }

        findings.CountTests(Symptom.Skew, tests);
        findings.AddRuns(flagged, 1, (first, last, p) =>
        {
            var far = distances[first..(last + 1)].Max();
            return new(Symptom.Skew, first, last, p, far, string.Create(
                CultureInfo.InvariantCulture, $"Training and serving disagree on {100 * far:0} % of the values (Kolmogorov–Smirnov); the median is {Middle(training, first, last):G4} at training, {Middle(serving, first, last):G4} at serving"));
        });
    }

    /// <summary>The share of the values that are below 0.</summary>
    public static double ShareBelowZero(ProfileWindow window) => window.Quantiles.IsEmpty ? 0 : Rank(window.Quantiles, 0, inclusive: false);

    private static double Middle(ProfileSeries series, int first, int last) =>
        Robust.Median(series.Windows[first..(last + 1)].Where(window => window is { Quantiles.Length: > 0 })
            .Select(window => window!.Quantiles[window.Quantiles.Length / 2]));

    private static (double Distance, double Stability) Against(ProfileSeries series, int w, double unit)
    {
        if (series.Windows[w] is not { Quantiles.Length: > 0 } window)
            return (double.NaN, double.NaN);
        var past = new List<ImmutableArray<double>>();
        for (var at = w - 1; at >= 0 && past.Count < Memory && w - at <= 3 * Memory; at--)
        {
            if (series.Windows[at] is { Quantiles.Length: > 0 } before)
                past.Add(before.Quantiles);
        }

        if (past.Count < 7)
            return (double.NaN, double.NaN);
        var size = window.Quantiles.Length;
        var reference = new double[size];
        for (var i = 0; i < size; i++)
            reference[i] = Robust.Median(past.Select(quantiles => quantiles[i]));
        var shift = Robust.Median(window.Quantiles) - Robust.Median(reference);
        double[] centred = [.. window.Quantiles.Select(quantile => quantile - shift)];
        var bins = new double[size + 1];
        var even = new double[size + 1];
        for (var i = 0; i <= size; i++)
        {
            bins[i] = (i == size ? 1 : Rank([.. centred], reference[i], true)) - (i == 0 ? 0 : Rank([.. centred], reference[i - 1], true));
            even[i] = (i == size ? 1 : Rank([.. reference], reference[i], true)) - (i == 0 ? 0 : Rank([.. reference], reference[i - 1], true));
        }

        // The outermost twentieths hang on single values.
        return (EffectSizes.Wasserstein(centred.AsSpan(1..^1), reference.AsSpan(1..^1)) / unit, EffectSizes.PopulationStability([.. bins.Select(b => 1_000 * b)], [.. even.Select(e => 1_000 * e)]));
    }

    private static double Distance(ImmutableArray<double> a, ImmutableArray<double> b) =>
        a.Concat(b).Max(value => Math.Abs(Rank(a, value, true) - Rank(b, value, true)));

    // The share of values below, from the middles of equal parts.
    private static double Rank(ImmutableArray<double> quantiles, double value, bool inclusive) =>
        quantiles.Count(quantile => inclusive ? quantile <= value : quantile < value) / (double)quantiles.Length;
}
