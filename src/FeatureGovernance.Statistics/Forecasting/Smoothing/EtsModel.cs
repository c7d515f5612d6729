using FeatureGovernance.Statistics.Forecasting.Optimisation;

namespace FeatureGovernance.Statistics.Forecasting.Smoothing;

/// <summary>
/// A fitted exponential smoothing model: parameters in the usual region (0 &lt; β &lt; α &lt; 1, 0 &lt; γ &lt; 1 − α, 0.8 ≤ φ ≤ 0.98)
/// and initial states by maximum likelihood. Source: Hyndman, Koehler, Ord and Snyder, Forecasting with Exponential Smoothing (2008),
/// ch. 2, 3 and 5.
/// </summary>
/// <param name="Shape">The member of the family.</param>
/// <param name="Period">Observations per season.</param>
/// <param name="Alpha">Smoothing of the level.</param>
/// <param name="Beta">Smoothing of the slope.</param>
/// <param name="Gamma">Smoothing of the season.</param>
/// <param name="Phi">Damping of the slope; 1 where undamped.</param>
/// <param name="InitialStates">Level, slope, then one entry per season, the first belonging to the first observation.</param>
/// <param name="Series">What the model was fitted to.</param>
/// <param name="LogLikelihood">As R's forecast package reports it: without the constant of the normal density.</param>
/// <param name="Variance">Of the one-step errors, relative to the level where the error is multiplicative.</param>
internal sealed record EtsModel(
    EtsShape Shape, int Period, double Alpha, double Beta, double Gamma, double Phi, double[] InitialStates, double[] Series,
    double LogLikelihood, double Variance)
{
    // Enough to tell the members of the family apart; the chosen one is then fitted to the end.
    private const int SearchIterations = 40;

    private double[] Point { get; init; } = [];

    public int Parameters => Shape.Parameters(Period);

    /// <summary>Akaike's criterion corrected for short series; infinite where there are too few observations.</summary>
    public double Aicc
    {
        get
        {
            var n = Series.Length;
            var k = Parameters;
            return n - k - 1 <= 0 ? double.PositiveInfinity : -2 * LogLikelihood + 2.0 * k + 2.0 * k * (k + 1) / (n - k - 1);
        }
    }

    /// <summary>The member with the smallest AICc, or null where the series is too short for any.</summary>
    public static EtsModel? Choose(double[] y, int period)
    {
        var positive = true;
        foreach (var value in y) positive &= value > 0;
        var seasonal = period > 1 && period <= 24 && y.Length > period + 4;
        EtsModel? best = null;
        foreach (var shape in EtsShape.Candidates(positive, seasonal))
        {
            if (y.Length - shape.Parameters(period) - 1 <= 0) continue;
            var model = Fit(y, period, shape, null, SearchIterations, QuasiNewton.Coarse);
            if (model is not null && (best is null || model.Aicc < best.Aicc)) best = model;
        }
        return best is null ? null : Fit(y, period, best.Shape, best);
    }

    /// <summary>Fits one member; null where the likelihood cannot be evaluated at any start.</summary>
    public static EtsModel? Fit(
        double[] y, int period, EtsShape shape, EtsModel? warm = null, int maxIterations = 80, double tolerance = QuasiNewton.Fine)
    {
        var scale = 0.0;
        foreach (var value in y) scale += Math.Abs(value) / y.Length;
        if (scale == 0) scale = 1;
        var scaled = Array.ConvertAll(y, value => value / scale);
        var m = shape.Season == EtsComponent.None ? 1 : period;
        var coding = new EtsCoding(shape, m, scaled);
        var states = new double[m + 2];
        double Objective(double[] p)
        {
            coding.Read(p, states, out var alpha, out var beta, out var gamma, out var phi);
            return EtsRecursion.Run(shape, m, scaled, alpha, beta, gamma, phi, states, null);
        }
        var start = warm is not null && warm.Point.Length == coding.Length ? coding.From(warm.Point) : coding.Start();
        var found = QuasiNewton.Minimise(Objective, start, maxIterations, tolerance);
        if (!double.IsFinite(found.Value)) return null;
        coding.Read(found.Point, states, out var a, out var b, out var g, out var f);
        var initial = (double[])states.Clone();
        var squares = 0.0;
        var residuals = new double[y.Length];
        EtsRecursion.Run(shape, m, scaled, a, b, g, f, states, residuals);
        foreach (var residual in residuals) squares += residual * residual;
        var multiplicative = shape.Error == EtsComponent.Multiplicative;
        var degrees = Math.Max(y.Length - shape.Parameters(period) + 1, 1);
        for (var i = 0; i < initial.Length; i++)
            if (i < 2 || shape.Season == EtsComponent.Additive) initial[i] *= scale;
        return new EtsModel(shape, period, a, b, g, f, initial, y, -0.5 * (found.Value + 2 * y.Length * Math.Log(scale)),
            squares / degrees * (multiplicative ? 1 : scale * scale))
        {
            Point = found.Point,
        };
    }

    /// <summary>Point forecasts.</summary>
    public double[] Forecast(int horizon)
    {
        var m = Shape.Season == EtsComponent.None ? 1 : Period;
        var states = (double[])InitialStates.Clone();
        EtsRecursion.Run(Shape, m, Series, Alpha, Beta, Gamma, Phi, states, null);
        var mean = new double[horizon];
        var damping = 0.0;
        var power = 1.0;
        for (var h = 0; h < horizon; h++)
        {
            if (Shape.Trend)
            {
                power *= Shape.Damped ? Phi : 1;
                damping += power;
            }
            var level = states[0] + damping * states[1];
            var season = Shape.Season == EtsComponent.None ? 0 : states[2 + (Series.Length + h) % m];
            mean[h] = Shape.Season switch
            {
                EtsComponent.None => level,
                EtsComponent.Additive => level + season,
                EtsComponent.Multiplicative => level * season,
                _ => throw new InvalidOperationException(),
            };
        }
        return mean;
    }

    /// <summary>Standard errors by the class-1 variance formulas, applied relative to the forecast where the error is
    /// multiplicative.</summary>
    public double[] StandardErrors(int horizon)
    {
        var mean = Shape.Error == EtsComponent.Multiplicative ? Forecast(horizon) : null;
        var errors = new double[horizon];
        var sum = 1.0;
        var damping = 0.0;
        var power = 1.0;
        for (var h = 0; h < horizon; h++)
        {
            errors[h] = Math.Sqrt(Variance * sum) * (mean is null ? 1 : Math.Abs(mean[h]));
            power *= Shape.Damped ? Phi : 1;
            damping += power;
            var c = Alpha + (Shape.Trend ? Beta * damping : 0) + (Shape.Season != EtsComponent.None && (h + 1) % Period == 0 ? Gamma : 0);
            sum += c * c;
        }
        return errors;
    }
}
