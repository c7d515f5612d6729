namespace FeatureGovernance.Statistics.Forecasting.Ensemble;

/// <summary>
/// A series with its members combined, the pool's drift added or its memory heard, now and at the origins of its backtest alike, so that
/// intervals are learned from the errors of what is told and not of its parts.
/// </summary>
/// <param name="Series">What is combined.</param>
/// <param name="Weights">By member, adding to 1.</param>
/// <param name="Mean">The combination.</param>
/// <param name="StandardErrors">The members' median standard errors, not yet calibrated.</param>
/// <param name="Past">What the combination said from past origins, beside what came.</param>
/// <param name="Misses">Per past origin and step, the combination's error in units of the median standard error.</param>
internal sealed record CombinedSeries(
    SeriesAnalysis Series, double[] Weights, double[] Mean, double[] StandardErrors, IReadOnlyList<PastForecast> Past, IReadOnlyList<double[]> Misses)
{
    public static CombinedSeries Of(SeriesAnalysis series, PoolWeights pool, PoolDrift drift, (PoolMemory? Now, PoolMemory? Then) memory)
    {
        var weights = Combination.Blend(pool.For(series.Forecasts, series.Period), series.Weights, series.Origins.Count);
        var combined = series.Origins.Select(origin => drift.Apply(series, Combination.Combine(origin.Forecasts, Shares(series, weights, origin)))).ToList();
        var heard = combined.Select((path, i) => memory.Then?.Say(series, series.Origins[i].Origin, path)).ToList();
        var mean = drift.Apply(series, Combination.Combine(series.Forecasts, weights));
        var part = memory.Now?.Part(Misfit(combined), Misfit(heard)) ?? 0;
        var past = new List<PastForecast>();
        var misses = new List<double[]>();
        for (var i = 0; i < combined.Count; i++)
        {
            var origin = series.Origins[i];
            var said = new PastForecast(
                origin.Actual, Blend(combined[i], heard[i], part), drift.Apply(series, Combination.MedianStandardError(origin.Forecasts)),
                origin.SeasonalNaive);
            past.Add(said);
            misses.Add([.. said.Actual.Select((value, h) => (value - said.Mean[h]) / (said.StandardErrors[h] + 1e-300))]);
        }
        return new CombinedSeries(
            series, weights, Blend(mean, memory.Now?.Say(series, series.Observations, mean), part),
            drift.Apply(series, Combination.MedianStandardError(series.Forecasts)), past, misses);

        double Misfit(IEnumerable<double[]?> paths) => paths.Select((path, i) =>
            path is null || heard[i] is null ? 0 : path.Zip(series.Origins[i].Actual, (said, came) => Math.Abs(came - said)).Average()).Sum();
    }

    private static double[] Blend(double[] own, double[]? pool, double part) =>
        pool is null ? own : [.. own.Zip(pool, (alone, together) => (1 - part) * alone + part * together)];

    /// <summary>A member may have had nothing to say then; the others share its weight.</summary>
    private static double[] Shares(SeriesAnalysis series, double[] weights, PastOrigin origin)
    {
        var known = origin.Forecasts.Select(one => weights.Where((_, k) => series.Forecasts[k].Member == one.Member).Sum()).ToArray();
        var total = known.Sum();
        return Array.ConvertAll(known, weight => total > 0 ? weight / total : 1.0 / known.Length);
    }
}
