using FeatureGovernance.Statistics.Inference;
using FeatureGovernance.Statistics.Sketches;

namespace FeatureGovernance.Core.Drift;

/// <summary>A feature as a straight combination of others, row by row.</summary>
internal sealed record Relation(int Target, int[] Partners, double Explained, double[] Weights, double[] Gaps)
{
    private const int MostHours = 12;

    // Of the gap, what may be left where the feature is read at another hour.
    private const double Restored = 0.4;

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

        return best < least ? null : new(target, [.. chosen], best, weights, WindowGaps(y, [.. chosen.Select(c => columns[c].Column.Numbers!)], weights, grid));
    }

    /// <summary>The windows whose gap is unusual.</summary>
    public List<(int First, int Last, double PValue)> Broken()
    {
        var scores = new double[Gaps.Length];
        var unusual = new bool[Gaps.Length];
        var floor = 0.5 * Robust.Median(Gaps);
        for (var pass = 0; pass < 2; pass++)
        {
            var tail = pass == 0 ? default : LearnedTail.Fit(Above(scores), 0.1);
            for (var w = 0; w < Gaps.Length; w++)
            {
                var before = Enumerable.Range(Math.Max(0, w - Memory), Math.Min(w, Memory)).Where(i => !unusual[i] && double.IsFinite(Gaps[i]))
                    .Select(i => Gaps[i]).ToArray();
                scores[w] = before.Length < 14 || double.IsNaN(Gaps[w]) ? 0 : Math.Log((Gaps[w] + floor + 1e-12) / (Robust.Median(before) + floor + 1e-12));
                unusual[w] = pass > 0 && scores[w] > 0.7 && tail.PValue(scores[w]) < Findings.Suspicious;
            }
        }

        var last = LearnedTail.Fit(Above(scores), 0.1).WithExtremes(scores.Where((s, w) => s > 0 && !unusual[w]), 2);
        return [.. Enumerable.Range(0, Gaps.Length).Where(w => unusual[w]).Select(w => (w, w, last.PValue(scores[w])))];
    }

    // Where the relation is exact, hardly a window fits worse than another, and those of a fault must not pass for what is usual.
    private static IEnumerable<double> Above(double[] scores)
    {
        var above = scores.Where(s => s > 0).ToArray();
        return 4 * above.Length < scores.Length ? scores.Select(s => Math.Max(0, s)) : above;
    }

    /// <summary>
    /// By how many hours the feature comes late (early where negative) in some windows, where it follows from its partners again once it is
    /// moved back; 0 where no hour restores the relation.
    /// </summary>
    /// <param name="cells">Hourly means, by feature.</param>
    /// <param name="from">The first hour.</param>
    /// <param name="to">The hour after the last.</param>
    public int Lag(Func<int, double[]> cells, int from, int to)
    {
        var y = cells(Target);
        var foretold = Foretold(cells);
        var still = Gap(0);
        var (least, at) = (Restored * still, 0);
        for (var lag = -MostHours; lag <= MostHours; lag++)
        {
            if (Gap(lag) is var gap && gap < least)
                (least, at) = (gap, lag);
        }

        return at;

        double Gap(int lag)
        {
            double sum = 0, count = 0;
            for (var cell = Math.Max(from, from - lag); cell < Math.Min(to, to - lag); cell++)
            {
                if (Math.Abs(y[cell + lag] - foretold(cell)) is var gap && double.IsFinite(gap))
                    (sum, count) = (sum + gap, count + 1);
            }

            return 3 * count < to - from ? double.NaN : sum / count;
        }
    }

    private Func<int, double> Foretold(Func<int, double[]> cells)
    {
        double[][] partners = [.. Partners.Select(cells)];
        return cell =>
        {
            var sum = Weights[^1];
            for (var j = 0; j < partners.Length; j++)
                sum += Weights[j] * partners[j][cell];
            return sum;
        };
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
