namespace FeatureGovernance.Statistics.Forecasting.Ensemble;

/// <summary>
/// One linear autoregression for all series of a pool: what follows a window of logarithms, by step ahead, at the least absolute error.
/// Short series borrow from it what only many together can show. Source: Montero-Manso and Hyndman, International Journal of Forecasting 37 (2021).
/// </summary>
internal sealed class PooledAutoregression
{
    /// <summary>Windows are drawn evenly from larger pools.</summary>
    private const int MostWindows = 15_000;

    /// <summary>Windows of one series, its newest.</summary>
    private const int MostWindowsPerSeries = 60;

    private const int FewestWindows = 100;

    /// <summary>Least squares, reweighted, come near the least absolute error.</summary>
    private const int Rounds = 5;

    /// <summary>In squared logarithms: what series say by changes of a percent or less is mostly taken for noise.</summary>
    private const double Ridge = 1e-4;

    private readonly int lags;
    private readonly int basis;
    private readonly double[][] coefficients;

    private PooledAutoregression(int lags, int basis, double[][] coefficients)
    {
        this.lags = lags;
        this.basis = basis;
        this.coefficients = coefficients;
    }

    /// <summary>Logarithms of series, the windows of each weighing less the more it moves.</summary>
    /// <param name="series">The series.</param>
    /// <param name="lags">Values in a window, over 0; before the begin of a series its first one is repeated.</param>
    /// <param name="basis">Values whose mean a window is held against: a cycle, or 1 for the last value alone.</param>
    /// <param name="horizon">Steps ahead.</param>
    /// <returns>Null where there are too few windows to learn from.</returns>
    public static PooledAutoregression? Learn(IReadOnlyList<double[]> series, int lags, int basis, int horizon)
    {
        var windows = new List<(double[] Series, int At, double Weight)>();
        foreach (var z in series)
        {
            var weight = 1 / Math.Sqrt(MeanChange(z) + 0.02);
            for (var t = Math.Max(Fewest(basis), z.Length - MostWindowsPerSeries); t < z.Length; t++) windows.Add((z, t, weight));
        }
        if (windows.Count < FewestWindows) return null;
        if (windows.Count > MostWindows) windows = [.. Enumerable.Range(0, MostWindows).Select(i => windows[(int)((long)i * windows.Count / MostWindows)])];
        var model = new PooledAutoregression(lags, basis, new double[horizon][]);
        var features = windows.ConvertAll(window => model.Features(window.Series, window.At));
        for (var h = 0; h < horizon; h++) model.coefficients[h] = model.Fit(windows, features, h) ?? (h > 0 ? model.coefficients[h - 1] : new double[lags + 2]);
        return model;
    }

    /// <summary>Whether a series is long enough to be followed.</summary>
    public bool Reaches(double[] z) => z.Length >= Fewest(basis);

    /// <summary>Forecasts of the logarithm, as far ahead as was learned.</summary>
    public double[] Follow(double[] z)
    {
        var (features, level) = (Features(z, z.Length), Level(z, z.Length));
        return Array.ConvertAll(coefficients, weights => level + Dot(weights, features));
    }

    private static int Fewest(int basis) => Math.Max(3, basis + 1);

    private double Level(double[] z, int at)
    {
        var sum = 0.0;
        for (var k = 1; k <= basis; k++) sum += z[at - k];
        return sum / basis;
    }

    /// <summary>A constant, the window's values less its level, and the growth of the level per step since the series began.</summary>
    private double[] Features(double[] z, int at)
    {
        var features = new double[lags + 2];
        var level = Level(z, at);
        features[0] = 1;
        for (var k = 0; k < lags; k++) features[1 + k] = z[Math.Max(at - 1 - k, 0)] - level;
        features[^1] = (level - Level(z, basis)) / Math.Max(at - basis, 1);
        return features;
    }

    private double[]? Fit(List<(double[] Series, int At, double Weight)> windows, List<double[]> features, int ahead)
    {
        var rows = new List<(double[] Features, double Target, double Weight)>();
        for (var i = 0; i < windows.Count; i++)
        {
            var (z, at, weight) = windows[i];
            if (at + ahead < z.Length) rows.Add((features[i], z[at + ahead] - Level(z, at), weight));
        }
        if (rows.Count < FewestWindows) return null;
        var sizes = new double[rows.Count];
        var fitted = new double[lags + 2];
        var least = double.PositiveInfinity;
        for (var round = 0; round < Rounds; round++)
        {
            fitted = Solve(rows, sizes, least);
            for (var i = 0; i < sizes.Length; i++) sizes[i] = Math.Abs(rows[i].Target - Dot(fitted, rows[i].Features));
            least = Math.Max(0.5 * Combination.Median(sizes), 1e-4);
        }
        return fitted;
    }

    /// <summary>Least squares where an error weighs by the inverse of its size in the round before, as far as that was above <paramref
    /// name="least"/>.</summary>
    private static double[] Solve(List<(double[] Features, double Target, double Weight)> rows, double[] sizes, double least)
    {
        var n = rows[0].Features.Length;
        var matrix = new double[n, n];
        var right = new double[n];
        var total = 0.0;
        for (var i = 0; i < sizes.Length; i++)
        {
            var (features, target, weight) = rows[i];
            var w = double.IsInfinity(least) ? weight : weight / Math.Max(sizes[i], least);
            total += w;
            for (var j = 0; j < n; j++)
            {
                var scaled = w * features[j];
                right[j] += scaled * target;
                for (var k = 0; k <= j; k++) matrix[j, k] += scaled * features[k];
            }
        }
        for (var j = 1; j < n; j++) matrix[j, j] += Ridge * total;
        return Cholesky(matrix, right);
    }

    private static double[] Cholesky(double[,] matrix, double[] right)
    {
        var n = right.Length;
        for (var i = 0; i < n; i++)
            for (var j = 0; j <= i; j++)
            {
                var sum = matrix[i, j];
                for (var k = 0; k < j; k++) sum -= matrix[i, k] * matrix[j, k];
                matrix[i, j] = i == j ? Math.Sqrt(Math.Max(sum, 1e-12)) : sum / matrix[j, j];
            }
        for (var i = 0; i < n; i++)
        {
            for (var k = 0; k < i; k++) right[i] -= matrix[i, k] * right[k];
            right[i] /= matrix[i, i];
        }
        for (var i = n - 1; i >= 0; i--)
        {
            for (var k = i + 1; k < n; k++) right[i] -= matrix[k, i] * right[k];
            right[i] /= matrix[i, i];
        }
        return right;
    }

    private static double Dot(double[] one, double[] other)
    {
        var sum = 0.0;
        for (var k = 0; k < one.Length; k++) sum += one[k] * other[k];
        return sum;
    }

    private static double MeanChange(double[] z)
    {
        var sum = 0.0;
        for (var t = 1; t < z.Length; t++) sum += Math.Abs(z[t] - z[t - 1]) / (z.Length - 1);
        return sum;
    }
}
