using FeatureGovernance.Statistics.Forecasting.Decomposition;

namespace FeatureGovernance.Statistics.Forecasting.Ensemble;

/// <summary>
/// What series of a pool say of each other's next steps: two autoregressions that all share, one of the adjusted series and one of the
/// series as they are, which
/// learns how much of the last cycle comes again. Their mean pulls at each series' own combination. For pools of monthly, quarterly and
/// like series.
/// </summary>
internal sealed class PoolMemory
{
    /// <summary>The part of a forecast that a very large pool decides.</summary>
    private const double Most = 0.4;

    /// <summary>Series at which half of that is reached.</summary>
    private const double PriorSeries = 20;

    private const int FewestSeries = 10;

    /// <summary>Cycles ahead that are learned; steps beyond are pulled as the last of them.</summary>
    private const int Cycles = 2;

    /// <summary>No pull is by more than a factor of two.</summary>
    private static readonly double MostPull = Math.Log(2);

    private readonly PooledAutoregression? adjusted;
    private readonly PooledAutoregression? plain;
    private readonly double part;

    private PoolMemory(List<double[]> histories, int period, int horizon)
    {
        part = Most * histories.Count / (histories.Count + PriorSeries);
        adjusted = PooledAutoregression.Learn(histories.ConvertAll(y => Logs(y, Pattern(y, period))), period + Math.Max(1, period / 4), 1, horizon);
        plain = PooledAutoregression.Learn(histories.ConvertAll(y => Logs(y, SeasonalPattern.None)), period + 1, period, horizon);
    }

    /// <summary>What is learned of everything (<c>Now</c>), and of what was known before any backtest (<c>Then</c>); null where there is
    /// too little.</summary>
    public static (PoolMemory? Now, PoolMemory? Then) Learn(IReadOnlyList<SeriesAnalysis> pool)
    {
        var usable = pool.Where(IsUsable).ToList();
        if (usable.Count < FewestSeries) return (null, null);
        var period = usable[0].Period;
        var horizon = Math.Min(usable.Max(series => series.Forecasts[0].Mean.Length), Cycles * period);
        var past = usable.Where(series => series.Origins.Count > 0).Select(series => series.Values[..series.Origins.Min(origin => origin.Origin)]).ToList();
        return (new([.. usable.Select(series => series.Values)], period, horizon), past.Count < FewestSeries ? null : new(past, period, horizon));
    }

    /// <summary>The combination of a series, known up to <paramref name="observations"/>, as pulled by its pool.</summary>
    public double[] Pull(SeriesAnalysis series, int observations, double[] combination)
    {
        if (!IsUsable(series) || Array.Exists(combination, value => !(value > 0))) return combination;
        var paths = Paths(series.Values[..observations], series.Period).ToList();
        if (paths.Count == 0) return combination;
        var pulled = new double[combination.Length];
        for (var h = 0; h < pulled.Length; h++)
        {
            var at = Math.Min(h, paths[0].Length - 1);
            var pull = paths.Average(path => path[at]) - Math.Log(combination[at]);
            pulled[h] = combination[h] * Math.Exp(part * (double.IsFinite(pull) ? Math.Clamp(pull, -MostPull, MostPull) : 0));
        }
        return pulled;
    }

    /// <summary>Forecasts of the logarithm.</summary>
    private IEnumerable<double[]> Paths(double[] y, int period)
    {
        var pattern = Pattern(y, period);
        var logs = Logs(y, pattern);
        if (adjusted?.Reaches(logs) == true)
            yield return [.. adjusted.Follow(logs).Select((value, h) => value + (pattern.IsNone ? 0 : Math.Log(pattern.Indices[(y.Length + h) % period])))];
        logs = Logs(y, SeasonalPattern.None);
        if (plain?.Reaches(logs) == true) yield return plain.Follow(logs);
    }

    /// <summary>Seasons of the year, positive values, and more than a simple forecast.</summary>
    private static bool IsUsable(SeriesAnalysis series) =>
        series.Period > 1 && 12 % series.Period == 0 && series.Forecasts.Count > 3 && Array.TrueForAll(series.Values, value => value > 0);

    private static SeasonalPattern Pattern(double[] y, int period) => ShrunkSeasonality.Estimate(y, period, positive: true);

    private static double[] Logs(double[] y, SeasonalPattern pattern) => Array.ConvertAll(pattern.Remove(y), Math.Log);
}
