using System.Collections.Immutable;

namespace FeatureGovernance.Core.Value;

/// <summary>One model's part in a feature's value.</summary>
/// <param name="Weight">The model's weight, normalised over all models by <see cref="FeatureValue.NormaliseWeights"/>.</param>
/// <param name="Share">s(f,m), normalised within the model.</param>
public readonly record struct WeightedShare(double Weight, PooledShare Share);

/// <summary>A value with its uncertainty; all numbers are shares of all value, from 0 to 1.</summary>
/// <param name="Mean">The expectation; means add exactly (to within 1e-12) over features.</param>
/// <param name="StandardDeviation">Its standard deviation.</param>
/// <param name="Lower80">The 10th percentile of a log-normal with this mean and standard deviation.</param>
/// <param name="Upper80">The 90th percentile.</param>
public readonly record struct ValueEstimate(double Mean, double StandardDeviation, double Lower80, double Upper80)
{
    /// <summary>
    /// The log-normal with a given mean and standard deviation: σ² = ln(1 + sd²/mean²), μ = ln(mean) − σ²/2, interval exp(μ ± 1.2816 σ).
    /// A mean of 0 has the interval from 0 to 1.2816 sd.
    /// </summary>
    public static ValueEstimate LogNormal(double mean, double standardDeviation)
    {
        if (mean <= 0)
            return new(0, standardDeviation, 0, Pooling.Z80 * standardDeviation);

        var (mu, sigma) = LogParameters(mean, standardDeviation);
        return new(mean, standardDeviation, Math.Exp(mu - (Pooling.Z80 * sigma)), Math.Exp(mu + (Pooling.Z80 * sigma)));
    }

    /// <summary>The probability that the true value lies below a limit, under the same log-normal.</summary>
    /// <param name="limit">Above 0.</param>
    public double ProbabilityBelow(double limit)
    {
        if (Mean <= 0 || StandardDeviation <= 0)
            return Mean < limit ? 1 : 0;

        var (mu, sigma) = LogParameters(Mean, StandardDeviation);
        return MathNet.Numerics.Distributions.Normal.CDF(0, 1, (Math.Log(limit) - mu) / sigma);
    }

    private static (double Mu, double Sigma) LogParameters(double mean, double standardDeviation)
    {
        var ratio = standardDeviation / mean;
        var variance = Math.Log(1 + (ratio * ratio));
        return (Math.Log(mean) - (variance / 2), Math.Sqrt(variance));
    }
}

/// <summary>Value over models, its roll-ups, and what remains of it under redundancy.</summary>
public static class FeatureValue
{
    /// <summary>Weights divided by their sum, in the same order; only models that have shares belong in.</summary>
    /// <param name="weights">Finite, from 0, with a positive sum.</param>
    /// <exception cref="ArgumentException">A weight is negative or not finite, or their sum is 0.</exception>
    public static ImmutableArray<double> NormaliseWeights(IReadOnlyCollection<double> weights)
    {
        var total = ExactSum.Of(weights);
        if (weights.Any(w => !(double.IsFinite(w) && w >= 0)) || total <= 0)
            throw new ArgumentException("Model weights must be finite, from 0, with a positive sum.", nameof(weights));
        return [.. weights.Select(w => w / total)];
    }

    /// <summary>
    /// Value of f = Σ_m w_m s(f,m), with Var = Σ_m w_m² Var s(f,m) for models measured apart. Over all features of all models the means
    /// sum to 1, to within 1e-12.
    /// </summary>
    public static ValueEstimate OverModels(IReadOnlyCollection<WeightedShare> models) => ValueEstimate.LogNormal(
        ExactSum.Of(models.Select(m => m.Weight * m.Share.Mean)),
        Math.Sqrt(ExactSum.Of(models.Select(m => Math.Pow(m.Weight * m.Share.StandardDeviation, 2)))));

    /// <summary>The value of a set of features (a group, a team, a source, a surface): means add, variances add.</summary>
    public static ValueEstimate RollUp(IReadOnlyCollection<ValueEstimate> features) => ValueEstimate.LogNormal(
        ExactSum.Of(features.Select(f => f.Mean)),
        Math.Sqrt(ExactSum.Of(features.Select(f => f.StandardDeviation * f.StandardDeviation))));

    /// <summary>
    /// The percentile of each value among all, from 0 to 100, in the same order: the mid-rank 100 (below + ties / 2) / n, so that equal
    /// values have equal percentiles.
    /// </summary>
    public static ImmutableArray<double> Percentiles(IReadOnlyList<double> values)
    {
        var ranks = values.GroupBy(v => v).OrderBy(g => g.Key).Select(g => (g.Key, Count: g.Count())).ToArray();
        var percentile = new Dictionary<double, double>(ranks.Length);
        double below = 0;
        foreach (var (value, count) in ranks)
        {
            percentile[value] = 100 * (below + (count / 2.0)) / values.Count;
            below += count;
        }

        return [.. values.Select(v => percentile[v])];
    }

    /// <summary>
    /// What would be lost if f alone went: value · (1 − R²), where R² is the part of f's variation that what remains explains, at least
    /// the largest squared Spearman correlation with another feature of the same models. A perfect twin leaves nothing.
    /// </summary>
    /// <param name="value">The value of f.</param>
    /// <param name="explained">R², from 0 to 1.</param>
    public static ValueEstimate Marginal(ValueEstimate value, double explained) => ValueEstimate.LogNormal(
        value.Mean * (1 - explained), value.StandardDeviation * (1 - explained));
}
