using System.Text.Json;
using FeatureGovernance.Contracts.Lifecycle;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace FeatureGovernance.Server.Lifecycle;

/// <summary>Deprecation proposals: submitted, amended and read here; what becomes of them is in <see cref="ProposalSteps"/>.</summary>
internal static class DeprecationEndpoints
{
    public static void MapDeprecations(this RouteGroupBuilder api)
    {
        var deprecations = api.MapGroup("/deprecations").WithTags("Deprecations");
        deprecations.MapPost("", Post).Needs(Permission.ProposeDeprecation).Mutates()
            .WithSummary("Propose to deprecate features; what is known of them is frozen with it");
        deprecations.MapGet("", ProposalList.List).Needs(Permission.Read).WithSummary("Proposals, newest first");
        deprecations.MapGet("/{id:int}", Get).Needs(Permission.Read).WithSummary("One proposal, with its evidence");
        deprecations.MapPatch("/{id:int}", Patch).Needs(Permission.ProposeDeprecation).Mutates()
            .WithSummary("Amend a proposal that has not begun to act; its votes no longer count");
        deprecations.MapPost("/{id:int}/reviews", ProposalSteps.Review).Needs(Permission.ReviewDeprecation).Mutates()
            .WithSummary("Approve, object or abstain for a required team");
        deprecations.MapPost("/{id:int}/objections/{number:int}/resolution", ProposalSteps.Resolve).Needs(Permission.ReviewDeprecation).Mutates()
            .WithSummary("Close an objection with an answer");
        deprecations.MapPost("/{id:int}/delegations", ProposalSteps.Delegate).Needs(Permission.ReviewDeprecation).Mutates()
            .WithSummary("Hand your vote for a required team to another lead");
        deprecations.MapDelete("/{id:int}/delegations/{team}", ProposalSteps.TakeBack).Needs(Permission.ReviewDeprecation).Mutates()
            .WithSummary("Take back a vote that you handed on");
        deprecations.MapGet("/{id:int}/verification", Verification.Get).Needs(Permission.Read)
            .WithSummary("What is known of remaining reads, with bounds, and what keeps the proposal from its next step");
        deprecations.MapPost("/{id:int}/advance", ProposalSteps.Advance).Needs(Permission.ProposeDeprecation).Mutates()
            .WithSummary("Take the next step now where time and facts allow it; else say what is missing");
        deprecations.MapPost("/{id:int}/withdraw", ProposalSteps.Withdraw).Needs(Permission.ProposeDeprecation).Mutates()
            .WithSummary("Take a proposal back before it acts");
        deprecations.MapPost("/{id:int}/reject", ProposalSteps.Reject).Needs(Permission.ReviewDeprecation).Mutates()
            .WithSummary("Turn a proposal down for good");
        deprecations.MapPost("/{id:int}/rollback", ProposalSteps.Rollback).Needs(Permission.ProposeDeprecation).Mutates()
            .WithSummary("Undo a proposal at any step before removal");
    }

    public static async Task<Results<Created<ProposalView>, Refused>> Post(
        ProposalRequest body, HttpContext context, WriteTransaction write, ProposalRules rules, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var wish = Selection.Read(body, required: true, faults);
        faults.Text("reason", body.Reason, FieldFaults.LongText, required: true);
        var plan = PlanReader.Read(body.Plan, null, rules.Policy, write.Now, faults);
        await Selection.CheckModelsAsync(write.Connection, plan, faults, cancellation);
        if (faults.Refusal is { } malformed)
            return (Refused)malformed;

        var chosen = await Selection.ChooseAsync(write.Connection, wish!, faults, cancellation);
        if (faults.Refusal is { } unfit)
            return (Refused)unfit;
        var actor = await context.ActorAsync(write.Connection, cancellation);
        var decision = await Submission.SubmitAsync(write, actor, chosen, body.Reason!.Trim(), plan, rules, cancellation);
        if (!decision.Accepted)
            return (Refused)decision.Refusal;
        context.SetRevision(1);
        return TypedResults.Created($"/api/v1/deprecations/{decision.Value.Id}", decision.Value.View(write.Now));
    }

    private static async Task<Results<Ok<ProposalView>, Refused>> Patch(
        int id, ProposalRequest body, HttpContext context, WriteTransaction write, ProposalRules rules, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var wish = Selection.Read(body, required: false, faults);
        faults.Text("reason", body.Reason, FieldFaults.LongText);
        faults.Check(wish is not null || body.Reason is not null || body.Plan is not null, "body", "Nothing is amended.", "Send features, reason or plan.");
        if (await ProposalStore.LockAsync(write.Connection, id, cancellation) is not { } stored)
            return (Refused)Problems.NotFound("deprecation", id.ToString());
        var plan = PlanReader.Read(body.Plan, stored.Proposal.Plan, rules.Policy, write.Now, faults);
        await Selection.CheckModelsAsync(write.Connection, plan, faults, cancellation);
        if (faults.Refusal is { } malformed)
            return (Refused)malformed;
        if (context.Precondition(stored.Version) is { } stale)
            return (Refused)stale;

        var actor = await context.ActorAsync(write.Connection, cancellation);
        var chosen = wish is null
            ? new Chosen(stored.Features, stored.Proposal.Features, stored.Proposal.Selection, [])
            : await Selection.ChooseAsync(write.Connection, wish, faults, cancellation, id);
        if (faults.Refusal is { } unfit)
            return (Refused)unfit;
        var ids = chosen.Ids;
        await FeatureNames.LockAsync(write.Connection, [.. ids.Select(feature => feature.Id)], cancellation);
        var facts = await rules.FactsAsync(write.Connection, ids, write.Now, cancellation);
        var evidence = await EvidenceQuery.FreezeAsync(write.Connection, ids, facts, chosen, write.Now, cancellation);
        var decision = Deprecation.Amend(
            stored.Proposal, new(chosen.Named, body.Reason?.Trim() ?? stored.Proposal.Reason, plan, evidence.Digest, chosen.Words), actor,
            facts.For(ids, rules.Policy, write.Now));
        if (!decision.Accepted)
            return (Refused)decision.Refusal;
        var next = await ProposalChanges.SaveAsync(write, stored, decision.Value, "amended", body.Reason, cancellation, ids, evidence.Text);
        context.SetRevision(next.Version);
        return TypedResults.Ok(next.View(write.Now));
    }

    /// <param name="asOf">A moment of the past; the proposal is then shown as it was, from the audit trail, without its evidence.</param>
    private static async Task<Results<Ok<ProposalView>, ContentHttpResult, StatusCodeHttpResult, Refused>> Get(
        int id, string? asOf, HttpContext context, NpgsqlDataSource source, TimeProvider clock, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        if (asOf is not null)
        {
            var (state, refusal) = await AsOf.FindAsync(context, connection, "deprecation", $"deprecation {id}", id, asOf, clock.GetUtcNow(), cancellation);
            return state is null ? (Refused)refusal! : state;
        }

        if (await ProposalStore.FindAsync(connection, id, cancellation) is not { } stored)
            return (Refused)Problems.NotFound("deprecation", id.ToString());
        context.SetRevision(stored.Version);
        if (context.IsCurrent(stored.Version))
            return TypedResults.StatusCode(304);
        await using var command = new NpgsqlCommand("select evidence::text from lifecycle.proposal where id = $1", connection);
        command.Parameters.Add(new() { Value = id });
        var evidence = (string)(await command.ExecuteScalarAsync(cancellation))!;
        return TypedResults.Ok(stored.View(clock.GetUtcNow()) with { Evidence = Json.Read<JsonElement>(evidence) });
    }
}
