namespace FeatureGovernance.Valuation.Measuring;

/// <summary>How good predictions are; higher is better. Proper and smooth measures, so that small contributions show.</summary>
internal static class Quality
{
    /// <summary>The name of the measure, for people.</summary>
    public static string Name(ValuationTask task) => task switch
    {
        ValuationTask.Classification => "log loss (reduction, nats)",
        ValuationTask.Regression => "R²",
        ValuationTask.Ranking => "NDCG@10",
        _ => throw new ArgumentOutOfRangeException(nameof(task)),
    };

    /// <summary>The quality of predictions for some rows (ascending; whole queries for ranking).</summary>
    public static double Of(Sample sample, ReadOnlySpan<int> rows, ReadOnlySpan<double> predictions) => Each(sample, rows, predictions).Average();

    /// <summary>The quality of each query, or each row's part in it; their mean is the quality, weighted where rows weigh differently.</summary>
    public static double[] Each(Sample sample, ReadOnlySpan<int> rows, ReadOnlySpan<double> predictions)
    {
        var each = sample.Task switch
        {
            ValuationTask.Classification => LogLikelihoods(sample, rows, predictions),
            ValuationTask.Regression => PartsOfRSquared(sample, rows, predictions),
            ValuationTask.Ranking => Ndcgs(sample, rows, predictions, 10),
            _ => throw new InvalidOperationException(),
        };
        return sample.Weights is null ? each : Weighting.Linearised(each, Weighting.OfUnits(sample, rows));
    }

    /// <summary>
    /// Mean NDCG@k over queries with gains 2^grade − 1 and discounts log2(position + 1) (Järvelin and Kekäläinen 2002; Burges et al. 2005);
    /// 1 for a query without a relevant row. Ties keep the order of the rows.
    /// </summary>
    public static double Ndcg(Sample sample, ReadOnlySpan<int> rows, ReadOnlySpan<double> scores, int k) => Ndcgs(sample, rows, scores, k).Average();

    /// <summary>NDCG@k of each query, in the order of the rows.</summary>
    public static double[] Ndcgs(Sample sample, ReadOnlySpan<int> rows, ReadOnlySpan<double> scores, int k)
    {
        var each = new List<double>();
        for (var begin = 0; begin < rows.Length;)
        {
            var end = begin;
            while (end < rows.Length && sample.Groups![rows[end]] == sample.Groups[rows[begin]])
                end++;
            var query = rows[begin..end];
            var (gains, keys) = (new double[query.Length], new double[query.Length]);
            for (var i = 0; i < gains.Length; i++)
                (gains[i], keys[i]) = (Math.Pow(2, sample.Labels[query[i]]) - 1, -scores[begin + i]);
            var best = Discounted(gains, [.. gains.Select(gain => -gain)], k);
            each.Add(best > 0 ? Discounted(gains, keys, k) / best : 1);
            begin = end;
        }

        return [.. each];
    }

    // The gains of the k rows with the lowest keys, in that order.
    private static double Discounted(double[] gains, double[] keys, int k)
    {
        int[] order = [.. Enumerable.Range(0, gains.Length)];
        order.AsSpan().Sort((a, b) => keys[a].CompareTo(keys[b]) is not 0 and var other ? other : a - b);
        var sum = 0.0;
        for (var i = 0; i < Math.Min(k, order.Length); i++)
            sum += gains[order[i]] / Math.Log2(i + 2);
        return sum;
    }

    private static double[] LogLikelihoods(Sample sample, ReadOnlySpan<int> rows, ReadOnlySpan<double> predictions)
    {
        var each = new double[rows.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            var label = (int)sample.Labels[rows[i]];
            var probability = sample.Classes > 1 ? predictions[(i * sample.Classes) + label] : label == 1 ? predictions[i] : 1 - predictions[i];
            each[i] = Math.Log(Math.Max(probability, 1e-15));
        }

        return each;
    }

    private static double[] PartsOfRSquared(Sample sample, ReadOnlySpan<int> rows, ReadOnlySpan<double> predictions)
    {
        double mean = 0, spread = 0;
        var weights = Weighting.Relative(sample, rows);
        for (var i = 0; i < rows.Length; i++)
            mean += weights[i] * sample.Labels[rows[i]] / rows.Length;
        for (var i = 0; i < rows.Length; i++)
            spread += weights[i] * Math.Pow(sample.Labels[rows[i]] - mean, 2) / rows.Length;
        var each = new double[rows.Length];
        for (var i = 0; i < rows.Length; i++)
            each[i] = spread > 0 ? 1 - (Math.Pow(sample.Labels[rows[i]] - predictions[i], 2) / spread) : 0;
        return each;
    }
}
