using System.Collections.Immutable;

namespace FeatureGovernance.Core.Value;

/// <summary>What is believed of a log-share before its own evidence.</summary>
/// <param name="Mean">On the scale of <see cref="ShareScale"/>.</param>
/// <param name="Variance">Above 0.</param>
/// <param name="Pairs">How many pairs it was learned from, what it was drawn to included; above 3, and infinite where it is known.</param>
public readonly record struct SharePrior(double Mean, double Variance, double Pairs = double.PositiveInfinity);

/// <summary>Sums over the pooled log-shares of a set of pairs (a model, or a group within a model).</summary>
/// <param name="Pairs">n.</param>
/// <param name="Sum">Σ y.</param>
/// <param name="SumSquares">Σ y².</param>
/// <param name="SumVariance">Σ of each pair's <see cref="PooledEvidence.Variance"/>.</param>
public readonly record struct PopulationMoments(long Pairs, double Sum, double SumSquares, double SumVariance)
{
    /// <summary>The sums over a set of pairs; the order does not matter.</summary>
    public static PopulationMoments Of(IReadOnlyCollection<PooledEvidence> pairs) => new(
        pairs.Count,
        ExactSum.Of(pairs.Select(p => p.Mean)),
        ExactSum.Of(pairs.Select(p => p.Mean * p.Mean)),
        ExactSum.Of(pairs.Select(p => p.Variance)));
}

/// <summary>All the evidence on one pair, before any prior.</summary>
/// <param name="Mean">Pooled log-share.</param>
/// <param name="Variance">Its variance.</param>
/// <param name="Methods">How many methods spoke.</param>
/// <param name="Reports">How many reports.</param>
/// <param name="Contradictory">True where the methods disagree by more than their reliabilities explain, and the variance was widened.</param>
public readonly record struct PooledEvidence(double Mean, double Variance, int Methods, int Reports, bool Contradictory);

/// <summary>s(f,m): the share of model m's quality that feature f carries.</summary>
/// <param name="Mean">Posterior mean, from 0.</param>
/// <param name="StandardDeviation">Posterior standard deviation of the share.</param>
/// <param name="Lower80">The 10th percentile.</param>
/// <param name="Upper80">The 90th percentile.</param>
/// <param name="Methods">How many methods spoke; 0 where only the prior did.</param>
/// <param name="Reports">How many reports.</param>
/// <param name="Contradictory">True where the methods disagree.</param>
public readonly record struct PooledShare(
    double Mean, double StandardDeviation, double Lower80, double Upper80, int Methods, int Reports, bool Contradictory);

/// <summary>
/// Pools the evidence on s(f,m): over reports within a method (<see cref="MethodEvidence"/>), over methods by inverse variance, and towards
/// the priors of group and model where evidence is thin. A random-effects meta-analysis on the log scale with normal-normal empirical
/// Bayes (DerSimonian and Laird 1986, "Meta-analysis in clinical trials"; Morris 1983, "Parametric empirical Bayes inference").
/// </summary>
public static class Pooling
{
    /// <summary>The 90th percentile of the standard normal: half the width of an 80 % interval in standard deviations.</summary>
    public const double Z80 = 1.2815515655446004;

    /// <summary>How many pairs of a group the model's prior counts for.</summary>
    public const double GroupPriorPairs = 5;

    /// <summary>How many pairs of a model the fixed variance of <see cref="ModelPrior"/> counts for.</summary>
    public const double ModelPriorPairs = 5;

    /// <summary>
    /// Over methods: each method's mean less its bias, weighted by 1 / (v_k + τ_k²). Where Cochran's Q exceeds its expectation m − 1 by more
    /// than two standard deviations √(2 (m − 1)), the DerSimonian-Laird between-method variance is added to all and the mean taken anew.
    /// </summary>
    /// <param name="evidence">At most one entry per method, at least one.</param>
    /// <param name="reliabilities">As <see cref="Reliabilities.Learn"/> gives them.</param>
    public static PooledEvidence OverMethods(
        IEnumerable<(EvidenceMethod Method, MethodEvidence Evidence)> evidence, ImmutableArray<MethodReliability> reliabilities)
    {
        var terms = evidence.OrderBy(e => e.Method).Select(e =>
        {
            var reliability = reliabilities[(int)e.Method];
            return (Y: e.Evidence.Mean - reliability.Bias, V: e.Evidence.Variance + reliability.Variance, e.Evidence.Reports);
        }).ToArray();
        if (terms.Length == 0)
            throw new ArgumentException("There is no evidence to pool.", nameof(evidence));

        var reports = terms.Sum(t => t.Reports);
        var (mean, weight) = Weighted(terms, 0);
        var q = terms.Sum(t => (t.Y - mean) * (t.Y - mean) / t.V);
        var freedom = terms.Length - 1;
        if (freedom == 0 || q <= freedom + (2 * Math.Sqrt(2 * freedom)))
            return new(mean, 1 / weight, terms.Length, reports, false);

        var between = (q - freedom) / (weight - (terms.Sum(t => 1 / (t.V * t.V)) / weight));
        var (widened, total) = Weighted(terms, between);
        return new(widened, 1 / total, terms.Length, reports, true);
    }

    /// <summary>
    /// The prior of a model from its pairs: mean ȳ; variance by moments, Σ (y − ȳ)² / (n − 1) − v̄, with a variance of 1 counted as
    /// <see cref="ModelPriorPairs"/> pairs. With no pairs at all, an even share and variance 1.
    /// </summary>
    /// <param name="model">Sums over the model's pairs.</param>
    /// <param name="scale">The model's scale.</param>
    public static SharePrior ModelPrior(PopulationMoments model, ShareScale scale)
    {
        if (model.Pairs == 0)
            return new(Math.Log(scale.Offset * 21), 1, ModelPriorPairs);

        var mean = model.Sum / model.Pairs;
        var spread = model.SumSquares - (model.Sum * mean) - ((model.Pairs - 1) * model.SumVariance / model.Pairs);
        return new(mean, Math.Max(0.01, (spread + ModelPriorPairs) / (model.Pairs - 1 + ModelPriorPairs)), model.Pairs + ModelPriorPairs);
    }

    /// <summary>The prior of a group within a model: its own moments, with the model's prior counted as <see cref="GroupPriorPairs"/> pairs.</summary>
    public static SharePrior GroupPrior(PopulationMoments group, SharePrior model)
    {
        var n = group.Pairs + GroupPriorPairs;
        var mean = (group.Sum + (GroupPriorPairs * model.Mean)) / n;
        var spread = group.SumSquares - (2 * mean * group.Sum) + (group.Pairs * mean * mean) - group.SumVariance;
        return new(mean, Math.Max(0.01, (spread + (GroupPriorPairs * model.Variance)) / n), n);
    }

    /// <summary>
    /// The posterior of s(f,m): normal on the log scale with precision 1/v + 1/ω², hence log-normal: mean exp(μ + σ²/2) − offset, 80 %
    /// interval exp(μ ± 1.2816 σ) − offset, not below 0. With no evidence it is the prior. That the prior is itself an estimate from k pairs
    /// adds B² (v + ω²) / k + 2 B² (y − m)² / (k − 3), B = v / (v + ω²) (Morris 1983); without it intervals are too narrow. There v counts by at
    /// most ω²: what a pair adds to the doubt about the prior is not without bound where its own evidence says nothing.
    /// </summary>
    public static PooledShare Posterior(PooledEvidence? evidence, SharePrior prior, ShareScale scale)
    {
        var (mu, variance) = (prior.Mean, prior.Variance * (1 + (1 / prior.Pairs)));
        if (evidence is { } seen)
        {
            var total = seen.Variance + prior.Variance;
            var drawn = seen.Variance / total;
            var apart = seen.Mean - prior.Mean;
            mu = seen.Mean - (drawn * apart);
            var doubt = Math.Min(seen.Variance, prior.Variance) + prior.Variance;
            variance = (drawn * prior.Variance) + (drawn * drawn * ((doubt / prior.Pairs) + (2 * apart * apart / (prior.Pairs - 3))));
        }

        var sigma = Math.Sqrt(variance);
        var raw = Math.Exp(mu + (variance / 2));
        return new(
            Math.Max(0, raw - scale.Offset),
            raw * Math.Sqrt(Math.Exp(variance) - 1),
            Math.Max(0, Math.Exp(mu - (Z80 * sigma)) - scale.Offset),
            Math.Max(0, Math.Exp(mu + (Z80 * sigma)) - scale.Offset),
            evidence?.Methods ?? 0,
            evidence?.Reports ?? 0,
            evidence?.Contradictory ?? false);
    }

    /// <summary>The shares of one model divided by the sum of their means, so that the means sum to 1 (to within 1e-12); no share is above 1.</summary>
    /// <returns>The shares in the same order; unchanged where their sum is 0.</returns>
    public static ImmutableArray<PooledShare> Normalise(IReadOnlyCollection<PooledShare> model)
    {
        var total = ExactSum.Of(model.Select(s => s.Mean));
        return total <= 0
            ? [.. model]
            : [.. model.Select(s => s with
            {
                Mean = s.Mean / total,
                StandardDeviation = s.StandardDeviation / total,
                Lower80 = s.Lower80 / total,
                Upper80 = Math.Min(1, s.Upper80 / total),
            })];
    }

    private static (double Mean, double Weight) Weighted((double Y, double V, int Reports)[] terms, double between)
    {
        var weight = terms.Sum(t => 1 / (t.V + between));
        return (terms.Sum(t => t.Y / (t.V + between)) / weight, weight);
    }
}
