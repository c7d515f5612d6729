using System.Collections.Immutable;

namespace FeatureGovernance.Core.Lifecycle;

/// <summary>Votes on a proposal and the answers to objections.</summary>
public static class Reviewing
{
    /// <summary>
    /// Records what a reviewer says for the required teams he leads, or for the one named. A later word for the same team and
    /// revision replaces the earlier one. The proposer never votes; who handed his vote on has none until he takes it back. An
    /// administrator stands in for a required team that has no lead other than the proposer, or whose overdue review has been
    /// escalated to administrators. When the last required team approves and no objection is open, the proposal is approved.
    /// </summary>
    /// <param name="proposal">The proposal.</param>
    /// <param name="actor">The reviewer.</param>
    /// <param name="decision">What he says.</param>
    /// <param name="comment">Why; must not be blank for an objection.</param>
    /// <param name="now">The present moment.</param>
    /// <param name="team">The one team to vote for; null for every required team he may vote for.</param>
    public static Decision<Proposal> Vote(
        Proposal proposal, Actor actor, ReviewDecision decision, string comment, DateTimeOffset now, string? team = null)
    {
        if (proposal.State > ProposalState.Disabled)
            return ProposalTable.Illegal(proposal, "vote");
        if (actor.Id == proposal.Proposer)
            return new Refusal(RefusalKind.Forbidden, "own-proposal", "Nobody reviews their own proposal; another lead or an administrator must.");
        if (decision == ReviewDecision.Object && string.IsNullOrWhiteSpace(comment))
            return Deprecation.Blank("comment", "An objection says what is wrong.");

        var reviews = proposal.Reviews.Where(review => (team is null || review.Team == team) && MayVote(proposal, review, actor)).ToImmutableArray();
        if (reviews.IsEmpty && proposal.Delegations.FirstOrDefault(one => one.From == actor.Id && (team is null || one.Team == team)) is { } handed)
            return new Refusal(RefusalKind.Forbidden, "vote-delegated", $"The vote for team '{handed.Team}' is with '{handed.To}'; take it back to vote.");
        if (reviews.IsEmpty)
            return new Refusal(RefusalKind.Forbidden, "not-a-reviewer",
                $"Only a lead of {(team is null ? "a required team" : $"team '{team}'")} may vote; an administrator stands in only where there is no other lead, or where an overdue review was escalated.");

        var votes = proposal.Votes;
        var objections = proposal.Objections;
        foreach (var review in reviews)
        {
            votes = votes.RemoveAll(vote => vote.Voter == actor.Id && vote.Team == review.Team && vote.Revision == proposal.Revision)
                .Add(new(actor.Id, review.Team, decision, comment, proposal.Revision, now,
                    StandIn: !Delegating.Holds(proposal, review, actor), Delegating.GivenBy(proposal, review, actor)));
            if (decision == ReviewDecision.Object)
                objections = objections.Add(new(objections.Length + 1, actor.Id, review.Team, comment, proposal.Revision, now));
        }

        return Settled(proposal with { Votes = votes, Objections = objections }, now);
    }

    /// <summary>
    /// Closes an objection with an answer. Who raised it or an administrator may, the proposer never: an objection that its target
    /// could wave away would block nothing. The objector's vote stays as it was until he votes again.
    /// </summary>
    public static Decision<Proposal> ResolveObjection(Proposal proposal, int number, Actor actor, string answer, DateTimeOffset now)
    {
        if (!proposal.IsOpen)
            return ProposalTable.Illegal(proposal, "resolve an objection");
        if (proposal.Objections.FirstOrDefault(objection => objection.Number == number) is not { } found)
            return new Refusal(RefusalKind.NotFound, "unknown-objection", $"The proposal has no objection {number}.");
        if (found.Resolution is not null)
            return new Refusal(RefusalKind.Conflict, "objection-resolved", $"Objection {number} is resolved already.");
        if (actor.Id == proposal.Proposer || !(actor.Id == found.By || actor.IsAdmin))
            return Deprecation.NotYours("who raised it or an administrator, and never the proposer,", "resolve the objection");
        if (string.IsNullOrWhiteSpace(answer))
            return Deprecation.Blank("answer", "An objection is resolved with an answer.");

        var resolved = found with { Resolution = new(actor.Id, answer, now) };
        return Settled(proposal with { Objections = proposal.Objections.Replace(found, resolved) }, now);
    }

    private static bool MayVote(Proposal proposal, RequiredReview review, Actor actor) =>
        Delegating.Holds(proposal, review, actor)
        || (actor.IsAdmin && (review.Escalation == Escalation.Administrators || review.Leads.All(lead => lead == proposal.Proposer)));

    internal static Proposal Settled(Proposal proposal, DateTimeOffset now) =>
        proposal.State == ProposalState.Submitted && Quorum.Reached(proposal)
            ? proposal with { State = ProposalState.Approved, StateSince = now }
            : proposal;
}
