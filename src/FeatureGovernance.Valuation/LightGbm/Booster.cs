using System.Text;

namespace FeatureGovernance.Valuation.LightGbm;

/// <summary>A trained ensemble of trees.</summary>
internal sealed class Booster : IDisposable
{
    private static readonly Lock Making = new();

    private readonly int columns;
    private readonly int classes;
    private readonly int threads;
    private readonly string settings;
    private nint handle;

    private Booster(nint handle, int columns, int classes, int threads)
    {
        (this.handle, this.columns, this.classes, this.threads) = (handle, columns, classes, threads);
        settings = $"verbosity=-1 num_threads={threads}";
    }

    /// <summary>The iterations after which the time allowed ran out; null where it did not.</summary>
    public int? CutAt { get; private set; }

    /// <summary>Trains on the rows of a dataset, for at most so many iterations; after <paramref name="allowed"/> it stops with those it has, one at least.</summary>
    public static Booster Train(
        Dataset rows, string parameters, int iterations, int columns, int classes, int threads, CancellationToken stop, TimeSpan? allowed = null) =>
        Threads.Run(threads, () => TrainAlone(rows, parameters, iterations, columns, classes, threads, allowed, stop));

    private static Booster TrainAlone(
        Dataset rows, string parameters, int iterations, int columns, int classes, int threads, TimeSpan? allowed, CancellationToken stop)
    {
        nint handle;
        // What ranking discounts by is a table of the whole process, made with the first booster.
        lock (Making)
            Native.Check(Native.LGBM_BoosterCreate(rows.Handle, parameters, out handle));
        var booster = new Booster(handle, columns, classes, threads);
        try
        {
            var begun = TimeProvider.System.GetTimestamp();
            for (var i = 0; i < iterations; i++)
            {
                stop.ThrowIfCancellationRequested();
                if (i > 0 && TimeProvider.System.GetElapsedTime(begun) > allowed)
                {
                    booster.CutAt = i;
                    break;
                }

                Native.Check(Native.LGBM_BoosterUpdateOneIter(handle, out var finished));
                if (finished != 0)
                    break;
            }

            return booster;
        }
        catch
        {
            booster.Dispose();
            throw;
        }
    }

    /// <summary>Predictions of row-major cells: one number per row, or per row and class.</summary>
    /// <param name="cells">Rows × columns.</param>
    /// <param name="result">Rows × classes.</param>
    /// <param name="iterations">How many iterations to use; −1 for all.</param>
    public void Predict(ReadOnlySpan<float> cells, Span<double> result, int iterations = -1)
    {
        var rows = cells.Length / columns;
        if (result.Length != rows * classes)
            throw new ArgumentException("The result must hold rows × classes numbers.", nameof(result));
        Predict(cells, rows, Native.NormalPrediction, iterations, result);
    }

    /// <summary>
    /// Exact Shapley values of every prediction on the raw scale, before any link (Lundberg et al. 2020, "From local explanations to global
    /// understanding with explainable AI for trees"): one number per column, then the base; together they are the raw score.
    /// </summary>
    /// <param name="cells">Rows × columns.</param>
    /// <param name="iterations">How many iterations to use; −1 for all.</param>
    /// <returns>Rows × classes × (columns + 1).</returns>
    public double[] Contributions(ReadOnlySpan<float> cells, int iterations = -1)
    {
        var rows = cells.Length / columns;
        var result = new double[(long)rows * classes * (columns + 1)];
        Predict(cells, rows, Native.Contributions, iterations, result);
        return result;
    }

    /// <summary>The trees themselves.</summary>
    public Forest Trees(int iterations) => Forest.Of(Text(iterations), columns, classes);

    /// <summary>The model as LightGBM's <c>save_model</c> writes it.</summary>
    public unsafe string Text(int iterations)
    {
        var text = new byte[1 << 16];
        while (true)
        {
            long length;
            fixed (byte* buffer = text)
                Native.Check(Native.LGBM_BoosterSaveModelToString(handle, 0, iterations, Native.SplitImportance, text.Length, out length, buffer));
            // The length counts the terminating zero; what did not fit was not written.
            if (length <= text.Length)
                return Encoding.UTF8.GetString(text, 0, (int)length - 1);
            text = new byte[length];
        }
    }

    /// <summary>How many splits use each column.</summary>
    public unsafe double[] Splits(int iterations)
    {
        var splits = new double[columns];
        fixed (double* result = splits)
            Native.Check(Native.LGBM_BoosterFeatureImportance(handle, iterations, Native.SplitImportance, result));
        return splits;
    }

    private unsafe void Predict(ReadOnlySpan<float> cells, int rows, int kind, int iterations, Span<double> result)
    {
        fixed (float* data = cells)
        fixed (double* output = result)
        {
            var (from, to) = ((nint)data, (nint)output);
            Native.Check(Threads.Run(threads, () => Native.LGBM_BoosterPredictForMat(
                handle, (float*)from, Native.Float32, rows, columns, 1, kind, 0, iterations, settings, out _, (double*)to)));
        }
    }

    public void Dispose()
    {
        if (handle != 0)
            Native.Check(Native.LGBM_BoosterFree(handle));
        handle = 0;
    }
}
