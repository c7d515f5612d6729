namespace FeatureGovernance.Statistics.Forecasting.Regression;

/// <summary>
/// What drivers do to the logarithm of a series: regression on trend, seasons of the year and the drivers with first-order
/// autocorrelated errors (Cochrane and Orcutt, Journal of the American Statistical Association 44, 1949), each coefficient shrunk by
/// what its standard error leaves of it.
/// </summary>
internal static class DriverEffects
{
    private const int Rounds = 3;
    private const int Harmonics = 2;

    /// <summary>Above this a level wanders freely, and differences say the same.</summary>
    private const double MostCorrelation = 0.98;

    /// <summary>Coefficients by driver; null where history cannot tell drivers from each other, the trend and the season.</summary>
    /// <param name="logarithms">Of the series; NaN where missing.</param>
    /// <param name="drivers">By driver, finite, at least as long.</param>
    /// <param name="period">Steps per cycle; 1 where there is no season.</param>
    public static double[]? Estimate(double[] logarithms, IReadOnlyList<double[]> drivers, int period)
    {
        IReadOnlyList<(double, int)> seasons = period >= 2 * Harmonics && logarithms.Length >= 2 * period ? [(period, Harmonics)] : [];
        var plain = new RegressionTerms(true, seasons, []);
        var correlation = 0.0;
        SeasonalRegression? fit = null;
        try
        {
            for (var round = 0; round < Rounds; round++)
            {
                fit = SeasonalRegression.Fit(Less(logarithms, correlation), 0,
                    plain with { Drivers = [.. drivers.Select(driver => Less(driver[..logarithms.Length], correlation))] });
                var coefficients = fit.Coefficients[^drivers.Count..];
                double[] rest = [.. logarithms.Select((value, t) => value - drivers.Select((driver, k) => coefficients[k] * driver[t]).Sum())];
                correlation = Correlation(SeasonalRegression.Fit(rest, 0, plain).Residuals);
            }
        }
        catch (ArgumentException)
        {
            return null;
        }
        return [.. fit!.Coefficients[^drivers.Count..].Zip(fit.CoefficientErrors[^drivers.Count..], Shrunk)];
    }

    private static double Shrunk(double coefficient, double error) =>
        coefficient == 0 ? 0 : coefficient * Math.Max(0, 1 - error * error / (coefficient * coefficient));

    /// <summary>Each value less a part of the one before; trends and seasons stay trends and seasons.</summary>
    private static double[] Less(double[] values, double correlation) =>
        correlation == 0 ? values : [.. values.Skip(1).Select((value, t) => value - correlation * values[t])];

    private static double Correlation(double[] residuals)
    {
        double cross = 0, square = 0;
        for (var t = 1; t < residuals.Length; t++)
        {
            if (!double.IsFinite(residuals[t] * residuals[t - 1])) continue;
            cross += residuals[t] * residuals[t - 1];
            square += (residuals[t] * residuals[t] + residuals[t - 1] * residuals[t - 1]) / 2;
        }
        return square > 0 ? Math.Clamp(cross / square, 0, MostCorrelation) : 0;
    }
}
