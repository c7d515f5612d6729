namespace FeatureGovernance.Valuation.Measuring;

/// <summary>
/// What one column alone says of the label, held out: label means per bin are learned on one half of the rows and applied to the other.
/// Too good to be true alone is the mark of a leak.
/// </summary>
internal sealed class Solo
{
    private const int Bins = 64;

    private readonly Sample sample;
    private readonly bool[] isHeldOut;
    private readonly (double[] Target, double Mean, double Total, double Share)[] targets;

    /// <param name="sample">The sample.</param>
    /// <param name="half">0 for rows to learn from, 1 for rows held out.</param>
    public Solo(Sample sample, int[] half)
    {
        this.sample = sample;
        isHeldOut = [.. half.Select(h => h == 1)];
        var held = half.Sum();
        var classes = Math.Max(1, sample.Classes);
        targets = [.. Enumerable.Range(0, classes).Select(c =>
        {
            var target = sample.Labels.Select(l => classes > 1 ? (l == c ? 1.0 : 0.0) : l).ToArray();
            var mean = target.Where((_, row) => isHeldOut[row]).Sum() / held;
            return (target, mean, target.Where((_, row) => isHeldOut[row]).Sum(t => (t - mean) * (t - mean)), (double)target.Where((t, row) => isHeldOut[row] && t == 1).Count() / held);
        })];
    }

    /// <summary>Squared correlation, and for two classes 2 AUC − 1, both from 0 to 1.</summary>
    public (double Explained, double Separation) Skill(int column)
    {
        var bins = BinsOf(column);
        double explained = 0, separation = 0;
        foreach (var (target, mean, total, share) in targets)
        {
            var found = Binned(bins, target, mean);
            var weight = targets.Length > 1 ? share : 1;
            explained += weight * Explained(found, total);
            if (sample.Task == ValuationTask.Classification && share is > 0 and < 1)
                separation += weight * Math.Max(0, (2 * Auc(found, mean)) - 1);
        }

        return (explained, separation);
    }

    private int[] BinsOf(int column)
    {
        var values = sample.Cells.Column(column);
        if (sample.Categorical[column])
            return [.. values.Select(v => float.IsNaN(v) ? 0 : 1 + (int)v)];
        var ranks = Ranks.Of([.. values.Select(v => (double)v)]);
        return [.. ranks.Select(r => (int)(r * Bins / values.Length))];
    }

    // Shrunk to the overall mean by ten rows, so that rare categories do not look perfect.
    private List<Bin> Binned(int[] bins, double[] target, double mean)
    {
        var size = bins.Max() + 1;
        var (learned, learnedRows, held, heldRows) = (new double[size], new int[size], new double[size], new int[size]);
        for (var row = 0; row < bins.Length; row++)
        {
            if (isHeldOut[row])
            {
                held[bins[row]] += target[row] - mean;
                heldRows[bins[row]]++;
            }
            else
            {
                learned[bins[row]] += target[row];
                learnedRows[bins[row]]++;
            }
        }

        var overall = learned.Sum() / learnedRows.Sum();
        return [.. Enumerable.Range(0, size).Where(b => heldRows[b] > 0)
            .Select(b => new Bin((learned[b] + (10 * overall)) / (learnedRows[b] + 10), held[b], heldRows[b]))];
    }

    // The squared correlation of guess and truth over the held-out rows, where they agree in sign.
    private static double Explained(List<Bin> bins, double total)
    {
        var rows = bins.Sum(b => (double)b.Rows);
        var mean = bins.Sum(b => b.Guess * b.Rows) / rows;
        var covariance = bins.Sum(b => (b.Guess - mean) * b.Held);
        var spread = bins.Sum(b => (b.Guess - mean) * (b.Guess - mean) * b.Rows);
        var correlation = covariance / Math.Sqrt(spread * total);
        return double.IsFinite(correlation) ? Math.Pow(Math.Max(0, correlation), 2) : 0;
    }

    // All rows of bins with one guess share its mid-rank.
    private static double Auc(List<Bin> bins, double mean)
    {
        double below = 0, sum = 0, positives = 0;
        foreach (var tied in bins.GroupBy(b => b.Guess).OrderBy(g => g.Key))
        {
            var rows = tied.Sum(b => (double)b.Rows);
            var ones = tied.Sum(b => b.Held) + (rows * mean);
            sum += ones * (below + ((rows + 1) / 2));
            (below, positives) = (below + rows, positives + ones);
        }

        return (sum - (positives * (positives + 1) / 2)) / (positives * (below - positives));
    }

    /// <summary>The rows of one bin: what is guessed of them, and the sum of what the held-out ones have beyond the mean.</summary>
    private readonly record struct Bin(double Guess, double Held, int Rows);
}
