namespace FeatureGovernance.Statistics.Forecasting.Ensemble;

/// <summary>
/// How far, over a pool's backtests, what came ran ahead of the members' median, step by step: series of one kind tend to grow together and
/// cautious methods to lag behind. The median of the logarithms, half of it believed at most. Where the pool's memory is heard there is none:
/// common growth is in what it remembers.
/// </summary>
/// <param name="Logs">Logarithm of the correction by step.</param>
internal sealed record PoolDrift(double[] Logs)
{
    /// <summary>Backtested values at which half of a pool's median drift would be believed.</summary>
    private const double PriorDrifts = 100;

    private const double MostDrift = 0.5;

    public static PoolDrift None { get; } = new([]);

    /// <summary>What the pool's backtests show.</summary>
    public static PoolDrift Learn(IReadOnlyList<SeriesAnalysis> pool, int horizon)
    {
        var logs = new double[horizon];
        for (var h = 0; h < horizon; h++)
        {
            var at = h;
            List<double> ratios = [.. pool.SelectMany(series => series.LogRatios).Where(origin => at < origin.Length).Select(origin => origin[at])];
            // Steps that no backtest reaches continue the last one that some did.
            logs[h] = ratios.Count > 0 ? Math.Min(MostDrift, ratios.Count / (ratios.Count + PriorDrifts)) * PoolCalibration.Quantile(ratios, 0.5)
                : h > 0 ? logs[h - 1] : 0;
        }
        return new PoolDrift(logs);
    }

    /// <summary>A path of a series with the drift; unchanged where the series has none of its own to show.</summary>
    public double[] Apply(SeriesAnalysis series, double[] path) =>
        Logs.Length == 0 || series.LogRatios.Count == 0 ? path : [.. path.Select((value, h) => value * Math.Exp(Logs[h]))];
}
