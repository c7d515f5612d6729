using MathNet.Numerics.LinearAlgebra;

namespace FeatureGovernance.Statistics.Inference;

/// <summary>Least squares that a minority of wild rows does not lead astray.</summary>
public static class Regression
{
    /// <summary>
    /// Fits y by a weighted sum and a constant: least squares, then twice more without the tenth of the rows that fit worst (least trimmed
    /// squares by concentration steps, Rousseeuw and Van Driessen 2006).
    /// </summary>
    /// <param name="y">The target; rows that are not finite are left out.</param>
    /// <param name="columns">The inputs, each as long as the target.</param>
    /// <param name="rows">The rows to use.</param>
    /// <returns>The weights of the inputs, then the constant; and the share of the variance of the kept rows that is explained.</returns>
    public static (double[] Weights, double Explained) Fit(double[] y, double[][] columns, IReadOnlyList<int> rows)
    {
        ArgumentNullException.ThrowIfNull(columns);
        var kept = rows.Where(r => double.IsFinite(y[r]) && columns.All(c => double.IsFinite(c[r]))).ToArray();
        if (kept.Length < 10 * (columns.Length + 1))
            return (new double[columns.Length + 1], 0);
        var weights = Solve(y, columns, kept);
        for (var pass = 0; pass < 2; pass++)
        {
            kept = [.. kept.OrderBy(r => Math.Abs(Gap(y, columns, weights, r))).Take((int)(kept.Length * 0.95))];
            weights = Solve(y, columns, kept);
        }

        var mean = kept.Average(r => y[r]);
        double rest = 0, all = 0;
        foreach (var row in kept)
        {
            var gap = Gap(y, columns, weights, row);
            (rest, all) = (rest + (gap * gap), all + ((y[row] - mean) * (y[row] - mean)));
        }

        return (weights, all > 0 ? 1 - (rest / all) : 0);
    }

    private static double Gap(double[] y, double[][] columns, double[] weights, int row)
    {
        var gap = y[row] - weights[^1];
        for (var j = 0; j < columns.Length; j++)
            gap -= weights[j] * columns[j][row];
        return gap;
    }

    private static double[] Solve(double[] y, double[][] columns, int[] rows)
    {
        var size = columns.Length + 1;
        var (left, right) = (Matrix<double>.Build.Dense(size, size), Vector<double>.Build.Dense(size));
        var line = new double[size];
        line[^1] = 1;
        foreach (var row in rows)
        {
            for (var j = 0; j < columns.Length; j++)
                line[j] = columns[j][row];
            for (var a = 0; a < size; a++)
            {
                right[a] += line[a] * y[row];
                for (var b = 0; b < size; b++)
                    left[a, b] += line[a] * line[b];
            }
        }

        for (var j = 0; j < size; j++)
            left[j, j] *= 1 + 1e-10;
        return left.Solve(right).ToArray();
    }
}
