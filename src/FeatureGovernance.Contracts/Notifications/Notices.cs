namespace FeatureGovernance.Contracts.Notifications;

/// <summary>Something that a person or a team was told.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Kind">What it is about, for example <c>reviewRequested</c>.</param>
/// <param name="At">When it happened.</param>
/// <param name="Title">In one line.</param>
/// <param name="Text">In a few.</param>
/// <param name="Actor">Who did it.</param>
/// <param name="Action">What was done, as the audit trail has it.</param>
/// <param name="SubjectKind">To what kind of thing.</param>
/// <param name="Subject">To which.</param>
/// <param name="Sequence">The number of the event in the audit trail.</param>
/// <param name="Path">Where the API shows the thing; null where nowhere.</param>
/// <param name="Person">Who was told; null where a team was.</param>
/// <param name="Team">Which team was told; null where a person was.</param>
public sealed record NoticeView(
    long Id, string Kind, DateTimeOffset At, string Title, string Text, string Actor, string Action, string SubjectKind, string Subject,
    long Sequence, string? Path, string? Person, string? Team);

/// <summary>A kind of notice.</summary>
/// <param name="Kind">Its name in preferences.</param>
/// <param name="Default">How channels are told of it where nobody said otherwise: <c>immediate</c>, <c>digest</c> or <c>off</c>.</param>
/// <param name="Rules">What gives rise to it.</param>
public sealed record NoticeKindView(string Kind, string Default, IReadOnlyList<NoticeRuleView> Rules);

/// <summary>An action that gives rise to a notice, and who is told besides those whom the event names.</summary>
public sealed record NoticeRuleView(string Action, IReadOnlyList<string> Told);

/// <summary>A delivery that was given up.</summary>
/// <param name="Id">The delivery; receivers know it as <c>webhook-id</c> or in the <c>Message-Id</c>.</param>
/// <param name="Channel">The channel.</param>
/// <param name="ChannelName">Its name.</param>
/// <param name="Type"><c>email</c>, <c>webhook</c> or <c>slack</c>.</param>
/// <param name="Person">Whose channel; null for a team's.</param>
/// <param name="Team">Which team's; null for a person's.</param>
/// <param name="CreatedAt">Since when it was to be delivered.</param>
/// <param name="AttemptedAt">When it was last tried.</param>
/// <param name="Attempts">How often.</param>
/// <param name="Fault">What went wrong the last time.</param>
/// <param name="Titles">What it said; the first five.</param>
/// <param name="Notices">How many notices it holds.</param>
public sealed record DeadLetterView(
    Guid Id, int Channel, string ChannelName, string Type, string? Person, string? Team, DateTimeOffset CreatedAt,
    DateTimeOffset AttemptedAt,
    int Attempts, string? Fault, IReadOnlyList<string> Titles, long Notices);
