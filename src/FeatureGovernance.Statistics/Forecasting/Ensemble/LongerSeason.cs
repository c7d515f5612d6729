using FeatureGovernance.Statistics.Forecasting.Decomposition;
using FeatureGovernance.Statistics.Forecasting.Regression;

namespace FeatureGovernance.Statistics.Forecasting.Ensemble;

/// <summary>
/// A season longer than the one that members see: the year of a daily series (by regression on trend, week and harmonics of the year)
/// and the week of an hourly one (by MSTL). It is taken out before they are fitted and put back on what they say, and counts as far as
/// the two halves of the history agree on it.
/// </summary>
/// <param name="Positive">Whether it multiplies, for series of positive values, or adds.</param>
/// <param name="Values">By step of history and forecast: logarithms where it multiplies.</param>
internal sealed record LongerSeason(bool Positive, double[] Values)
{
    private const int DaysOfWeek = 7;
    private const double Year = 365.25;
    private const int HoursOfDay = 24;
    private const int HoursOfWeek = 168;

    /// <summary>Weeks of hours that a season is sought in, the newest.</summary>
    private const int MostWeeks = 26;

    private const int FewestWeeks = 5;

    /// <summary>Few harmonics: a year seen two or three times is known in broad strokes only.</summary>
    private const int Harmonics = 4;

    /// <summary>Correlation of the halves' seasons below which they are taken to have none in common.</summary>
    private const double LeastAgreement = 0.5;

    /// <summary>The season; null where the series is neither of days nor of hours, too short, or shows none.</summary>
    public static LongerSeason? Find(double[] y, int period, int horizon, bool positive)
    {
        var z = positive && (period is DaysOfWeek or HoursOfDay) ? Array.ConvertAll(y, Math.Log) : y;
        var season = period switch
        {
            DaysOfWeek when y.Length >= 2 * Year + DaysOfWeek => YearOfDays(z, horizon),
            HoursOfDay when y.Length >= FewestWeeks * HoursOfWeek => WeekOfHours(z, horizon),
            _ => null,
        };
        return season is null ? null : new(positive, season);
    }

    private static double[]? YearOfDays(double[] z, int horizon)
    {
        var half = z.Length / 2;
        RegressionTerms year = new(true, [(Year, Harmonics)], []);
        var (early, late) = (SeasonalRegression.Fit(z[..half], z.Length - half, year), SeasonalRegression.Fit(z[half..], 1, year));
        return Agreed(Correlation(early.FirstSeason[half..], late.FirstSeason[..^1]),
            () => SeasonalRegression.Fit(z, horizon, year with { Seasons = [(Year, Harmonics), (DaysOfWeek, 3)] }).FirstSeason);
    }

    private static double[]? WeekOfHours(double[] z, int horizon)
    {
        var known = z[^Math.Min(z.Length, MostWeeks * HoursOfWeek)..];
        var half = known.Length / HoursOfWeek / 2 * HoursOfWeek;
        return Agreed(Correlation(Week(known[..half])[..HoursOfWeek], Week(known[half..])[..HoursOfWeek]), () =>
        {
            var week = Week(known);
            var (before, season) = (z.Length - known.Length, new double[z.Length + horizon]);
            for (var t = 0; t < season.Length; t++)
            {
                // Beyond both ends the first and the last week repeat.
                var at = t - before;
                if (at < 0) at = (at % HoursOfWeek + HoursOfWeek) % HoursOfWeek;
                if (at >= week.Length) at = week.Length - HoursOfWeek + (at - week.Length) % HoursOfWeek;
                season[t] = week[at];
            }
            return season;
        });

        static double[] Week(double[] values) => Mstl.Decompose(values, [HoursOfDay, HoursOfWeek]).Seasons[^1];
    }

    private static double[]? Agreed(double agreement, Func<double[]> season) =>
        agreement > LeastAgreement ? Array.ConvertAll(season(), value => value * agreement) : null;

    /// <summary>The history without the season.</summary>
    public double[] Remove(double[] y) => [.. y.Select((value, t) => Positive ? value / Math.Exp(Values[t]) : value - Values[t])];

    /// <summary>Puts the season back on a forecast that follows <paramref name="observations"/> values, and its scale on the standard
    /// errors.</summary>
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
