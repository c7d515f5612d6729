namespace FeatureGovernance.Contracts.Lifecycle;

/// <summary>A model's wish to read features; the body of <c>POST /adoptions</c>.</summary>
public sealed record AdoptionRequestBody
{
    /// <summary>The model.</summary>
    public string? Model { get; init; }

    /// <summary>The features, at most 5,000.</summary>
    public IReadOnlyList<string>? Features { get; init; }

    /// <summary>What the model wants them for.</summary>
    public string? Justification { get; init; }
}

/// <summary>The owner's word; the body of <c>POST /adoptions/{id}/decision</c>.</summary>
public sealed record AdoptionDecision
{
    /// <summary><c>approve</c> or <c>reject</c>.</summary>
    public string? Decision { get; init; }

    /// <summary>Why.</summary>
    public string? Comment { get; init; }

    /// <summary>The features decided; where left out, every waiting one that the caller may decide.</summary>
    public IReadOnlyList<string>? Features { get; init; }
}

/// <summary>A step of the model's team: the body of <c>POST /adoptions/{id}/withdraw</c>, <c>/trial</c>, <c>/adopt</c> and <c>/migrate</c>.</summary>
public sealed record AdoptionStepBody
{
    /// <summary>Why.</summary>
    public string? Comment { get; init; }

    /// <summary>The features that take the step; where left out, every one that can.</summary>
    public IReadOnlyList<string>? Features { get; init; }

    /// <summary>The last day of a trial; as far off as the policy allows where left out.</summary>
    public DateOnly? EndsOn { get; init; }
}

/// <summary>Where one feature of a request stands.</summary>
/// <param name="Feature">The feature.</param>
/// <param name="Team">The team that owns it, and so decides.</param>
/// <param name="State"><c>requested</c>, <c>approved</c>, <c>trial</c>, <c>adopted</c>, <c>rejected</c>, <c>withdrawn</c> or <c>migrated</c>.</param>
/// <param name="Since">Since when.</param>
/// <param name="DecidedBy">Who decided; null while it waits.</param>
/// <param name="Comment">What was said.</param>
public sealed record AdoptedFeature(string Feature, string Team, string State, DateTimeOffset Since, string? DecidedBy, string? Comment);

/// <summary>A request with the state of each of its features.</summary>
/// <param name="Id">The request.</param>
/// <param name="Model">The model.</param>
/// <param name="Requester">Who asked.</param>
/// <param name="Justification">Why.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="Revision">Counts every change of the request; also the ETag.</param>
/// <param name="Features">By feature.</param>
public sealed record AdoptionView(
    int Id, string Model, string Requester, string Justification, DateTimeOffset CreatedAt, int Revision, IReadOnlyList<AdoptedFeature> Features);

/// <summary>A request in a list.</summary>
/// <param name="Id">The request.</param>
/// <param name="Model">The model.</param>
/// <param name="Requester">Who asked.</param>
/// <param name="Justification">Why.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="States">How many of its features stand in each state.</param>
public sealed record AdoptionSummary(
    int Id, string Model, string Requester, string Justification, DateTimeOffset CreatedAt, IReadOnlyDictionary<string, int> States);
