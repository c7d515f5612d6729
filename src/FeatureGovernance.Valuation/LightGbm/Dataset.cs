namespace FeatureGovernance.Valuation.LightGbm;

/// <summary>Binned rows with their labels, held by LightGBM.</summary>
internal sealed class Dataset : IDisposable
{
    private Dataset(nint handle) => Handle = handle;

    public nint Handle { get; private set; }

    /// <summary>Bins a row-major matrix.</summary>
    public static unsafe Dataset From(Matrix matrix, string parameters, int threads)
    {
        fixed (float* data = matrix.Cells)
        {
            var from = (nint)data;
            return Threads.Run(threads, () =>
            {
                Native.Check(Native.LGBM_DatasetCreateFromMat((float*)from, Native.Float32, matrix.Rows, matrix.Columns, 1, parameters, 0, out var handle));
                return new Dataset(handle);
            });
        }
    }

    /// <summary>The given rows (ascending) with the same bins.</summary>
    public unsafe Dataset Subset(int[] rows, string parameters, int threads, ReadOnlySpan<float> labels, ReadOnlySpan<int> querySizes)
    {
        var handle = Threads.Run(threads, () =>
        {
            fixed (int* indices = rows)
            {
                Native.Check(Native.LGBM_DatasetGetSubset(Handle, indices, rows.Length, parameters, out var made));
                return made;
            }
        });
        var subset = new Dataset(handle);
        fixed (float* values = labels)
            Native.Check(Native.LGBM_DatasetSetField(handle, "label", values, labels.Length, Native.Float32));
        if (querySizes.Length > 0)
        {
            fixed (int* sizes = querySizes)
                Native.Check(Native.LGBM_DatasetSetField(handle, "group", sizes, querySizes.Length, Native.Int32));
        }

        return subset;
    }

    public unsafe void SetLabels(ReadOnlySpan<float> labels)
    {
        fixed (float* values = labels)
            Native.Check(Native.LGBM_DatasetSetField(Handle, "label", values, labels.Length, Native.Float32));
    }

    public unsafe void SetWeights(ReadOnlySpan<float> weights)
    {
        fixed (float* values = weights)
            Native.Check(Native.LGBM_DatasetSetField(Handle, "weight", values, weights.Length, Native.Float32));
    }

    public void Dispose()
    {
        if (Handle != 0)
            Native.Check(Native.LGBM_DatasetFree(Handle));
        Handle = 0;
    }
}
