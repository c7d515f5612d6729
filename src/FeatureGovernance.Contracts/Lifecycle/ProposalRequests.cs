using System.Text.Json.Serialization;

namespace FeatureGovernance.Contracts.Lifecycle;

/// <summary>What to deprecate; the body of <c>POST /deprecations</c>. <c>PATCH</c> takes the same fields and keeps those left out.</summary>
public sealed record ProposalRequest
{
    /// <summary>The features, at most 500, each as its key or as <c>{key, replacement}</c>; or one of the three below instead.</summary>
    public IReadOnlyList<FeatureToGo>? Features { get; init; }

    /// <summary>What <c>GET /features</c> lists for these filters, as far as it can be deprecated; at most 500.</summary>
    public FeatureQuery? Query { get; init; }

    /// <summary>Every feature of a group that can be deprecated.</summary>
    public string? Group { get; init; }

    /// <summary>Every feature of a source table that can be deprecated.</summary>
    public SourceTable? SourceTable { get; init; }

    /// <summary>What takes the place of features chosen by query, group or table, by key.</summary>
    public IReadOnlyDictionary<string, string>? Replacements { get; init; }

    /// <summary>Why they should go.</summary>
    public string? Reason { get; init; }

    /// <summary>When and how.</summary>
    public PlanBody? Plan { get; init; }
}

/// <summary>The filters of <c>GET /features</c>; at least one.</summary>
public sealed record FeatureQuery(
    string? Q = null, string? Team = null, string? Stage = null, string? Kind = null, string? Group = null, string? Model = null,
    string? Recommendation = null);

/// <summary>A table that features are read from.</summary>
/// <param name="System">Where it lies; null for any system.</param>
/// <param name="Table">Its name, as registered in the features' source.</param>
public sealed record SourceTable(string? System, string? Table);

/// <summary>A feature to be taken out, written as its key alone or as an object.</summary>
/// <param name="Key">The feature.</param>
/// <param name="Replacement">What takes its place; null where nothing does.</param>
[JsonConverter(typeof(FeatureToGoConverter))]
public sealed record FeatureToGo(string? Key, string? Replacement = null);

/// <summary>When and how features go.</summary>
public sealed record PlanBody
{
    /// <summary>Days between approval and brownout; default the least the organisation allows.</summary>
    public int? NoticeDays { get; init; }

    /// <summary>How reads are taken away; default one window of a day.</summary>
    public BrownoutBody? Brownout { get; init; }

    /// <summary>Limits on what models report of themselves; one that is crossed during the brownout undoes it at once.</summary>
    public IReadOnlyList<GuardrailBody>? Guardrails { get; init; }

    /// <summary>The announced date before which nothing is disabled; default the earliest that notice and brownout allow.</summary>
    public DateTimeOffset? Sunset { get; init; }
}

/// <summary>A brownout: either <see cref="Windows"/>, or <see cref="Steps"/> with <see cref="Hold"/>. Durations are ISO 8601, as <c>PT6H</c>.</summary>
public sealed record BrownoutBody
{
    /// <summary><c>windows</c> or <c>fade</c>; may be left out, since the other fields tell.</summary>
    public string? Type { get; init; }

    /// <summary>Periods in which no request reads, in order of time.</summary>
    public IReadOnlyList<WindowBody>? Windows { get; init; }

    /// <summary>Steps of a fade, in order of time, shares falling to 0.</summary>
    public IReadOnlyList<FadeStepBody>? Steps { get; init; }

    /// <summary>How long the fade stays at 0.</summary>
    public string? Hold { get; init; }
}

/// <summary>A period in which no request reads.</summary>
/// <param name="Opens">After the brownout's begin.</param>
/// <param name="Closes">After the brownout's begin.</param>
public sealed record WindowBody(string? Opens, string? Closes);

/// <summary>A step of a fade.</summary>
/// <param name="After">After the brownout's begin.</param>
/// <param name="Share">The share of requests, 0 to 1, that read from then on.</param>
public sealed record FadeStepBody(string? After, double? Share);

/// <summary>A limit; <c>min</c>, <c>max</c> or both.</summary>
/// <param name="Model">The model that reports.</param>
/// <param name="Metric">What it reports, for example <c>auc</c> or <c>errors</c>.</param>
/// <param name="Min">The least that is tolerated.</param>
/// <param name="Max">The most that is tolerated.</param>
public sealed record GuardrailBody(string? Model, string? Metric, double? Min = null, double? Max = null);

/// <summary>What a model measured of itself; the body of <c>POST /telemetry/guardrails</c>.</summary>
/// <param name="Model">The model.</param>
/// <param name="Metric">What was measured.</param>
/// <param name="Value">How much.</param>
/// <param name="At">When.</param>
public sealed record GuardrailReportBody(string? Model, string? Metric, double? Value, DateTimeOffset? At);

/// <summary>What came of a report.</summary>
/// <param name="Aborted">The proposals whose brownout it ended.</param>
public sealed record GuardrailResult(IReadOnlyList<int> Aborted);

/// <summary>To whom a vote is handed; the body of <c>POST /deprecations/{id}/delegations</c>.</summary>
public sealed record DelegationBody
{
    /// <summary>The required team whose vote it is.</summary>
    public string? Team { get; init; }

    /// <summary>Who votes instead: a person who leads some team.</summary>
    public string? To { get; init; }

    /// <summary>Why.</summary>
    public string? Reason { get; init; }
}

/// <summary>A reviewer's word; the body of <c>POST /deprecations/{id}/reviews</c>.</summary>
public sealed record ReviewBody
{
    /// <summary><c>approve</c>, <c>object</c> or <c>abstain</c>.</summary>
    public string? Decision { get; init; }

    /// <summary>Why; required of an objection.</summary>
    public string? Comment { get; init; }

    /// <summary>The team to speak for; default every required team that the caller leads.</summary>
    public string? Team { get; init; }
}

/// <summary>The answer to an objection.</summary>
public sealed record ResolutionBody
{
    /// <summary>The answer.</summary>
    public string? Answer { get; init; }
}

/// <summary>Why a proposal is withdrawn, rejected or rolled back.</summary>
public sealed record ClosingBody
{
    /// <summary>Why.</summary>
    public string? Reason { get; init; }
}

/// <summary>A wish for the next step now; the body of <c>POST /deprecations/{id}/advance</c>, which may be left out.</summary>
public sealed record AdvanceBody
{
    /// <summary>True where an administrator goes past the conditions that may be overridden.</summary>
    public bool? Override { get; init; }

    /// <summary>Why; required of an override.</summary>
    public string? Reason { get; init; }
}
