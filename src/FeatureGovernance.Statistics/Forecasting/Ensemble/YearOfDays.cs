using FeatureGovernance.Statistics.Forecasting.Regression;

namespace FeatureGovernance.Statistics.Forecasting.Ensemble;

/// <summary>
/// The year's season of a daily series of more than two years, which the week's members do not see: by regression on trend, week and harmonics of the
/// year, taken out before they are fitted and put back on what they say. It counts as far as the two halves of the history agree on it.
/// </summary>
/// <param name="Positive">Whether it multiplies, for series of positive values, or adds.</param>
/// <param name="Values">By day of history and forecast: logarithms where it multiplies.</param>
internal sealed record YearOfDays(bool Positive, double[] Values)
{
    private const int Week = 7;
    private const double Year = 365.25;

    /// <summary>Few harmonics: a year seen two or three times is known in broad strokes only.</summary>
    private const int Harmonics = 4;

    /// <summary>Correlation of the halves' seasons below which they are taken to have none in common.</summary>
    private const double LeastAgreement = 0.5;

    /// <summary>The season; null where the series is not of days, too short, or shows none.</summary>
    public static YearOfDays? Find(double[] y, int period, int horizon, bool positive)
    {
        if (period != Week || y.Length < 2 * Year + Week) return null;
        var z = positive ? Array.ConvertAll(y, Math.Log) : y;
        var half = y.Length / 2;
        RegressionTerms year = new(true, [(Year, Harmonics)], []);
        var agreement = Correlation(SeasonalRegression.Fit(z[..half], y.Length - half, year).FirstSeason[half..], SeasonalRegression.Fit(z[half..], 1, year).FirstSeason[..^1]);
        if (!(agreement > LeastAgreement)) return null;
        var season = SeasonalRegression.Fit(z, horizon, year with { Seasons = [(Year, Harmonics), (Week, 3)] }).FirstSeason;
        return new YearOfDays(positive, Array.ConvertAll(season, value => value * agreement));
    }

    /// <summary>The history without the season.</summary>
    public double[] Remove(double[] y) => [.. y.Select((value, t) => Positive ? value / Math.Exp(Values[t]) : value - Values[t])];

    /// <summary>Puts the season back on a forecast that follows <paramref name="observations"/> days, and its scale on the standard errors.</summary>
    public void Restore(double[] mean, double[] errors, int observations)
    {
        for (var h = 0; h < mean.Length; h++)
        {
            var season = Values[observations + h];
            mean[h] = Positive ? mean[h] * Math.Exp(season) : mean[h] + season;
            if (Positive) errors[h] *= Math.Exp(season);
        }
    }

    private static double Correlation(double[] one, double[] other)
    {
        double a = one.Average(), b = other.Average(), cross = 0, squares = 0, others = 0;
        for (var t = 0; t < one.Length; t++)
        {
            cross += (one[t] - a) * (other[t] - b);
            squares += (one[t] - a) * (one[t] - a);
            others += (other[t] - b) * (other[t] - b);
        }
        return cross / Math.Sqrt(squares * others);
    }
}
