namespace FeatureGovernance.Contracts.Lifecycle;

/// <summary>A proposal that the service drafted from recommendations for one team; it acts on nothing until somebody submits it.</summary>
public sealed record DraftView
{
    /// <summary>The draft.</summary>
    public required int Id { get; init; }

    /// <summary>The team that owns its features.</summary>
    public required string Team { get; init; }

    /// <summary><c>open</c>, <c>submitted</c>, <c>rejected</c>, or <c>lapsed</c> where nothing in it is recommended any more.</summary>
    public required string State { get; init; }

    /// <summary>Counts the changes; also the ETag.</summary>
    public required int Revision { get; init; }

    /// <summary>When it was drafted.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it changed last.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Who submitted or rejected it.</summary>
    public string? DecidedBy { get; init; }

    /// <summary>Why.</summary>
    public string? Reason { get; init; }

    /// <summary>The proposal it became.</summary>
    public int? Deprecation { get; init; }

    /// <summary>The sum of the known values, a share of all value; null where none is known.</summary>
    public double? Value { get; init; }

    /// <summary>The 10th percentile of that.</summary>
    public double? ValueLower { get; init; }

    /// <summary>The 90th percentile of that.</summary>
    public double? ValueUpper { get; init; }

    /// <summary>The sum of the known costs a day; null where none is known.</summary>
    public double? SavingPerDay { get; init; }

    /// <summary>What it would take out, the costliest first, with the newest scores.</summary>
    public required IReadOnlyList<DraftedFeature> Features { get; init; }
}

/// <summary>A feature of a draft; a null is unknown.</summary>
public sealed record DraftedFeature(
    string Feature, double? Value, double? ValueLower, double? ValueUpper, double? CostPerDay, string? Class, double? Confidence);

/// <summary>A draft put up for review; the body of <c>POST /deprecations/drafts/{id}/submit</c>.</summary>
public sealed record DraftSubmission
{
    /// <summary>Why they should go; default says where the draft came from.</summary>
    public string? Reason { get; init; }

    /// <summary>When and how.</summary>
    public PlanBody? Plan { get; init; }

    /// <summary>Only these of its features; default all. The others are drafted again.</summary>
    public IReadOnlyList<string>? Features { get; init; }

    /// <summary>What takes their place, by key.</summary>
    public IReadOnlyDictionary<string, string>? Replacements { get; init; }
}

/// <summary>A draft turned down; the body of <c>POST /deprecations/drafts/{id}/reject</c>.</summary>
public sealed record DraftRejection
{
    /// <summary>Why.</summary>
    public string? Reason { get; init; }

    /// <summary>Only these of its features; default all. They are not drafted again until their evidence changes materially.</summary>
    public IReadOnlyList<string>? Features { get; init; }
}
