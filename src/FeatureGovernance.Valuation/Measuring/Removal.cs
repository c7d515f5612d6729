namespace FeatureGovernance.Valuation.Measuring;

/// <summary>
/// Finds what can go together: removal is proved by retraining without, never by adding up single importances, so that of features that
/// stand in for each other one always stays.
/// </summary>
internal sealed class Removal(IReadOnlyList<Bench> benches, Trainer trainer, int[] columns, int iterations, Estimate quality, CancellationToken stop)
{
    private readonly HashSet<int> removed = [];

    public IReadOnlySet<int> Removed => removed;

    public Estimate Loss { get; private set; }

    /// <summary>Quality lost on each fold without some columns.</summary>
    public double[] LossWithout(IReadOnlySet<int> without)
    {
        int[] kept = [.. columns.Where(c => !without.Contains(c))];
        return [.. benches.Select(bench =>
        {
            if (kept.Length == 0)
                return double.PositiveInfinity;
            using var model = trainer.Train(bench.TrainingRows, kept, iterations, stop);
            return bench.FullQuality - bench.QualityOf(model);
        })];
    }

    /// <summary>Removes as many of the units as possible, the least important first; a unit goes as a whole or not at all.</summary>
    public void TryRemove(IReadOnlyList<int[]> units, int depth = 0)
    {
        if (units.Count == 0 || depth > 6)
            return;
        var without = removed.Concat(units.SelectMany(u => u)).ToHashSet();
        if (without.Count >= columns.Length)
        {
            Halves(units, depth);
            return;
        }

        var loss = Estimate.Over(LossWithout(without));
        if (loss.Mean <= Math.Min(2 * loss.StandardError, quality.StandardError) || loss.Mean <= 0)
        {
            removed.UnionWith(without);
            Loss = loss;
        }
        else if (units.Count > 1)
        {
            Halves(units, depth);
        }
    }

    private void Halves(IReadOnlyList<int[]> units, int depth)
    {
        if (units.Count < 2)
            return;
        TryRemove([.. units.Take((units.Count + 1) / 2)], depth + 1);
        TryRemove([.. units.Skip((units.Count + 1) / 2)], depth + 1);
    }
}
