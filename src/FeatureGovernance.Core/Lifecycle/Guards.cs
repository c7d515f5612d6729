using System.Collections.Immutable;

namespace FeatureGovernance.Core.Lifecycle;

/// <summary>The conditions of the lifecycle, each by name.</summary>
public static class Guards
{
    /// <summary>A feature offered to others says what it means.</summary>
    public static Guard HasDescription { get; } = new(
        "has-description",
        "The feature has a description.",
        "Describe what the feature means, its unit and its range.",
        Overridable: true,
        context => context.Facts.HasDescription ? null : "The feature has no description.");

    /// <summary>Someone answers for the feature.</summary>
    public static Guard TeamHasLead { get; } = new(
        "team-has-lead",
        "The owning team has a lead.",
        "Name a lead of the team, or hand the feature to a team that has one.",
        Overridable: true,
        context => context.Facts.TeamLeads.IsEmpty ? $"Team '{context.Facts.Team}' has no lead." : null);

    /// <summary>The organisation's standard holds, as far as its errors go.</summary>
    public static Guard StandardMet { get; } = new(
        "standard-met",
        "No rule of level error of the standard fails.",
        "Mend what the named rules find, or have an exemption approved.",
        Overridable: true,
        context => context.Facts.StandardErrors is { IsEmpty: false } errors
            ? $"The feature fails {errors.Length} rule(s) of the standard: {Listed(errors)}."
            : null);

    /// <summary>No proposal is under way.</summary>
    public static Guard NoOpenProposal { get; } = new(
        "no-open-proposal",
        "No open proposal holds the feature.",
        "Withdraw the proposal, or roll it back.",
        Overridable: false,
        context => context.Facts.Proposal is { } proposal ? $"Proposal '{proposal.Id}' holds the feature." : null);

    /// <summary>The people affected agreed.</summary>
    public static Guard ProposalApproved { get; } = new(
        "proposal-approved",
        "An open deprecation proposal holds the feature, every required team has approved it and no objection is open.",
        "Submit a proposal, and have each required team's lead review it.",
        Overridable: false,
        context => context.Facts.Proposal switch
        {
            null => "No deprecation proposal holds the feature.",
            { State: >= ProposalState.Approved and <= ProposalState.Disabled, Quorum: true } => null,
            var proposal => $"Proposal '{proposal.Id}' is not approved by everyone whose approval it needs.",
        });

    /// <summary>Readers had the time they were promised.</summary>
    public static Guard NoticeEnded { get; } = new(
        "notice-ended",
        "The announced notice is over.",
        "Wait for the end of notice.",
        Overridable: true,
        context => context.Facts.Proposal?.NoticeEnds switch
        {
            null => "Notice has not begun.",
            { } ends when ends > context.Now => $"Notice runs until {ends:yyyy-MM-dd HH:mm}Z.",
            _ => null,
        });

    /// <summary>Hidden readers had their chance to be noticed.</summary>
    public static Guard BrownoutFinished { get; } = new(
        "brownout-finished",
        "The brownout schedule has run to its end and the sunset date is reached.",
        "Wait for the end of the brownout.",
        Overridable: true,
        context => context.Facts.Proposal?.BrownoutEnds switch
        {
            null => "The brownout has not begun.",
            { } ends when ends > context.Now => $"The brownout runs until {ends:yyyy-MM-dd HH:mm}Z.",
            _ => null,
        });

    /// <summary>No live model depends on the feature.</summary>
    public static Guard NoLiveReader { get; } = new(
        "no-live-reader",
        "No live model's manifest reads the feature.",
        "Migrate the models named, or take the feature out of their manifests.",
        Overridable: false,
        context => context.Facts.LiveReaders is { IsEmpty: false } readers
            ? $"{readers.Length} live model(s) read the feature: {Listed([.. readers.Select(reader => reader.Model)])}."
            : null);

    /// <summary>Unknown is not zero.</summary>
    public static Guard ServingUsageKnown { get; } = new(
        "serving-usage-known",
        "Telemetry vouches for the feature's usage in serving up to now.",
        "Report serving usage, unsampled or at a higher rate; nothing is taken away on unknown usage.",
        Overridable: false,
        context => Unknown(context.Facts.ServingUsage, "serving", context));

    /// <summary>The feature has been unused in serving for long enough.</summary>
    public static Guard ServingQuiet { get; } = new(
        "serving-quiet",
        "No serving read was seen for the policy's days (default 7).",
        "Find the reader that is left, or wait.",
        Overridable: true,
        context => TooLoud(context.Facts.ServingUsage, "serving", context));

    /// <summary>The feature has been unused in training for long enough.</summary>
    public static Guard TrainingQuiet { get; } = new(
        "training-quiet",
        "Telemetry vouches that no training read happened for the policy's days (default 7).",
        "Report training usage; take the feature out of the training jobs that read it.",
        Overridable: true,
        context => Unknown(context.Facts.TrainingUsage, "training", context) ?? TooLoud(context.Facts.TrainingUsage, "training", context));

    /// <summary>Nothing is computed from the feature.</summary>
    public static Guard NoDerivedFeature { get; } = new(
        "no-derived-feature",
        "No feature is computed from it.",
        "Deprecate the derived features, or compute them from something else.",
        Overridable: true,
        context => context.Facts.DerivedFeatures is { IsEmpty: false } derived
            ? $"{derived.Length} feature(s) are computed from it: {Listed(derived)}."
            : null);

    /// <summary>Whoever has to leave has somewhere to go.</summary>
    public static Guard ReplacementAdopted { get; } = new(
        "replacement-adopted",
        "The named replacement, if any, is adopted.",
        "Bring the replacement to adopted, or name another.",
        Overridable: true,
        context => context.Facts.Replacement switch
        {
            null or { Stage: Stage.Adopted } => null,
            { Stage: null } missing => $"The replacement '{missing.Key}' is not registered.",
            var other => $"The replacement '{other.Key}' is {Words.Of(other.Stage.Value)}, not adopted.",
        });

    /// <summary>Numbers that may be wrong decide nothing.</summary>
    public static Guard NoSeriousIncident { get; } = new(
        "no-serious-incident",
        "No serious incident of the feature is open.",
        "Resolve the incident first; the numbers that the step rests on may be wrong.",
        Overridable: true,
        context => context.Facts.HasSeriousIncident ? "A serious incident of the feature is open." : null);

    /// <summary>There was time to change one's mind.</summary>
    public static Guard DisabledLongEnough { get; } = new(
        "disabled-long-enough",
        "The feature has been disabled for the policy's days (default 30).",
        "Wait; until then it can be restored.",
        Overridable: true,
        context => context.Facts.StageSince.AddDays(context.Policy.DisabledDays) is var due && due > context.Now
            ? $"The feature stays restorable until {due:yyyy-MM-dd HH:mm}Z."
            : null);

    /// <summary>Every guard, in the order of the lifecycle.</summary>
    public static ImmutableArray<Guard> All { get; } =
    [
        HasDescription, TeamHasLead, StandardMet, NoOpenProposal, ProposalApproved, ReplacementAdopted, NoSeriousIncident, NoticeEnded,
        BrownoutFinished, NoLiveReader, ServingUsageKnown, ServingQuiet, DisabledLongEnough, TrainingQuiet, NoDerivedFeature,
    ];

    private static string? Unknown(ObservedUsage? usage, string where, GuardContext context) =>
        usage is null
            ? $"Usage in {where} is unknown: no report covers the feature."
            : usage.Doubt(context.Policy, context.Now) is { } doubt ? $"Usage in {where} is unknown: {doubt}." : null;

    // Unknown usage is another guard's to name; here it is no reason of its own.
    private static string? TooLoud(ObservedUsage? usage, string where, GuardContext context)
    {
        if (usage is null || usage.Quiet >= TimeSpan.FromDays(context.Policy.QuietDays))
            return null;
        var since = usage.LastRead is { } read ? $"the last read seen was at {read:yyyy-MM-dd HH:mm}Z" : "reports do not reach further back";
        return $"Only {usage.Quiet.TotalDays:0.#} of {context.Policy.QuietDays} days are known to be without a {where} read: {since}.";
    }

    private static string Listed(ImmutableArray<string> names) =>
        names.Length <= 5 ? string.Join(", ", names) : string.Join(", ", names.Take(5)) + $" and {names.Length - 5} more";
}
