using FeatureGovernance.Statistics.Inference;
using FeatureGovernance.Statistics.Sketches;

namespace FeatureGovernance.Core.Drift;

/// <summary>A feature as a straight combination of others, row by row.</summary>
internal sealed record Relation(int Target, int[] Partners, double Explained, double[] Gaps)
{
    // Where windows differ in how well the relation fits, by their median gap.
    private const int Memory = 90;

    public static Relation? Find(Watched[] columns, int[] candidates, int target, WindowGrid grid, int most, double least)
    {
        var y = columns[target].Column.Numbers!;
        // Every so many-th row is enough to find the relation.
        var rows = Enumerable.Range(0, y.Length).Where(r => double.IsFinite(y[r])).ToArray();
        var step = Math.Max(1, rows.Length / 2000);
        rows = [.. rows.Where((_, i) => i % step == 0)];
        var chosen = new List<int>();
        var (best, weights) = (0.0, Array.Empty<double>());
        while (chosen.Count < most)
        {
            var (better, with, fitted) = (best, -1, weights);
            foreach (var candidate in candidates.Where(c => c != target && !chosen.Contains(c)))
            {
                var fit = Regression.Fit(y, [.. chosen.Append(candidate).Select(c => columns[c].Column.Numbers!)], rows);
                if (fit.Explained > better + 0.01)
                    (better, with, fitted) = (fit.Explained, candidate, fit.Weights);
            }

            if (with < 0)
                break;
            chosen.Add(with);
            (best, weights) = (better, fitted);
        }

        return best < least ? null : new(target, [.. chosen], best, WindowGaps(y, [.. chosen.Select(c => columns[c].Column.Numbers!)], weights, grid));
    }

    /// <summary>The windows whose gap is unusual.</summary>
    public List<(int First, int Last, double PValue)> Broken()
    {
        var scores = new double[Gaps.Length];
        var unusual = new bool[Gaps.Length];
        var floor = 0.5 * Robust.Median(Gaps);
        for (var pass = 0; pass < 2; pass++)
        {
            var tail = pass == 0 ? default : LearnedTail.Fit(scores.Where(s => s > 0), 0.1);
            for (var w = 0; w < Gaps.Length; w++)
            {
                var before = Enumerable.Range(Math.Max(0, w - Memory), Math.Min(w, Memory)).Where(i => !unusual[i] && double.IsFinite(Gaps[i])).Select(i => Gaps[i]).ToArray();
                scores[w] = before.Length < 14 || double.IsNaN(Gaps[w]) ? 0 : Math.Log((Gaps[w] + floor + 1e-12) / (Robust.Median(before) + floor + 1e-12));
                unusual[w] = pass > 0 && scores[w] > 0.7 && tail.PValue(scores[w]) < Findings.Suspicious;
            }
        }

        var last = LearnedTail.Fit(scores.Where(s => s > 0), 0.1).WithExtremes(scores.Where((s, w) => s > 0 && !unusual[w]), 2);
        return [.. Enumerable.Range(0, Gaps.Length).Where(w => unusual[w]).Select(w => (w, w, last.PValue(scores[w])))];
    }

    /// <summary>The gap over the usual one.</summary>
    public double Size(int first, int last) =>
        Gaps[first..(last + 1)].Where(double.IsFinite).DefaultIfEmpty(0).Average() / Math.Max(1e-9, Robust.Median(Gaps));

    private static double[] WindowGaps(double[] y, double[][] partners, double[] weights, WindowGrid grid)
    {
        var gaps = new double[grid.Count];
        var deviation = Moments(y);
        for (var w = 0; w < gaps.Length; w++)
        {
            var (first, end) = grid.RowsOf(w);
            var all = new List<double>();
            for (var row = first; row < end; row++)
            {
                var gap = y[row] - weights[^1];
                for (var j = 0; j < partners.Length; j++)
                    gap -= weights[j] * partners[j][row];
                if (double.IsFinite(gap))
                    all.Add(Math.Abs(gap) / deviation);
            }

            // In units of the feature's deviation, not below a thousandth: a rounding error is no break.
            gaps[w] = all.Count == 0 ? double.NaN : Math.Max(1e-2, all.Average());
        }

        return gaps;
    }

    private static double Moments(double[] numbers)
    {
        var moments = default(Moments);
        foreach (var number in numbers)
            moments = double.IsFinite(number) ? moments.With(number) : moments;
        return Math.Max(1e-300, Math.Sqrt(moments.Variance));
    }
}
