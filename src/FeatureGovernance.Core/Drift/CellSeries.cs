using FeatureGovernance.Statistics.Inference;

namespace FeatureGovernance.Core.Drift;

/// <summary>The mean value of each cell, on a scale where seasons add up.</summary>
internal sealed class CellSeries
{
    private CellSeries(WindowGrid grid, double[] raw, double offset, bool logarithmic) =>
        (Grid, Raw, Offset, Logarithmic, Values) =
            (grid, raw, offset, logarithmic, logarithmic ? Array.ConvertAll(raw, r => Math.Log(r + offset)) : raw);

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
        if (sorted.Length > 0 && Robust.QuantileOfSorted(sorted, 0.02) >= 0 && middle > 0)
            logarithmic = sorted[0] >= 0 && Robust.QuantileOfSorted(sorted, 0.95) > 2.5 * middle;
        return new(grid, raw, Math.Max(0.3 * middle, 1e-9), logarithmic);
    }

    /// <summary>A value of the reference's scale as a mean.</summary>
    public double ToRaw(double value) => Logarithmic ? Math.Exp(value) - Offset : value;
}
