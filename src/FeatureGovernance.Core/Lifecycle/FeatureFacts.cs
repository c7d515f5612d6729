using System.Collections.Immutable;

namespace FeatureGovernance.Core.Lifecycle;

/// <summary>A model that serves and whose live manifest reads the feature.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Team">The team that owns the model.</param>
public sealed record LiveReader(string Model, string Team);

/// <summary>The feature that is to take another's place.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Stage">Where it stands; null where no such feature is registered.</param>
public sealed record Replacement(string Key, Stage? Stage);

/// <summary>How the open proposal that holds a feature stands.</summary>
/// <param name="Id">The proposal.</param>
/// <param name="State">Its state.</param>
/// <param name="Quorum">Whether every required team has approved and no objection is open.</param>
/// <param name="NoticeEnds">When notice ends; null before it began.</param>
/// <param name="BrownoutEnds">When the brownout is over and the sunset reached; null before it began.</param>
public sealed record ProposalStanding(
    string Id,
    ProposalState State,
    bool Quorum,
    DateTimeOffset? NoticeEnds,
    DateTimeOffset? BrownoutEnds);

/// <summary>All that the lifecycle's rules need to know of one feature at one moment.</summary>
public sealed record FeatureFacts
{
    /// <summary>The feature's key.</summary>
    public required string Key { get; init; }

    /// <summary>The owning team.</summary>
    public required string Team { get; init; }

    /// <summary>Where the feature stands.</summary>
    public required Stage Stage { get; init; }

    /// <summary>Since when.</summary>
    public required DateTimeOffset StageSince { get; init; }

    /// <summary>Whether it says what it means.</summary>
    public bool HasDescription { get; init; }

    /// <summary>The people who lead the owning team.</summary>
    public ImmutableArray<string> TeamLeads { get; init; } = [];

    /// <summary>The rules of the organisation's standard, level error, that the feature fails; their ids.</summary>
    public ImmutableArray<string> StandardErrors { get; init; } = [];

    /// <summary>What is known of reads in serving; null where nothing is.</summary>
    public ObservedUsage? ServingUsage { get; init; }

    /// <summary>What is known of reads in training; null where nothing is.</summary>
    public ObservedUsage? TrainingUsage { get; init; }

    /// <summary>The live models that read it.</summary>
    public ImmutableArray<LiveReader> LiveReaders { get; init; } = [];

    /// <summary>Keys of features not yet removed that are computed from it.</summary>
    public ImmutableArray<string> DerivedFeatures { get; init; } = [];

    /// <summary>The named replacement; null where none is named.</summary>
    public Replacement? Replacement { get; init; }

    /// <summary>The open proposal that holds it; null where none does.</summary>
    public ProposalStanding? Proposal { get; init; }

    /// <summary>Teams that a rule of the organisation wants asked before such a feature goes.</summary>
    public ImmutableArray<string> RuledReviewers { get; init; } = [];

    /// <summary>Whether an open serious incident casts doubt on its numbers.</summary>
    public bool HasSeriousIncident { get; init; }
}
