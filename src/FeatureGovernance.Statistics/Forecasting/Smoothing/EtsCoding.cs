using FeatureGovernance.Statistics.Forecasting.Decomposition;
using FeatureGovernance.Statistics.Forecasting.Theta;

namespace FeatureGovernance.Statistics.Forecasting.Smoothing;

/// <summary>Maps unconstrained search parameters to smoothing parameters and initial states, around heuristic starts.</summary>
internal sealed class EtsCoding
{
    private const double Low = 1e-4;
    private const double High = 0.9999;
    private const double DampingLow = 0.8;
    private const double DampingHigh = 0.98;

    private readonly EtsShape shape;
    private readonly int m;
    private readonly double[] heuristic;
    private readonly double spread;
    private readonly int smoothing;

    public EtsCoding(EtsShape shape, int m, double[] y)
    {
        this.shape = shape;
        this.m = m;
        heuristic = new double[m + 2];
        spread = Start(shape, m, y, heuristic);
        smoothing = 1 + (shape.Trend ? 1 : 0) + (m > 1 ? 1 : 0) + (shape.Damped ? 1 : 0);
    }

    public int Length => smoothing + 1 + (shape.Trend ? 1 : 0) + (m > 1 ? m - 1 : 0);

    /// <summary>The heuristic start: slow smoothing, states from the first cycles.</summary>
    public double[] Start()
    {
        var p = new double[Length];
        var alpha = Math.Clamp(0.2 / m + 0.1, Low, High);
        var i = 0;
        p[i++] = Logit((alpha - Low) / (High - Low));
        if (shape.Trend) p[i++] = Logit(0.1);
        if (m > 1) p[i++] = Logit(0.05);
        if (shape.Damped) p[i] = Logit(0.9);
        return p;
    }

    /// <summary>A start where another fit ended, its smoothing drawn away from the bounds: there the likelihood is flat and no search gets
    /// away.</summary>
    public double[] From(double[] point)
    {
        var p = (double[])point.Clone();
        var smoothing = 1 + (shape.Trend ? 1 : 0) + (m > 1 ? 1 : 0) + (shape.Damped ? 1 : 0);
        for (var i = 0; i < smoothing; i++) p[i] = Math.Clamp(p[i], -3, 3);
        return p;
    }

    public void Read(double[] p, double[] states, out double alpha, out double beta, out double gamma, out double phi)
    {
        var i = 0;
        alpha = Low + (High - Low) * Logistic(p[i++]);
        beta = shape.Trend ? Low + Math.Max(alpha - Low, 0) * Logistic(p[i++]) : 0;
        gamma = m > 1 ? Low + Math.Max(1 - alpha - Low, 0) * Logistic(p[i++]) : 0;
        phi = shape.Damped ? DampingLow + (DampingHigh - DampingLow) * Logistic(p[i++]) : 1;
        states[0] = heuristic[0] + p[i++] * spread;
        states[1] = shape.Trend ? heuristic[1] + p[i++] * spread * 0.3 : 0;
        if (m == 1) return;
        // The last index follows from the others: they add to 0, or to the number of seasons.
        var multiplicative = shape.Season == EtsComponent.Multiplicative;
        var rest = multiplicative ? (double)m : 0;
        for (var s = 0; s < m - 1; s++)
        {
            states[2 + s] = heuristic[2 + s] + p[i++] * spread;
            rest -= states[2 + s];
        }
        states[2 + m - 1] = rest;
    }

    private static double Start(EtsShape shape, int m, double[] y, double[] states)
    {
        var adjusted = y;
        if (m > 1)
        {
            var multiplicative = shape.Season == EtsComponent.Multiplicative;
            var pattern = y.Length >= 2 * m + 1
                ? SeasonalPattern.Classical(y.AsSpan(0, Math.Min(y.Length, Math.Max(3 * m + 1, 2 * m + 1))), m, multiplicative)
                : SeasonalPattern.None;
            for (var s = 0; s < m; s++) states[2 + s] = pattern.IsNone ? (multiplicative ? 1 : 0) : pattern.Indices[s];
            adjusted = pattern.Remove(y);
        }
        var early = adjusted.AsSpan(0, Math.Min(adjusted.Length, Math.Max(10, 2 * m)));
        var (intercept, slope) = ThetaModel.Line(early);
        var mean = 0.0;
        foreach (var value in early) mean += value / early.Length;
        states[0] = shape.Trend ? intercept : mean;
        states[1] = shape.Trend ? slope : 0;
        var positive = shape.Error == EtsComponent.Multiplicative || shape.Season == EtsComponent.Multiplicative;
        if (positive && states[0] + states[1] <= 0)
        {
            states[0] = Math.Max(adjusted[0], 1e-3);
            states[1] = 0;
        }
        var variation = 0.0;
        for (var t = 1; t < adjusted.Length; t++) variation += Math.Abs(adjusted[t] - adjusted[t - 1]);
        return Math.Max(variation / Math.Max(adjusted.Length - 1, 1), 1e-3);
    }

    private static double Logistic(double p) => 1 / (1 + Math.Exp(-p));

    private static double Logit(double share) => Math.Log(share / (1 - share));
}
