using FeatureGovernance.Statistics.Forecasting.Optimisation;

namespace FeatureGovernance.Statistics.Forecasting.Arima;

/// <summary>
/// A seasonal ARIMA model by exact maximum likelihood of the differenced series; autoregressive and moving-average parts are kept
/// stationary and invertible. Source: Brockwell and Davis, Time Series: Theory and Methods (1991), ch. 8 and 9.
/// </summary>
/// <param name="Order">The orders.</param>
/// <param name="ArCoefficients">Ordinary, then seasonal autoregressive coefficients.</param>
/// <param name="MaCoefficients">Ordinary, then seasonal moving-average coefficients, in the convention 1 + θB.</param>
/// <param name="Mean">Mean of the differenced series.</param>
/// <param name="Variance">Innovation variance by maximum likelihood.</param>
/// <param name="LogLikelihood">Of the differenced series.</param>
/// <param name="Series">What the model was fitted to.</param>
internal sealed record ArimaModel(
    ArimaOrder Order, double[] ArCoefficients, double[] MaCoefficients, double Mean, double Variance, double LogLikelihood, double[] Series)
{
    private double[] Ar { get; init; } = [];

    private double[] Ma { get; init; } = [];

    private double[] State { get; init; } = [];

    private double[] Point { get; init; } = [];

    private int Observations => Series.Length - Order.Differences - Order.SeasonalDifferences * Order.Period;

    public double Aicc
    {
        get
        {
            var k = Order.Coefficients + 1;
            var n = Observations;
            return n - k - 1 <= 0 ? double.PositiveInfinity : -2 * LogLikelihood + 2.0 * k + 2.0 * k * (k + 1) / (n - k - 1);
        }
    }

    /// <summary>True where no root is within 1 % of the unit circle, the condition that automatic choice asks of a candidate.</summary>
    public bool IsWellInside =>
        ArmaPolynomials.RootsBeyond(Ar, 1.01) && ArmaPolynomials.RootsBeyond(Array.ConvertAll(Ma, value => -value), 1.01);

    /// <summary>Fits the model; null where too little is left after differencing or the likelihood cannot be evaluated.</summary>
    public static ArimaModel? Fit(
        double[] y, ArimaOrder order, ArimaModel? warm = null, int maxIterations = 60, double tolerance = QuasiNewton.Fine / 10)
    {
        var w = Differencing.Apply(y, order.Differences, order.SeasonalDifferences, order.Period);
        if (w.Length <= order.Coefficients + 1) return null;
        var scale = 0.0;
        foreach (var value in w) scale += Math.Abs(value) / w.Length;
        if (scale <= 0) return null;
        for (var t = 0; t < w.Length; t++) w[t] /= scale;

        double Objective(double[] p)
        {
            Read(p, order, out var ar, out var ma, out _, out _);
            return ArmaLikelihood.Evaluate(w, ar, ma, order.Constant)?.MinusTwoLogLikelihood ?? double.PositiveInfinity;
        }
        var parameters = order.Ar + order.Ma + order.SeasonalAr + order.SeasonalMa;
        var start = warm is not null && warm.Point.Length == parameters && warm.Order == order ? Array.ConvertAll(warm.Point, value =>
            Math.Clamp(value, -2, 2)) : Start(order, warm);
        var found = QuasiNewton.Minimise(Objective, start, maxIterations, tolerance);
        if (!double.IsFinite(found.Value)) return null;
        Read(found.Point, order, out var phi, out var theta, out var arParts, out var maParts);
        var fit = ArmaLikelihood.Evaluate(w, phi, theta, order.Constant, wantState: true)!.Value;
        return new ArimaModel(order, arParts, maParts, fit.Mean * scale, fit.Variance * scale * scale, -0.5 * (found.Value + 2 * w.Length * Math.Log(scale)), y)
        {
            Ar = phi,
            Ma = theta,
            State = Array.ConvertAll(fit.State, value => value * scale),
            Point = found.Point,
        };
    }

    /// <summary>Point forecasts.</summary>
    public double[] Forecast(int horizon)
    {
        var ahead = new double[horizon];
        for (var h = 0; h < horizon; h++)
        {
            if (h < State.Length)
            {
                ahead[h] = State[h];
                continue;
            }
            for (var j = 0; j < Ar.Length; j++) ahead[h] += Ar[j] * ahead[h - 1 - j];
        }
        for (var h = 0; h < horizon; h++) ahead[h] += Mean;
        return Differencing.Integrate(Series, ahead, Order.Differences, Order.SeasonalDifferences, Order.Period);
    }

    /// <summary>Standard errors from the infinite moving-average weights, the variance corrected for the coefficients estimated.</summary>
    public double[] StandardErrors(int horizon)
    {
        var full = Ar;
        for (var d = 0; d < Order.Differences; d++) full = ArmaPolynomials.Expand(full, [1.0], 1);
        for (var d = 0; d < Order.SeasonalDifferences; d++) full = ArmaPolynomials.Expand(full, [1.0], Order.Period);
        var weights = new double[horizon];
        var errors = new double[horizon];
        var variance = Variance * Observations / Math.Max(Observations - Order.Coefficients, 1);
        var sum = 0.0;
        for (var h = 0; h < horizon; h++)
        {
            weights[h] = h == 0 ? 1 : h <= Ma.Length ? Ma[h - 1] : 0;
            for (var j = 0; j < Math.Min(full.Length, h); j++) weights[h] += full[j] * weights[h - 1 - j];
            sum += weights[h] * weights[h];
            errors[h] = Math.Sqrt(variance * sum);
        }
        return errors;
    }

    private static double[] Start(ArimaOrder order, ArimaModel? neighbour)
    {
        var p = new double[order.Ar + order.Ma + order.SeasonalAr + order.SeasonalMa];
        Array.Fill(p, 0.05);
        if (neighbour is null) return p;
        var from = neighbour.Order;
        var source = 0;
        var target = 0;
        foreach (var (have, want) in new[] { (from.Ar, order.Ar), (from.Ma, order.Ma), (from.SeasonalAr, order.SeasonalAr), (from.SeasonalMa, order.SeasonalMa) })
        {
            for (var i = 0; i < Math.Min(have, want); i++) p[target + i] = Math.Clamp(neighbour.Point[source + i], -1.5, 1.5);
            source += have;
            target += want;
        }
        return p;
    }

    private static void Read(double[] p, ArimaOrder order, out double[] ar, out double[] ma, out double[] arParts, out double[] maParts)
    {
        arParts = new double[order.Ar + order.SeasonalAr];
        maParts = new double[order.Ma + order.SeasonalMa];
        var at = 0;
        for (var i = 0; i < order.Ar; i++) arParts[i] = Math.Tanh(p[at++]) * 0.9999;
        for (var i = 0; i < order.Ma; i++) maParts[i] = Math.Tanh(p[at++]) * 0.9999;
        for (var i = 0; i < order.SeasonalAr; i++) arParts[order.Ar + i] = Math.Tanh(p[at++]) * 0.9999;
        for (var i = 0; i < order.SeasonalMa; i++) maParts[order.Ma + i] = Math.Tanh(p[at++]) * 0.9999;
        ArmaPolynomials.FromPartial(arParts.AsSpan(0, order.Ar));
        ArmaPolynomials.FromPartial(arParts.AsSpan(order.Ar));
        ArmaPolynomials.FromPartial(maParts.AsSpan(0, order.Ma));
        ArmaPolynomials.FromPartial(maParts.AsSpan(order.Ma));
        ar = ArmaPolynomials.Expand(arParts.AsSpan(0, order.Ar), arParts.AsSpan(order.Ar), order.Period);
        ma = ArmaPolynomials.Expand(maParts.AsSpan(0, order.Ma), maParts.AsSpan(order.Ma), order.Period);
        for (var i = 0; i < ma.Length; i++) ma[i] = -ma[i];
        for (var i = 0; i < maParts.Length; i++) maParts[i] = -maParts[i];
    }
}
