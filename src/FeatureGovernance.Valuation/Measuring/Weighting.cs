namespace FeatureGovernance.Valuation.Measuring;

/// <summary>Rows that count more than others in what quality is.</summary>
internal static class Weighting
{
    /// <summary>Weights with mean 1; all 1 where the sample has none, or these rows weigh nothing.</summary>
    public static double[] Relative(Sample sample, ReadOnlySpan<int> rows)
    {
        var weights = new double[rows.Length];
        for (var i = 0; i < rows.Length; i++)
            weights[i] = sample.Weights?[rows[i]] ?? 1;
        return Scaled(weights);
    }

    /// <summary>The weight of each query (the mean of its rows), or of each row.</summary>
    public static double[] OfUnits(Sample sample, ReadOnlySpan<int> rows)
    {
        if (sample.Task != ValuationTask.Ranking)
            return Relative(sample, rows);
        var weights = new List<double>();
        for (var begin = 0; begin < rows.Length;)
        {
            var end = begin;
            var sum = 0.0;
            for (; end < rows.Length && sample.Groups![rows[end]] == sample.Groups[rows[begin]]; end++)
                sum += sample.Weights![rows[end]];
            weights.Add(sum / (end - begin));
            begin = end;
        }

        return Scaled([.. weights]);
    }

    /// <summary>
    /// Numbers whose plain mean is the weighted mean, and whose plain standard error is that of a weighted mean, linearised (Särndal, Swensson and
    /// Wretman 1992, section 5.5); so what is computed of unweighted rows holds for them, paired differences too.
    /// </summary>
    public static double[] Linearised(double[] each, double[] weights)
    {
        var mean = 0.0;
        for (var i = 0; i < each.Length; i++)
            mean += weights[i] * each[i] / each.Length;
        return [.. each.Select((q, i) => mean + (weights[i] * (q - mean)))];
    }

    private static double[] Scaled(double[] weights)
    {
        var mean = weights.Length == 0 ? 0 : weights.Average();
        return mean > 0 ? [.. weights.Select(w => w / mean)] : [.. weights.Select(_ => 1.0)];
    }
}
