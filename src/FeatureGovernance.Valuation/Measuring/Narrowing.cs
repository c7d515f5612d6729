namespace FeatureGovernance.Valuation.Measuring;

/// <summary>A sample with some of its columns only, in the order of their names as before.</summary>
/// <param name="Sample">The narrow sample.</param>
/// <param name="Columns">Where its columns were.</param>
internal sealed record Narrowing(Sample Sample, int[] Columns)
{
    public static Narrowing To(Sample sample, IEnumerable<int> columns)
    {
        int[] kept = [.. columns.Order()];
        if (kept.Length == sample.Features.Length)
            return new(sample, kept);
        var cells = new float[(long)sample.Cells.Rows * kept.Length];
        for (var row = 0; row < sample.Cells.Rows; row++)
        {
            for (var i = 0; i < kept.Length; i++)
                cells[((long)row * kept.Length) + i] = sample.Cells[row, kept[i]];
        }

        return new(
            sample with
            {
                Features = [.. kept.Select(c => sample.Features[c])],
                Categorical = [.. kept.Select(c => sample.Categorical[c])],
                Cells = new(cells, sample.Cells.Rows, kept.Length),
            },
            kept);
    }
}
