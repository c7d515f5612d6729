using System.Globalization;
using FeatureGovernance.Valuation.LightGbm;

namespace FeatureGovernance.Valuation.Measuring;

/// <summary>
/// Trains on folds of one sample. The sample is binned once; a column is dropped by leaving it out of LightGBM's interaction constraints,
/// which is the same as training without it and needs no new binning.
/// </summary>
internal sealed class Trainer : IDisposable
{
    // With few rows a split is sought longer than its bins are filled, and finer bins say nothing more: 63 are LightGBM's own advice for speed.
    private const int RowsForFineBins = 50_000;

    private readonly Sample sample;
    private readonly Dataset all;
    private readonly string shared;
    private readonly int threads;
    private readonly int seed;
    private readonly int varying;
    private readonly TrainingCount count;

    public Trainer(Sample sample, int seed)
        : this(sample, seed, new())
    {
    }

    private Trainer(Sample sample, int seed, TrainingCount count)
    {
        (this.sample, this.seed, this.count) = (sample, seed, count);
        varying = Enumerable.Range(0, sample.Features.Length).Count(Varies);
        // Below this, threads spend more time meeting than working.
        threads = (long)sample.Cells.Rows * sample.Cells.Columns < 1_000_000 ? 1 : Environment.ProcessorCount;
        var categories = string.Join(',', Enumerable.Range(0, sample.Features.Length).Where(c => sample.Categorical[c]));
        shared = string.Create(
            CultureInfo.InvariantCulture,
            $"verbosity=-1 deterministic=true force_row_wise=true num_threads={threads} seed={seed} max_bin={(sample.Cells.Rows < RowsForFineBins ? 63 : 255)} feature_pre_filter=false categorical_feature={categories}");
        all = Dataset.From(sample.Cells, shared, threads);
        all.SetLabels(sample.Labels);
    }

    /// <summary>How many models were trained so far.</summary>
    public int Trainings => count.Trainings;

    /// <summary>The time in which models were trained, one or several at once.</summary>
    public TimeSpan TimeInTraining => count.Time;

    /// <summary>True where a training takes one thread, so that several run at once and a small sample leaves no processor idle.</summary>
    public bool IsSmall => threads == 1;

    /// <summary>A trainer of some columns only, whose trainings count here: no histogram is built of the others.</summary>
    public Trainer Narrowed(int[] columns) => new(Narrowing.To(sample, columns).Sample, seed, count);

    /// <summary>Does the same with each fold, with several at once where that is faster; what is found is in the order of the folds.</summary>
    public TFound[] Each<TFold, TFound>(IReadOnlyList<TFold> folds, Func<TFold, int, TFound> work, CancellationToken stop)
    {
        var found = new TFound[folds.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = IsSmall ? Environment.ProcessorCount : 1, CancellationToken = stop };
        Parallel.For(0, folds.Count, options, i => found[i] = work(folds[i], i));
        return found;
    }

    /// <summary>The binned rows of a fold's training side.</summary>
    public Dataset Rows(int[] rows)
    {
        var subset = all.Subset(rows, shared, threads, rows.Select(r => sample.Labels[r]).ToArray(),
            sample.Task == ValuationTask.Ranking ? QuerySizes(rows) : []);
        if (sample.Weights is { } weights)
            subset.SetWeights(rows.Select(r => weights[r]).ToArray());
        return subset;
    }

    /// <summary>A model trained on the given columns only; after the time allowed it stops with the iterations it has.</summary>
    public Booster Train(Dataset rows, IEnumerable<int> columns, int iterations, CancellationToken stop, TimeSpan? allowed = null)
    {
        using var timed = count.Begin();
        int[] kept = [.. columns];
        // LightGBM copies the constraint at every node, which of ten thousand columns takes longer than all else. Columns of one value need none.
        var constraint = kept.Length == varying ? "" : $" interaction_constraints=[{string.Join(',', kept)}]";
        var objective = sample.Task switch
        {
            ValuationTask.Ranking => "lambdarank lambdarank_truncation_level=30",
            ValuationTask.Regression => "regression",
            _ when sample.Classes > 1 => $"multiclass num_class={sample.Classes}",
            _ => "binary",
        };
        var small = sample.Cells.Rows < 2000;
        var parameters = string.Create(
            CultureInfo.InvariantCulture,
            $"{shared} objective={objective} learning_rate=0.1 num_leaves={(small ? 15 : 31)} min_data_in_leaf=10 cat_smooth=20{constraint}");
        return Booster.Train(rows, parameters, iterations, sample.Features.Length, sample.Classes, threads, stop, allowed);
    }

    /// <summary>The cells of some rows, row-major.</summary>
    public float[] Cells(ReadOnlySpan<int> rows)
    {
        var width = sample.Cells.Columns;
        var cells = new float[(long)rows.Length * width];
        for (var i = 0; i < rows.Length; i++)
            Array.Copy(sample.Cells.Cells, (long)rows[i] * width, cells, (long)i * width, width);
        return cells;
    }

    public void Dispose() => all.Dispose();

    private bool Varies(int column)
    {
        for (var row = 1; row < sample.Cells.Rows; row++)
        {
            if (!sample.Cells[row, column].Equals(sample.Cells[0, column]))
                return true;
        }

        return false;
    }

    private int[] QuerySizes(int[] rows)
    {
        var sizes = new List<int>();
        for (var i = 0; i < rows.Length; i++)
        {
            if (i == 0 || sample.Groups![rows[i]] != sample.Groups[rows[i - 1]])
                sizes.Add(0);
            sizes[^1]++;
        }

        return [.. sizes];
    }
}
