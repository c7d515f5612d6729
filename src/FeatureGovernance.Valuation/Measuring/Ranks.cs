namespace FeatureGovernance.Valuation.Measuring;

/// <summary>Mid-ranks from 0; missing values rank below all others, together.</summary>
internal static class Ranks
{
    public static double[] Of(IReadOnlyList<double> values)
    {
        var keys = values.Select(v => double.IsNaN(v) ? double.NegativeInfinity : v).ToArray();
        int[] order = [.. Enumerable.Range(0, keys.Length)];
        Array.Sort((double[])keys.Clone(), order);
        var ranks = new double[keys.Length];
        for (var i = 0; i < order.Length;)
        {
            var end = i;
            while (end < order.Length && keys[order[end]] == keys[order[i]])
                end++;
            for (var j = i; j < end; j++)
                ranks[order[j]] = (i + end - 1) / 2.0;
            i = end;
        }

        return ranks;
    }
}
