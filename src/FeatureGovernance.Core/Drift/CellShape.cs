using FeatureGovernance.Statistics.Inference;

namespace FeatureGovernance.Core.Drift;

/// <summary>Whether a part of the cells left the others, or all of them scatter more: read from how single cells surprise.</summary>
internal static class CellShape
{
    private const int Before = 60;
    private const int LeastCells = 12;

    // A stretch so short is told by its height.
    private const int ShortStretch = 3;

    // Deviations that one end of the distribution must have gone where a part of the values is another's, and of that what the rest may go.
    private const double FarOff = 2;
    private const double Still = 0.25;

    // Deviations that either end must have gone outwards where values scatter more.
    private const double Wider = 0.4;

    /// <summary>Variance or mixture; null where the middle moved, or nothing did.</summary>
    /// <param name="level">With what was expected of each cell.</param>
    /// <param name="first">The first window of the change.</param>
    /// <param name="last">The last one.</param>
    public static ChangeKind? Of(LevelWatch level, int first, int last)
    {
        if (level.Reference.Series.Grid.CellsPerWindow < 6)
            return null;
        var usual = Surprises(level, Enumerable.Range(Math.Max(0, first - Before), Math.Min(Before, first)).Where(w => !level.Unusual[w]));
        var now = Surprises(level, Enumerable.Range(first, last - first + 1));
        var deviation = Robust.Scale(usual);
        if (now.Length < LeastCells || usual.Length < 8 * LeastCells || !(deviation > 0))
            return null;
        double low = Moved(0.05), middle = Math.Abs(Moved(0.5)), high = Moved(0.95);
        if (high > Wider && low < -Wider && middle < 0.5 * Math.Min(high, -low))
            return ChangeKind.Variance;
        double far = Math.Max(Math.Abs(low), Math.Abs(high)), near = Math.Min(Math.Abs(low), Math.Abs(high));
        return last - first >= ShortStretch && far > FarOff && middle < Still * far && near < Still * far ? ChangeKind.Mixture : null;

        double Moved(double share) => (Robust.QuantileOfSorted(now, share) - Robust.QuantileOfSorted(usual, share)) / deviation;
    }

    private static double[] Surprises(LevelWatch level, IEnumerable<int> windows)
    {
        var (values, size) = (level.Reference.Series.Values, level.Reference.Series.Grid.CellsPerWindow);
        return Robust.Sorted(windows.SelectMany(w => Enumerable.Range(w * size, size)).Select(cell => values[cell] - level.Expected[cell]));
    }
}
