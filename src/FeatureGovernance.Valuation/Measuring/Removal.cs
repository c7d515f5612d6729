namespace FeatureGovernance.Valuation.Measuring;

/// <summary>
/// Finds what can go together: removal is proved by retraining without, never by adding up single importances, so that of features that
/// stand in for each other one always stays. The set is chosen on one round of folds and confirmed on another that had no part in choosing.
/// </summary>
internal sealed class Removal(Laboratory laboratory, int[] columns)
{
    // The more often one tries, the more chance decides; so the border is found to an eighth of the units only.
    private const int Resolution = 8;

    private readonly List<int[]> removed = [];
    private HashSet<int>? known;

    /// <summary>The columns that can go.</summary>
    public IReadOnlySet<int> Removed => known ??= [.. removed.SelectMany(unit => unit)];

    /// <summary>False where the time ran out before it was known what can go.</summary>
    public bool IsProved { get; private set; } = true;

    /// <summary>What removing them loses, where possible on folds that had no part in choosing them.</summary>
    public Estimate Loss { get; private set; }

    /// <summary>Quality lost on each fold of the first round without some columns.</summary>
    public double[] LossWithout(IReadOnlySet<int> without) => columns.All(without.Contains)
        ? [.. laboratory.FirstRound.Select(_ => double.PositiveInfinity)]
        : [.. laboratory.EachWithout(laboratory.FirstRound, without).Zip(laboratory.FirstRound, (less, bench) => bench.FullQuality - less.Average())];

    /// <summary>
    /// Removes the longest beginning of the units that can go together, found by bisection, and what follows the border where that can go as
    /// well; a unit goes as a whole or not at all.
    /// </summary>
    /// <param name="units">The least important first.</param>
    public void TryRemove(IReadOnlyList<int[]> units)
    {
        if (units.Count == 0 || TryAll(units))
            return;
        var (can, cannot) = (0, units.Count);
        while (cannot - can > Math.Max(1, units.Count / Resolution))
        {
            var middle = (can + cannot) / 2;
            if (TryAll([.. units.Skip(can).Take(middle - can)]))
                can = middle;
            else
                cannot = middle;
        }

        if (cannot < units.Count)
            TryAll([.. units.Skip(cannot)]);
    }

    /// <summary>Measures the loss on fresh folds; where it is too much, the most important quarter of what was removed comes back.</summary>
    public void Confirm()
    {
        while (removed.Count > 0)
        {
            Loss = Lost(laboratory.Confirming, Removed);
            if (IsBearable(Loss))
                return;
            var back = (removed.Count + 3) / 4;
            removed.RemoveRange(removed.Count - back, back);
            known = null;
        }

        Loss = default;
    }

    /// <summary>Nothing can go: the time ran out before it was proved.</summary>
    public void GiveUp()
    {
        removed.Clear();
        Loss = default;
        IsProved = false;
    }

    private bool TryAll(IReadOnlyList<int[]> units)
    {
        HashSet<int> without = [.. Removed, .. units.SelectMany(u => u)];
        if (without.Count >= columns.Length)
            return false;
        var loss = Lost(laboratory.Choosing, without);
        if (!IsBearable(loss))
            return false;
        removed.AddRange(units);
        known = null;
        Loss = loss;
        return true;
    }

    // Not inferior by more than the full model's own standard error, which is the margin, and not surely worse at all.
    private bool IsBearable(Estimate loss) =>
        loss.Mean + loss.StandardError <= laboratory.FullQuality.StandardError && loss.Mean <= 2 * loss.StandardError;

    // Paired by query or row: both models are judged by the same held-out ones, and what is hard for both cancels.
    private Estimate Lost(IReadOnlyList<Bench> benches, IReadOnlySet<int> without)
    {
        var losses = laboratory.EachWithout(benches, without)
            .Zip(benches, (each, bench) => bench.Units.Select((unit, i) => (Unit: unit, Loss: bench.Full[i] - each[i]))).SelectMany(fold => fold);
        // A query or row is held out once in each round; what is said of it in several is one observation.
        return Estimate.Over([.. losses.GroupBy(l => l.Unit).Select(unit => unit.Average(l => l.Loss))]);
    }
}
