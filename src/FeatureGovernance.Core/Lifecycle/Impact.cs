using System.Collections.Immutable;
using FeatureGovernance.Core.Value;

namespace FeatureGovernance.Core.Lifecycle;

/// <summary>What would go with one feature; null is unknown.</summary>
/// <param name="Feature">Its key.</param>
/// <param name="Readers">The live models that read it.</param>
/// <param name="Derived">Features computed from it, directly or through others.</param>
/// <param name="Value">Its value, as a share of all value, and the 80 % interval of it.</param>
/// <param name="Lower">The 10th percentile.</param>
/// <param name="Upper">The 90th percentile.</param>
/// <param name="CostPerDay">What it costs a day, in the organisation's currency.</param>
/// <param name="Replacement">What takes its place; null where nothing does.</param>
/// <param name="Covered">Those of its readers that read the replacement already.</param>
public sealed record FeatureImpact(
    string Feature, ImmutableArray<LiveReader> Readers, ImmutableArray<string> Derived, double? Value, double? Lower, double? Upper,
    double? CostPerDay, string? Replacement, ImmutableArray<string> Covered);

/// <summary>What would go with all features of a proposal; sums are over what is known, and what is not is counted beside.</summary>
public sealed record Impact
{
    /// <summary>Pairs of a live model and a feature it reads.</summary>
    public required int Reads { get; init; }

    /// <summary>Live models that read at least one.</summary>
    public required ImmutableArray<string> Models { get; init; }

    /// <summary>Teams that own those models.</summary>
    public required ImmutableArray<string> Teams { get; init; }

    /// <summary>The value at stake, a share of all value; null where no feature's is known.</summary>
    public double? Value { get; init; }

    /// <summary>The 10th percentile of that.</summary>
    public double? ValueLower { get; init; }

    /// <summary>The 90th percentile of that.</summary>
    public double? ValueUpper { get; init; }

    /// <summary>Features whose value is unknown and not in the sum.</summary>
    public required int ValueUnknown { get; init; }

    /// <summary>What is saved a day; null where no feature's cost is known.</summary>
    public double? SavingPerDay { get; init; }

    /// <summary>The saving, corrected by what earlier removals saved of what was predicted; null where too few were seen.</summary>
    public double? SavingPerDayCorrected { get; init; }

    /// <summary>Features whose cost is unknown and not in the sum.</summary>
    public required int CostUnknown { get; init; }

    /// <summary>
    /// The share of reads whose model reads the named replacement already; null where no feature that is read names one, which is not
    /// the same as none.
    /// </summary>
    public double? ReplacementCoverage { get; init; }

    /// <summary>Reads of features that name no replacement.</summary>
    public required int ReadsWithoutReplacement { get; init; }

    /// <summary>Features that stay and are computed from one that goes.</summary>
    public required ImmutableArray<string> Derived { get; init; }

    /// <summary>
    /// Adds up the features. Values add; their variances, read back from the intervals as log-normal, add as well, as for features
    /// measured apart.
    /// </summary>
    public static Impact Of(IReadOnlyCollection<FeatureImpact> features)
    {
        var values = features.Where(feature => feature.Value is not null)
            .Select(feature => Estimate(feature.Value!.Value, feature.Lower, feature.Upper)).ToList();
        var value = values.Count == 0 ? (ValueEstimate?)null : FeatureValue.RollUp(values);
        var costs = features.Select(feature => feature.CostPerDay).OfType<double>().ToList();
        var replaced = features.Where(feature => feature.Replacement is not null).ToList();
        var reads = replaced.Sum(feature => feature.Readers.Length);
        var going = features.Select(feature => feature.Feature).ToHashSet(StringComparer.Ordinal);
        return new()
        {
            Reads = features.Sum(feature => feature.Readers.Length),
            Models = Names(features.SelectMany(feature => feature.Readers).Select(reader => reader.Model)),
            Teams = Names(features.SelectMany(feature => feature.Readers).Select(reader => reader.Team)),
            Value = value?.Mean,
            ValueLower = value?.Lower80,
            ValueUpper = value?.Upper80,
            ValueUnknown = features.Count - values.Count,
            SavingPerDay = costs.Count == 0 ? null : costs.Sum(),
            CostUnknown = features.Count - costs.Count,
            ReplacementCoverage = reads == 0 ? null : (double)replaced.Sum(feature => feature.Covered.Length) / reads,
            ReadsWithoutReplacement = features.Where(feature => feature.Replacement is null).Sum(feature => feature.Readers.Length),
            Derived = Names(features.SelectMany(feature => feature.Derived).Where(key => !going.Contains(key))),
        };
    }

    // For a log-normal ln(upper / lower) = 2 · 1.2816 σ, and sd = mean · √(exp σ² − 1).
    private static ValueEstimate Estimate(double mean, double? lower, double? upper)
    {
        if (mean <= 0 || lower is not > 0 || upper is not > 0)
            return ValueEstimate.LogNormal(mean, mean <= 0 ? (upper ?? 0) / Pooling.Z80 : 0);
        var sigma = Math.Log(upper.Value / lower.Value) / (2 * Pooling.Z80);
        return ValueEstimate.LogNormal(mean, mean * Math.Sqrt(Math.Max(0, Math.Exp(sigma * sigma) - 1)));
    }

    private static ImmutableArray<string> Names(IEnumerable<string> names) => [.. names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}
