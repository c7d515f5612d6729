using FeatureGovernance.Statistics.Inference;

namespace FeatureGovernance.Core.Drift;

/// <summary>The mean value of each cell, on a scale where seasons add up.</summary>
internal sealed class CellSeries
{
    private CellSeries(WindowGrid grid, double[] raw, double offset, bool logarithmic) =>
        (Grid, Raw, Offset, Logarithmic, Values) =
            (grid, raw, offset, logarithmic, logarithmic ? Array.ConvertAll(raw, r => Math.Log(Math.Max(r + offset, 0.01 * offset))) : raw);

    public WindowGrid Grid { get; }

    /// <summary>Means as they are; NaN where a cell has no value.</summary>
    public double[] Raw { get; }

    /// <summary>Means on the scale of the reference.</summary>
    public double[] Values { get; }

    public bool Logarithmic { get; }

    private double Offset { get; }

    public static CellSeries Of(double[] numbers, WindowGrid grid)
    {
        var raw = new double[grid.Cells];
        for (var cell = 0; cell < raw.Length; cell++)
        {
            var (first, end) = grid.RowsOfCell(cell);
            double sum = 0, count = 0;
            for (var row = first; row < end; row++)
            {
                if (double.IsFinite(numbers[row]))
                    (sum, count) = (sum + numbers[row], count + 1);
            }

            raw[cell] = count > 0 ? sum / count : double.NaN;
        }

        var sorted = Robust.Sorted(raw);
        var logarithmic = false;
        var middle = Robust.QuantileOfSorted(sorted, 0.5);
        // Amounts that span a factor of three between a middling and a high cell multiply rather than add.
        if (sorted.Length > 0 && middle > 0)
            logarithmic = Robust.QuantileOfSorted(sorted, 0.95) > 2.5 * middle && NegativeWindows(raw, grid) <= MostNegative * grid.Count;
        return new(grid, raw, Math.Max(0.3 * middle, 1e-9), logarithmic);
    }

    // Amounts are not negative but for a stretch of faulty windows.
    private const double MostNegative = 0.12;

    private static int NegativeWindows(double[] raw, WindowGrid grid) => grid.CellsPerWindow == 1
        ? raw.Count(r => r < 0)
        : Enumerable.Range(0, grid.Count)
            .Count(w => raw.AsSpan(w * grid.CellsPerWindow, grid.CellsPerWindow).ContainsAnyInRange(double.NegativeInfinity, -double.Epsilon));

    /// <summary>A value of the reference's scale as a mean.</summary>
    public double ToRaw(double value) => Logarithmic ? Math.Exp(value) - Offset : value;
}
