using System.Collections.Immutable;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Core.Registry;
using FeatureGovernance.Core.Value;

namespace FeatureGovernance.Core.Standards;

/// <summary>One kind of measured or attested fact about a feature, reported from outside.</summary>
public enum EvidenceKind
{
    /// <summary>Seconds from an event to its value being readable.</summary>
    Freshness,

    /// <summary>Share of entities that have a value, from 0 to 1.</summary>
    Coverage,

    /// <summary>Share of values that are null, from 0 to 1.</summary>
    NullRate,

    /// <summary>Seconds from an event to its label being known.</summary>
    LabelDelay,

    /// <summary>Share of tests of the transformation that passed, from 0 to 1.</summary>
    Test,

    /// <summary>Share of sampled values on which training and serving agree, from 0 to 1.</summary>
    Parity,

    /// <summary>1 where somebody outside the owning team approved the use of sensitive data.</summary>
    SensitivityReview,
}

/// <summary>The newest of one kind of evidence.</summary>
/// <param name="Value">In the unit of its kind.</param>
/// <param name="At">When it was measured or given.</param>
public readonly record struct Evidence(double Value, DateTimeOffset At);

/// <summary>The model that asks for a feature; known only where an adoption is judged.</summary>
public sealed record AskingModel(string Name, ModelKind Kind, string Team, string? Surface, double Weight);

/// <summary>All that a standard can look at: a feature's record, its scores and the evidence given of it. A null is unknown, never zero.</summary>
public sealed record FeatureRecord
{
    /// <summary>The moment of the judgement; ages are reckoned to it.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary><c>group:name</c>.</summary>
    public required string Key { get; init; }

    public required string Group { get; init; }

    public required string Name { get; init; }

    /// <summary>The owning team.</summary>
    public required string Team { get; init; }

    /// <summary>The owning team and every team above it.</summary>
    public ImmutableArray<string> Teams { get; init; } = [];

    public FeatureKind Kind { get; init; }

    public Stage Stage { get; init; }

    public DateTimeOffset StageSince { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The tag <c>tier</c>; null where the feature bears none.</summary>
    public string? Tier { get; init; }

    public ImmutableDictionary<string, string> Tags { get; init; } = ImmutableDictionary<string, string>.Empty;

    public string? Description { get; init; }

    public DataType DataType { get; init; }

    public string? Entity { get; init; }

    public string? SourceSystem { get; init; }

    public string? SourceTable { get; init; }

    public string? SourceColumn { get; init; }

    public string? SourceExpression { get; init; }

    public double? ExpectedMin { get; init; }

    public double? ExpectedMax { get; init; }

    public double? ExpectedMaxNullRate { get; init; }

    public bool HasDefault { get; init; }

    /// <summary>Promised seconds from event to value.</summary>
    public int? FreshnessSeconds { get; init; }

    public Sensitivity Sensitivity { get; init; }

    /// <summary>Declared money per day for computing and keeping it.</summary>
    public double? DeclaredCostPerDay { get; init; }

    /// <summary>How many people lead the owning team or a team above.</summary>
    public int Leads { get; init; }

    public int Version { get; init; } = 1;

    /// <summary>How many features it is computed from.</summary>
    public int Parents { get; init; }

    /// <summary>Of those, the keys of the ones on their way out or gone.</summary>
    public ImmutableArray<string> LeavingParents { get; init; } = [];

    public double? Value { get; init; }

    public double? ValueLower { get; init; }

    public double? ValueUpper { get; init; }

    public double? Percentile { get; init; }

    public double? Usage { get; init; }

    public double? ReadsPerDay { get; init; }

    public double? CostPerDay { get; init; }

    public double? Efficiency { get; init; }

    public Recommendation? Recommendation { get; init; }

    public ImmutableDictionary<EvidenceKind, Evidence> Evidence { get; init; } = ImmutableDictionary<EvidenceKind, Evidence>.Empty;

    /// <summary>Strong look-alikes that were found at the proposal and not explained; null where nobody looked.</summary>
    public int? UnexplainedLookAlikes { get; init; }

    public AskingModel? Model { get; init; }

    public double StageDays => (At - StageSince).TotalDays;

    public Evidence? Of(EvidenceKind kind) => Evidence.TryGetValue(kind, out var found) ? found : null;
}
