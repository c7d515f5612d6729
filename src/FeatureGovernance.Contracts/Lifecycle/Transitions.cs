namespace FeatureGovernance.Contracts.Lifecycle;

/// <summary>A wish to take a feature to another stage; the body of <c>POST /features/{key}/transitions</c>.</summary>
public sealed record TransitionRequest
{
    /// <summary>The stage to go to, for example <c>adopted</c>.</summary>
    public string? To { get; init; }

    /// <summary>Why, for the record.</summary>
    public string? Reason { get; init; }

    /// <summary>True where an administrator goes past the conditions that may be overridden; the reason then says why.</summary>
    public bool? Override { get; init; }
}

/// <summary>A feature whose reads are being, or have been, taken away.</summary>
/// <param name="Feature">The feature.</param>
/// <param name="Stage"><c>brownout</c>, or <c>disabled</c> where no request may read it.</param>
/// <param name="Share">The share of requests, 0 to 1, that may still read it.</param>
/// <param name="Replacement">What to read instead; null where nothing replaces it.</param>
/// <param name="Proposal">The deprecation proposal behind it.</param>
/// <param name="Sunset">The announced date.</param>
/// <param name="NextChangeAt">When the share changes next by schedule; null where no change is scheduled.</param>
public sealed record BrownoutView(
    string Feature, string Stage, double Share, string? Replacement, int Proposal, DateTimeOffset Sunset, DateTimeOffset? NextChangeAt);

/// <summary>A brownout that is announced or under way.</summary>
/// <param name="Deprecation">The proposal.</param>
/// <param name="State"><c>notice</c> or <c>brownout</c>.</param>
/// <param name="Features">What is taken away, with what takes its place.</param>
/// <param name="Changes">The changes to come; during notice as they will be if nothing holds the brownout up.</param>
/// <param name="Sunset">The date before which nothing is disabled.</param>
public sealed record ScheduledBrownout(
    int Deprecation, string State, IReadOnlyList<FeatureToGo> Features, IReadOnlyList<ScheduledShare> Changes, DateTimeOffset Sunset);

/// <summary>A change to come: from then on this share of requests, 0 to 1, may read.</summary>
public sealed record ScheduledShare(DateTimeOffset At, double Share);

/// <summary>Every brownout at this moment.</summary>
/// <param name="Items">By feature.</param>
public sealed record CurrentBrownouts(IReadOnlyList<BrownoutView> Items);
