using FeatureGovernance.Valuation.LightGbm;

namespace FeatureGovernance.Valuation.Measuring;

/// <summary>What was measured of one cluster.</summary>
internal sealed record ClusterMeasure(Cluster Cluster, Estimate Permutation, bool IsUsed, Estimate Shap);

/// <summary>Trains the full models of all folds and measures with them.</summary>
internal sealed class Laboratory : IDisposable
{
    private const int RowsForTwoRounds = 50_000;
    private const int RowsForTwoProofs = 5_000;
    // Of folds by time, the later ones confirm what was chosen on the earlier.
    private const int EarlierFolds = 3;

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

    /// <summary>The folds on which what goes is chosen: fresh ones; of a large sample those of the first round; by time the earlier of those.</summary>
    public IReadOnlyList<Bench> Choosing => field ??= canDrawAnew ? Fresh(2) : sample.Times is null ? FirstRound : benches[..EarlierFolds];

    /// <summary>
    /// What had no part in the choice and confirms it: folds drawn anew; of a large sample other held-out rows of the same folds; by time the
    /// later folds.
    /// </summary>
    public IReadOnlyList<Bench> Confirming => field ??= canDrawAnew ? Fresh(4) : sample.Times is null ? Elsewhere() : benches[EarlierFolds..Folds.Count];

    /// <summary>With all columns, over the held-out queries or rows of the first round.</summary>
    public Estimate FullQuality => Estimate.Over([.. FirstRound.SelectMany(b => b.Full)]);

    /// <summary>Trains on all the columns; the number of iterations is the checkpoint with the best mean held-out quality.</summary>
    /// <param name="columns">The columns.</param>
    /// <param name="clock">The time left for it; models that would take longer have fewer iterations.</param>
    public void TrainFull(int[] columns, Allowance clock)
    {
        this.columns = columns;
        var models = trainer.Each(
            FirstRound, (b, fold) => trainer.Train(b.TrainingRows, columns, checkpoints[^1], clock.Stop, clock.ForFull(Folds.Count - fold)), clock.Stop);
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

        SetFull(benches, fold => fold < models.Length ? models[fold] : null, clock.Stop);
    }

    /// <summary>What models trained without some columns achieve on each held-out query or row of some folds.</summary>
    public double[][] EachWithout(IReadOnlyList<Bench> folds, IReadOnlySet<int> without)
    {
        int[] kept = [.. columns.Where(c => !without.Contains(c))];
        // A narrow copy of a large sample costs more time and memory than a few columns less in every histogram save.
        if (!trainer.IsSmall && kept.Length > columns.Length / 2)
        {
            return trainer.Each(folds, (bench, _) =>
            {
                using var model = trainer.Train(bench.TrainingRows, kept, Iterations, stop);
                return bench.EachOf(model);
            }, stop);
        }

        using var slim = trainer.Narrowed(kept);
        return slim.Each(folds, (bench, _) =>
        {
            using var rows = slim.Rows(bench.Fold.Train);
            using var model = slim.Train(rows, Enumerable.Range(0, kept.Length), Iterations, stop);
            return bench.EachOf(model, slim.Cells(bench.Test));
        }, stop);
    }

    /// <summary>The loss when columns are shuffled, each alone, in short models that may use the suspects beside all else.</summary>
    public Dictionary<int, Estimate> PermuteSuspects(int[] suspects, int[] columns)
    {
        trainer.Each(FirstRound, (bench, _) =>
        {
            bench.SetFull(trainer.Train(bench.TrainingRows, [.. columns, .. suspects], checkpoints[0], stop), checkpoints[0]);
            return bench;
        }, stop);
        return suspects.ToDictionary(s => s, s => Loss(FirstRound, [s], 1));
    }

    /// <summary>The loss when columns are shuffled together, over all folds.</summary>
    public Estimate Permute(int[] columns, int repeats, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        return Loss(benches, columns, repeats);
    }

    /// <summary>Mean |SHAP| of each set of columns, held out, over the folds of the first round.</summary>
    public Estimate[] Contributions(IReadOnlyList<int[]> together, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        var folds = trainer.Each(FirstRound, (bench, _) => bench.Contributions(together), stop);
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
        SetFull(drawn, _ => null, stop);
        return drawn;
    }

    private void SetFull(IReadOnlyList<Bench> folds, Func<int, Booster?> known, CancellationToken stop) => trainer.Each(folds, (bench, fold) =>
    {
        bench.SetFull(known(fold) ?? trainer.Train(bench.TrainingRows, columns, Iterations, stop), Iterations);
        return bench;
    }, stop);

    private Bench[] Elsewhere()
    {
        Bench[] others = [.. FirstRound.Select(b => b.Elsewhere())];
        fresh.AddRange(others);
        return others;
    }

    // Each draw has a number of its own, so that it does not matter which thread comes first.
    private Estimate Loss(IReadOnlyList<Bench> folds, int[] columns, int repeats)
    {
        var losses = new double[folds.Count];
        Parallel.For(0, folds.Count, fold => losses[fold] = folds[fold].LossByPermuting(
            columns, Enumerable.Range(0, repeats).Select(repeat => new Random(HashCode(seed, fold, repeat, columns[0])))));
        return Estimate.Over(losses);
    }

    // System.HashCode is seeded anew in each process, and results must repeat.
    private static int HashCode(int a, int b, int c, int d) => unchecked((((((a * 397) + b) * 397) + c) * 397) + d);
}
