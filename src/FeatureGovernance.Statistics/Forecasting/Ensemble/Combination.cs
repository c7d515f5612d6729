namespace FeatureGovernance.Statistics.Forecasting.Ensemble;

/// <summary>
/// Combines members: their median, moved towards the mean weighted by backtest accuracy as far as there were origins to learn from.
/// </summary>
internal static class Combination
{
    /// <summary>Origins at which half of the combination rests on the weights and half on the median.</summary>
    private const double MedianOrigins = 6;

    /// <summary>A member's weight falls with this power of its backtest loss.</summary>
    private const double Power = 2;

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

    /// <summary>The point forecast of the combination.</summary>
    public static double[] Combine(IReadOnlyList<MemberForecast> members, double[] weights, int origins)
    {
        var trust = origins / (origins + MedianOrigins);
        var median = MedianMean(members);
        for (var h = 0; h < median.Length; h++)
        {
            var mean = 0.0;
            for (var k = 0; k < members.Count; k++) mean += weights[k] * members[k].Mean[h];
            median[h] = trust * mean + (1 - trust) * median[h];
        }
        return median;
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

    private static double Median(IEnumerable<double> values)
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
