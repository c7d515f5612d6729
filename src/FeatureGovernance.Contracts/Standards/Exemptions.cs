namespace FeatureGovernance.Contracts.Standards;

/// <summary>A wish to be let off a rule for a while; the body of <c>POST /exemptions</c>. Exactly one of feature, group and team is named.</summary>
public sealed record ExemptionRequest
{
    /// <summary>The rule's id.</summary>
    public string? Rule { get; init; }

    /// <summary>The feature it is for.</summary>
    public string? Feature { get; init; }

    /// <summary>The group it is for; all of its features must belong to one team.</summary>
    public string? Group { get; init; }

    /// <summary>The team it is for, and those under it.</summary>
    public string? Team { get; init; }

    /// <summary>Why.</summary>
    public string? Reason { get; init; }

    /// <summary>When it ends; at most 366 days ahead.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>The body of <c>POST /exemptions/{id}/decision</c>.</summary>
public sealed record ExemptionDecision
{
    /// <summary><c>approve</c>, <c>reject</c> or <c>revoke</c>.</summary>
    public string? Decision { get; init; }

    /// <summary>Why; required to reject or revoke.</summary>
    public string? Comment { get; init; }
}

/// <summary>An exemption.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Rule">The rule's id.</param>
/// <param name="Feature">The feature it is for.</param>
/// <param name="Group">The group it is for.</param>
/// <param name="Team">The team it is for.</param>
/// <param name="Owner">The team that owns what it is for.</param>
/// <param name="State"><c>requested</c>, <c>approved</c>, <c>rejected</c>, <c>revoked</c> or <c>expired</c>.</param>
/// <param name="Reason">Why it was asked for.</param>
/// <param name="Requester">Who asked.</param>
/// <param name="RequestedAt">When.</param>
/// <param name="ExpiresAt">When it ends.</param>
/// <param name="DecidedBy">Who decided; never who asked.</param>
/// <param name="DecidedAt">When.</param>
/// <param name="Comment">What was said.</param>
/// <param name="Revision">Counts every change; also the ETag.</param>
public sealed record ExemptionView(
    int Id, string Rule, string? Feature, string? Group, string? Team, string Owner, string State, string Reason, string Requester,
    DateTimeOffset RequestedAt, DateTimeOffset ExpiresAt, string? DecidedBy, DateTimeOffset? DecidedAt, string? Comment, int Revision);

/// <summary>A measured or attested fact; the body of <c>PUT /features/{key}/evidence/{kind}</c>.</summary>
public sealed record EvidenceReport
{
    /// <summary>Seconds for <c>freshness</c> and <c>labelDelay</c>; a share, 0 to 1, for the others; 1 or 0 for <c>sensitivityReview</c>.</summary>
    public double? Value { get; init; }

    /// <summary>When it was measured; now where left out.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Where it can be looked at.</summary>
    public string? Link { get; init; }

    /// <summary>Anything to add.</summary>
    public string? Comment { get; init; }
}

/// <summary>The newest of one kind of evidence.</summary>
/// <param name="Kind"><c>freshness</c>, <c>coverage</c>, <c>nullRate</c>, <c>labelDelay</c>, <c>test</c>, <c>parity</c> or <c>sensitivityReview</c>.</param>
/// <param name="Value">In the unit of its kind.</param>
/// <param name="At">When it was measured or given.</param>
/// <param name="Actor">Who reported it.</param>
/// <param name="Link">Where it can be looked at.</param>
/// <param name="Comment">What was added.</param>
public sealed record EvidenceView(string Kind, double Value, DateTimeOffset At, string Actor, string? Link, string? Comment);

/// <summary>A feature's evidence.</summary>
/// <param name="Items">By kind.</param>
public sealed record EvidenceList(IReadOnlyList<EvidenceView> Items);
