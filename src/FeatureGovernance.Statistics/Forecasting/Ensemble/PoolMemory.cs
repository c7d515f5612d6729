using FeatureGovernance.Statistics.Forecasting.Decomposition;

namespace FeatureGovernance.Statistics.Forecasting.Ensemble;

/// <summary>
/// What series of a pool say of each other's next steps: two autoregressions that all share, one of the adjusted series and one of the
/// series as they are, which learns how much of the last cycle comes again. Their mean has a part in each series' forecast. For pools of
/// monthly, quarterly and like series.
/// </summary>
internal sealed class PoolMemory
{
    /// <summary>The part of a forecast that a very large pool decides, where neither was better in the backtest.</summary>
    private const double Usual = 0.55;

    private const double Most = 0.65;

    /// <summary>Series at which half of that is reached.</summary>
    private const double PriorSeries = 20;

    private const int FewestSeries = 10;

    /// <summary>Cycles ahead that are learned; steps beyond stand to the series' own forecast as the last of them.</summary>
    private const int Cycles = 2;

    /// <summary>What the pool says is heard up to twice, and down to half, of what the series' own methods say.</summary>
    private static readonly double MostPull = Math.Log(2);

    private readonly PooledAutoregression? adjusted;
    private readonly PooledAutoregression? plain;
    private readonly double usual;

    private PoolMemory(List<double[]> histories, int period, int horizon)
    {
        usual = Usual * histories.Count / (histories.Count + PriorSeries);
        adjusted = PooledAutoregression.Learn(histories.ConvertAll(y => Logs(y, Pattern(y, period))), Window(period) + Math.Max(1, period / 4), 1, horizon);
        plain = PooledAutoregression.Learn(histories.ConvertAll(y => Logs(y, SeasonalPattern.None)), Window(period) + 1, period, horizon);
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

    /// <summary>
    /// The part of a series' forecast that its pool has: the usual one, moved as its combination and the pool fared in its own backtest.
    /// </summary>
    /// <param name="own">Mean absolute errors of the combination, added up over origins; 0 where there was none.</param>
    /// <param name="pool">Those of what the pool had said.</param>
    public double Part(double own, double pool)
    {
        var odds = usual / (1 - usual) * (own > 0 && pool > 0 ? own / pool * (own / pool) : 1);
        return double.IsFinite(odds) ? Math.Min(Most, odds / (1 + odds)) : Most;
    }

    /// <summary>What the pool says of a series known up to <paramref name="observations"/>, beside its own combination; null where it has no say.</summary>
    public double[]? Say(SeriesAnalysis series, int observations, double[] combination)
    {
        if (!IsUsable(series) || Array.Exists(combination, value => !(value > 0))) return null;
        var paths = Paths(series.Values[..observations], series.Period).ToList();
        if (paths.Count == 0) return null;
        var said = new double[combination.Length];
        var pull = 0.0;
        for (var h = 0; h < said.Length; h++)
        {
            if (h < paths[0].Length) pull = paths.Average(path => path[h]) - Math.Log(combination[h]);
            said[h] = combination[h] * Math.Exp(double.IsFinite(pull) ? Math.Clamp(pull, -MostPull, MostPull) : 0);
        }
        return said;
    }

    /// <summary>A cycle and a half: what many series share is learned better from longer windows than one series could afford (Montero-Manso and
    /// Hyndman 2021).</summary>
    private static int Window(int period) => period + period / 2;

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
