using FeatureGovernance.Statistics.Forecasting.Optimisation;

namespace FeatureGovernance.Statistics.Forecasting.Theta;

/// <summary>How the two theta lines are formed and followed.</summary>
internal enum ThetaKind
{
    /// <summary>Theta 2, trend fitted once: the method of Assimakopoulos and Nikolopoulos (2000).</summary>
    Standard,

    /// <summary>Theta optimised and the trend re-estimated at each observation: DOTM of Fiorucci et al. (2016).</summary>
    DynamicOptimised,
}

/// <summary>
/// The Theta method in its state-space form for a series without seasonality: a line of the trend and a simply smoothed line of the
/// curvature, combined. Source: Fiorucci, Pellegrini, Louzada, Petropoulos and Koehler, International Journal of Forecasting 32 (2016).
/// </summary>
/// <param name="Kind">How the lines are formed.</param>
/// <param name="Alpha">Smoothing of the level, 0 to 1.</param>
/// <param name="Theta">Curvature multiplier of the second line, at least 1.</param>
/// <param name="InitialLevel">The level before the first observation.</param>
/// <param name="SumOfSquares">Of the one-step errors.</param>
/// <param name="Series">What the model was fitted to.</param>
internal sealed record ThetaModel(ThetaKind Kind, double Alpha, double Theta, double InitialLevel, double SumOfSquares, double[] Series)
{
    public static ThetaModel Fit(double[] y, ThetaKind kind, ThetaModel? warm = null)
    {
        var n = y.Length;
        var scale = Math.Max(MeanAbsolute(y), 1e-300);
        var scaled = Array.ConvertAll(y, value => value / scale);
        var (intercept, slope) = Line(scaled);
        var dynamic = kind == ThetaKind.DynamicOptimised;

        // The standard method smooths the series itself (theta 1); its second line enters with the forecast.
        double Objective(double[] p) =>
            Follow(scaled, dynamic, Bound(p[1], 0.01, 0.99), p[0], dynamic ? 1 + Math.Exp(Math.Clamp(p[2], -12, 5)) : 1, intercept, slope, null);

        var level = warm is null ? scaled[0] : warm.InitialLevel / scale;
        QuasiNewton.Minimum best = default;
        double[] smoothing = warm is null ? [-1.0, 1.0] : [Unbound(warm.Alpha, 0.01, 0.99)];
        foreach (var alpha in smoothing)
        {
            double[] start = dynamic ? [level, alpha, warm is null ? 0.0 : Math.Clamp(Math.Log(Math.Max(warm.Theta - 1, 1e-4)), -3, 3)] : [level, alpha];
            var found = QuasiNewton.Minimise(p => Math.Log(Objective(p) + 1e-18), start, 60, warm is null ? QuasiNewton.Fine : QuasiNewton.Coarse);
            if (best.Point is null || found.Value < best.Value) best = found;
        }
        var p = best.Point!;
        return new ThetaModel(kind, Bound(p[1], 0.01, 0.99), dynamic ? 1 + Math.Exp(Math.Clamp(p[2], -12, 5)) : 2, p[0] * scale,
            Objective(p) * scale * scale, y);
    }

    /// <summary>Point forecasts of the next <paramref name="horizon"/> values.</summary>
    public double[] Forecast(int horizon)
    {
        var (intercept, slope) = Line(Series);
        var mean = new double[horizon];
        Follow(Series, Kind == ThetaKind.DynamicOptimised, Alpha, InitialLevel, Theta, intercept, slope, mean);
        return mean;
    }

    /// <summary>Standard error of each forecast from the one-step error variance and the level's smoothing.</summary>
    public double[] StandardErrors(int horizon)
    {
        var variance = SumOfSquares / Math.Max(Series.Length - 3, 1);
        var errors = new double[horizon];
        for (var h = 0; h < horizon; h++) errors[h] = Math.Sqrt(variance * (1 + h * Alpha * Alpha));
        return errors;
    }

    private static double Follow(
        double[] y, bool dynamic, double alpha, double initialLevel, double theta, double intercept, double slope, double[]? ahead)
    {
        var n = y.Length;
        var level = initialLevel;
        var a = dynamic ? y[0] : intercept;
        var b = dynamic ? 0.0 : slope;
        var mean = dynamic ? 0.0 : double.NaN;
        var weight = dynamic ? 1 - 1 / theta : 0;
        var decay = 1.0;
        var squares = 0.0;
        var total = n + (ahead?.Length ?? 0);
        for (var t = 1; t <= total; t++)
        {
            // The trend line's pull on the level: (1−α)^(t−1) A + (1−(1−α)^t)/α B.
            var nextDecay = decay * (1 - alpha);
            if (t == n + 1) weight = 1 - 1 / theta;
            var predicted = level + weight * (decay * a + (1 - nextDecay) / alpha * b);
            double value;
            if (t <= n)
            {
                value = y[t - 1];
                var error = value - predicted;
                squares += error * error;
            }
            else ahead![t - n - 1] = value = predicted;
            level = alpha * value + (1 - alpha) * level;
            if (dynamic)
            {
                if (t == 1)
                {
                    mean = value;
                    a = value;
                    b = 0;
                }
                else
                {
                    b = ((t - 2) * b + 6 * (value - mean) / t) / (t + 1);
                    mean = ((t - 1) * mean + value) / t;
                    a = mean - (t + 1) / 2.0 * b;
                }
            }
            decay = nextDecay;
        }
        return squares;
    }

    /// <summary>Least-squares line over t = 1, 2, …</summary>
    internal static (double Intercept, double Slope) Line(ReadOnlySpan<double> y)
    {
        var n = y.Length;
        if (n < 2) return (n == 0 ? 0 : y[0], 0);
        var centre = (n + 1) / 2.0;
        double mean = 0, cross = 0, square = 0;
        foreach (var value in y) mean += value / n;
        for (var t = 1; t <= n; t++)
        {
            cross += (t - centre) * (y[t - 1] - mean);
            square += (t - centre) * (t - centre);
        }
        var slope = cross / square;
        return (mean - slope * centre, slope);
    }

    private static double MeanAbsolute(double[] y)
    {
        var sum = 0.0;
        foreach (var value in y) sum += Math.Abs(value);
        return sum / y.Length;
    }

    private static double Bound(double p, double low, double high) => low + (high - low) / (1 + Math.Exp(-p));

    private static double Unbound(double value, double low, double high)
    {
        // Away from the bounds, where the objective is flat and no search gets away.
        var share = Math.Clamp((value - low) / (high - low), 0.05, 0.95);
        return Math.Log(share / (1 - share));
    }
}
