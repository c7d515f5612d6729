namespace FeatureGovernance.Statistics.Forecasting.Ensemble;

/// <summary>
/// Combines members by weights from the backtests of the pool and of the series itself, robustly: between weighted median and weighted
/// mean.
/// </summary>
internal static class Combination
{
    /// <summary>The share of the weights that the series' own backtest decides when it has many origins.</summary>
    private const double MostOwn = 0.4;

    /// <summary>Members in the outer shares of the weight are drawn in to these quantiles.</summary>
    private const double Drawn = 0.35;

    /// <summary>A member's weight falls with this power of its backtest loss.</summary>
    private const double Power = 3;

    /// <summary>The weight of each member of <paramref name="members"/>, adding to 1; equal where nothing could be backtested.</summary>
    public static double[] Weights(IReadOnlyList<MemberForecast> members, IReadOnlyList<PastOrigin> past)
    {
        var weights = new double[members.Count];
        for (var k = 0; k < members.Count; k++)
        {
            foreach (var origin in past)
            {
                var scale = Median(origin.Forecasts.SelectMany(f => f.StandardErrors)) + 1e-300;
                var forecast = origin.Forecasts.FirstOrDefault(f => f.Member == members[k].Member);
                weights[k] += forecast is null ? 10 : MeanAbsolute(forecast.Mean, origin.Actual) / scale;
            }
        }
        var typical = weights.Average();
        if (past.Count == 0 || !(typical > 0) || !double.IsFinite(typical)) Array.Fill(weights, 1.0);
        else
            for (var k = 0; k < weights.Length; k++) weights[k] = Math.Pow(weights[k] / typical + 0.05, -Power);
        var total = weights.Sum();
        return Array.ConvertAll(weights, weight => weight / total);
    }

    /// <summary>
    /// The point forecast: members' mean by weight, those beyond the middle of them drawn in to it, so that one that runs away takes
    /// nobody along.
    /// </summary>
    public static double[] Combine(IReadOnlyList<MemberForecast> members, double[] weights)
    {
        var mean = new double[members[0].Mean.Length];
        var values = new double[members.Count];
        var sorted = new double[members.Count];
        for (var h = 0; h < mean.Length; h++)
        {
            for (var k = 0; k < values.Length; k++) values[k] = members[k].Mean[h];
            weights.CopyTo(sorted, 0);
            Array.Sort(values, sorted);
            var (low, high) = (Quantile(values, sorted, Drawn), Quantile(values, sorted, 1 - Drawn));
            for (var k = 0; k < values.Length; k++) mean[h] += sorted[k] * Math.Clamp(values[k], low, high);
        }
        return mean;
    }

    /// <summary>The pool's weights, and as far as there were origins to learn from the series' own.</summary>
    public static double[] Blend(double[] pool, double[] own, int origins)
    {
        var trust = MostOwn * origins / (origins + 2.0);
        return [.. pool.Zip(own, (together, alone) => trust * alone + (1 - trust) * together)];
    }

    /// <summary>Of sorted values with weights that add to 1, each weight's mass centred on its value.</summary>
    private static double Quantile(double[] values, double[] weights, double probability)
    {
        var (below, before) = (0.0, double.NaN);
        for (var k = 0; k < values.Length; k++)
        {
            var at = below + weights[k] / 2;
            if (at >= probability)
                return k == 0 ? values[0] : values[k - 1] + (values[k] - values[k - 1]) * Math.Clamp((probability - before) / (at - before), 0, 1);
            below += weights[k];
            before = at;
        }
        return values[^1];
    }

    public static double[] MedianMean(IReadOnlyList<MemberForecast> members) => ByStep(members, member => member.Mean);

    public static double[] MedianStandardError(IReadOnlyList<MemberForecast> members) => ByStep(members, member => member.StandardErrors);

    private static double[] ByStep(IReadOnlyList<MemberForecast> members, Func<MemberForecast, double[]> path)
    {
        var result = new double[path(members[0]).Length];
        for (var h = 0; h < result.Length; h++)
        {
            var at = h;
            result[h] = Median(members.Select(member => path(member)[at]));
        }
        return result;
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.ToArray();
        Array.Sort(sorted);
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : 0.5 * (sorted[middle - 1] + sorted[middle]);
    }

    private static double MeanAbsolute(double[] forecast, double[] actual)
    {
        var sum = 0.0;
        for (var h = 0; h < actual.Length; h++) sum += Math.Abs(forecast[h] - actual[h]) / actual.Length;
        return sum;
    }
}
