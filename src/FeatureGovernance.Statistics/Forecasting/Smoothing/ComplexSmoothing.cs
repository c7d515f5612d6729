using FeatureGovernance.Statistics.Forecasting.Decomposition;
using FeatureGovernance.Statistics.Forecasting.Optimisation;

namespace FeatureGovernance.Statistics.Forecasting.Smoothing;

/// <summary>The seasonal forms of complex exponential smoothing.</summary>
internal enum ComplexSeason
{
    /// <summary>No season.</summary>
    None,

    /// <summary>A real additive season beside the complex level.</summary>
    Partial,

    /// <summary>A complex season beside the complex level.</summary>
    Full,
}

/// <summary>
/// Complex exponential smoothing: a level whose imaginary part carries what the real part leaves unexplained, so that no trend need be
/// chosen; initial states by backcasting. Source: Svetunkov, Kourentzes and Ord, Naval Research Logistics 69 (2022).
/// </summary>
/// <param name="Season">The seasonal form.</param>
/// <param name="Period">Observations per season.</param>
/// <param name="Level">Complex smoothing of the level.</param>
/// <param name="Seasonal">Complex smoothing of the season; its imaginary part is unused where the season is partial.</param>
/// <param name="Variance">Of the one-step errors.</param>
/// <param name="Aicc">Akaike's criterion corrected for short series.</param>
/// <param name="Series">What the model was fitted to.</param>
internal sealed record ComplexSmoothing(
    ComplexSeason Season, int Period, (double Real, double Imaginary) Level, (double Real, double Imaginary) Seasonal, double Variance,
    double Aicc, double[] Series)
{
    private double[] Point { get; init; } = [];

    /// <summary>The form with the smallest AICc.</summary>
    public static ComplexSmoothing? Choose(double[] y, int period)
    {
        var best = Fit(y, period, ComplexSeason.None);
        if (period < 2 || period > 24 || y.Length < 2 * period + 2) return best;
        foreach (var season in new[] { ComplexSeason.Partial, ComplexSeason.Full })
        {
            var model = Fit(y, period, season);
            if (model is not null && (best is null || model.Aicc < best.Aicc)) best = model;
        }
        return best;
    }

    public static ComplexSmoothing? Fit(double[] y, int period, ComplexSeason season, ComplexSmoothing? warm = null)
    {
        var n = y.Length;
        var scale = 0.0;
        foreach (var value in y) scale += Math.Abs(value) / n;
        if (scale == 0) scale = 1;
        var scaled = Array.ConvertAll(y, value => value / scale);
        var m = season == ComplexSeason.None ? 1 : period;
        var initial = Initial(scaled, m);
        var states = new double[initial.Length];
        double Objective(double[] p)
        {
            if (!IsStable(p[0], p[1])) return double.PositiveInfinity;
            if (season == ComplexSeason.Partial && p[2] is < 0 or > 1) return double.PositiveInfinity;
            if (season == ComplexSeason.Full && !IsStable(p[2], p[3])) return double.PositiveInfinity;
            var squares = Filter(scaled, season, m, p, initial, states);
            return double.IsFinite(squares) ? n * Math.Log(squares + 1e-18) : double.PositiveInfinity;
        }
        double[] start = season switch
        {
            ComplexSeason.None => [1.3, 1.0],
            ComplexSeason.Partial => [1.3, 1.0, 0.1],
            ComplexSeason.Full => [1.3, 1.0, 1.3, 1.0],
            _ => throw new ArgumentOutOfRangeException(nameof(season)),
        };
        var found = QuasiNewton.Minimise(Objective, warm?.Season == season ? warm.Point : start, 60, warm is null ? QuasiNewton.Fine : QuasiNewton.Coarse);
        if (!double.IsFinite(found.Value)) return null;
        var p = found.Point;
        var k = p.Length + 1;
        var sum = Math.Exp(found.Value / n);
        var aicc = n - k - 1 > 0 ? found.Value + 2.0 * k + 2.0 * k * (k + 1) / (n - k - 1) : double.PositiveInfinity;
        return new ComplexSmoothing(
            season, period, (p[0], p[1]), (p.Length > 2 ? p[2] : 0, p.Length > 3 ? p[3] : 0), sum * scale * scale / Math.Max(n - p.Length, 1), aicc, y)
        {
            Point = p,
        };
    }

    /// <summary>Point forecasts.</summary>
    public double[] Forecast(int horizon)
    {
        var m = Season == ComplexSeason.None ? 1 : Period;
        var initial = Initial(Series, m);
        var states = new double[initial.Length];
        Filter(Series, Season, m, Point, initial, states);
        var mean = new double[horizon];
        Run(mean, Season, m, Point, states, Series.Length % m, +1, predictOnly: true);
        return mean;
    }

    /// <summary>Standard errors from the impulse response of the fitted recursion.</summary>
    public double[] StandardErrors(int horizon)
    {
        var errors = new double[horizon];
        var (a0, a1) = Level;
        double real = a0 - a1, imaginary = a0 + a1;
        var sum = 1.0;
        for (var h = 0; h < horizon; h++)
        {
            errors[h] = Math.Sqrt(Variance * sum);
            var seasonal = Season != ComplexSeason.None && (h + 1) % Period == 0 ? Season == ComplexSeason.Partial ? Seasonal.Real : Seasonal.Real - Seasonal.Imaginary : 0;
            sum += (real + seasonal) * (real + seasonal);
            (real, imaginary) = (real - (1 - a1) * imaginary, real + (1 - a0) * imaginary);
        }
        return errors;
    }

    private static double Filter(double[] y, ComplexSeason season, int m, double[] p, double[] initial, double[] states)
    {
        initial.CopyTo(states, 0);
        Run(y, season, m, p, states, 0, +1, false);
        Run(y, season, m, p, states, y.Length % m, -1, false);
        return Run(y, season, m, p, states, 0, +1, false);
    }

    /// <summary>States: level, its shadow, then m seasons and their m shadows. Backwards runs visit observations in reverse.</summary>
    private static double Run(
        double[] y, ComplexSeason season, int m, double[] p, double[] states, int phase, int direction, bool predictOnly)
    {
        double a0 = p[0], a1 = p[1];
        double b0 = p.Length > 2 ? p[2] : 0, b1 = p.Length > 3 ? p[3] : 0;
        double level = states[0], shadow = states[1];
        var squares = 0.0;
        var n = y.Length;
        for (var i = 0; i < n; i++)
        {
            var t = direction > 0 ? i : n - 1 - i;
            int at;
            if (direction > 0)
            {
                at = phase;
                if (++phase == m) phase = 0;
            }
            else
            {
                if (--phase < 0) phase = m - 1;
                at = phase;
            }
            var s = season == ComplexSeason.None ? 0 : states[2 + at];
            var error = 0.0;
            if (predictOnly) y[t] = level + s;
            else
            {
                error = y[t] - level - s;
                squares += error * error;
            }
            (level, shadow) = (level - (1 - a1) * shadow + (a0 - a1) * error, level + (1 - a0) * shadow + (a0 + a1) * error);
            if (season == ComplexSeason.Partial) states[2 + at] = s + b0 * error;
            else if (season == ComplexSeason.Full)
            {
                var c = states[2 + m + at];
                states[2 + at] = s - (1 - b1) * c + (b0 - b1) * error;
                states[2 + m + at] = s + (1 - b0) * c + (b0 + b1) * error;
            }
        }
        states[0] = level;
        states[1] = shadow;
        return squares;
    }

    private static double[] Initial(double[] y, int m)
    {
        var states = new double[2 + 2 * m];
        var early = Math.Min(y.Length, Math.Max(m, 4));
        for (var t = 0; t < early; t++) states[0] += y[t] / early;
        states[1] = states[0] / 1.1;
        if (m == 1) return states;
        var pattern = SeasonalPattern.Classical(y, m, false);
        for (var s = 0; s < m; s++)
        {
            states[2 + s] = pattern.Indices[s];
            states[2 + m + s] = pattern.Indices[s] / 1.1;
        }
        return states;
    }

    /// <summary>Whether past errors fade: both eigenvalues of the discounted transition lie within the unit circle.</summary>
    private static bool IsStable(double real, double imaginary)
    {
        var trace = 1 - real + imaginary + (1 - real);
        var determinant = (1 - real + imaginary) * (1 - real) + (1 - imaginary) * (1 - real - imaginary);
        return determinant < 1 && Math.Abs(trace) < 1 + determinant;
    }
}
