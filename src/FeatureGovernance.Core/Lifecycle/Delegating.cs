namespace FeatureGovernance.Core.Lifecycle;

/// <summary>Handing a vote to somebody else, and taking it back.</summary>
public static class Delegating
{
    /// <summary>
    /// Hands the actor's vote for a required team to another person who leads some team, never to the proposer, and never so that it
    /// would come back to him. While it is handed on he has no vote for that team; the recipient may hand it on further.
    /// </summary>
    /// <param name="proposal">The proposal.</param>
    /// <param name="actor">A lead of the team, or somebody to whom its vote was handed.</param>
    /// <param name="team">The required team.</param>
    /// <param name="to">The recipient, with the teams he leads.</param>
    /// <param name="reason">Why; must not be blank.</param>
    /// <param name="now">The present moment.</param>
    public static Decision<Proposal> Delegate(Proposal proposal, Actor actor, string team, Actor to, string reason, DateTimeOffset now)
    {
        if (!proposal.IsOpen)
            return ProposalTable.Illegal(proposal, "delegate");
        if (actor.Id == proposal.Proposer)
            return new Refusal(RefusalKind.Forbidden, "own-proposal", "The proposer has no vote on the proposal, and none to hand on.");
        if (proposal.Reviews.FirstOrDefault(review => review.Team == team) is not { } asked)
            return Broken("not-required", "team", $"The proposal does not need the approval of team '{team}'.", "Name one of its required teams.");
        if (GivenOn(proposal, team, actor.Id) is { } earlier)
            return new Refusal(RefusalKind.Conflict, "vote-delegated", $"The vote for team '{team}' is with '{earlier.To}' already; take it back first.");
        if (!Holds(proposal, asked, actor))
            return new Refusal(RefusalKind.Forbidden, "not-a-reviewer", $"Only a lead of team '{team}', or who holds its vote, may hand it on.");
        if (string.IsNullOrWhiteSpace(reason))
            return Deprecation.Blank("reason", "A delegation needs a reason.");
        if (to.Id == proposal.Proposer)
            return Broken("delegate-is-proposer", "to", "The proposer cannot vote on the proposal.", "Name somebody else.");
        if (Reaches(proposal, team, to.Id, actor.Id))
            return Broken("delegation-cycle", "to", $"The vote would come back to '{actor.Id}'.", "Name somebody to whom it has not been handed.");
        if (to.Leads.IsEmpty)
            return Broken("delegate-may-not-review", "to", $"'{to.Id}' leads no team, and only leads review.", "Name a lead of any team.");
        return proposal with { Delegations = proposal.Delegations.Add(new(actor.Id, to.Id, team, reason, now)) };
    }

    /// <summary>Takes back what the actor handed on; votes already cast with it stand until he votes himself.</summary>
    public static Decision<Proposal> TakeBack(Proposal proposal, Actor actor, string team) =>
        !proposal.IsOpen ? ProposalTable.Illegal(proposal, "take a vote back")
        : GivenOn(proposal, team, actor.Id) is { } given ? proposal with { Delegations = proposal.Delegations.Remove(given) }
        : new Refusal(RefusalKind.NotFound, "unknown-delegation", $"You have not handed on the vote for team '{team}'.");

    /// <summary>Whether the actor has a vote for the team: its lead's own, or one handed to him, that he has not handed on.</summary>
    internal static bool Holds(Proposal proposal, RequiredReview review, Actor actor) =>
        GivenOn(proposal, review.Team, actor.Id) is null && (actor.LeadsTeam(review.Team) || GivenBy(proposal, review, actor) is not null);

    /// <summary>Who handed the team's vote to the actor, where that goes back to a lead of it; null where it is his own or he has none.</summary>
    internal static string? GivenBy(Proposal proposal, RequiredReview review, Actor actor) =>
        actor.LeadsTeam(review.Team)
            ? null
            : proposal.Delegations.FirstOrDefault(one => one.Team == review.Team && one.To == actor.Id && Rooted(proposal, review, one.From))?.From;

    private static bool Rooted(Proposal proposal, RequiredReview review, string person) =>
        review.Leads.Contains(person)
        || proposal.Delegations.Any(one => one.Team == review.Team && one.To == person && Rooted(proposal, review, one.From));

    private static Delegation? GivenOn(Proposal proposal, string team, string person) =>
        proposal.Delegations.FirstOrDefault(one => one.Team == team && one.From == person);

    // No chain branches forward, since a vote is handed on once, and none is closed, so this ends.
    private static bool Reaches(Proposal proposal, string team, string from, string person) =>
        from == person || (GivenOn(proposal, team, from) is { } next && Reaches(proposal, team, next.To, person));

    private static Refusal Broken(string code, string field, string message, string remedy) =>
        new(RefusalKind.BrokenRule, code, message, [new(field, message, remedy, code)]);
}
