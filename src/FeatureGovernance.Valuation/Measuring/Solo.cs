namespace FeatureGovernance.Valuation.Measuring;

/// <summary>
/// What one column alone says of the label, held out: label means per bin are learned on one half of the rows and applied to the other.
/// Too good to be true alone is the mark of a leak.
/// </summary>
internal static class Solo
{
    private const int Bins = 64;

    /// <summary>Squared correlation, and for two classes 2 AUC − 1, both from 0 to 1.</summary>
    public static (double Explained, double Separation) Skill(Sample sample, int column, int[] half)
    {
        var bins = BinsOf(sample, column);
        var classes = Math.Max(1, sample.Classes);
        double explained = 0, separation = 0;
        for (var c = 0; c < classes; c++)
        {
            var target = sample.Labels.Select(l => classes > 1 ? (l == c ? 1.0 : 0.0) : l).ToArray();
            var predicted = Means(bins, target, half);
            int[] test = [.. Enumerable.Range(0, half.Length).Where(r => half[r] == 1)];
            double[] truth = [.. test.Select(r => target[r])], guess = [.. test.Select(r => predicted[bins[r]])];
            var correlation = MathNet.Numerics.Statistics.Correlation.Pearson(truth, guess);
            var share = (double)truth.Count(t => t == 1) / truth.Length;
            var weight = classes > 1 ? share : 1;
            explained += weight * (double.IsFinite(correlation) ? Math.Pow(Math.Max(0, correlation), 2) : 0);
            if (sample.Task == ValuationTask.Classification && share is > 0 and < 1)
                separation += weight * Math.Max(0, (2 * Auc(guess, truth)) - 1);
        }

        return (explained, separation);
    }

    private static int[] BinsOf(Sample sample, int column)
    {
        var values = sample.Cells.Column(column);
        if (sample.Categorical[column])
            return [.. values.Select(v => float.IsNaN(v) ? 0 : 1 + (int)v)];
        var ranks = Ranks.Of([.. values.Select(v => (double)v)]);
        return [.. ranks.Select(r => (int)(r * Bins / values.Length))];
    }

    // Shrunk to the overall mean by ten rows, so that rare categories do not look perfect.
    private static double[] Means(int[] bins, double[] target, int[] half)
    {
        var sums = new double[bins.Max() + 1];
        var counts = new double[sums.Length];
        double total = 0, rows = 0;
        for (var r = 0; r < bins.Length; r++)
        {
            if (half[r] == 1)
                continue;
            sums[bins[r]] += target[r];
            counts[bins[r]]++;
            total += target[r];
            rows++;
        }

        return [.. sums.Select((s, b) => (s + (10 * total / rows)) / (counts[b] + 10))];
    }

    private static double Auc(double[] scores, double[] truth)
    {
        var ranks = Ranks.Of(scores);
        double positives = truth.Sum(), sum = 0;
        for (var i = 0; i < truth.Length; i++)
            sum += truth[i] * (ranks[i] + 1);
        return (sum - (positives * (positives + 1) / 2)) / (positives * (truth.Length - positives));
    }
}
