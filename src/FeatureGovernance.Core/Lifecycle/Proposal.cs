using System.Collections.Immutable;

namespace FeatureGovernance.Core.Lifecycle;

/// <summary>Where a deprecation proposal stands. The order of the first six is the order of time.</summary>
public enum ProposalState
{
    /// <summary>Waiting for its reviewers.</summary>
    Submitted,

    /// <summary>Every required team agreed; notice begins at the next step.</summary>
    Approved,

    /// <summary>Features are deprecated; readers are leaving.</summary>
    Notice,

    /// <summary>Reads are being taken away by schedule.</summary>
    Brownout,

    /// <summary>Features are off, and restorable.</summary>
    Disabled,

    /// <summary>Features are gone.</summary>
    Removed,

    /// <summary>Taken back by who made it.</summary>
    Withdrawn,

    /// <summary>Turned down.</summary>
    Rejected,

    /// <summary>Undone: the features are adopted again.</summary>
    RolledBack,
}

/// <summary>A feature to be taken out, with what takes its place.</summary>
/// <param name="Key">The feature.</param>
/// <param name="Replacement">The key of what replaces it; null where nothing does.</param>
public sealed record ProposedFeature(string Key, string? Replacement = null);

/// <summary>Why a team must be asked.</summary>
public enum ReviewCause
{
    /// <summary>It owns a feature of the proposal.</summary>
    Owner,

    /// <summary>A live model of its reads one.</summary>
    Reader,

    /// <summary>A rule of the organisation names it for features of this sort.</summary>
    Rule,
}

/// <summary>How far up a review that is overdue has been taken.</summary>
public enum Escalation
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>The leads of the parent team were told.</summary>
    Parent,

    /// <summary>Administrators were told, and may stand in.</summary>
    Administrators,
}

/// <summary>A team whose approval the proposal needs.</summary>
/// <param name="Team">The team.</param>
/// <param name="Cause">Why it is asked.</param>
/// <param name="Leads">Who led it when this was last derived; decides whether an administrator may stand in.</param>
public sealed record RequiredReview(string Team, ReviewCause Cause, ImmutableArray<string> Leads)
{
    /// <summary>By when it should review; null where no deadline was set yet. Passing it agrees to nothing.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>When it was reminded; null before.</summary>
    public DateTimeOffset? RemindedAt { get; init; }

    /// <summary>When its silence came to agree, because the standard says so; null where it did not. Void once the team speaks.</summary>
    public DateTimeOffset? SilentConsentAt { get; init; }

    /// <summary>Who else was told that it is overdue.</summary>
    public Escalation Escalation { get; init; }
}

/// <summary>What a reviewer says.</summary>
public enum ReviewDecision
{
    /// <summary>Go ahead.</summary>
    Approve,

    /// <summary>Not before this is answered.</summary>
    Object,

    /// <summary>No opinion; does not count towards quorum.</summary>
    Abstain,
}

/// <summary>One reviewer's latest word for one team on one revision.</summary>
/// <param name="Voter">Who voted.</param>
/// <param name="Team">The team he voted for.</param>
/// <param name="Decision">What he said.</param>
/// <param name="Comment">Why.</param>
/// <param name="Revision">The revision he saw.</param>
/// <param name="At">When.</param>
/// <param name="StandIn">Whether he was an administrator standing in for the team.</param>
/// <param name="OnBehalfOf">Who delegated the vote to him; null where it was his own.</param>
public sealed record Vote(
    string Voter, string Team, ReviewDecision Decision, string Comment, int Revision, DateTimeOffset At, bool StandIn, string? OnBehalfOf = null);

/// <summary>A reviewer's vote for one team, handed to somebody else until it is taken back.</summary>
/// <param name="From">Who handed it on.</param>
/// <param name="To">Who votes instead.</param>
/// <param name="Team">For which required team.</param>
/// <param name="Reason">Why.</param>
/// <param name="At">When.</param>
public sealed record Delegation(string From, string To, string Team, string Reason, DateTimeOffset At);

/// <summary>A fault found by a reviewer; blocks until it is resolved with an answer.</summary>
/// <param name="Number">From 1, in order of raising.</param>
/// <param name="By">Who raised it.</param>
/// <param name="Team">The team he raised it for.</param>
/// <param name="Comment">What it is.</param>
/// <param name="Revision">The revision it was raised on.</param>
/// <param name="At">When.</param>
/// <param name="Resolution">How it was resolved; null while open.</param>
public sealed record Objection(int Number, string By, string Team, string Comment, int Revision, DateTimeOffset At, Resolution? Resolution = null);

/// <summary>The answer that closed an objection.</summary>
/// <param name="By">Who accepted it.</param>
/// <param name="Answer">The answer.</param>
/// <param name="At">When.</param>
public sealed record Resolution(string By, string Answer, DateTimeOffset At);

/// <summary>The words with which a proposal was closed.</summary>
/// <param name="By">Who closed it.</param>
/// <param name="Reason">Why.</param>
/// <param name="At">When.</param>
public sealed record Closing(string By, string Reason, DateTimeOffset At);

/// <summary>The share of requests that read changes.</summary>
/// <param name="At">When.</param>
/// <param name="Share">The share, 0 to 1, from then on.</param>
public sealed record ShareChange(DateTimeOffset At, double Share);

/// <summary>Features put up for deprecation, with everything that was said and decided about it.</summary>
public sealed record Proposal
{
    /// <summary>Its identity.</summary>
    public required string Id { get; init; }

    /// <summary>From 1; each amendment makes a new one.</summary>
    public int Revision { get; init; } = 1;

    /// <summary>What it would take out; at least one, all moving together.</summary>
    public required ImmutableArray<ProposedFeature> Features { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }

    /// <summary>When and how.</summary>
    public required DeprecationPlan Plan { get; init; }

    /// <summary>Who proposed it.</summary>
    public required string Proposer { get; init; }

    /// <summary>Digest of the evidence frozen at submission.</summary>
    public required string EvidenceDigest { get; init; }

    /// <summary>The teams that must approve. Within a revision it only grows once submitted facts change.</summary>
    public required ImmutableArray<RequiredReview> Reviews { get; init; }

    /// <summary>Votes on the present and earlier revisions; the latest per voter, team and revision.</summary>
    public ImmutableArray<Vote> Votes { get; init; } = [];

    /// <summary>Objections, open and resolved.</summary>
    public ImmutableArray<Objection> Objections { get; init; } = [];

    /// <summary>Votes that were handed to others, and not taken back.</summary>
    public ImmutableArray<Delegation> Delegations { get; init; } = [];

    /// <summary>How its features were chosen, where they were not named one by one: a query, a group or a source table.</summary>
    public string? Selection { get; init; }

    /// <summary>Where it stands.</summary>
    public ProposalState State { get; init; }

    /// <summary>Since when.</summary>
    public required DateTimeOffset StateSince { get; init; }

    /// <summary>When it was submitted.</summary>
    public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>When notice began; null before.</summary>
    public DateTimeOffset? NoticeBegan { get; init; }

    /// <summary>When the brownout began; null before.</summary>
    public DateTimeOffset? BrownoutBegan { get; init; }

    /// <summary>How it was closed by a person; null while open or when it ran to its end.</summary>
    public Closing? Closing { get; init; }

    /// <summary>Whether it still holds its features.</summary>
    public bool IsOpen => State < ProposalState.Removed;

    /// <summary>When notice ends; null before it began.</summary>
    public DateTimeOffset? NoticeEnds => NoticeBegan?.AddDays(Plan.NoticeDays);

    /// <summary>When the brownout is over and the sunset reached; null before it began.</summary>
    public DateTimeOffset? BrownoutEnds =>
        BrownoutBegan is not { } began ? null : began + Plan.Brownout.Length is var over && over > Plan.Sunset ? over : Plan.Sunset;

    /// <summary>The share of requests, 0 to 1, that may read the features at this moment.</summary>
    public double ShareStillReading(DateTimeOffset now) => State switch
    {
        ProposalState.Brownout when BrownoutBegan is { } began => Plan.Brownout.ShareAt(now - began),
        ProposalState.Disabled or ProposalState.Removed => 0,
        _ => 1,
    };

    /// <summary>Every announced change of that share, from the begin of the brownout; empty outside notice and brownout.</summary>
    public IEnumerable<ShareChange> ChangesOfShare()
    {
        var begin = State switch
        {
            ProposalState.Notice => NoticeEnds,
            ProposalState.Brownout => BrownoutBegan,
            _ => null,
        };
        return begin is { } began ? Plan.Brownout.Changes().Select(step => new ShareChange(began + step.After, step.Share)) : [];
    }

    /// <summary>How it stands, as the guards of the lifecycle see it.</summary>
    public ProposalStanding Standing => new(Id, State, Quorum.Reached(this), NoticeEnds, BrownoutEnds);
}
