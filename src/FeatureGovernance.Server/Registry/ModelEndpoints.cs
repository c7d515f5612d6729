using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Registry;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Registry;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FeatureGovernance.Server.Registry;

internal static class ModelEndpoints
{
    public static void MapModels(this RouteGroupBuilder api)
    {
        var models = api.MapGroup("/models").WithTags("Models");
        models.MapGet("", List).Needs(Permission.Read).WithSummary("Models by name");
        models.MapPut("/{model}", Put).Needs(Permission.RegisterModels).Mutates().WithSummary("Register or change a model");
        models.MapGet("/{model}", Get).Needs(Permission.Read).WithSummary("One model");
        models.MapPost("/{model}/rename", Rename).Needs(Permission.RegisterModels).Mutates().WithSummary("Give a model a new name; it stays the same model");
        models.MapPut("/{model}/versions/{version}", Manifests.Put).Needs(Permission.RegisterModels).Mutates()
            .WithSummary("Register what a model version reads");
        models.MapGet("/{model}/versions/{version}", Manifests.Get).Needs(Permission.Read).WithSummary("What a model version reads");
        models.MapGet("/{model}/versions", Manifests.List).Needs(Permission.Read).WithSummary("A model's versions, newest first");
    }

    public static ModelView View(Model model, string? liveVersion) => new()
    {
        Model = model.Name,
        Team = model.Team.Slug,
        Kind = Words<ModelKind>.Text(model.Kind),
        Surface = model.Surface,
        Metric = model.MetricName is null ? null : new Metric { Name = model.MetricName, HigherIsBetter = model.MetricHigherIsBetter },
        Weight = model.Weight,
        TrafficPerDay = model.TrafficPerDay,
        Description = model.Description,
        Tags = new SortedDictionary<string, string>(Json.Read<Dictionary<string, string>>(model.Tags)!, StringComparer.Ordinal),
        LiveVersion = liveVersion,
        Revision = model.Revision,
        UpdatedAt = model.UpdatedAt,
    };

    /// <summary>Checks a model's definition; null where it is at fault.</summary>
    public static ModelKind? Check(ModelDefinition body, FieldFaults faults)
    {
        faults.Slug("team", body.Team);
        var kind = faults.Word<ModelKind>("kind", body.Kind);
        faults.Check(body.Kind is not null, "kind", "The field is required.", $"Use one of: {Words<ModelKind>.All}.");
        faults.Text("surface", body.Surface, 128);
        faults.Text("description", body.Description, FieldFaults.LongText);
        faults.Text("metric.name", body.Metric?.Name, 64, required: body.Metric is not null);
        faults.Check(body.Metric is null || body.Metric.HigherIsBetter is not null, "metric.higherIsBetter", "The field is required.",
            "Say true for gains such as AUC, false for losses.");
        faults.Number("weight", body.Weight, 0, 1e9);
        faults.Number("trafficPerDay", body.TrafficPerDay, 0, 1e15);
        faults.Tags("tags", body.Tags);
        return kind;
    }

    private static async Task<Results<Ok<ModelView>, Created<ModelView>, Refused>> Put(
        string model, ModelDefinition body, HttpContext context, WriteTransaction write, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        faults.Slug("model", model);
        var kind = Check(body, faults);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;

        var db = write.Db;
        var record = await db.Models.Include(m => m.Team).SingleOrDefaultAsync(m => m.Name == model, cancellation);
        if (context.Precondition(record?.Revision) is { } stale)
            return (Refused)stale;
        var team = await db.Teams.SingleOrDefaultAsync(t => t.Slug == body.Team, cancellation);
        if (team is null)
            return (Refused)Problems.Malformed("team", $"There is no team '{body.Team}'.", "Register the team first.");
        if (record is not null && context.Caller().Refuses(Permission.RegisterModels, record.TeamId, record.Team.Slug) is { } notYours)
            return (Refused)notYours;
        if (context.Caller().Refuses(Permission.RegisterModels, team.Id, team.Slug) is { } notTheirs)
            return (Refused)notTheirs;

        var live = record is null ? null : await LiveVersion(db, record, cancellation);
        var before = record is null ? null : View(record, live);
        if (record is null)
            db.Add(record = new Model { Name = model, TeamId = team.Id });
        record.Team = team;
        record.TeamId = team.Id;
        record.Kind = kind!.Value;
        record.Surface = body.Surface;
        record.MetricName = body.Metric?.Name;
        record.MetricHigherIsBetter = body.Metric?.HigherIsBetter ?? false;
        record.Weight = body.Weight ?? 1;
        record.TrafficPerDay = body.TrafficPerDay;
        record.Description = body.Description?.Trim();
        record.Tags = Json.Text(new SortedDictionary<string, string>(body.Tags?.ToDictionary() ?? [], StringComparer.Ordinal));
        if (before is not null && Json.Text(before) == Json.Text(View(record, live)))
        {
            db.ChangeTracker.Clear();
            context.SetRevision(before.Revision);
            return TypedResults.Ok(before);
        }

        record.Revision++;
        record.UpdatedAt = write.Now;
        await db.SaveChangesAsync(cancellation);
        var after = View(record, live);
        write.Record(NewEvent.Of(before is null ? "model.registered" : "model.changed", "model", record.Id, model, before, after));
        context.SetRevision(record.Revision);
        return before is null ? TypedResults.Created($"/api/v1/models/{model}", after) : TypedResults.Ok(after);
    }

    /// <param name="asOf">A moment of the past; the model is then shown as it was, from the audit trail.</param>
    private static async Task<Results<Ok<ModelView>, ContentHttpResult, StatusCodeHttpResult, Refused>> Get(
        string model, string? asOf, HttpContext context, GovernanceDb db, NpgsqlDataSource source, TimeProvider clock, CancellationToken cancellation)
    {
        var record = await db.Models.AsNoTracking().Include(m => m.Team).SingleOrDefaultAsync(m => m.Name == model, cancellation);
        if (asOf is not null)
        {
            await using var connection = await source.OpenConnectionAsync(cancellation);
            var (state, refusal) = await AsOf.FindAsync(context, connection, "model", model, record?.Id, asOf, clock.GetUtcNow(), cancellation);
            return state is null ? (Refused)refusal! : state;
        }

        if (record is null)
            return (Refused)Problems.NotFound("model", FieldFaults.Printable(model));
        context.SetRevision(record.Revision);
        return context.IsCurrent(record.Revision) ? TypedResults.StatusCode(304) : TypedResults.Ok(View(record, await LiveVersion(db, record, cancellation)));
    }

    public static async Task<Results<Ok<Page<ModelView>>, Refused>> List(
        GovernanceDb db, string? team, string? kind, string? surface, int? limit, string? cursor, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var size = Limits.Page(limit, faults);
        var after = Cursor.Decode(cursor, "model", faults);
        var kindWanted = faults.Word<ModelKind>("kind", kind);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;

        var from = after?.Last ?? "";
        var found = await (
            from m in db.Models.AsNoTracking().Include(m => m.Team)
            where string.Compare(m.Name, @from) > 0
                && (team == null || m.Team.Slug == team) && (kindWanted == null || m.Kind == kindWanted) && (surface == null || m.Surface == surface)
            orderby m.Name
            select new { Model = m, Live = db.ModelVersions.Where(v => v.Id == m.LiveVersionId).Select(v => v.Name).SingleOrDefault() })
            .Take(size + 1).ToListAsync(cancellation);
        var page = found.Take(size).Select(item => View(item.Model, item.Live)).ToList();
        return TypedResults.Ok(new Page<ModelView>(page, found.Count > size ? new Cursor("model", page[^1].Model, 0).Encode() : null));
    }

    private static async Task<Results<Ok<ModelView>, Refused>> Rename(
        string model, Rename body, HttpContext context, WriteTransaction write, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        faults.Slug("to", body.To);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;
        var record = await write.Db.Models.Include(m => m.Team).SingleOrDefaultAsync(m => m.Name == model, cancellation);
        if (record is null)
            return (Refused)Problems.NotFound("model", FieldFaults.Printable(model));
        if (context.Precondition(record.Revision) is { } stale)
            return (Refused)stale;
        if (context.Caller().Refuses(Permission.RegisterModels, record.TeamId, record.Team.Slug) is { } notYours)
            return (Refused)notYours;
        if (await write.Db.Models.AnyAsync(other => other.Name == body.To && other.Id != record.Id, cancellation))
            return (Refused)new Refusal(RefusalKind.Conflict, "name-taken", $"There is a model '{body.To}' already.");

        var live = await LiveVersion(write.Db, record, cancellation);
        var before = View(record, live);
        record.Name = body.To!;
        record.Revision++;
        record.UpdatedAt = write.Now;
        var after = View(record, live);
        write.Record(NewEvent.Of("model.renamed", "model", record.Id, record.Name, before, after));
        context.SetRevision(record.Revision);
        return TypedResults.Ok(after);
    }

    public static Task<string?> LiveVersion(GovernanceDb db, Model model, CancellationToken cancellation) =>
        db.ModelVersions.Where(v => v.Id == model.LiveVersionId).Select(v => v.Name).SingleOrDefaultAsync(cancellation);
}
