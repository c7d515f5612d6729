using MathNet.Numerics.LinearAlgebra;

namespace FeatureGovernance.Statistics.Forecasting.Regression;

/// <summary>What a regression explains a series by, beside a constant.</summary>
/// <param name="HasTrend">A straight line.</param>
/// <param name="Seasons">Seasons as pairs of sine and cosine: the period in steps (it need not be whole), and how many harmonics, at least
/// 1.</param>
/// <param name="Drivers">Known for every step of history and future: holidays as 1 and 0, prices, launches.</param>
public sealed record RegressionTerms(
    bool HasTrend, IReadOnlyList<(double Period, int Harmonics)> Seasons, IReadOnlyList<IReadOnlyList<double>> Drivers)
{
    /// <summary>A calendar as a driver: 1 on its days, 0 on others.</summary>
    public static double[] Holidays(DateOnly first, int steps, IReadOnlySet<DateOnly> calendar) =>
        [.. Enumerable.Range(0, steps).Select(step => calendar.Contains(first.AddDays(step)) ? 1.0 : 0)];
}

/// <summary>
/// Linear regression on trend, Fourier seasonality, holidays and drivers. Columns are in the order constant, trend, seasons (sine
/// before cosine, harmonic by harmonic), drivers. Source: Hyndman and Athanasopoulos, Forecasting: Principles and Practice (2021),
/// ch. 7.
/// </summary>
/// <param name="Coefficients">By least squares.</param>
/// <param name="StandardError">Of the residuals.</param>
/// <param name="Forecast">Of the steps after the history.</param>
/// <param name="StandardErrors">Of the forecast, the uncertainty of the coefficients included.</param>
public sealed record SeasonalRegression(double[] Coefficients, double StandardError, double[] Forecast, double[] StandardErrors)
{
    /// <summary>What the first of the seasons contributes, over history and forecast.</summary>
    internal double[] FirstSeason { get; private init; } = [];

    /// <summary>Standard errors of the coefficients.</summary>
    internal double[] CoefficientErrors { get; private init; } = [];

    /// <summary>Observation less fit, by step of the history; NaN where missing.</summary>
    internal double[] Residuals { get; private init; } = [];

    /// <summary>Fits the history and forecasts; missing values (NaN) are left out of the fit.</summary>
    /// <exception cref="ArgumentException">A driver does not cover history and horizon with finite values, there are no more
    /// observations than terms, a season's harmonics repeat each other, or terms are the same as others.</exception>
    public static SeasonalRegression Fit(IReadOnlyList<double> history, int horizon, RegressionTerms terms)
    {
        var steps = history.Count + horizon;
        foreach (var driver in terms.Drivers)
        {
            if (driver.Count < steps) throw new ArgumentException($"A driver has {driver.Count} values; {steps} are needed, the horizon included.", nameof(terms));
            if (!driver.Take(steps).All(double.IsFinite)) throw new ArgumentException("A driver has a value that is not finite.", nameof(terms));
        }
        foreach (var (period, harmonics) in terms.Seasons)
            if (harmonics < 1 || 2 * harmonics > period) throw new ArgumentException($"A period of {period} takes 1 to {Math.Floor(period / 2)} harmonics.", nameof(terms));
        var known = Enumerable.Range(0, history.Count).Where(t => !double.IsNaN(history[t])).ToArray();
        if (Array.Exists(known, t => double.IsInfinity(history[t]))) throw new ArgumentException("A value is infinite.", nameof(history));
        var all = Matrix<double>.Build.DenseOfRowArrays(Enumerable.Range(0, steps).Select(t => Row(t, terms)));
        if (known.Length <= all.ColumnCount) throw new ArgumentException($"{known.Length} observations cannot tell {all.ColumnCount} terms.", nameof(history));

        var design = Matrix<double>.Build.DenseOfRowVectors(known.Select(t => all.Row(t)));
        var observed = Vector<double>.Build.DenseOfEnumerable(known.Select(t => history[t]));
        var factors = design.QR(MathNet.Numerics.LinearAlgebra.Factorization.QRMethod.Thin);
        var diagonal = factors.R.Diagonal().PointwiseAbs();
        if (diagonal.Minimum() <= 1e-10 * diagonal.Maximum()) throw new ArgumentException("Terms are the same as others, or never vary.", nameof(terms));
        var coefficients = factors.Solve(observed);
        var error = Math.Sqrt((observed - design * coefficients).DotProduct(observed - design * coefficients) / (known.Length - all.ColumnCount));
        var inverse = factors.R.Inverse();
        var (forecast, errors) = (new double[horizon], new double[horizon]);
        for (var h = 0; h < horizon; h++)
        {
            var row = all.Row(history.Count + h);
            forecast[h] = row.DotProduct(coefficients);
            var leverage = inverse.TransposeThisAndMultiply(row);
            errors[h] = error * Math.Sqrt(1 + leverage.DotProduct(leverage));
        }
        return new SeasonalRegression(coefficients.ToArray(), error, forecast, errors)
        {
            FirstSeason = Contribution(all, coefficients, terms),
            CoefficientErrors = [.. Enumerable.Range(0, all.ColumnCount).Select(k => error * inverse.Row(k).L2Norm())],
            Residuals = [.. history.Select((value, t) => value - all.Row(t).DotProduct(coefficients))],
        };
    }

    private static double[] Contribution(Matrix<double> all, Vector<double> coefficients, RegressionTerms terms)
    {
        if (terms.Seasons.Count == 0) return [];
        var (period, harmonics) = terms.Seasons[0];
        var (first, count) = (terms.HasTrend ? 2 : 1, 2 * harmonics == period ? 2 * harmonics - 1 : 2 * harmonics);
        return (all.SubMatrix(0, all.RowCount, first, count) * coefficients.SubVector(first, count)).ToArray();
    }

    private static double[] Row(int t, RegressionTerms terms)
    {
        var row = new List<double> { 1 };
        if (terms.HasTrend) row.Add(t + 1);
        foreach (var (period, harmonics) in terms.Seasons)
            for (var k = 1; k <= harmonics; k++)
            {
                var angle = 2 * Math.PI * k * (t + 1) / period;
                // The sine of the last harmonic of an even period is always 0.
                if (2 * k != period) row.Add(Math.Sin(angle));
                row.Add(Math.Cos(angle));
            }
        foreach (var driver in terms.Drivers) row.Add(driver[t]);
        return [.. row];
    }
}
