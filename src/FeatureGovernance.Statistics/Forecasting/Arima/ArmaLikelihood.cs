namespace FeatureGovernance.Statistics.Forecasting.Arima;

/// <summary>
/// The exact Gaussian likelihood of an ARMA process with a mean, by Chandrasekhar recursions: the Kalman filter at a cost linear in the
/// order.
/// Source: Morf, Sidhu and Kailath, IEEE Transactions on Automatic Control 19 (1974). The mean is concentrated out by generalised least
/// squares.
/// </summary>
/// <param name="MinusTwoLogLikelihood">With its constant.</param>
/// <param name="Variance">Innovation variance by maximum likelihood.</param>
/// <param name="Mean">Of the process; 0 where none was asked for.</param>
/// <param name="State">Predictions of the next values (deviations from the mean), as far as the order reaches.</param>
internal readonly record struct ArmaLikelihood(double MinusTwoLogLikelihood, double Variance, double Mean, double[] State)
{
    /// <summary>Evaluates the likelihood; null where the process is not stationary.</summary>
    public static ArmaLikelihood? Evaluate(double[] w, double[] ar, double[] ma, bool withMean, bool wantState = false)
    {
        var n = w.Length;
        var r = Math.Max(ar.Length, ma.Length + 1);
        var covariances = ArmaPolynomials.Autocovariances(ar, ma, r);
        if (covariances is null) return null;

        var gain = new double[r];
        var update = new double[r];
        Array.Copy(covariances, 1, gain, 0, r);
        Array.Copy(gain, update, r);
        var variance = covariances[0];
        var signature = -1 / variance;
        var values = new double[r];
        var ones = withMean ? new double[r] : [];
        var steady = false;
        double logs = 0, squares = 0, cross = 0, onesSquares = 0;
        Span<int> lags = stackalloc int[ar.Length];
        var used = 0;
        for (var j = 0; j < ar.Length; j++)
            if (ar[j] != 0) lags[used++] = j;
        lags = lags[..used];

        var product = 1.0;
        for (var t = 0; t < n; t++)
        {
            if (!(variance > 0)) return null;
            var inverse = 1 / variance;
            var error = w[t] - values[0];
            squares += error * error * inverse;
            if (!steady)
            {
                product *= variance;
                if (product is > 1e150 or < 1e-150)
                {
                    logs += Math.Log(product);
                    product = 1;
                }
            }
            else logs += Math.Log(variance);
            Step(values, ar, lags, gain, error * inverse, r);
            if (withMean)
            {
                var unit = 1 - ones[0];
                cross += unit * error * inverse;
                onesSquares += unit * unit * inverse;
                Step(ones, ar, lags, gain, unit * inverse, r);
            }
            if (steady) continue;
            var head = update[0];
            var last = 0.0;
            foreach (var j in lags) last += ar[j] * update[r - 1 - j];
            var next = variance + signature * head * head;
            var weight = signature * head;
            var pull = head * inverse;
            for (var i = 0; i < r - 1; i++)
            {
                var shifted = update[i + 1];
                update[i] = shifted - gain[i] * pull;
                gain[i] += shifted * weight;
            }
            update[r - 1] = last - gain[r - 1] * pull;
            gain[r - 1] += last * weight;
            signature *= variance / next;
            if (next < 1) next = 1;
            steady = next - 1 < 1e-9 && t > r;
            variance = next;
        }
        logs += Math.Log(product);
        var mean = 0.0;
        if (withMean && onesSquares > 0)
        {
            mean = cross / onesSquares;
            squares -= mean * cross;
        }
        squares = Math.Max(squares, 1e-300);
        var sigma = squares / n;
        var value = n * (Math.Log(2 * Math.PI * sigma) + 1) + logs;
        if (wantState && withMean)
            for (var i = 0; i < r; i++) values[i] -= mean * ones[i];
        return double.IsFinite(value) ? new ArmaLikelihood(value, sigma, mean, values) : null;
    }

    private static void Step(double[] state, double[] ar, ReadOnlySpan<int> lags, double[] gain, double error, int r)
    {
        var last = 0.0;
        foreach (var j in lags) last += ar[j] * state[r - 1 - j];
        for (var i = 0; i < r - 1; i++) state[i] = state[i + 1] + gain[i] * error;
        state[r - 1] = last + gain[r - 1] * error;
    }
}
