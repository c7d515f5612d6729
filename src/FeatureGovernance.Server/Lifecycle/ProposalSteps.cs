using FeatureGovernance.Contracts.Lifecycle;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FeatureGovernance.Server.Lifecycle;

/// <summary>What reviewers, proposers and time do to a proposal.</summary>
internal static class ProposalSteps
{
    public static async Task<Results<Ok<ProposalView>, Refused>> Review(
        int id, ReviewBody body, HttpContext context, WriteTransaction write, ProposalRules rules, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var decision = faults.Word<ReviewDecision>("decision", body.Decision);
        faults.Check(body.Decision is not null, "decision", "The field is required.", $"Use one of: {Words<ReviewDecision>.All}.");
        faults.Text("comment", body.Comment, FieldFaults.LongText);
        faults.Slug("team", body.Team, required: false);
        if (faults.Refusal is { } malformed)
            return (Refused)malformed;
        return await ChangeAsync(id, context, write, Words.Of(decision!.Value), body.Comment, async (stored, actor) =>
        {
            // Readers and leads may have come and gone since the proposal was written.
            var facts = await rules.ContextAsync(write, stored.Features, cancellation);
            var current = stored.Proposal.IsOpen
                ? Quorum.WithNewReviewers(stored.Proposal, facts.RequiredReviews())
                : stored.Proposal;
            var voted = Reviewing.Vote(current, actor, decision.Value, body.Comment?.Trim() ?? "", write.Now, body.Team);
            if (voted.Accepted && decision == ReviewDecision.Object)
            {
                write.Announce("deprecation.objection-raised", Subject.Deprecation(id), Recipients.OfPeople(current.Proposer),
                    new { voted.Value.Objections[^1].Number, By = actor.Id, voted.Value.Objections[^1].Team }, body.Comment);
            }

            return voted;
        }, cancellation);
    }

    public static async Task<Results<Ok<ProposalView>, Refused>> Resolve(
        int id, int number, ResolutionBody body, HttpContext context, WriteTransaction write, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        faults.Text("answer", body.Answer, FieldFaults.LongText, required: true);
        return faults.Refusal is { } malformed
            ? (Refused)malformed
            : await ChangeAsync(id, context, write, "objection-resolved", body.Answer, (stored, actor) =>
                Task.FromResult(Reviewing.ResolveObjection(stored.Proposal, number, actor, body.Answer!.Trim(), write.Now)), cancellation);
    }

    public static async Task<Results<Ok<ProposalView>, Refused>> Delegate(
        int id, DelegationBody body, HttpContext context, WriteTransaction write, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        faults.Slug("team", body.Team);
        faults.Slug("to", body.To);
        faults.Text("reason", body.Reason, FieldFaults.LongText, required: true);
        if (faults.Refusal is { } malformed)
            return (Refused)malformed;
        if (await Actors.PersonAsync(write.Connection, body.To!, cancellation) is not { } to)
            return (Refused)Problems.Malformed("to", $"There is no person '{body.To}'.", "Name somebody who is in a team.");
        return await ChangeAsync(id, context, write, "delegated", body.Reason, (stored, actor) =>
        {
            var decision = Delegating.Delegate(stored.Proposal, actor, body.Team!, to, body.Reason!.Trim(), write.Now);
            if (decision.Accepted)
            {
                write.Announce("deprecation.vote-delegated", Subject.Deprecation(id), Recipients.OfPeople(to.Id),
                    new { From = actor.Id, To = to.Id, body.Team, stored.Proposal.Reviews.First(review => review.Team == body.Team).DueAt }, body.Reason);
            }

            return Task.FromResult(decision);
        }, cancellation);
    }

    public static Task<Results<Ok<ProposalView>, Refused>> TakeBack(
        int id, string team, HttpContext context, WriteTransaction write, CancellationToken cancellation) =>
        ChangeAsync(id, context, write, "delegation-taken-back", null, (stored, actor) =>
            Task.FromResult(Delegating.TakeBack(stored.Proposal, actor, team)), cancellation);

    public static async Task<Results<Ok<ProposalView>, Refused>> Withdraw(
        int id, ClosingBody body, HttpContext context, WriteTransaction write, CancellationToken cancellation) =>
        Reason(body) is { } malformed
            ? (Refused)malformed
            : await ChangeAsync(id, context, write, "withdrawn", body.Reason, (stored, actor) =>
                Task.FromResult(Deprecation.Withdraw(stored.Proposal, actor, body.Reason!.Trim(), write.Now)), cancellation);

    public static async Task<Results<Ok<ProposalView>, Refused>> Reject(
        int id, ClosingBody body, HttpContext context, WriteTransaction write, CancellationToken cancellation) =>
        Reason(body) is { } malformed
            ? (Refused)malformed
            : await ChangeAsync(id, context, write, "rejected", body.Reason, async (stored, actor) =>
            {
                var decision = Deprecation.Reject(stored.Proposal, actor, body.Reason!.Trim(), write.Now);
                if (decision.Accepted)
                    await Rejections.RememberAsync(write, [.. stored.Features.Select(feature => feature.Id)], body.Reason!.Trim(), cancellation);
                return decision;
            }, cancellation);

    public static async Task<Results<Ok<ProposalView>, Refused>> Rollback(
        int id, ClosingBody body, HttpContext context, WriteTransaction write, ProposalRules rules, CancellationToken cancellation)
    {
        if (Reason(body) is { } malformed)
            return (Refused)malformed;
        if (await ProposalStore.LockAsync(write.Connection, id, cancellation) is not { } stored)
            return (Refused)Problems.NotFound("deprecation", id.ToString());
        if (context.Precondition(stored.Version) is { } stale)
            return (Refused)stale;

        var actor = await context.ActorAsync(write.Connection, cancellation);
        var facts = await rules.ContextAsync(write, stored.Features, cancellation);
        var decision = Advancing.Rollback(stored.Proposal, actor, body.Reason!.Trim(), facts);
        if (!decision.Accepted)
            return (Refused)decision.Refusal;
        var next = await ProposalChanges.SaveAsync(write, stored, decision.Value.Proposal, "rolled-back", body.Reason, cancellation);
        await ProposalChanges.MoveFeaturesAsync(write, next, decision.Value.Restored, body.Reason!, cancellation);
        context.SetRevision(next.Version);
        return TypedResults.Ok(next.View(write.Now));
    }

    public static async Task<Results<Ok<AdvanceView>, Refused>> Advance(
        int id, AdvanceBody? body, HttpContext context, WriteTransaction write, ProposalRules rules, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        faults.Text("reason", body?.Reason, FieldFaults.LongText, required: body?.Override is true);
        if (faults.Refusal is { } malformed)
            return (Refused)malformed;
        if (await ProposalStore.LockAsync(write.Connection, id, cancellation) is not { } stored)
            return (Refused)Problems.NotFound("deprecation", id.ToString());
        if (context.Precondition(stored.Version) is { } stale)
            return (Refused)stale;
        var actor = await context.ActorAsync(write.Connection, cancellation);
        if (actor.Id != stored.Proposal.Proposer && !actor.IsAdmin && !stored.Proposal.Reviews.Any(review => actor.LeadsTeam(review.Team)))
            return (Refused)new Refusal(RefusalKind.Forbidden, "not-your-proposal",
                "Only the proposer, a lead of a required team or an administrator may advance it.");
        if (body?.Override is true && !actor.IsAdmin)
            return (Refused)new Refusal(RefusalKind.Forbidden, "override-by-admin-only", "Only an administrator may override a guard.");

        var (next, moved, blocked) = body?.Override is true
            ? await ProposalChanges.AdvanceAsync(write, stored, rules, cancellation, actor, new(body.Reason!))
            : await ProposalChanges.AdvanceAsync(write, stored, rules, cancellation);
        context.SetRevision(next.Version);
        return TypedResults.Ok(new AdvanceView(
            moved, [.. blocked.Select(fault => new UnmetCondition(fault.Field, fault.Code, fault.Message, fault.Remedy))], next.View(write.Now)));
    }

    private static async Task<Results<Ok<ProposalView>, Refused>> ChangeAsync(
        int id, HttpContext context, WriteTransaction write, string action, string? reason,
        Func<StoredProposal, Actor, Task<Decision<Proposal>>> decide, CancellationToken cancellation)
    {
        if (await ProposalStore.LockAsync(write.Connection, id, cancellation) is not { } stored)
            return (Refused)Problems.NotFound("deprecation", id.ToString());
        if (context.Precondition(stored.Version) is { } stale)
            return (Refused)stale;
        var decision = await decide(stored, await context.ActorAsync(write.Connection, cancellation));
        if (!decision.Accepted)
            return (Refused)decision.Refusal;
        var next = await ProposalChanges.SaveAsync(write, stored, decision.Value, action, reason, cancellation);
        context.SetRevision(next.Version);
        return TypedResults.Ok(next.View(write.Now));
    }

    private static Refusal? Reason(ClosingBody body)
    {
        var faults = new FieldFaults();
        faults.Text("reason", body.Reason, FieldFaults.LongText, required: true);
        return faults.Refusal;
    }
}
