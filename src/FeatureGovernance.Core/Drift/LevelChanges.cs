using FeatureGovernance.Statistics.Inference;

namespace FeatureGovernance.Core.Drift;

/// <summary>Describes a change of level by what could have made it.</summary>
internal static class LevelChanges
{
    public static LevelChange Describe(CellSeries series, double[] expected, bool[] unusual, double[] scores, int first, int last)
    {
        var grid = series.Grid;
        var size = grid.CellsPerWindow;
        var (from, to) = (first * size, (last + 1) * size);
        var returned = last + 1 < grid.Count && !unusual[last + 1];
        double[] before = [.. scores[Math.Max(0, first - 14)..first].Where(double.IsFinite)];
        double[] during = [.. scores[first..(last + 1)].Where(double.IsFinite)];
        var kind = ChangeShape.OfLevel(before, during, returned);
        var factors = Factors(series, expected, from, to);
        var middle = Robust.Median(factors);
        var ordinary = Enumerable.Range(Math.Max(0, first - 60), Math.Min(60, first)).Where(w => !unusual[w])
            .Select(w => Factors(series, expected, w * size, (w + 1) * size)).Where(f => f.Count > 3)
            .Select(f => Robust.Scale(f)).ToArray();
        var scatter = Enumerable.Range(first, last - first + 1)
            .Select(w => Factors(series, expected, w * size, (w + 1) * size)).Where(f => f.Count > 3).Select(f => Robust.Scale(f)).ToArray();
        var unevenness = ordinary.Length < 5 || scatter.Length == 0 ? 1 : (Robust.Median(scatter) + 0.01) / (Robust.Median(ordinary) + 0.01);
        return new(
            kind,
            factors.Count > 0 ? Math.Exp(middle) : double.NaN,
            unevenness,
            Abruptness(scores, first, last),
            OutOfRange(series, unusual, from, to),
            Flipped(series, expected, from, to),
            returned);
    }

    private static List<double> Factors(CellSeries series, double[] expected, int from, int to)
    {
        var factors = new List<double>(to - from);
        for (var cell = from; cell < to; cell++)
        {
            double now = series.Raw[cell], then = series.ToRaw(expected[cell]);
            if (now * then > 0)
                factors.Add(Math.Log(now / then));
        }

        return factors;
    }

    private static double Abruptness(double[] scores, int first, int last)
    {
        var height = scores[first..(last + 1)].Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max();
        var start = double.IsFinite(scores[first]) ? Math.Abs(scores[first]) : 0;
        var next = first < last && double.IsFinite(scores[first + 1]) ? Math.Abs(scores[first + 1]) : 0;
        return height > 0 ? Math.Max(start, next) / height : 0;
    }

    private static double OutOfRange(CellSeries series, bool[] unusual, int from, int to)
    {
        double low = double.PositiveInfinity, high = double.NegativeInfinity;
        for (var cell = 0; cell < from; cell++)
        {
            if (double.IsFinite(series.Raw[cell]))
                (low, high) = (Math.Min(low, series.Raw[cell]), Math.Max(high, series.Raw[cell]));
        }

        double outside = 0, all = 0;
        for (var cell = from; cell < to; cell++)
        {
            if (!double.IsFinite(series.Raw[cell]))
                continue;
            all++;
            outside += series.Raw[cell] < low || series.Raw[cell] > high ? 1 : 0;
        }

        return all > 0 ? outside / all : 0;
    }

    private static double Flipped(CellSeries series, double[] expected, int from, int to)
    {
        double self = 0, mirrored = 0;
        for (var cell = from; cell < to; cell++)
        {
            double now = series.Raw[cell], then = series.ToRaw(expected[cell]);
            if (!double.IsFinite(now) || !double.IsFinite(then))
                continue;
            self += Math.Abs(now - then);
            mirrored += Math.Abs(-now - then);
        }

        return mirrored > 0 ? self / mirrored : 0;
    }
}
