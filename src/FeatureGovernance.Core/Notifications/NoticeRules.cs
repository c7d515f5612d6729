using System.Collections.Immutable;

namespace FeatureGovernance.Core.Notifications;

/// <summary>Which notice an action gives rise to, and who is told.</summary>
/// <param name="Action">The action; <c>deprecation.*</c> stands for every other one of its family.</param>
/// <param name="Kind">The kind of notice.</param>
/// <param name="Told">Who is told, besides those whom the event itself names as <c>recipients</c>.</param>
/// <param name="OnChangeOf">A field that must have changed for the notice to be worth sending; null where any event is.</param>
public sealed record NoticeRule(string Action, NoticeKind Kind, ImmutableArray<Audience> Told, string? OnChangeOf = null);

/// <summary>The one table from which every notice follows. The first row that fits decides.</summary>
public static class NoticeRules
{
    /// <summary>The rows, in order.</summary>
    public static ImmutableArray<NoticeRule> Table { get; } =
    [
        // What an announcement of its own tells, to whom it concerns, is not told twice.
        new("deprecation.submitted", NoticeKind.ReviewRequested, []),
        new("deprecation.amended", NoticeKind.ReviewRequested, []),
        new("deprecation.reviewers-added", NoticeKind.ReviewRequested, []),
        new("deprecation.object", NoticeKind.ReviewGiven, []),
        new("deprecation.review-requested", NoticeKind.ReviewRequested, []),
        new("deprecation.review-reminder", NoticeKind.ReviewReminder, []),
        new("deprecation.silence-consented", NoticeKind.ReviewGiven, []),
        new("deprecation.review-escalated", NoticeKind.ReviewEscalated, [Audience.Proposer]),
        new("deprecation.vote-delegated", NoticeKind.ReviewRequested, []),
        new("deprecation.objection-raised", NoticeKind.ReviewGiven, []),
        new("deprecation.approve", NoticeKind.ReviewGiven, [Audience.Proposer]),
        new("deprecation.abstain", NoticeKind.ReviewGiven, [Audience.Proposer]),
        new("deprecation.objection-resolved", NoticeKind.ReviewGiven, [Audience.Proposer, Audience.Reviewers]),
        new("deprecation.aborted", NoticeKind.BrownoutAborted, [Audience.Proposer, Audience.ConcernedTeams]),
        new("deprecation.*", NoticeKind.ProposalMoved, [Audience.Proposer, Audience.ConcernedTeams]),

        new("adoption.requested", NoticeKind.AdoptionRequested, [Audience.OwnerLeads]),
        new("adoption.approved", NoticeKind.AdoptionDecided, [Audience.Proposer, Audience.ModelTeam]),
        new("adoption.rejected", NoticeKind.AdoptionDecided, [Audience.Proposer, Audience.ModelTeam]),
        new("adoption.withdrawn", NoticeKind.AdoptionDecided, [Audience.Proposer, Audience.OwnerLeads]),

        new("feature.deprecated", NoticeKind.FeatureMoved, [Audience.OwnerTeam, Audience.ReaderTeams]),
        new("feature.brownout", NoticeKind.FeatureMoved, [Audience.OwnerTeam, Audience.ReaderTeams]),
        new("feature.disabled", NoticeKind.FeatureMoved, [Audience.OwnerTeam, Audience.ReaderTeams]),
        new("feature.removed", NoticeKind.FeatureMoved, [Audience.OwnerTeam, Audience.ReaderTeams]),
        new("feature.adopted", NoticeKind.FeatureMoved, [Audience.OwnerTeam, Audience.ReaderTeams]),
        new("incident.serious", NoticeKind.Incident, []),
        new("feature.commented", NoticeKind.Commented, [Audience.OwnerTeam]),
        new("feature.changed", NoticeKind.FeatureChanged, [Audience.ReaderTeams], OnChangeOf: "version"),
    ];

    /// <summary>The rule for an action; null where it is nobody's business unless the event names recipients.</summary>
    public static NoticeRule? For(string action) => Table.FirstOrDefault(rule => Fits(rule.Action, action));

    /// <summary>What a channel is told of a kind where nobody has said otherwise.</summary>
    public static DeliveryMode DefaultMode(NoticeKind kind) => kind switch
    {
        NoticeKind.FeatureMoved or NoticeKind.FeatureChanged => DeliveryMode.Digest,
        NoticeKind.ReviewRequested or NoticeKind.ReviewReminder or NoticeKind.ReviewEscalated or NoticeKind.ReviewGiven
            or NoticeKind.ProposalMoved or NoticeKind.BrownoutAborted or NoticeKind.AdoptionRequested or NoticeKind.AdoptionDecided
            or NoticeKind.Commented or NoticeKind.Incident or NoticeKind.Other => DeliveryMode.Immediate,
    };

    private static bool Fits(string pattern, string action) =>
        pattern.EndsWith('*') ? action.StartsWith(pattern[..^1], StringComparison.Ordinal) : pattern == action;
}
