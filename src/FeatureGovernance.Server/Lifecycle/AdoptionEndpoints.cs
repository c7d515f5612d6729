using System.Collections.Immutable;
using FeatureGovernance.Contracts.Lifecycle;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Adopting;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Registry;
using FeatureGovernance.Server.Standards;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FeatureGovernance.Server.Lifecycle;

/// <summary>Models ask for features; each owner team decides its own.</summary>
internal static class AdoptionEndpoints
{
    private const int MostFeatures = 5_000;

    public static void MapAdoptions(this RouteGroupBuilder api)
    {
        var adoptions = api.MapGroup("/adoptions").WithTags("Adoptions");
        adoptions.MapPost("", Post).Needs(Permission.RequestAdoption).Mutates().WithSummary("Ask for features for a model");
        adoptions.MapGet("", AdoptionList.List).Needs(Permission.Read).WithSummary("Requests, newest first");
        adoptions.MapGet("/{id:int}", Get).Needs(Permission.Read).WithSummary("One request, with the state of each feature");
        adoptions.MapPost("/{id:int}/decision", Decide).Needs(Permission.DecideAdoption).Mutates()
            .WithSummary("Approve or reject the features of a request that are yours");
        adoptions.MapPost("/{id:int}/withdraw", Withdraw).Needs(Permission.RequestAdoption).Mutates().WithSummary("Take a request back, or stop reading");
        adoptions.MapPost("/{id:int}/trial", Try).Needs(Permission.RequestAdoption).Mutates().WithSummary("Begin to read granted features in a trial");
        adoptions.MapPost("/{id:int}/adopt", Adopt).Needs(Permission.RequestAdoption).Mutates().WithSummary("Read granted features for good");
        adoptions.MapPost("/{id:int}/migrate", Migrate).Needs(Permission.RequestAdoption).Mutates().WithSummary("End reading in favour of replacements");
    }

    private static async Task<Results<Created<AdoptionView>, Refused>> Post(
        AdoptionRequestBody body, HttpContext context, WriteTransaction write, StandardGate standards, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        faults.Slug("model", body.Model);
        FeatureNames.Check("features", body.Features, MostFeatures, faults);
        faults.Text("justification", body.Justification, FieldFaults.LongText, required: true);
        if (faults.Refusal is { } malformed)
            return (Refused)malformed;
        var model = await write.Db.Models.AsNoTracking().Include(m => m.Team).SingleOrDefaultAsync(m => m.Name == body.Model, cancellation);
        if (model is null)
            return (Refused)Problems.Malformed("model", $"There is no model '{body.Model}'.", "Register the model first.");
        if (context.Caller().Refuses(Permission.RequestAdoption, model.TeamId, model.Team.Slug) is { } notYours)
            return (Refused)notYours;

        // Two requests for one model take turns, so that no pair is asked for twice.
        await write.Db.Database.ExecuteSqlAsync($"select id from registry.model where id = {model.Id} for update", cancellation);
        var found = await FeatureNames.FindAsync(write.Connection, body.Features!, cancellation);
        for (var i = 0; i < body.Features!.Count; i++)
        {
            if (!found.ContainsKey(body.Features[i]))
                faults.Add($"features[{i}]", $"There is no feature '{body.Features[i]}'.", "Check the name.", "unknown-feature");
        }

        if (faults.Refusal is { } unknown)
            return (Refused)unknown;
        var rows = (await FeatureRow.ByIdAsync(write.Connection, [.. found.Values.Select(feature => feature.Id).Distinct()], cancellation))
            .ToDictionary(row => row.Id);
        var present = (await AdoptionStore.PresentAsync(write.Connection, model.Id, [.. rows.Keys], cancellation))
            .Select(pair => Known(model, rows[pair.FeatureId], pair.State, write.Now)).ToImmutableArray();
        var decision = Adoptions.Request(model.Name, model.Team.Slug, [.. body.Features.Select(name => Facts(rows[found[name].Id]))], present,
            body.Justification!.Trim(), await context.ActorAsync(write.Connection, cancellation), write.Now);
        if (!decision.Accepted)
            return (Refused)decision.Refusal;

        var ids = rows.Values.ToDictionary(row => row.Key, row => row.Id, StringComparer.Ordinal);
        var granted = await standards.AutoApproveAsync(write, model, decision.Value, ids, cancellation);
        var items = granted.Select(adoption => new StoredItem(ids[adoption.Feature], adoption)).ToList();
        var id = await AdoptionStore.InsertAsync(write, model.Id, context.Caller().Actor, body.Justification!.Trim(), items, cancellation);
        var view = (await AdoptionStore.FindAsync(write.Connection, id, cancellation))!.View();
        write.Record(NewEvent.Of("adoption.requested", "adoption", model.Id, $"adoption {id}", null, view, view.Justification));
        context.SetRevision(1);
        return TypedResults.Created($"/api/v1/adoptions/{id}", view);
    }

    private static async Task<Results<Ok<AdoptionView>, StatusCodeHttpResult, Refused>> Get(
        int id, HttpContext context, NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        if (await AdoptionStore.FindAsync(connection, id, cancellation) is not { } request)
            return (Refused)Problems.NotFound("adoption", id.ToString());
        // No 304: a manifest going live changes states without changing the request.
        context.SetRevision(request.Revision);
        return TypedResults.Ok(request.View());
    }

    public static async Task<Results<Ok<AdoptionView>, Refused>> Decide(
        int id, AdoptionDecision body, HttpContext context, WriteTransaction write, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        faults.Check(body.Decision is "approve" or "reject", "decision", "The decision is not known here.", "Use one of: approve, reject.");
        faults.Text("comment", body.Comment, FieldFaults.LongText, required: body.Decision == "reject");
        return faults.Refusal is { } malformed
            ? (Refused)malformed
            : await MoveAsync(id, body.Decision == "approve" ? AdoptionState.Approved : AdoptionState.Rejected, body.Comment, body.Features, context,
                write, cancellation);
    }

    private static Task<Results<Ok<AdoptionView>, Refused>> Withdraw(
        int id, AdoptionStepBody? body, HttpContext context, WriteTransaction write, CancellationToken cancellation) =>
        MoveAsync(id, AdoptionState.Withdrawn, body?.Comment, body?.Features, context, write, cancellation);

    private static async Task<Results<Ok<AdoptionView>, Refused>> Try(
        int id, AdoptionStepBody? body, HttpContext context, WriteTransaction write, StandardGate standards, CancellationToken cancellation)
    {
        if (Trials.Refuse(body?.EndsOn, await standards.TrialsAsync(write, cancellation), write.Now) is { } refusal)
            return (Refused)refusal;
        var moved = await MoveAsync(id, AdoptionState.Trial, body?.Comment, body?.Features, context, write, cancellation);
        await Trials.BeginAsync(write, id, body?.EndsOn, await standards.TrialsAsync(write, cancellation), cancellation);
        return moved;
    }

    private static Task<Results<Ok<AdoptionView>, Refused>> Adopt(
        int id, AdoptionStepBody? body, HttpContext context, WriteTransaction write, CancellationToken cancellation) =>
        MoveAsync(id, AdoptionState.Adopted, body?.Comment, body?.Features, context, write, cancellation);

    private static Task<Results<Ok<AdoptionView>, Refused>> Migrate(
        int id, AdoptionStepBody? body, HttpContext context, WriteTransaction write, CancellationToken cancellation) =>
        MoveAsync(id, AdoptionState.Migrated, body?.Comment, body?.Features, context, write, cancellation);

    /// <summary>Takes a step for the features named, all or none; where none is named, for every one that can and may take it.</summary>
    private static async Task<Results<Ok<AdoptionView>, Refused>> MoveAsync(
        int id, AdoptionState to, string? comment, IReadOnlyList<string>? named, HttpContext context, WriteTransaction write, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        faults.Text("comment", comment, FieldFaults.LongText);
        if (named is not null)
            FeatureNames.Check("features", named, MostFeatures, faults);
        if (faults.Refusal is { } malformed)
            return (Refused)malformed;
        if (await AdoptionStore.FindAsync(write.Connection, id, cancellation, locked: true) is not { } request)
            return (Refused)Problems.NotFound("adoption", id.ToString());
        if (context.Precondition(request.Revision) is { } stale)
            return (Refused)stale;

        var items = request.Items;
        if (named is not null)
        {
            var asked = request.Items.ToDictionary(item => item.Adoption.Feature, StringComparer.Ordinal);
            for (var i = 0; i < named.Count; i++)
                faults.Check(asked.ContainsKey(named[i]), $"features[{i}]", $"The request has no feature '{named[i]}'.",
                    "Name features of this request by their present keys.");
            if (faults.Refusal is { } unknown)
                return (Refused)unknown;
            items = [.. named.Distinct().Select(name => asked[name])];
        }

        var actor = await context.ActorAsync(write.Connection, cancellation);
        var decisions = items.Select(item => (item.FeatureId, Decision: Adoptions.Decide(item.Adoption, to, actor, comment?.Trim(), write.Now))).ToList();
        var changed = decisions.Where(one => one.Decision.Accepted).Select(one => new StoredItem(one.FeatureId, one.Decision.Value!)).ToList();
        // Of the reasons against, the one about who may is the one that the caller can do something about.
        var refusals = decisions.Select(one => one.Decision.Refusal).OfType<Refusal>()
            .OrderByDescending(refusal => refusal.Kind == RefusalKind.Forbidden).ToList();
        if (refusals.Count > 0 && (named is not null || changed.Count == 0))
            return (Refused)refusals[0];

        await AdoptionStore.UpdateAsync(write, request, changed, cancellation);
        var after = (await AdoptionStore.FindAsync(write.Connection, id, cancellation))!;
        write.Record(NewEvent.Of($"adoption.{Words.Of(to)}", "adoption", request.ModelId, $"adoption {id}", request.View(), after.View(), comment));
        context.SetRevision(after.Revision);
        return TypedResults.Ok(after.View());
    }

    private static FeatureFacts Facts(FeatureRow row) => new()
    {
        Key = row.Key,
        Team = row.Team,
        Stage = row.Stage,
        StageSince = row.StageSince,
        Replacement = row.Replacement is { } key ? new(key, null) : null,
    };

    private static Adoption Known(Model model, FeatureRow row, AdoptionState state, DateTimeOffset now) => new()
    {
        Model = model.Name,
        ModelTeam = model.Team.Slug,
        Feature = row.Key,
        FeatureTeam = row.Team,
        Requester = "",
        Justification = "",
        State = state,
        StateSince = now,
    };
}
