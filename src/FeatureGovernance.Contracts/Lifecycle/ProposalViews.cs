using System.Text.Json;

namespace FeatureGovernance.Contracts.Lifecycle;

/// <summary>A deprecation proposal, with everything that was said and decided about it.</summary>
public sealed record ProposalView
{
    /// <summary>The proposal.</summary>
    public required int Id { get; init; }

    /// <summary><c>submitted</c>, <c>approved</c>, <c>notice</c>, <c>brownout</c>, <c>disabled</c>, <c>removed</c>, <c>withdrawn</c>, <c>rejected</c> or <c>rolledBack</c>.</summary>
    public required string State { get; init; }

    /// <summary>Since when.</summary>
    public required DateTimeOffset StateSince { get; init; }

    /// <summary>Counts the amendments, from 1; votes are for one revision.</summary>
    public required int Revision { get; init; }

    /// <summary>Counts every change of the record; also the ETag.</summary>
    public required int Version { get; init; }

    /// <summary>What it takes out.</summary>
    public required IReadOnlyList<FeatureToGo> Features { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }

    /// <summary>When and how.</summary>
    public required PlanBody Plan { get; init; }

    /// <summary>Who proposed it, or amended it last.</summary>
    public required string Proposer { get; init; }

    /// <summary>When it was submitted.</summary>
    public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>When notice began and ends; null before.</summary>
    public DateTimeOffset? NoticeBegan { get; init; }

    /// <summary>When notice ends; null before it began.</summary>
    public DateTimeOffset? NoticeEnds { get; init; }

    /// <summary>When the brownout began; null before.</summary>
    public DateTimeOffset? BrownoutBegan { get; init; }

    /// <summary>When the brownout is over and the sunset reached; null before it began.</summary>
    public DateTimeOffset? BrownoutEnds { get; init; }

    /// <summary>The share of requests, 0 to 1, that may read the features at this moment.</summary>
    public required double ShareStillReading { get; init; }

    /// <summary>Whether everyone agreed whose agreement it needs, and no objection is open.</summary>
    public required bool Quorum { get; init; }

    /// <summary>The teams that have yet to approve.</summary>
    public required IReadOnlyList<string> MissingTeams { get; init; }

    /// <summary>The teams that must approve.</summary>
    public required IReadOnlyList<RequiredReviewView> Reviewers { get; init; }

    /// <summary>How the features were chosen, where they were not named one by one.</summary>
    public string? Selection { get; init; }

    /// <summary>Votes handed to others.</summary>
    public required IReadOnlyList<DelegationView> Delegations { get; init; }

    /// <summary>What was said, on this revision and earlier ones.</summary>
    public required IReadOnlyList<VoteView> Votes { get; init; }

    /// <summary>Objections, open and resolved.</summary>
    public required IReadOnlyList<ObjectionView> Objections { get; init; }

    /// <summary>How a person closed it; null while open or where it ran to its end.</summary>
    public ClosingView? Closing { get; init; }

    /// <summary>SHA-256 of the evidence as it was frozen.</summary>
    public required string EvidenceDigest { get; init; }

    /// <summary>What was known of the features at submission; only in the answer for one proposal.</summary>
    public JsonElement? Evidence { get; init; }
}

/// <summary>A team that must approve, why, by when, and who leads it.</summary>
/// <param name="Team">The team.</param>
/// <param name="Cause"><c>owner</c>, <c>reader</c>, or <c>rule</c> where the organisation's rules name it.</param>
/// <param name="Leads">Who leads it.</param>
/// <param name="DueAt">By when it should review; passing it agrees to nothing unless a standard lets silence agree.</param>
/// <param name="RemindedAt">When it was reminded; null before.</param>
/// <param name="Escalation"><c>none</c>, <c>parent</c> or <c>administrators</c>: who else was told that it is overdue.</param>
/// <param name="SilentConsentAt">When its silence came to agree, as the standard in force says; null where it did not.</param>
public sealed record RequiredReviewView(
    string Team, string Cause, IReadOnlyList<string> Leads, DateTimeOffset? DueAt, DateTimeOffset? RemindedAt, string Escalation,
    DateTimeOffset? SilentConsentAt);

/// <summary>A vote for a team that was handed to somebody else.</summary>
public sealed record DelegationView(string From, string To, string Team, string Reason, DateTimeOffset At);

/// <summary>What a reviewer said for a team on a revision.</summary>
public sealed record VoteView(string Voter, string Team, string Decision, string? Comment, int Revision, DateTimeOffset At, bool StandIn, string? OnBehalfOf);

/// <summary>A fault found by a reviewer, and the answer that closed it.</summary>
public sealed record ObjectionView(
    int Number, string By, string Team, string Comment, int Revision, DateTimeOffset At, string? ResolvedBy, string? Answer, DateTimeOffset? ResolvedAt);

/// <summary>Who closed a proposal, and why.</summary>
public sealed record ClosingView(string By, string Reason, DateTimeOffset At);

/// <summary>What came of asking for the next step.</summary>
/// <param name="Moved">Whether a step was taken.</param>
/// <param name="Unmet">What keeps the proposal from its next step.</param>
/// <param name="Proposal">The proposal as it now stands.</param>
public sealed record AdvanceView(bool Moved, IReadOnlyList<UnmetCondition> Unmet, ProposalView Proposal);

/// <summary>A condition that is not met.</summary>
/// <param name="Subject">The feature, <c>reviews</c> or <c>objections</c>.</param>
/// <param name="Code">The condition's stable name.</param>
/// <param name="Message">What is not met.</param>
/// <param name="Remedy">What to do about it.</param>
public sealed record UnmetCondition(string Subject, string? Code, string Message, string? Remedy);
