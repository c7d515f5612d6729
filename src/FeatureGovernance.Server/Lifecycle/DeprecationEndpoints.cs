using System.Collections.Immutable;
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
    private const int MostFeatures = 500;

    public static void MapDeprecations(this RouteGroupBuilder api)
    {
        var deprecations = api.MapGroup("/deprecations").WithTags("Deprecations");
        deprecations.MapPost("", Post).Needs(Permission.ProposeDeprecation).Mutates().WithSummary("Propose to deprecate features; what is known of them is frozen with it");
        deprecations.MapGet("", ProposalList.List).Needs(Permission.Read).WithSummary("Proposals, newest first");
        deprecations.MapGet("/{id:int}", Get).Needs(Permission.Read).WithSummary("One proposal, with its evidence");
        deprecations.MapPatch("/{id:int}", Patch).Needs(Permission.ProposeDeprecation).Mutates().WithSummary("Amend a proposal that has not begun to act; its votes no longer count");
        deprecations.MapPost("/{id:int}/reviews", ProposalSteps.Review).Needs(Permission.ReviewDeprecation).Mutates().WithSummary("Approve, object or abstain for a required team");
        deprecations.MapPost("/{id:int}/objections/{number:int}/resolution", ProposalSteps.Resolve).Needs(Permission.ReviewDeprecation).Mutates().WithSummary("Close an objection with an answer");
        deprecations.MapPost("/{id:int}/advance", ProposalSteps.Advance).Needs(Permission.ProposeDeprecation).Mutates().WithSummary("Take the next step now where time and facts allow it; else say what is missing");
        deprecations.MapPost("/{id:int}/withdraw", ProposalSteps.Withdraw).Needs(Permission.ProposeDeprecation).Mutates().WithSummary("Take a proposal back before it acts");
        deprecations.MapPost("/{id:int}/reject", ProposalSteps.Reject).Needs(Permission.ReviewDeprecation).Mutates().WithSummary("Turn a proposal down for good");
        deprecations.MapPost("/{id:int}/rollback", ProposalSteps.Rollback).Needs(Permission.ProposeDeprecation).Mutates().WithSummary("Undo a proposal at any step before removal");
    }

    private static async Task<Results<Created<ProposalView>, Refused>> Post(
        ProposalRequest body, HttpContext context, WriteTransaction write, LifecyclePolicy policy, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        CheckFeatures(body.Features, faults);
        faults.Text("reason", body.Reason, FieldFaults.LongText, required: true);
        var plan = PlanReader.Read(body.Plan, null, policy, write.Now, faults);
        if (faults.Refusal is { } malformed)
            return (Refused)malformed;

        var actor = await context.ActorAsync(write.Connection, cancellation);
        var (ids, named) = await ResolveAsync(write.Connection, body.Features!, cancellation);
        await FeatureNames.LockAsync(write.Connection, [.. ids.Select(feature => feature.Id)], cancellation);
        var facts = await ProposalChanges.FactsAsync(write, ids, policy, cancellation);
        var evidence = await EvidenceQuery.FreezeAsync(write.Connection, ids, facts, write.Now, cancellation);
        var id = await ProposalStore.DrawIdAsync(write.Connection, cancellation);
        var decision = Deprecation.Propose(
            id.ToString(), new(named, body.Reason!.Trim(), plan, evidence.Digest), actor, facts.For(ids, policy, write.Now));
        if (!decision.Accepted)
            return (Refused)decision.Refusal;

        var stored = new StoredProposal(id, 1, decision.Value, ids);
        await ProposalStore.InsertAsync(write, stored, evidence.Text, cancellation);
        write.Record(NewEvent.Of("deprecation.submitted", "deprecation", id, $"deprecation {id}", null, stored.View(write.Now), stored.Proposal.Reason));
        context.SetRevision(1);
        return TypedResults.Created($"/api/v1/deprecations/{id}", stored.View(write.Now));
    }

    private static async Task<Results<Ok<ProposalView>, Refused>> Patch(
        int id, ProposalRequest body, HttpContext context, WriteTransaction write, LifecyclePolicy policy, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        if (body.Features is not null)
            CheckFeatures(body.Features, faults);
        faults.Text("reason", body.Reason, FieldFaults.LongText);
        faults.Check(body.Features is not null || body.Reason is not null || body.Plan is not null, "body", "Nothing is amended.", "Send features, reason or plan.");
        if (await ProposalStore.LockAsync(write.Connection, id, cancellation) is not { } stored)
            return (Refused)Problems.NotFound("deprecation", id.ToString());
        var plan = PlanReader.Read(body.Plan, stored.Proposal.Plan, policy, write.Now, faults);
        if (faults.Refusal is { } malformed)
            return (Refused)malformed;
        if (context.Precondition(stored.Version) is { } stale)
            return (Refused)stale;

        var actor = await context.ActorAsync(write.Connection, cancellation);
        var (ids, named) = body.Features is null ? (stored.Features, stored.Proposal.Features) : await ResolveAsync(write.Connection, body.Features, cancellation);
        await FeatureNames.LockAsync(write.Connection, [.. ids.Select(feature => feature.Id)], cancellation);
        var facts = await ProposalChanges.FactsAsync(write, ids, policy, cancellation);
        var evidence = await EvidenceQuery.FreezeAsync(write.Connection, ids, facts, write.Now, cancellation);
        var decision = Deprecation.Amend(
            stored.Proposal, new(named, body.Reason?.Trim() ?? stored.Proposal.Reason, plan, evidence.Digest), actor, facts.For(ids, policy, write.Now));
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

    private static void CheckFeatures(IReadOnlyList<FeatureToGo>? features, FieldFaults faults)
    {
        FeatureNames.Check("features", features?.Select(feature => feature?.Key).ToList(), MostFeatures, faults);
        for (var i = 0; i < Math.Min(features?.Count ?? 0, MostFeatures); i++)
        {
            if (features![i]?.Replacement is { } replacement && !Core.Registry.FeatureKey.TryParse(replacement, out _))
                faults.Add($"features[{i}].replacement", "Not a feature key.", $"Use {Core.Registry.FeatureKey.Form}.", "malformed-key");
        }
    }

    /// <summary>The features that are registered by number, and all of them by present key; those that are not are the rules' to refuse.</summary>
    private static async Task<(ImmutableArray<ProposedId> Ids, ImmutableArray<ProposedFeature> Named)> ResolveAsync(
        NpgsqlConnection connection, IReadOnlyList<FeatureToGo> features, CancellationToken cancellation)
    {
        var names = features.Select(feature => feature.Key!).Concat(features.Select(feature => feature.Replacement).OfType<string>());
        var found = await FeatureNames.FindAsync(connection, names, cancellation);
        var ids = ImmutableArray.CreateBuilder<ProposedId>();
        var named = ImmutableArray.CreateBuilder<ProposedFeature>();
        foreach (var feature in features)
        {
            (int Id, string Key)? replacement = feature.Replacement is { } name && found.TryGetValue(name, out var other) ? other : null;
            var replacementKey = replacement?.Key ?? feature.Replacement;
            var known = found.TryGetValue(feature.Key!, out var own);
            named.Add(new(known ? own.Key : feature.Key!, replacementKey));
            if (known && !ids.Any(one => one.Id == own.Id))
                ids.Add(new(own.Id, own.Key, replacement?.Id, replacementKey));
        }

        return (ids.ToImmutable(), named.ToImmutable());
    }
}
