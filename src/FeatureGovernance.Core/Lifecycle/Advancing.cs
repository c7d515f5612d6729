using System.Collections.Immutable;

namespace FeatureGovernance.Core.Lifecycle;

/// <summary>What time has brought to a proposal.</summary>
/// <param name="Proposal">The proposal as it now stands.</param>
/// <param name="Due">The steps its features are to take; stored in the same transaction.</param>
/// <param name="Blocked">What keeps it from its next step, feature by feature; empty where it moved or has nothing to wait for.</param>
public sealed record Progress(Proposal Proposal, ImmutableArray<StageChange> Due, ImmutableArray<FieldError> Blocked);

/// <summary>An undone proposal and the steps that restore its features.</summary>
/// <param name="Proposal">The proposal, rolled back.</param>
/// <param name="Restored">The steps to take.</param>
public sealed record RolledBack(Proposal Proposal, ImmutableArray<StageChange> Restored);

/// <summary>What happens to an approved proposal: time-driven steps forward, and the way back.</summary>
public static class Advancing
{
    /// <summary>
    /// Moves a proposal on as far as time and facts allow: at most one step per moment, all features together. Run again at the same
    /// moment it changes nothing; run again on facts that had not caught up it names the same steps once more. New readers add
    /// their teams to the required reviews and so hold every further step until those approve.
    /// </summary>
    /// <param name="proposal">The proposal.</param>
    /// <param name="context">Its features as they stand.</param>
    /// <param name="administrator">Who overrides overridable guards; null for the service acting on time.</param>
    /// <param name="over">His reason.</param>
    public static Progress Advance(Proposal proposal, ProposalContext context, Actor? administrator = null, AdminOverride? over = null)
    {
        if (!proposal.IsOpen)
            return CatchUp(proposal, context);

        proposal = Quorum.WithNewReviewers(proposal, context.RequiredReviews());
        var lagging = CatchUp(proposal, context);
        if (!lagging.Due.IsEmpty || !lagging.Blocked.IsEmpty)
            return lagging;
        if (ProposalTable.After(proposal.State, "advance") is not { } next)
            return new(proposal, [], Missing(proposal));
        if (context.Now <= proposal.StateSince)
            return new(proposal, [], []);

        var step = Towards(ProposalTable.StageOf(next)!.Value, proposal, context, administrator ?? Actor.System, over);
        if (!step.Blocked.IsEmpty)
            return step with { Due = [] };
        var moved = proposal with
        {
            State = next,
            StateSince = context.Now,
            NoticeBegan = next == ProposalState.Notice ? context.Now : proposal.NoticeBegan,
            BrownoutBegan = next == ProposalState.Brownout ? context.Now : proposal.BrownoutBegan,
        };
        return step with { Proposal = moved };
    }

    /// <summary>
    /// Undoes a proposal from any step before removal: every feature it had taken from adopted is adopted again. The proposer, a
    /// lead of any required team, an administrator or the service (a guardrail was crossed) may.
    /// </summary>
    public static Decision<RolledBack> Rollback(Proposal proposal, Actor actor, string reason, ProposalContext context)
    {
        if (ProposalTable.After(proposal.State, "roll back") is not { } state)
            return ProposalTable.Illegal(proposal, "roll back");
        var leadsOne = proposal.Reviews.Any(review => actor.LeadsTeam(review.Team));
        if (actor.Id != proposal.Proposer && !leadsOne && !actor.IsAdmin && !actor.IsSystem)
            return Deprecation.NotYours("the proposer, a lead of a required team or an administrator", "roll it back");
        if (string.IsNullOrWhiteSpace(reason))
            return Deprecation.Blank("reason", "A rollback needs a reason.");

        var restored = ImmutableArray.CreateBuilder<StageChange>();
        foreach (var feature in context.Features)
        {
            if (feature.Stage is not (Stage.Deprecated or Stage.Brownout or Stage.Disabled))
                continue;
            var revival = Transitions.Decide(feature with { Proposal = null }, Stage.Adopted, Actor.System, context.Policy, context.Now);
            if (!revival.Accepted)
                return revival.Refusal;
            restored.Add(revival.Value with { By = actor.Id });
        }

        return new RolledBack(Deprecation.Close(proposal, state, actor, reason, context.Now), restored.ToImmutable());
    }

    // A feature behind its proposal: an earlier run named its step and was cut off before the step was stored.
    private static Progress CatchUp(Proposal proposal, ProposalContext context) =>
        ProposalTable.StageOf(proposal.State) is { } stage
            ? Towards(stage, proposal, context, Actor.System, over: null)
            : new(proposal, [], []);

    private static Progress Towards(Stage stage, Proposal proposal, ProposalContext context, Actor actor, AdminOverride? over)
    {
        var due = ImmutableArray.CreateBuilder<StageChange>();
        var blocked = ImmutableArray.CreateBuilder<FieldError>();
        foreach (var feature in context.Features)
        {
            if (feature.Stage >= stage)
                continue;
            var decision = Transitions.Decide(feature with { Proposal = HeldBy(proposal) }, stage, actor, context.Policy, context.Now, over);
            if (decision.Accepted)
                due.Add(decision.Value);
            else if (decision.Refusal.Errors.IsEmpty)
                blocked.Add(new(feature.Key, decision.Refusal.Detail, Code: decision.Refusal.Code));
            else
                blocked.AddRange(decision.Refusal.Errors.Select(error => error with { Field = feature.Key }));
        }

        if (!blocked.ToImmutable().IsEmpty)
            blocked.AddRange(Missing(proposal));
        return new(proposal, due.ToImmutable(), blocked.ToImmutable());
    }

    // While a removal is being stored the proposal already says removed; to the guards it is still the one that was approved.
    private static ProposalStanding HeldBy(Proposal proposal) =>
        proposal.State == ProposalState.Removed ? proposal.Standing with { State = ProposalState.Disabled } : proposal.Standing;

    private static ImmutableArray<FieldError> Missing(Proposal proposal)
    {
        var missing = Quorum.MissingTeams(proposal)
            .Select(team => new FieldError("reviews", $"Team '{team}' has not approved revision {proposal.Revision}.", "Ask one of its leads to review.",
                "review-missing"));
        var open = proposal.Objections.Where(objection => objection.Resolution is null)
            .Select(objection => new FieldError("objections", $"Objection {objection.Number} of team '{objection.Team}' is open.", "Resolve it with an answer.",
                "objection-open"));
        return [.. missing, .. open];
    }
}
