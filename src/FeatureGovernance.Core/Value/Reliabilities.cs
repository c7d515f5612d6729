using System.Collections.Immutable;

namespace FeatureGovernance.Core.Value;

/// <summary>How far a method's log-shares stand from the truth, beyond the error its reports state.</summary>
/// <param name="Method">The method.</param>
/// <param name="Bias">Mean of the method minus mean of the reference (ablation) on the log scale; 0 for the reference.</param>
/// <param name="Variance">Variance of the method's own error per pair on the log scale; it does not shrink with more reports.</param>
/// <param name="Pairs">How many comparisons with another method taught this, weak ones counted in part; 0 leaves the prior.</param>
public sealed record MethodReliability(EvidenceMethod Method, double Bias, double Variance, double Pairs);

/// <summary>
/// Sums over the pairs (feature, model) that two methods both measured, each weighted by w = (c / (c + v))², where v is the
/// <see cref="MethodEvidence.Variance"/> of both together and c is <see cref="Reliabilities.PriorVariance"/>: what is old or uncertain
/// would else drown what methods really differ by (the least-squares weight of a squared difference is 1 / (c + v)²).
/// </summary>
/// <param name="First">One method.</param>
/// <param name="Second">The other.</param>
/// <param name="Pairs">n = Σ w, so many pairs measured without error.</param>
/// <param name="SumDifference">Σ w d, d = mean of the first minus mean of the second (<see cref="MethodEvidence.Mean"/>).</param>
/// <param name="SumSquaredDifference">Σ w d².</param>
/// <param name="SumVariance">Σ w v.</param>
public sealed record MethodOverlap(
    EvidenceMethod First, EvidenceMethod Second, double Pairs, double SumDifference, double SumSquaredDifference, double SumVariance)
{
    /// <summary>The sums over the given pairs.</summary>
    public static MethodOverlap Of(EvidenceMethod first, EvidenceMethod second, IEnumerable<(MethodEvidence First, MethodEvidence Second)> pairs)
    {
        var prior = Reliabilities.PriorVariance(first, second);
        var terms = pairs.Select(p =>
        {
            var variance = p.First.Variance + p.Second.Variance;
            return (W: Math.Pow(prior / (prior + variance), 2), D: p.First.Mean - p.Second.Mean, V: variance);
        }).ToArray();
        return new(
            first, second, ExactSum.Of(terms.Select(t => t.W)), ExactSum.Of(terms.Select(t => t.W * t.D)),
            ExactSum.Of(terms.Select(t => t.W * t.D * t.D)), ExactSum.Of(terms.Select(t => t.W * t.V)));
    }
}

/// <summary>
/// Learns each method's reliability where two methods measured the same pairs. Model: y = μ + bias_k + e, e ~ N(0, τ_k² + v), so that for
/// methods k, l the difference has mean bias_k − bias_l and variance τ_k² + τ_l² + v_k + v_l (Grubbs 1948, "On estimating precision of
/// measuring instruments"). Biases and variances are fitted to the moments of all overlaps by weighted least squares, with the priors as
/// so many pairs already seen. Ablation is the reference: bias 0.
/// </summary>
public static class Reliabilities
{
    /// <summary>How many pairs the priors count for.</summary>
    public const double PriorPairs = 20;

    /// <summary>What is believed before any comparison: ablation errs by about 10 %, split counts and coefficients by a factor of two.</summary>
    public static ImmutableArray<MethodReliability> Priors { get; } =
    [
        new(EvidenceMethod.Ablation, 0, 0.10 * 0.10, 0),
        new(EvidenceMethod.Permutation, 0, 0.30 * 0.30, 0),
        new(EvidenceMethod.Shap, 0, 0.40 * 0.40, 0),
        new(EvidenceMethod.Gain, 0, 0.55 * 0.55, 0),
        new(EvidenceMethod.Split, 0, 0.70 * 0.70, 0),
        new(EvidenceMethod.Coefficient, 0, 0.70 * 0.70, 0),
    ];

    /// <summary>How far two methods are believed to differ on one pair before any comparison: the sum of both variances.</summary>
    public static double PriorVariance(EvidenceMethod first, EvidenceMethod second) => Priors[(int)first].Variance + Priors[(int)second].Variance;

    /// <summary>Reliabilities of all methods, in the order of <see cref="EvidenceMethod"/>. The order of the overlaps does not matter.</summary>
    public static ImmutableArray<MethodReliability> Learn(IEnumerable<MethodOverlap> overlaps)
    {
        MethodOverlap[] sorted = [.. overlaps.Where(o => o.Pairs > 0 && o.First != o.Second).Select(Ordered)
            .OrderBy(o => o.First).ThenBy(o => o.Second).ThenBy(o => o.Pairs).ThenBy(o => o.SumDifference)];
        var bias = new double[Priors.Length];
        var variance = Priors.Select(p => p.Variance).ToArray();

        // Bias and variance weigh each other's equations; a few alternations settle both.
        for (var round = 0; round < 20; round++)
        {
            FitBiases(sorted, bias, variance);
            FitVariances(sorted, bias, variance);
        }

        return [.. Priors.Select((p, k) => new MethodReliability(
            p.Method, bias[k], variance[k], sorted.Where(o => o.First == p.Method || o.Second == p.Method).Sum(o => o.Pairs)))];
    }

    private static MethodOverlap Ordered(MethodOverlap o) => o.First < o.Second
        ? o
        : o with { First = o.Second, Second = o.First, SumDifference = -o.SumDifference };

    private static void FitBiases(MethodOverlap[] overlaps, double[] bias, double[] variance)
    {
        Span<double> sum = stackalloc double[bias.Length];
        Span<double> weight = stackalloc double[bias.Length];
        for (var sweep = 0; sweep < 100; sweep++)
        {
            sum.Clear();
            for (var k = 0; k < bias.Length; k++)
                weight[k] = PriorPairs / Priors[k].Variance;
            foreach (var o in overlaps)
            {
                var (k, l) = ((int)o.First, (int)o.Second);
                var w = o.Pairs / (variance[k] + variance[l] + (o.SumVariance / o.Pairs));
                var mean = o.SumDifference / o.Pairs;
                sum[k] += w * (bias[l] + mean);
                weight[k] += w;
                sum[l] += w * (bias[k] - mean);
                weight[l] += w;
            }

            for (var k = 0; k < bias.Length; k++)
                bias[k] = k == (int)EvidenceMethod.Ablation ? 0 : (bias[k] / 2) + (sum[k] / weight[k] / 2);
        }
    }

    private static void FitVariances(MethodOverlap[] overlaps, double[] bias, double[] variance)
    {
        Span<double> sum = stackalloc double[variance.Length];
        Span<double> weight = stackalloc double[variance.Length];
        for (var sweep = 0; sweep < 100; sweep++)
        {
            for (var k = 0; k < variance.Length; k++)
            {
                var prior = Priors[k].Variance;
                // The reference is pinned by a prior that only far more pairs than the others' can move.
                weight[k] = PriorPairs * (k == (int)EvidenceMethod.Ablation ? 100 : 1) / (prior * prior);
                sum[k] = weight[k] * prior;
            }

            foreach (var o in overlaps)
            {
                var (k, l) = ((int)o.First, (int)o.Second);
                var expected = bias[k] - bias[l];
                var observed = ((o.SumSquaredDifference - (2 * expected * o.SumDifference)) / o.Pairs) + (expected * expected) - (o.SumVariance / o.Pairs);
                // The sampling variance of a variance is 2 V² / n.
                var spread = variance[k] + variance[l] + (o.SumVariance / o.Pairs);
                var w = o.Pairs / (spread * spread);
                sum[k] += w * (observed - variance[l]);
                weight[k] += w;
                sum[l] += w * (observed - variance[k]);
                weight[l] += w;
            }

            for (var k = 0; k < variance.Length; k++)
                variance[k] = (variance[k] / 2) + (Math.Max(sum[k] / weight[k], Priors[k].Variance / 25) / 2);
        }
    }
}
