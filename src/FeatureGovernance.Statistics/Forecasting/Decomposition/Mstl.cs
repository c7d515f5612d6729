namespace FeatureGovernance.Statistics.Forecasting.Decomposition;

/// <summary>
/// Decomposition with several seasons, such as week and year of days: STL by one period after the other, each on what the others leave,
/// twice.
/// Source: Bandara, Hyndman and Bergmeir, International Journal of Operational Research 52 (2025).
/// </summary>
/// <param name="Periods">The periods, ascending; those with fewer than two full cycles are left out.</param>
/// <param name="Seasons">By period.</param>
/// <param name="Trend">The smooth part.</param>
/// <param name="Remainder">What is left.</param>
public sealed record Mstl(IReadOnlyList<int> Periods, IReadOnlyList<double[]> Seasons, double[] Trend, double[] Remainder)
{
    private const int Rounds = 2;

    /// <summary>Decomposes a series without missing values.</summary>
    /// <exception cref="ArgumentException">A value is not finite, or no period has two full cycles.</exception>
    public static Mstl Decompose(IReadOnlyList<double> series, IEnumerable<int> periods)
    {
        if (!series.All(double.IsFinite)) throw new ArgumentException("A value is not finite.", nameof(series));
        int[] usable = [.. periods.Where(period => period > 1 && 2 * period < series.Count).Distinct().Order()];
        if (usable.Length == 0) throw new ArgumentException("No period has two full cycles.", nameof(periods));
        double[] rest = [.. series];
        var seasons = Array.ConvertAll(usable, _ => new double[series.Count]);
        var trend = rest;
        for (var round = 0; round < (usable.Length == 1 ? 1 : Rounds); round++)
            for (var i = 0; i < usable.Length; i++)
            {
                for (var t = 0; t < rest.Length; t++) rest[t] += seasons[i][t];
                // Longer seasons change more slowly: 11, 15, 19 … cycles.
                var parts = Stl.Decompose(rest, usable[i], 11 + 4 * i);
                (seasons[i], trend) = (parts.Seasonal, parts.Trend);
                rest = [.. rest.Zip(seasons[i], (value, season) => value - season)];
            }
        return new Mstl(usable, seasons, trend, [.. rest.Zip(trend, (value, smooth) => value - smooth)]);
    }
}
