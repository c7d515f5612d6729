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

    /// <summary>When proposing: why the look-alikes of the feature do not serve.</summary>
    public string? WhyNot { get; init; }
}

/// <summary>One line of <c>POST /features/transitions</c>.</summary>
public sealed record BulkTransition
{
    /// <summary>The feature, by its present or a former key.</summary>
    public string? Feature { get; init; }

    /// <summary>The stage to go to.</summary>
    public string? To { get; init; }

    /// <summary>Why, for the record.</summary>
    public string? Reason { get; init; }

    /// <summary>As in <see cref="TransitionRequest"/>.</summary>
    public bool? Override { get; init; }
}

/// <summary>What a request with many transitions did.</summary>
/// <param name="Moved">Steps taken.</param>
/// <param name="Failed">Lines that were refused.</param>
/// <param name="Errors">Why, by line; the first 1,000.</param>
public sealed record BulkTransitionResult(int Moved, int Failed, IReadOnlyList<LineError> Errors);

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
