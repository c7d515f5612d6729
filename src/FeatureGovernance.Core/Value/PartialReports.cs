using System.Collections.Immutable;

namespace FeatureGovernance.Core.Value;

/// <summary>
/// How much of a model's importance the features hold that a report names. The shares of a report sum to 1; where it names only some of the
/// features (the twenty most important, say), they are shares of that much, not of the model.
/// </summary>
/// <param name="Value">Above 0 and at most 1; 1 for a report that names all features.</param>
/// <param name="LogVariance">The variance of its logarithm, from 0.</param>
/// <param name="Freedom">The part of the report that is news, from 0 to 1: what sets its level repeats what other reports say.</param>
public readonly record struct ReportMass(double Value, double LogVariance, double Freedom)
{
    /// <summary>That of a report that names all features.</summary>
    public static ReportMass All => new(1, 0, 1);

    /// <summary>
    /// Where nothing else tells: people report what matters, so the named features hold at least an even part k / n and at most all. Log-uniform
    /// between: the geometric mean √(k / n), and ln²(k / n) / 12.
    /// </summary>
    /// <param name="named">k, from 1.</param>
    /// <param name="features">n, how many features the model reads.</param>
    public static ReportMass Unknown(int named, int features)
    {
        var part = Math.Min(1, (double)named / features);
        return new(Math.Sqrt(part), Math.Pow(Math.Log(part), 2) / 12, 1);
    }

    /// <summary>A report's evidence on one feature by this much of the model.</summary>
    internal Share Of(Share share) => share with { Value = share.Value * Value, StandardError = share.StandardError * Value };
}

/// <summary>What the reports that name all features of a model, or nearly all, say each of them holds.</summary>
/// <param name="Shares">By feature, in the caller's order; they sum to 1 or a little less.</param>
/// <param name="Variance">The variance of each on the log scale: that of the methods together.</param>
public sealed record FullerEvidence(ImmutableArray<double> Shares, double Variance)
{
    /// <summary>The part of a model's features from which on a report tells what a set of them holds.</summary>
    public const double Enough = 0.8;

    /// <summary>
    /// The mean over reports of each method, by recency, then over methods by the precision of their priors (<see cref="Reliabilities.Priors"/>).
    /// </summary>
    /// <param name="reports">Of each report its method, its age, and the share of every feature, 0 where it names it not.</param>
    /// <param name="halfLifeDays">Days after which a report counts half, above 0.</param>
    /// <returns>Null where there are none.</returns>
    public static FullerEvidence? Of(IEnumerable<(EvidenceMethod Method, double AgeDays, IReadOnlyList<double> Shares)> reports, double halfLifeDays)
    {
        var methods = reports.GroupBy(r => r.Method).OrderBy(g => g.Key).Select(method =>
        {
            var recent = method.Select(r => (Weight: Math.Pow(2, -r.AgeDays / halfLifeDays), r.Shares)).ToArray();
            var total = ExactSum.Of(recent.Select(r => r.Weight));
            return (Precision: 1 / Reliabilities.Priors[(int)method.Key].Variance,
                Shares: recent[0].Shares.Select((_, f) => ExactSum.Of(recent.Select(r => r.Weight * r.Shares[f])) / total).ToArray());
        }).ToArray();
        if (methods.Length == 0)
            return null;
        var precision = methods.Sum(m => m.Precision);
        return new([.. methods[0].Shares.Select((_, f) => methods.Sum(m => m.Precision * m.Shares[f]) / precision)], 1 / precision);
    }

    /// <summary>
    /// What a set of features holds by this evidence, with its variance by the delta method: with M = Σ s over the set,
    /// Var(ln M) = v ((1 − M)² Σ s² / M² over the set + Σ s² over the others). Of k features k − 1 parts are news: the level is that of here.
    /// </summary>
    /// <param name="named">The features' places, at least one.</param>
    public ReportMass MassOf(IReadOnlyCollection<int> named)
    {
        var squares = ExactSum.Of(named.Select(f => Shares[f] * Shares[f]));
        var others = Math.Max(0, ExactSum.Of(Shares.Select(s => s * s)) - squares);
        // A share is told apart from none down to a twentieth of an even one.
        var mass = Math.Clamp(ExactSum.Of(named.Select(f => Shares[f])), 0.05 * named.Count / Shares.Length, 1);
        return new(mass, Variance * (((1 - mass) * (1 - mass) * squares / (mass * mass)) + others), 1 - (1.0 / named.Count));
    }
}
