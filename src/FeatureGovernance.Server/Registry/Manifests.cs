using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Registry;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Core.Registry;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FeatureGovernance.Server.Registry;

/// <summary>What model versions read. A manifest is a record of fact, so unapproved features do not bar it; the adoption check bars them before.</summary>
internal static class Manifests
{
    private const int MostFeatures = 50_000;

    public static async Task<Results<Ok<ModelVersionView>, Created<ModelVersionView>, Refused>> Put(
        string model, string version, Manifest body, HttpContext context, WriteTransaction write, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        faults.Slug("version", version);
        var record = await write.Db.Models.Include(m => m.Team).SingleOrDefaultAsync(m => m.Name == model, cancellation);
        if (record is null)
            return (Refused)Problems.NotFound("model", FieldFaults.Printable(model));
        if (context.Caller().Refuses(Permission.RegisterModels, record.TeamId, record.Team.Slug) is { } notYours)
            return (Refused)notYours;
        var (entries, label) = await ResolveAsync(write.Connection, body, faults, cancellation);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;

        var outcome = await RegisterAsync(write, record, version, entries, label, body.Live ?? true, cancellation);
        if (outcome.Refusal is { } conflict)
            return (Refused)conflict;
        var view = await ViewAsync(write.Db, record, outcome.Version!, cancellation);
        return outcome.Created ? TypedResults.Created($"/api/v1/models/{model}/versions/{version}", view) : TypedResults.Ok(view);
    }

    /// <summary>Writes a manifest; the same one again changes nothing, another one under the same name is refused.</summary>
    public static async Task<(ModelVersion? Version, bool Created, bool Changed, Refusal? Refusal)> RegisterAsync(
        WriteTransaction write, Model model, string name, IReadOnlyDictionary<int, int> entries, int? label, bool live, CancellationToken cancellation)
    {
        var db = write.Db;
        var version = await db.ModelVersions.SingleOrDefaultAsync(v => v.ModelId == model.Id && v.Name == name, cancellation);
        var created = version is null;
        if (version is null)
        {
            db.Add(version = new ModelVersion { ModelId = model.Id, Name = name, LabelId = label, CreatedAt = write.Now });
            await db.SaveChangesAsync(cancellation);
            await using var insert = new NpgsqlCommand(
                "insert into registry.manifest_entry (model_version_id, feature_id, feature_version) select $1, * from unnest($2, $3)", write.Connection);
            insert.Parameters.Add(new() { Value = version.Id });
            insert.Parameters.Add(new() { Value = entries.Keys.ToArray() });
            insert.Parameters.Add(new() { Value = entries.Values.ToArray() });
            await insert.ExecuteNonQueryAsync(cancellation);
        }
        else
        {
            var present = await db.ManifestEntries.Where(e => e.ModelVersionId == version.Id)
                .ToDictionaryAsync(e => e.FeatureId, e => e.FeatureVersion, cancellation);
            if (version.LabelId != label || present.Count != entries.Count || entries.Any(e => present.GetValueOrDefault(e.Key) != e.Value))
                return (null, false, false, new(RefusalKind.Conflict, "manifest-is-fixed", $"Version '{name}' of '{model.Name}' is registered with another manifest; register a new version."));
        }

        var relive = live && model.LiveVersionId != version.Id;
        if (relive)
        {
            model.LiveVersionId = version.Id;
            model.Revision++;
            model.UpdatedAt = write.Now;
            await db.SaveChangesAsync(cancellation);
            await AdoptReadsAsync(write, model.Id, version.Id, cancellation);
        }

        if (created || relive)
            write.Record(new(created ? "model-version.registered" : "model-version.live", "model", model.Id, model.Name, null,
                Json.Text(new { version = name, features = entries.Count, live = model.LiveVersionId == version.Id })));
        return (version, created, created || relive, null);
    }

    public static async Task<Results<Ok<ModelVersionView>, Refused>> Get(string model, string version, GovernanceDb db, CancellationToken cancellation)
    {
        var record = await db.Models.AsNoTracking().Include(m => m.Team).SingleOrDefaultAsync(m => m.Name == model, cancellation);
        if (record is null)
            return (Refused)Problems.NotFound("model", FieldFaults.Printable(model));
        var found = await db.ModelVersions.AsNoTracking().SingleOrDefaultAsync(v => v.ModelId == record.Id && v.Name == version, cancellation);
        if (found is null)
            return (Refused)Problems.NotFound("model-version", FieldFaults.Printable(version));
        return TypedResults.Ok(await ViewAsync(db, record, found, cancellation));
    }

    public static async Task<Results<Ok<Page<ModelVersionView>>, Refused>> List(
        string model, GovernanceDb db, int? limit, string? cursor, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var size = Limits.Page(limit, faults);
        var after = Cursor.Decode(cursor, "-id", faults);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;
        var record = await db.Models.AsNoTracking().SingleOrDefaultAsync(m => m.Name == model, cancellation);
        if (record is null)
            return (Refused)Problems.NotFound("model", FieldFaults.Printable(model));
        var before = after?.Id ?? long.MaxValue;
        var found = await db.ModelVersions.AsNoTracking().Where(v => v.ModelId == record.Id && v.Id < before).OrderByDescending(v => v.Id).Take(size + 1)
            .Select(v => new { v.Id, v.Name, v.CreatedAt, Label = v.Label!.Key }).ToListAsync(cancellation);
        var page = found.Take(size).Select(v => new ModelVersionView
        {
            Model = record.Name, Version = v.Name, CreatedAt = v.CreatedAt, Label = v.Label, Live = v.Id == record.LiveVersionId,
        }).ToList();
        return TypedResults.Ok(new Page<ModelVersionView>(page, found.Count > size ? new Cursor("-id", null, found[size - 1].Id).Encode() : null));
    }

    private static async Task<(Dictionary<int, int> Entries, int? Label)> ResolveAsync(
        NpgsqlConnection connection, Manifest body, FieldFaults faults, CancellationToken cancellation)
    {
        var entries = new Dictionary<int, int>();
        faults.Check(body.Features is { Count: > 0 }, "features", "A manifest names at least one feature.", "List the features that the version reads.");
        faults.Check(body.Features is null or { Count: <= MostFeatures }, "features", $"There are {body.Features?.Count:N0} features.",
            $"Use at most {MostFeatures:N0}.");
        if (body.Features is null || faults.Any)
            return (entries, null);

        var references = new FeatureReference[body.Features.Count];
        for (var i = 0; i < references.Length; i++)
        {
            if (!FeatureReference.TryParse(body.Features[i], out references[i]))
                faults.Add($"features[{i}]", $"'{Problems.Shorten(FieldFaults.Printable(body.Features[i] ?? ""))}' is not a feature.",
                    $"Use {FeatureKey.Form}, or with @n for a version.");
        }

        if (body.Label is not null && !FeatureKey.TryParse(body.Label, out _))
            faults.Add("label", "Not a feature key.", $"Use {FeatureKey.Form}.");
        if (faults.Any)
            return (entries, null);

        var keys = references.Select(reference => reference.Key.ToString()).Append(body.Label).OfType<string>().Distinct().ToArray();
        var known = await KnownAsync(connection, keys, cancellation);
        for (var i = 0; i < references.Length; i++)
        {
            if (!known.TryGetValue(references[i].Key.ToString(), out var feature))
                faults.Add($"features[{i}]", $"There is no feature '{references[i].Key}'.", "Register it first.", "unknown-feature");
            else if (references[i].Version > feature.Version)
                faults.Add($"features[{i}]", $"'{references[i].Key}' has no version {references[i].Version}; the newest is {feature.Version}.",
                    "Pin a version that exists.");
            else if (!entries.TryAdd(feature.Id, references[i].Version ?? feature.Version))
                faults.Add($"features[{i}]", $"'{references[i].Key}' is listed twice.", "List it once.");
        }

        if (body.Label is null)
            return (entries, null);
        if (!known.TryGetValue(body.Label, out var label))
            faults.Add("label", $"There is no label '{body.Label}'.", "Register it first, with kind label.");
        else if (label.Kind != FeatureKind.Label)
            faults.Add("label", $"'{body.Label}' is not of kind label.", "Name a label.");
        else
            return (entries, label.Id);
        return (entries, null);
    }

    private static async Task<Dictionary<string, (int Id, int Version, FeatureKind Kind)>> KnownAsync(
        NpgsqlConnection connection, string[] keys, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select f.key, f.id, f.current_version, f.kind from registry.feature f where f.key = any($1)
            union all
            select a.key, f.id, f.current_version, f.kind from registry.feature_alias a join registry.feature f on f.id = a.feature_id where a.key = any($1)
            """, connection);
        command.Parameters.Add(new() { Value = keys });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var known = new Dictionary<string, (int, int, FeatureKind)>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellation))
            known[reader.GetString(0)] = (reader.GetInt32(1), reader.GetInt32(2), (FeatureKind)reader.GetInt16(3));
        return known;
    }

    // A granted feature that a live version now reads is adopted.
    private static async Task AdoptReadsAsync(WriteTransaction write, int model, int version, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"""
            update lifecycle.adoption a set state = {(short)AdoptionState.Adopted}, since = $3
            from registry.manifest_entry e
            where e.model_version_id = $2 and a.model_id = $1 and a.feature_id = e.feature_id and a.state = {(short)AdoptionState.Approved}
            """, write.Connection);
        command.Parameters.Add(new() { Value = model });
        command.Parameters.Add(new() { Value = version });
        command.Parameters.Add(new() { Value = write.Now });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<ModelVersionView> ViewAsync(GovernanceDb db, Model model, ModelVersion version, CancellationToken cancellation)
    {
        var features = await db.ManifestEntries.Where(e => e.ModelVersionId == version.Id)
            .Join(db.Features, e => e.FeatureId, f => f.Id, (e, f) => new
            {
                f.Key,
                e.FeatureVersion,
                Approved = db.Adoptions.Any(a => a.FeatureId == f.Id && a.ModelId == model.Id
                    && (a.State == AdoptionState.Approved || a.State == AdoptionState.Trial || a.State == AdoptionState.Adopted)),
            }).OrderBy(f => f.Key).ToListAsync(cancellation);
        var unapproved = features.Where(f => !f.Approved).Select(f => f.Key).ToList();
        return new()
        {
            Model = model.Name,
            Version = version.Name,
            CreatedAt = version.CreatedAt,
            Features = features.ConvertAll(f => $"{f.Key}@{f.FeatureVersion}"),
            Label = version.LabelId is null ? null : await db.Features.Where(f => f.Id == version.LabelId).Select(f => f.Key).SingleAsync(cancellation),
            Live = model.LiveVersionId == version.Id,
            Unapproved = unapproved.Count == 0 ? null : unapproved,
        };
    }
}
