using MathNet.Numerics.LinearAlgebra;

namespace FeatureGovernance.Statistics.Forecasting;

/// <summary>One node of a grouped structure: what was forecast for it, and how earlier forecasts of it missed.</summary>
/// <param name="Forecast">By step.</param>
/// <param name="Errors">Aligned between nodes; a node whose errors are of another number than most is taken to miss independently.</param>
/// <param name="Spread">Its standard error where <paramref name="Errors"/> are too few to tell.</param>
public sealed record GroupedNode(IReadOnlyList<double> Forecast, IReadOnlyList<double> Errors, double Spread);

/// <summary>A sum over series, each with a weight, that was also forecast on its own: a region, a team, everything.</summary>
/// <param name="Members">Indices of the series, each once.</param>
/// <param name="Weights">Their weights in the sum.</param>
/// <param name="Node">The sum's own forecast.</param>
public sealed record GroupedSum(IReadOnlyList<int> Members, IReadOnlyList<double> Weights, GroupedNode Node);

/// <summary>
/// Reconciles series with any number of overlapping sums over them: the coherent forecasts of least total error variance. The
/// covariance of the nodes' errors is shrunk towards its diagonal and never written out, so that thousands of series are no burden.
/// Sources: Wickramasuriya, Athanasopoulos and Hyndman, Journal of the American Statistical Association 114 (2019), in the projection
/// form of Di Fonzo and Girolimetto (2023); Schäfer and Strimmer (2005) for the shrinkage.
/// </summary>
public static class GroupedReconciliation
{
    /// <summary>The series' reconciled forecasts; sums follow by adding these up.</summary>
    /// <exception cref="ArgumentException">Forecasts differ in length, or a member is out of range.</exception>
    public static double[][] MinimumTrace(IReadOnlyList<GroupedNode> series, IReadOnlyList<GroupedSum> sums)
    {
        if (series.Count == 0) return [];
        var steps = series[0].Forecast.Count;
        var (n, k) = (series.Count, sums.Count);
        GroupedNode[] nodes = [.. series, .. sums.Select(sum => sum.Node)];
        if (nodes.Any(node => node.Forecast.Count != steps)) throw new ArgumentException("Forecasts differ in length.", nameof(series));
        if (sums.Any(sum => sum.Members.Any(member => member < 0 || member >= n))) throw new ArgumentException("A member is out of range.", nameof(sums));
        if (k == 0) return [.. series.Select(node => node.Forecast.ToArray())];

        var errors = StandardErrors.Of(nodes);
        // Rows of the constraints: what a sum's own forecast exceeds the sum of its members' by, to be made zero.
        var scaled = Matrix<double>.Build.Dense(n + k, k);
        var excess = Matrix<double>.Build.Dense(k, steps);
        for (var g = 0; g < k; g++)
        {
            scaled[n + g, g] = errors.Deviations[n + g];
            for (var h = 0; h < steps; h++) excess[g, h] = sums[g].Node.Forecast[h];
            for (var i = 0; i < sums[g].Members.Count; i++)
            {
                var (member, weight) = (sums[g].Members[i], sums[g].Weights[i]);
                scaled[member, g] -= weight * errors.Deviations[member];
                for (var h = 0; h < steps; h++) excess[g, h] -= weight * series[member].Forecast[h];
            }
        }
        var spread = errors.Correlate(scaled);
        var corrections = scaled.TransposeThisAndMultiply(spread).Solve(excess);
        var reconciled = new double[n][];
        for (var i = 0; i < n; i++)
        {
            reconciled[i] = [.. series[i].Forecast];
            for (var g = 0; g < k; g++)
            {
                var share = errors.Deviations[i] * spread[i, g];
                if (share == 0) continue;
                for (var h = 0; h < steps; h++) reconciled[i][h] -= share * corrections[g, h];
            }
        }
        return reconciled;
    }

    /// <summary>Errors in units of their own size, and their correlations, kept as the factors they are products of.</summary>
    private sealed record StandardErrors(double[] Deviations, Matrix<double>? Standardised, double Shrinkage)
    {
        public static StandardErrors Of(GroupedNode[] nodes)
        {
            var length = nodes.Where(node => node.Errors.Count > 1).GroupBy(node => node.Errors.Count).OrderByDescending(group => group.Count())
                .Select(group => group.Key).FirstOrDefault();
            var deviations = Array.ConvertAll(nodes, node => node.Errors.Count > 1 ? Math.Sqrt(node.Errors.Average(error => error * error)) : node.Spread);
            // A node that never missed still gets a little variance, else nothing could be solved.
            var floor = Math.Max(deviations.Max() * 1e-6, 1e-9);
            for (var i = 0; i < nodes.Length; i++) deviations[i] = Math.Max(deviations[i], floor);
            if (length == 0) return new(deviations, null, 1);
            var standardised = Matrix<double>.Build.Dense(nodes.Length, length, (i, t) =>
                nodes[i].Errors.Count == length ? nodes[i].Errors[t] / deviations[i] : 0);
            return new(deviations, standardised, Shrink(standardised));
        }

        /// <summary>The shrunk correlation matrix times <paramref name="right"/>.</summary>
        public Matrix<double> Correlate(Matrix<double> right)
        {
            if (Standardised is null) return right.Clone();
            var product = Standardised * Standardised.TransposeThisAndMultiply(right) / Standardised.ColumnCount * (1 - Shrinkage);
            for (var i = 0; i < right.RowCount; i++)
            {
                // The diagonal is 1 whatever the errors of the node tell.
                var own = 0.0;
                for (var t = 0; t < Standardised.ColumnCount; t++) own += Standardised[i, t] * Standardised[i, t] / Standardised.ColumnCount;
                for (var g = 0; g < right.ColumnCount; g++) product[i, g] += (Shrinkage + (1 - Shrinkage) * (1 - own)) * right[i, g];
            }
            return product;
        }

        /// <summary>Variances of the correlations over their squares, summed over pairs without visiting pairs.</summary>
        private static double Shrink(Matrix<double> errors)
        {
            double length = errors.ColumnCount;
            var gram = errors.TransposeThisAndMultiply(errors) / length;
            double products = 0, ownProducts = 0, ownSquares = 0;
            for (var t = 0; t < errors.ColumnCount; t++)
            {
                var sum = 0.0;
                for (var i = 0; i < errors.RowCount; i++)
                {
                    var square = errors[i, t] * errors[i, t];
                    sum += square;
                    ownProducts += square * square;
                }
                products += sum * sum;
            }
            for (var i = 0; i < errors.RowCount; i++) ownSquares += Math.Pow(errors.Row(i).DotProduct(errors.Row(i)) / length, 2);
            var squares = gram.FrobeniusNorm() * gram.FrobeniusNorm() - ownSquares;
            var variances = (products - ownProducts - length * squares) / (length * (length - 1));
            return squares > 1e-12 ? Math.Clamp(variances / squares, 1e-3, 1) : 1;
        }
    }
}
