namespace FeatureGovernance.Statistics.Forecasting.Ensemble;

/// <summary>What came at one step of a backtest, beside what each member had said; all in units of their own size.</summary>
/// <param name="Actual">What came.</param>
/// <param name="Members">By member of the series, in its order; the median stands in for one that had nothing to say.</param>
internal readonly record struct BlendRow(float Actual, float[] Members);

/// <summary>
/// The weights with which the members would have done best over the backtests of a whole pool: least absolute error over the simplex, by
/// exponentiated gradient. Source of the method: Kivinen and Warmuth, Information and Computation 132 (1997).
/// </summary>
internal sealed class PoolWeights
{
    private const int MostSeries = 1_000;
    private const int Rounds = 40;

    /// <summary>Share of a combination's weights that a very large pool decides; the rest is equal.</summary>
    private const double MostTrust = 0.75;

    /// <summary>The same where there is a season: its members differ less, and equal weights are harder to beat.</summary>
    private const double MostSeasonalTrust = 0.5;

    /// <summary>Series at which half of that is reached.</summary>
    private const double PriorSeries = 20;

    private const double LeastPrior = 0.05;

    /// <summary>
    /// What is believed of the members where there is no season, before a pool is seen: what M1 and tourism agree on. Of seasonal ones
    /// they agree on none, and each counts alike.
    /// </summary>
    private static readonly Dictionary<string, double> Unseasonal = new()
    {
        ["drift"] = 0.35, ["theta"] = 0.15, ["ces"] = 0.15, ["log-theta"] = 0.1, ["arima"] = 0.1,
    };

    private readonly Dictionary<string, double> weights = [];
    private readonly double trust;

    private PoolWeights(int series, int period) =>
        trust = (period == 1 ? MostTrust : MostSeasonalTrust) * series / (series + PriorSeries);

    public static PoolWeights Learn(IReadOnlyList<SeriesAnalysis> pool)
    {
        var usable = pool.Where(series => series.Rows.Count > 0).ToList();
        var learned = new PoolWeights(usable.Count, pool[0].Period);
        var sample = usable.Count <= MostSeries ? usable : [.. Enumerable.Range(0, MostSeries).Select(i => usable[(int)((long)i * usable.Count / MostSeries)])];
        foreach (var name in sample.SelectMany(series => series.Forecasts).Select(member => member.Member).Distinct()) learned.weights.Add(name, 1);
        foreach (var name in learned.weights.Keys) learned.weights[name] = 1.0 / learned.weights.Count;
        for (var round = 0; round < Rounds && sample.Count > 0; round++) learned.Step(sample, 0.6 / (1 + round / 10.0));
        return learned;
    }

    /// <summary>A series' weights: the pool's as far as it is to be trusted, for the rest those believed beforehand; they add to
    /// 1.</summary>
    public double[] For(IReadOnlyList<MemberForecast> members, int period)
    {
        var prior = Array.ConvertAll([.. members], member => period == 1 ? Unseasonal.GetValueOrDefault(member.Member, LeastPrior) : 1);
        var (all, known) = (prior.Sum(), members.Sum(member => weights.GetValueOrDefault(member.Member)));
        var result = new double[members.Count];
        for (var k = 0; k < result.Length; k++)
            result[k] = known > 0 ? trust * weights.GetValueOrDefault(members[k].Member) / known + (1 - trust) * prior[k] / all : prior[k] / all;
        return result;
    }

    private void Step(List<SeriesAnalysis> sample, double rate)
    {
        var gradient = weights.Keys.ToDictionary(name => name, _ => 0.0);
        foreach (var series in sample)
        {
            var own = series.Forecasts.Select(member => weights[member.Member]).ToArray();
            var total = own.Sum();
            var pull = new double[own.Length];
            foreach (var row in series.Rows)
            {
                var blended = 0.0;
                for (var k = 0; k < own.Length; k++) blended += own[k] * row.Members[k] / total;
                // Relative to the blend, so that a member that a series lacks is neither praised nor blamed by it.
                var sign = Math.Sign(blended - row.Actual);
                for (var k = 0; k < own.Length; k++) pull[k] += sign * (row.Members[k] - blended) / series.Rows.Count;
            }
            for (var k = 0; k < own.Length; k++) gradient[series.Forecasts[k].Member] += pull[k];
        }
        var steepest = gradient.Values.Max(Math.Abs);
        if (!(steepest > 0) || !double.IsFinite(steepest)) return;
        foreach (var (name, slope) in gradient) weights[name] = Math.Max(weights[name] * Math.Exp(-rate * slope / steepest), 1e-6);
        var sum = weights.Values.Sum();
        foreach (var name in gradient.Keys) weights[name] /= sum;
    }
}
