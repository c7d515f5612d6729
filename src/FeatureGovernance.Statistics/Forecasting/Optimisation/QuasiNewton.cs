namespace FeatureGovernance.Statistics.Forecasting.Optimisation;

/// <summary>
/// Unconstrained minimisation by BFGS with finite-difference gradients, for the smooth likelihoods of a few to some twenty parameters
/// that forecasting models have. Source: Nocedal and Wright, Numerical Optimization, 2nd ed. (2006), ch. 6 and 8.
/// </summary>
internal static class QuasiNewton
{
    /// <summary>Where the search ended and the value there.</summary>
    /// <param name="Point">The best parameters found.</param>
    /// <param name="Value">The objective at <paramref name="Point"/>.</param>
    internal readonly record struct Minimum(double[] Point, double Value);

    /// <summary>Relative gain at which a fit that is kept has ended.</summary>
    public const double Fine = 1e-7;

    /// <summary>The same where fits are only compared, or repeated for a backtest.</summary>
    public const double Coarse = 1e-5;

    private const double DifferenceStep = 1e-6;

    /// <summary>
    /// Minimises <paramref name="objective"/> from <paramref name="start"/>. The objective marks infeasible points by a value that
    /// is not finite; the start must be feasible.
    /// </summary>
    public static Minimum Minimise(Func<double[], double> objective, double[] start, int maxIterations = 60, double tolerance = Fine)
    {
        var dimension = start.Length;
        var x = (double[])start.Clone();
        var value = objective(x);
        if (dimension == 0 || !double.IsFinite(value)) return new Minimum(x, value);

        var inverse = new double[dimension, dimension];
        var gradient = new double[dimension];
        var nextGradient = new double[dimension];
        var direction = new double[dimension];
        var candidate = new double[dimension];
        var change = new double[dimension];
        var product = new double[dimension];
        ResetToIdentity(inverse);
        Gradient(objective, x, value, gradient);
        var fresh = true;
        var quiet = 0;

        for (var iteration = 0; iteration < maxIterations; iteration++)
        {
            var slope = 0.0;
            var length = 0.0;
            for (var i = 0; i < dimension; i++)
            {
                var sum = 0.0;
                for (var j = 0; j < dimension; j++) sum -= inverse[i, j] * gradient[j];
                direction[i] = sum;
                slope += sum * gradient[i];
                length += sum * sum;
            }
            if (slope >= 0)
            {
                if (fresh) break;
                ResetToIdentity(inverse);
                fresh = true;
                continue;
            }
            length = Math.Sqrt(length);
            var step = fresh ? Math.Min(1.0, 0.5 / length) : Math.Min(1.0, 4.0 / length);
            var reached = double.NaN;
            for (var halving = 0; halving < 30; halving++)
            {
                for (var i = 0; i < dimension; i++) candidate[i] = x[i] + step * direction[i];
                reached = objective(candidate);
                if (reached <= value + 1e-4 * step * slope) break;
                step *= halving < 3 ? 0.4 : 0.2;
                reached = double.NaN;
            }
            if (double.IsNaN(reached))
            {
                if (fresh) break;
                ResetToIdentity(inverse);
                fresh = true;
                continue;
            }
            Gradient(objective, candidate, reached, nextGradient);
            Update(inverse, x, candidate, gradient, nextGradient, change, product, fresh);
            fresh = false;
            var gain = value - reached;
            (x, candidate) = (candidate, x);
            (gradient, nextGradient) = (nextGradient, gradient);
            value = reached;
            quiet = gain <= tolerance * (Math.Abs(value) + tolerance) ? quiet + 1 : 0;
            if (quiet >= 2) break;
        }
        return new Minimum(x, value);
    }

    private static void Gradient(Func<double[], double> objective, double[] x, double value, double[] gradient)
    {
        for (var i = 0; i < x.Length; i++)
        {
            var at = x[i];
            var step = DifferenceStep * Math.Max(1.0, Math.Abs(at));
            x[i] = at + step;
            var ahead = objective(x);
            if (double.IsFinite(ahead)) gradient[i] = (ahead - value) / step;
            else
            {
                x[i] = at - step;
                var behind = objective(x);
                gradient[i] = double.IsFinite(behind) ? (value - behind) / step : 0;
            }
            x[i] = at;
        }
    }

    private static void Update(
        double[,] inverse, double[] x, double[] next, double[] gradient, double[] nextGradient, double[] change, double[] product, bool fresh)
    {
        var dimension = x.Length;
        var curvature = 0.0;
        var square = 0.0;
        for (var i = 0; i < dimension; i++)
        {
            change[i] = next[i] - x[i];
            var g = nextGradient[i] - gradient[i];
            curvature += change[i] * g;
            square += g * g;
        }
        if (curvature <= 1e-12 * square || square == 0) return;
        if (fresh)
        {
            var scale = curvature / square;
            for (var i = 0; i < dimension; i++) inverse[i, i] = scale;
        }
        var quadratic = 0.0;
        for (var i = 0; i < dimension; i++)
        {
            var sum = 0.0;
            for (var j = 0; j < dimension; j++) sum += inverse[i, j] * (nextGradient[j] - gradient[j]);
            product[i] = sum;
            quadratic += sum * (nextGradient[i] - gradient[i]);
        }
        var factor = (1 + quadratic / curvature) / curvature;
        for (var i = 0; i < dimension; i++)
            for (var j = 0; j < dimension; j++)
                inverse[i, j] += factor * change[i] * change[j] - (product[i] * change[j] + change[i] * product[j]) / curvature;
    }

    private static void ResetToIdentity(double[,] matrix)
    {
        Array.Clear(matrix);
        for (var i = 0; i < matrix.GetLength(0); i++) matrix[i, i] = 1;
    }
}
