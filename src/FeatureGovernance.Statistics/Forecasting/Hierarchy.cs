using MathNet.Numerics.LinearAlgebra;

namespace FeatureGovernance.Statistics.Forecasting;

/// <summary>
/// A tree of series in which each parent is the sum of its children, and the reconciliation of forecasts made for each on its own.
/// Temporal hierarchies are the same thing: a quarter is the parent of its months.
/// </summary>
public sealed class Hierarchy
{
    private readonly int[] leaves;
    private readonly Matrix<double> summing;

    /// <summary>Builds the tree.</summary>
    /// <param name="parents">For each node the index of its parent, or −1 for a root.</param>
    /// <exception cref="ArgumentException">An index is out of range or the links form a circle.</exception>
    public Hierarchy(IReadOnlyList<int> parents)
    {
        var isParent = new bool[parents.Count];
        foreach (var parent in parents)
        {
            if (parent < -1 || parent >= parents.Count) throw new ArgumentException($"Parent {parent} is not a node.", nameof(parents));
            if (parent >= 0) isParent[parent] = true;
        }
        leaves = [.. Enumerable.Range(0, parents.Count).Where(node => !isParent[node])];
        summing = Matrix<double>.Build.Dense(parents.Count, Math.Max(leaves.Length, 1));
        for (var leaf = 0; leaf < leaves.Length; leaf++)
        {
            var climbed = 0;
            for (var node = leaves[leaf]; node >= 0; node = parents[node])
            {
                if (climbed++ > parents.Count) throw new ArgumentException("The links form a circle.", nameof(parents));
                summing[node, leaf] = 1;
            }
        }
        if (leaves.Length == 0 || Enumerable.Range(0, parents.Count).Any(node => summing.Row(node).Sum() == 0))
            throw new ArgumentException("The links form a circle.", nameof(parents));
        Count = parents.Count;
    }

    /// <summary>Nodes.</summary>
    public int Count { get; }

    /// <summary>Adds up the leaves' forecasts and ignores the rest.</summary>
    /// <param name="forecasts">One row per node, one column per step.</param>
    public double[][] BottomUp(IReadOnlyList<double[]> forecasts)
    {
        var bottom = Matrix<double>.Build.Dense(leaves.Length, forecasts[0].Length, (leaf, step) => forecasts[leaves[leaf]][step]);
        return Rows(summing * bottom);
    }

    /// <summary>
    /// Coherent forecasts of least total error variance, given the covariance of the base forecasts' errors estimated from
    /// <paramref name="errors"/> and shrunk towards its diagonal. Sources: Wickramasuriya, Athanasopoulos and Hyndman, Journal of the
    /// American Statistical Association 114 (2019); Schäfer and Strimmer (2005) for the shrinkage.
    /// </summary>
    /// <param name="forecasts">One row per node, one column per step.</param>
    /// <param name="errors">One row per node, one column per past forecast, at least two.</param>
    /// <exception cref="ArgumentException">Row counts differ from the number of nodes or fewer than two errors are given.</exception>
    public double[][] MinimumTrace(IReadOnlyList<double[]> forecasts, IReadOnlyList<double[]> errors)
    {
        if (forecasts.Count != Count || errors.Count != Count) throw new ArgumentException("One row per node is needed.", nameof(forecasts));
        if (errors.Any(row => row.Length < 2 || row.Length != errors[0].Length)) throw new ArgumentException("Each node needs the same two or more errors.", nameof(errors));
        var covariance = ShrunkCovariance(errors);
        var weighted = covariance.Cholesky().Solve(summing);
        var projection = (summing.Transpose() * weighted).Cholesky().Solve(weighted.Transpose());
        var all = Matrix<double>.Build.Dense(Count, forecasts[0].Length, (node, step) => forecasts[node][step]);
        return Rows(summing * (projection * all));
    }

    internal static Matrix<double> ShrunkCovariance(IReadOnlyList<double[]> errors)
    {
        var n = errors[0].Length;
        var sums = errors.Select(row => row.Sum(error => error * error) / n).ToArray();
        // A node that never missed still gets a little variance, else nothing could be solved.
        var floor = Math.Max(sums.Max() * 1e-8, 1e-12);
        var deviations = Array.ConvertAll(sums, sum => Math.Sqrt(Math.Max(sum, floor)));
        var correlation = Matrix<double>.Build.DenseIdentity(errors.Count);
        double spread = 0, square = 0;
        for (var i = 0; i < errors.Count; i++)
            for (var j = 0; j < i; j++)
            {
                double mean = 0, products = 0;
                for (var t = 0; t < n; t++)
                {
                    var product = errors[i][t] * errors[j][t] / (deviations[i] * deviations[j]);
                    mean += product / n;
                    products += product * product;
                }
                correlation[i, j] = correlation[j, i] = mean;
                spread += (products - n * mean * mean) / ((double)n * (n - 1));
                square += mean * mean;
            }
        var shrink = square > 0 ? Math.Clamp(spread / square, 1e-3, 1) : 1;
        return Matrix<double>.Build.Dense(errors.Count, errors.Count, (i, j) =>
            deviations[i] * deviations[j] * (i == j ? 1 : (1 - shrink) * correlation[i, j]));
    }

    private static double[][] Rows(Matrix<double> matrix) => matrix.ToRowArrays();
}
