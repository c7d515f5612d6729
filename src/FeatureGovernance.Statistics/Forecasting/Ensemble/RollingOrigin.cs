namespace FeatureGovernance.Statistics.Forecasting.Ensemble;

/// <summary>Member forecasts from one origin in the past, beside what came.</summary>
/// <param name="Origin">How many observations were known.</param>
/// <param name="Actual">What came, as far as known.</param>
/// <param name="Forecasts">By member.</param>
/// <param name="SeasonalNaive">What repeating the last cycle said.</param>
internal sealed record PastOrigin(int Origin, double[] Actual, IReadOnlyList<MemberForecast> Forecasts, double[] SeasonalNaive);

/// <summary>Repeats the forecast at origins in the past.</summary>
internal static class RollingOrigin
{
    /// <summary>
    /// Origins spread over the last two horizons, as far as enough history remains before them. Structures are chosen once, at the
    /// earliest origin:
    /// chosen with the knowledge of the whole they would flatter the methods that choose most.
    /// </summary>
    public static List<PastOrigin> Run(MemberFits whole, double[] y, int period, int horizon, int origins)
    {
        var shortest = Math.Max(period > 1 && y.Length >= 3 * period ? 2 * period + 2 : 0, Math.Max(6, y.Length / 3));
        var reach = Math.Min(Math.Min(2 * horizon, 3 * period + 12), y.Length - shortest);
        var result = new List<PastOrigin>();
        if (reach <= 0) return result;
        var earliest = y.Length - reach;
        var known = Arima.Differencing.IsConstant(y.AsSpan(0, earliest)) ? whole : whole.ChooseAgain(y, earliest, period, Math.Min(reach, horizon));
        var last = 0;
        for (var i = 1; i <= origins; i++)
        {
            var back = (int)Math.Round((double)reach * i / origins);
            if (back <= last) continue;
            last = back;
            var origin = y.Length - back;
            var steps = Math.Min(back, horizon);
            var forecasts = origin == earliest ? known.Forecasts : known.Refit(y, origin, period, steps).Forecasts;
            result.Add(new PastOrigin(origin, y[origin..(origin + steps)], forecasts, NaiveForecasts.SeasonalNaive(y[..origin], period, steps)));
        }
        return result;
    }
}
