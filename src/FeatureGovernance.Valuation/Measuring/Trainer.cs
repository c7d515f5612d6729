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

    public Trainer(Sample sample, int seed)
    {
        this.sample = sample;
        // Below this, threads spend more time meeting than working.
        threads = (long)sample.Cells.Rows * sample.Cells.Columns < 1_000_000 ? 1 : Environment.ProcessorCount;
        var categories = string.Join(',', Enumerable.Range(0, sample.Features.Length).Where(c => sample.Categorical[c]));
        shared = string.Create(
            CultureInfo.InvariantCulture,
            $"verbosity=-1 deterministic=true force_row_wise=true num_threads={threads} seed={seed} max_bin={(sample.Cells.Rows < RowsForFineBins ? 63 : 255)} feature_pre_filter=false categorical_feature={categories}");
        all = Dataset.From(sample.Cells, shared);
        all.SetLabels(sample.Labels);
    }

    /// <summary>How many models were trained so far.</summary>
    public int Trainings { get; private set; }

    /// <summary>The time that training took.</summary>
    public TimeSpan TimeInTraining { get; private set; }

    /// <summary>The binned rows of a fold's training side.</summary>
    public Dataset Rows(int[] rows)
    {
        var subset = all.Subset(rows, shared, rows.Select(r => sample.Labels[r]).ToArray(), sample.Task == ValuationTask.Ranking ? QuerySizes(rows) : []);
        if (sample.Weights is { } weights)
            subset.SetWeights(rows.Select(r => weights[r]).ToArray());
        return subset;
    }

    /// <summary>A model trained on the given columns only; after the time allowed it stops with the iterations it has.</summary>
    public Booster Train(Dataset rows, IEnumerable<int> columns, int iterations, CancellationToken stop, TimeSpan? allowed = null)
    {
        var begun = TimeProvider.System.GetTimestamp();
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
            $"{shared} objective={objective} learning_rate=0.1 num_leaves={(small ? 15 : 31)} min_data_in_leaf=10 cat_smooth=20 interaction_constraints=[{string.Join(',', columns)}]");
        var model = Booster.Train(rows, parameters, iterations, sample.Features.Length, sample.Classes, threads, stop, allowed);
        Trainings++;
        TimeInTraining += TimeProvider.System.GetElapsedTime(begun);
        return model;
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
