namespace FeatureGovernance.Statistics.Forecasting.Arima;

/// <summary>Coefficient arithmetic of autoregressive and moving-average polynomials.</summary>
internal static class ArmaPolynomials
{
    /// <summary>
    /// Autoregressive coefficients from partial autocorrelations in (−1, 1): always stationary.
    /// Source: Barndorff-Nielsen and Schou, Journal of Multivariate Analysis 3 (1973).
    /// </summary>
    public static void FromPartial(Span<double> coefficients)
    {
        Span<double> work = stackalloc double[coefficients.Length];
        for (var k = 1; k < coefficients.Length; k++)
        {
            var partial = coefficients[k];
            for (var j = 0; j < k; j++) work[j] = coefficients[j] - partial * coefficients[k - 1 - j];
            work[..k].CopyTo(coefficients);
        }
    }

    /// <summary>The coefficients of (1 − Σ a B^i)(1 − Σ s B^(i·period)), as 1 − Σ result B^i.</summary>
    public static double[] Expand(ReadOnlySpan<double> ordinary, ReadOnlySpan<double> seasonal, int period)
    {
        var result = new double[ordinary.Length + seasonal.Length * period];
        for (var i = 0; i < ordinary.Length; i++) result[i] += ordinary[i];
        for (var s = 0; s < seasonal.Length; s++)
        {
            var lag = (s + 1) * period;
            result[lag - 1] += seasonal[s];
            for (var i = 0; i < ordinary.Length; i++) result[lag + i] -= ordinary[i] * seasonal[s];
        }
        return result;
    }

    /// <summary>True where every root of 1 − Σ a z^i lies beyond <paramref name="radius"/>.</summary>
    public static bool RootsBeyond(ReadOnlySpan<double> coefficients, double radius)
    {
        var work = coefficients.ToArray();
        var power = 1.0;
        for (var i = 0; i < work.Length; i++) work[i] *= power *= radius;
        var next = new double[work.Length];
        for (var k = work.Length; k >= 1; k--)
        {
            var partial = work[k - 1];
            if (Math.Abs(partial) >= 1) return false;
            for (var j = 0; j < k - 1; j++) next[j] = (work[j] + partial * work[k - 2 - j]) / (1 - partial * partial);
            (work, next) = (next, work);
        }
        return true;
    }

    /// <summary>
    /// Autocovariances at lags 0 to <paramref name="lags"/> of an ARMA process with unit innovation variance; null where it is not
    /// stationary.
    /// The moving average is 1 + Σ ma B^i.
    /// </summary>
    public static double[]? Autocovariances(double[] ar, double[] ma, int lags)
    {
        var reach = lags + ma.Length;
        var pure = PureAutocovariances(ar, reach);
        if (pure is null) return null;
        if (ma.Length == 0) return pure;
        var q = ma.Length;
        Span<double> products = stackalloc double[q + 1];
        for (var lag = 0; lag <= q; lag++)
        {
            var sum = lag == 0 ? 1.0 : ma[lag - 1];
            for (var i = 0; i + lag < q; i++)
                if (ma[i] != 0) sum += ma[i] * ma[i + lag];
            products[lag] = sum;
        }
        var result = new double[lags + 1];
        for (var k = 0; k <= lags; k++)
        {
            var sum = products[0] * pure[k];
            for (var j = 1; j <= q; j++)
                if (products[j] != 0) sum += products[j] * (pure[Math.Abs(k - j)] + pure[k + j]);
            result[k] = sum;
        }
        return result;
    }

    private static double[]? PureAutocovariances(double[] ar, int reach)
    {
        var p = ar.Length;
        var result = new double[reach + 1];
        // Step down to the partial autocorrelations, keeping the predictor of each order (row k holds order k + 1), then step up to the
        // covariances.
        var predictors = new double[p][];
        if (p > 0) predictors[p - 1] = ar;
        var variance = 1.0;
        for (var k = p - 1; k >= 0; k--)
        {
            var partial = predictors[k][k];
            var rest = 1 - partial * partial;
            if (rest <= 1e-12) return null;
            variance /= rest;
            if (k == 0) break;
            var shorter = new double[k];
            for (var j = 0; j < k; j++) shorter[j] = (predictors[k][j] + partial * predictors[k][k - 1 - j]) / rest;
            predictors[k - 1] = shorter;
        }
        result[0] = variance;
        var error = variance;
        for (var k = 1; k <= Math.Min(p, reach); k++)
        {
            var partial = predictors[k - 1][k - 1];
            var sum = partial * error;
            for (var j = 0; j < k - 1; j++) sum += predictors[k - 2][j] * result[k - 1 - j];
            result[k] = sum;
            error *= 1 - partial * partial;
        }
        for (var k = p + 1; k <= reach; k++)
        {
            var sum = 0.0;
            for (var j = 0; j < p; j++)
                if (ar[j] != 0) sum += ar[j] * result[k - 1 - j];
            result[k] = sum;
        }
        return result;
    }
}
