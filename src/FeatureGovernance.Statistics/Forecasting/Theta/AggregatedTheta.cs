namespace FeatureGovernance.Statistics.Forecasting.Theta;

/// <summary>
/// Theta forecasts of the series and of its means over longer blocks, averaged: long blocks see the trend, short ones the level.
/// Source of temporal aggregation: Kourentzes, Petropoulos and Trapero, International Journal of Forecasting 30 (2014).
/// </summary>
internal static class AggregatedTheta
{
    private const int FewestBlocks = 6;

    /// <summary>Forecasts a seasonally adjusted series, over every block length that divides the season.</summary>
    public static double[] Forecast(double[] adjusted, int period, int horizon)
    {
        var total = new double[horizon];
        var used = 0;
        foreach (var length in BlockLengths(period))
        {
            var count = adjusted.Length / length;
            if (count < FewestBlocks && length > 1) continue;
            var path = ThetaModel.Fit(Blocks(adjusted, length, count), ThetaKind.DynamicOptimised).Forecast(horizon / length + 2);
            for (var h = 0; h < horizon; h++)
            {
                // Block forecasts belong to block centres; between centres the path is straight.
                var position = Math.Max((h + 0.5) / length - 0.5, 0);
                var before = (int)position;
                var after = Math.Min(before + 1, path.Length - 1);
                total[h] += path[before] + (path[after] - path[before]) * (position - before);
            }
            used++;
        }
        for (var h = 0; h < horizon; h++) total[h] /= used;
        return total;
    }

    private static IEnumerable<int> BlockLengths(int period)
    {
        yield return 1;
        for (var length = 2; length <= Math.Min(period, 12); length++)
            if (period % length == 0 && (period <= 6 || length >= 3)) yield return length;
    }

    private static double[] Blocks(double[] y, int length, int count)
    {
        var blocks = new double[count];
        var offset = y.Length - count * length;
        for (var b = 0; b < count; b++)
            for (var k = 0; k < length; k++) blocks[b] += y[offset + b * length + k] / length;
        return blocks;
    }
}
