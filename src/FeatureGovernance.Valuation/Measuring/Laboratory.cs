namespace FeatureGovernance.Valuation.Measuring;

/// <summary>What was measured of one cluster.</summary>
internal sealed record ClusterMeasure(Cluster Cluster, Estimate Permutation, bool IsUsed, Estimate Shap);

/// <summary>Trains the full models of all folds and measures with them.</summary>
internal sealed class Laboratory : IDisposable
{
    private const int RowsForTwoRounds = 50_000;
    private const int RowsForTwoProofs = 5_000;

    private readonly Trainer trainer;
    private readonly CancellationToken stop;
    private readonly List<Bench> benches = [];
    private readonly List<Bench> fresh = [];
    private readonly Sample sample;
    private readonly int[] checkpoints;
    private readonly int seed;
    private readonly bool canDrawAnew;
    private int[] columns = [];

    public Laboratory(Sample sample, Trainer trainer, int seed, CancellationToken stop)
    {
        (this.sample, this.trainer, this.stop, this.seed) = (sample, trainer, stop, seed);
        // Ranking trains on few queries as a rule, and overfits sooner.
        checkpoints = sample.Task == ValuationTask.Ranking ? [10, 20, 30, 50, 75, 100] : [25, 50, 75, 100, 150, 200];
        canDrawAnew = sample.Times is null && sample.Cells.Rows <= RowsForTwoRounds;
        for (var round = 0; round < (canDrawAnew ? 2 : 1); round++)
            benches.AddRange(Folds.Of(sample, seed + round).Select(f => new Bench(sample, trainer, f)));
    }

    public int Iterations { get; private set; }

    /// <summary>What was cut short for want of time.</summary>
    public List<string> Cuts { get; } = [];

    /// <summary>The folds of the first round, on which models are trained without some columns.</summary>
    public IReadOnlyList<Bench> FirstRound => benches[..Folds.Count];

    /// <summary>The folds on which what goes is chosen: fresh ones, where the sample is not large or ordered by time.</summary>
    public IReadOnlyList<Bench> Choosing => field ??= canDrawAnew ? Fresh(2) : FirstRound;

    /// <summary>The folds on which the choice is confirmed; null where they would be those of the choice.</summary>
    public IReadOnlyList<Bench>? Confirming => field ??= canDrawAnew ? Fresh(4) : null;

    /// <summary>With all columns, over the held-out queries or rows of the first round.</summary>
    public Estimate FullQuality => Estimate.Over([.. FirstRound.SelectMany(b => b.Full)]);

    /// <summary>Trains on all the columns; the number of iterations is the checkpoint with the best mean held-out quality.</summary>
    /// <param name="columns">The columns.</param>
    /// <param name="clock">The time left for it; models that would take longer have fewer iterations.</param>
    public void TrainFull(int[] columns, Allowance clock)
    {
        this.columns = columns;
        var models = FirstRound.Select((b, fold) => trainer.Train(b.TrainingRows, columns, checkpoints[^1], clock.Stop, clock.ForFull(Folds.Count - fold))).ToArray();
        var cut = models.Min(m => m.CutAt);
        int[] reached = cut is { } last ? [.. checkpoints.Where(c => c < last), last] : checkpoints;
        Iterations = reached.MaxBy(c => FirstRound.Zip(models, (b, m) => b.QualityOf(m, c)).Average());
        if (cut is not null)
            Cuts.Add($"the models have {Iterations} iterations, for want of time for more");
        if (clock.IsTooLateForFull && benches.Count > Folds.Count)
        {
            Cuts.Add("one round of folds was measured, not two");
            benches[Folds.Count..].ForEach(b => b.Dispose());
            benches.RemoveRange(Folds.Count, benches.Count - Folds.Count);
        }

        for (var i = 0; i < benches.Count; i++)
        {
            var model = i < models.Length ? models[i] : trainer.Train(benches[i].TrainingRows, columns, Iterations, clock.Stop);
            benches[i].SetFull(model, Iterations);
        }
    }

    /// <summary>The loss when columns are shuffled, each alone, in short models that may use the suspects beside all else.</summary>
    public Dictionary<int, Estimate> PermuteSuspects(int[] suspects, int[] columns)
    {
        foreach (var bench in FirstRound)
            bench.SetFull(trainer.Train(bench.TrainingRows, [.. columns, .. suspects], checkpoints[0], stop), checkpoints[0]);
        return suspects.ToDictionary(s => s, s => Estimate.Over([.. FirstRound.Select((b, fold) => b.LossByPermuting([s], new Random(HashCode(seed, fold, 0, s))))]));
    }

    /// <summary>The loss when columns are shuffled together, over all folds.</summary>
    public Estimate Permute(int[] columns, int repeats, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        return Estimate.Over([.. benches.Select((bench, fold) => Enumerable.Range(0, repeats)
            .Average(repeat => bench.LossByPermuting(columns, new Random(HashCode(seed, fold, repeat, columns[0])))))]);
    }

    /// <summary>Mean |SHAP| of each set of columns, held out, over the folds of the first round.</summary>
    public Estimate[] Contributions(IReadOnlyList<int[]> together, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        var folds = FirstRound.Select(bench => bench.Contributions(together)).ToArray();
        return [.. together.Select((_, i) => Estimate.Over([.. folds.Select(fold => fold[i])]))];
    }

    /// <summary>How often the full models split on some columns.</summary>
    public double SplitsOn(int[] columns) => benches.Sum(b => columns.Sum(c => b.Splits[c]));

    /// <summary>True where any fold's model splits on one of the columns.</summary>
    public bool Uses(int[] columns) => benches.Any(b => columns.Any(c => b.Splits[c] > 0));

    public void Dispose()
    {
        benches.ForEach(b => b.Dispose());
        fresh.ForEach(b => b.Dispose());
    }

    // Two rounds of small samples, for the full models' own luck would else speak for or against every set.
    private Bench[] Fresh(int round)
    {
        Bench[] drawn = [.. Enumerable.Range(round, sample.Cells.Rows <= RowsForTwoProofs ? 2 : 1)
            .SelectMany(r => Folds.Of(sample, seed + r)).Select(f => new Bench(sample, trainer, f))];
        fresh.AddRange(drawn);
        foreach (var bench in drawn)
            bench.SetFull(trainer.Train(bench.TrainingRows, columns, Iterations, stop), Iterations);
        return drawn;
    }

    // System.HashCode is seeded anew in each process, and results must repeat.
    private static int HashCode(int a, int b, int c, int d) => unchecked((((((a * 397) + b) * 397) + c) * 397) + d);
}
