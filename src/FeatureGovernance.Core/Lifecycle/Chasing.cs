using System.Collections.Immutable;

namespace FeatureGovernance.Core.Lifecycle;

/// <summary>What a team that owes a review is told, or who is told of it.</summary>
public enum NudgeKind
{
    /// <summary>The team's leads: the review is due soon.</summary>
    Reminder,

    /// <summary>The parent team's leads: the review is overdue.</summary>
    Parent,

    /// <summary>Administrators: the review is long overdue, and they may stand in.</summary>
    Administrators,

    /// <summary>The team's leads: its silence has come to agree.</summary>
    Silence,
}

/// <summary>Somebody is to be told that a review is owed.</summary>
/// <param name="Kind">Whom to tell.</param>
/// <param name="Team">The team that owes it.</param>
/// <param name="DueAt">By when it should have come.</param>
public sealed record Nudge(NudgeKind Kind, string Team, DateTimeOffset DueAt);

/// <summary>A proposal after its reviewers were chased.</summary>
/// <param name="Proposal">The proposal, with what was sent noted in it.</param>
/// <param name="Nudges">Who is to be told; each once.</param>
public sealed record Chased(Proposal Proposal, ImmutableArray<Nudge> Nudges);

/// <summary>Whose silence agrees to a deprecation: what an organisation's standard may say, and does not unless it is written there.</summary>
/// <param name="Consents">Teams asked for these causes; never owners.</param>
/// <param name="DaysOverdue">How long after the review was due; not negative.</param>
public sealed record SilencePolicy(ImmutableArray<ReviewCause> Consents, int DaysOverdue)
{
    /// <summary>Nobody's silence agrees.</summary>
    public static SilencePolicy Blocks { get; } = new([], 0);

    /// <summary>When the team's silence agrees; null where it never does. A team that has no lead but the proposer cannot speak, so it is not heard.</summary>
    public DateTimeOffset? AgreesAt(RequiredReview review, string proposer) =>
        Consents.Contains(review.Cause) && review.Leads.Any(lead => lead != proposer) ? review.DueAt?.AddDays(DaysOverdue) : null;
}

/// <summary>
/// Deadlines of reviews: a reminder before, the parent team's leads when it has passed, administrators after that. Nothing of it
/// approves anything but where the standard lets silence agree. A team with an open objection has spoken, and is left alone.
/// </summary>
public static class Chasing
{
    /// <summary>What is due at this moment; run again at the same moment it is nothing.</summary>
    public static Chased Chase(Proposal proposal, LifecyclePolicy policy, SilencePolicy silence, DateTimeOffset now)
    {
        var nudges = ImmutableArray.CreateBuilder<Nudge>();
        var reviews = proposal.Reviews.Select(review =>
            !Owes(proposal, review) ? review
            : AgreesAt(proposal, review, silence) <= now ? Agreed(review, now, nudges)
            : Chase(review, policy, now, nudges)).ToImmutableArray();
        return reviews.SequenceEqual(proposal.Reviews)
            ? new(proposal, [])
            : new(Reviewing.Settled(proposal with { Reviews = reviews }, now), nudges.ToImmutable());
    }

    /// <summary>When somebody is next to be told, or a team's silence agrees; null where nothing of the kind is ahead.</summary>
    public static DateTimeOffset? Next(Proposal proposal, LifecyclePolicy policy, SilencePolicy silence)
    {
        var owed = proposal.Reviews.Where(review => Owes(proposal, review)).ToList();
        return owed.Select(review => Next(review, policy)).Concat(owed.Select(review => AgreesAt(proposal, review, silence))).Min();
    }

    private static bool Owes(Proposal proposal, RequiredReview review) =>
        proposal.IsOpen
        && Quorum.MissingTeams(proposal).Contains(review.Team)
        && !proposal.Objections.Any(objection => objection.Team == review.Team && objection.Resolution is null);

    private static DateTimeOffset? AgreesAt(Proposal proposal, RequiredReview review, SilencePolicy silence) =>
        Quorum.IsSilent(proposal, review.Team) ? silence.AgreesAt(review, proposal.Proposer) : null;

    private static RequiredReview Agreed(RequiredReview review, DateTimeOffset now, ImmutableArray<Nudge>.Builder nudges)
    {
        nudges.Add(new(NudgeKind.Silence, review.Team, review.DueAt!.Value));
        return review with { SilentConsentAt = now };
    }

    private static RequiredReview Chase(RequiredReview review, LifecyclePolicy policy, DateTimeOffset now, ImmutableArray<Nudge>.Builder nudges)
    {
        if (review.DueAt is not { } due)
            return review with { DueAt = policy.ReviewDue(now) };
        if (now >= due.AddDays(policy.EscalationDays) && review.Escalation < Escalation.Administrators)
        {
            nudges.Add(new(NudgeKind.Administrators, review.Team, due));
            return review with { Escalation = Escalation.Administrators };
        }

        if (now >= due && review.Escalation < Escalation.Parent)
        {
            nudges.Add(new(NudgeKind.Parent, review.Team, due));
            return review with { Escalation = Escalation.Parent };
        }

        if (now >= due.AddDays(-policy.ReminderDays) && now < due && review.RemindedAt is null)
        {
            nudges.Add(new(NudgeKind.Reminder, review.Team, due));
            return review with { RemindedAt = now };
        }

        return review;
    }

    private static DateTimeOffset? Next(RequiredReview review, LifecyclePolicy policy) => review switch
    {
        { DueAt: null } => DateTimeOffset.UnixEpoch,
        { Escalation: Escalation.Administrators } => null,
        { Escalation: Escalation.Parent, DueAt: { } due } => due.AddDays(policy.EscalationDays),
        { RemindedAt: null, DueAt: { } due } => due.AddDays(-policy.ReminderDays),
        { DueAt: { } due } => due,
    };
}
