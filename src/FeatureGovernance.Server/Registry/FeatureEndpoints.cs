using System.Text.Json;
using System.Text.Json.Nodes;
using FeatureGovernance.Contracts.Registry;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Registry;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Lifecycle;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FeatureGovernance.Server.Registry;

internal static class FeatureEndpoints
{
    public static void MapFeatures(this RouteGroupBuilder api)
    {
        var features = api.MapGroup("/features").WithTags("Features");
        features.MapGet("", FeatureSearch.List).Needs(Permission.Read).WithSummary("Search features");
        features.MapPost("/bulk", BulkRegistration.Post).Needs(Permission.RegisterFeatures).Mutates().Accepts<BulkFeature>("application/x-ndjson")
            .WithSummary("Register many features, one JSON object a line");
        features.MapPut("/{key}", Put).Needs(Permission.RegisterFeatures).Mutates()
            .WithSummary("Register or change a feature; a changed definition makes a new version");
        features.MapPatch("/{key}", Patch).Needs(Permission.RegisterFeatures).Mutates()
            .Accepts<FeatureDefinition>("application/merge-patch+json", "application/json")
            .WithSummary("Change some fields (JSON merge patch, RFC 7396)");
        features.MapGet("/{key}", Get).Needs(Permission.Read).WithSummary("One feature, by its key or a former key");
        features.MapGet("/{key}/versions", Versions).Needs(Permission.Read).WithSummary("Every definition the feature has had, newest first");
        features.MapPost("/{key}/rename", Rename).Needs(Permission.RegisterFeatures).Mutates()
            .WithSummary("Give a feature a new key; the old one still answers");
        features.MapGet("/{key}/history", FeatureHistory.History).Needs(Permission.Read).WithSummary("Every change of the feature, newest first");
        features.MapGet("/{key}/dependants", FeatureGraph.Dependants).Needs(Permission.Read).WithSummary("Models and features that read this one");
        features.MapGet("/{key}/lineage", FeatureGraph.Lineage).Needs(Permission.Read).WithSummary("From source columns to features to models to surfaces");
    }

    private static async Task<Results<Ok<FeatureView>, Created<FeatureView>, Refused>> Put(
        string key, FeatureDefinition body, HttpContext context, WriteTransaction write, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var draft = FeatureDraft.Read(key, body, faults);
        if (draft is null)
            return (Refused)faults.Refusal!;

        var result = (await FeatureRegistration.ApplyAsync(write, context.Caller(), [draft], cancellation, row => context.Precondition(row?.Revision)))[0];
        if (result.Refusal is { } refusal)
            return (Refused)refusal;
        context.SetRevision(result.Row!.Revision);
        return result.Outcome == Outcome.Created
            ? TypedResults.Created($"/api/v1/features/{key}", result.Row.View())
            : TypedResults.Ok(result.Row.View());
    }

    private static async Task<Results<Ok<FeatureView>, Created<FeatureView>, Refused>> Patch(
        string key, HttpContext context, WriteTransaction write, CancellationToken cancellation)
    {
        if (await MergePatch.ReadAsync(context.Request, cancellation) is not { } patch)
            return (Refused)Problems.Malformed("body", "A merge patch is a JSON object.", "Send the fields to change; null removes one.");
        if (await FeatureRow.FindAsync(write.Connection, key, cancellation) is not { } row)
            return (Refused)Problems.NotFound("feature", FieldFaults.Printable(key));

        var present = (JsonObject)JsonSerializer.SerializeToNode(row.View(), Json.Options)!;
        var definition = JsonSerializer.SerializeToNode(JsonSerializer.Deserialize<FeatureDefinition>(Narrow(present), Json.Options), Json.Options)!.AsObject();
        var merged = MergePatch.Apply(definition, patch).Deserialize<FeatureDefinition>(Json.Options)!;
        return await Put(row.Key, merged, context, write, cancellation);
    }

    /// <param name="asOf">A moment of the past; the feature is then shown as it was, from the audit trail.</param>
    private static async Task<Results<Ok<FeatureView>, ContentHttpResult, StatusCodeHttpResult, Refused>> Get(
        string key, string? asOf, HttpContext context, NpgsqlDataSource source, TimeProvider clock, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var found = await FeatureRow.FindAsync(connection, key, cancellation);
        if (asOf is not null)
        {
            var (state, refusal) = await AsOf.FindAsync(context, connection, "feature", key, found?.Id, asOf, clock.GetUtcNow(), cancellation);
            return state is null ? (Refused)refusal! : state;
        }

        if (found is not { } row)
            return (Refused)Problems.NotFound("feature", FieldFaults.Printable(key));
        context.SetRevision(row.Revision);
        await DeprecationHeaders.SetAsync(context.Response, connection, row, cancellation);
        return context.IsCurrent(row.Revision) ? TypedResults.StatusCode(304) : TypedResults.Ok(row.View());
    }

    public static async Task<Results<Ok<List<FeatureVersionView>>, Refused>> Versions(
        string key, NpgsqlDataSource source, GovernanceDb db, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        if (await FeatureRow.FindAsync(connection, key, cancellation) is not { } row)
            return (Refused)Problems.NotFound("feature", FieldFaults.Printable(key));
        var versions = await db.FeatureVersions.AsNoTracking().Where(version => version.FeatureId == row.Id)
            .OrderByDescending(version => version.Number).Take(Limits.LargestPage).ToListAsync(cancellation);
        return TypedResults.Ok(versions.Select(version => new FeatureVersionView(
            version.Number, version.CreatedAt, Words<DataType>.Text(version.DataType), version.Entity,
            new FeatureSource { System = version.SourceSystem, Table = version.SourceTable, Column = version.SourceColumn, Expression = version.SourceExpression },
            Json.Read<ExpectedValues>(version.Expected), Json.Read<JsonElement?>(version.DefaultValue))).ToList());
    }

    private static async Task<Results<Ok<FeatureView>, Refused>> Rename(
        string key, Rename body, HttpContext context, WriteTransaction write, CancellationToken cancellation)
    {
        if (!FeatureKey.TryParse(body.To, out _))
            return (Refused)Problems.Malformed("to", $"'{Problems.Shorten(FieldFaults.Printable(body.To ?? ""))}' is not a feature key.",
                $"Use {FeatureKey.Form}.");
        if (await FeatureRow.FindAsync(write.Connection, key, cancellation) is not { } row)
            return (Refused)Problems.NotFound("feature", FieldFaults.Printable(key));
        if (context.Precondition(row.Revision) is { } stale)
            return (Refused)stale;
        if (context.Caller().Refuses(Permission.RegisterFeatures, row.TeamId, row.Team) is { } notYours)
            return (Refused)notYours;
        if (row.Key == body.To)
            return TypedResults.Ok(row.View());
        if (await FeatureRow.FindAsync(write.Connection, body.To!, cancellation) is { } taken && taken.Id != row.Id)
            return (Refused)new Refusal(RefusalKind.Conflict, "name-taken", $"'{body.To}' is, or was, the key of '{taken.Key}'.");

        var feature = await write.Db.Features.SingleAsync(feature => feature.Id == row.Id, cancellation);
        // A feature may take back a former name of its own.
        await write.Db.FeatureAliases.Where(alias => alias.Key == body.To).ExecuteDeleteAsync(cancellation);
        write.Db.Add(new FeatureAlias { Key = row.Key, Feature = feature });
        feature.Key = body.To!;
        feature.Revision++;
        feature.UpdatedAt = write.Now;
        await write.Db.SaveChangesAsync(cancellation);
        var renamed = (await FeatureRow.ByIdAsync(write.Connection, [row.Id], cancellation))[0];
        write.Record(NewEvent.Of("feature.renamed", "feature", row.Id, renamed.Key, row.View(), renamed.View()));
        context.SetRevision(renamed.Revision);
        return TypedResults.Ok(renamed.View());
    }

    // Leaves of a view only what a definition has.
    private static JsonObject Narrow(JsonObject view)
    {
        foreach (var name in (string[])["key", "stage", "stageSince", "version", "replacement", "aliases", "revision", "createdAt", "updatedAt"])
            view.Remove(name);
        return view;
    }
}
