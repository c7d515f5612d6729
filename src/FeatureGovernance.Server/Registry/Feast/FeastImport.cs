using System.Collections.Immutable;
using FeatureGovernance.Contracts.Registry;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Core.Registry;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FeatureGovernance.Server.Registry.Feast;

/// <summary>
/// Registers what a Feast registry defines. What the registry does not say (sensitivity, expected values, cost) stays as it is, and an
/// owner moves a feature only where a team of that name is registered. Features read by a feature service are in production already, so
/// they begin as adopted and the rest as experimental.
/// </summary>
internal static class FeastImport
{
    private const int BatchSize = 5_000;

    [RequestSizeLimit(FeastRegistryFile.MaxBytes)]
    public static async Task<Results<Ok<ImportResult>, Refused>> Post(HttpContext context, string? team, WriteTransaction write, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        faults.Slug("team", team);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;
        var owner = await write.Db.Teams.AsNoTracking().SingleOrDefaultAsync(t => t.Slug == team, cancellation);
        if (owner is null)
            return (Refused)Problems.Malformed("team", $"There is no team '{team}'.", "Register the team that gets what has no owner of its own.");
        if (context.Caller().Refuses(Permission.ImportRegistry, owner.Id, owner.Slug) is { } notYours)
            return (Refused)notYours;

        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, cancellation);
        var reading = FeastRegistryFile.Read(body.GetBuffer().AsMemory(0, (int)body.Length));
        if (reading.Refusal is { } unreadable)
            return (Refused)unreadable;

        var registry = reading.Registry!;
        var imported = FeastMapping.Map(registry, owner.Slug);
        var import = new Run(write, context.Caller(), owner.Slug, imported);
        await import.RegisterAsync(cancellation);
        var result = import.Result(
            [.. registry.Unknown.Select(field => new UnknownField(field.MessageType, field.Field, field.FirstPath, field.Count))],
            [.. registry.NotImported.Select(part => new OmittedPart(part.Part, part.Count))]);
        write.Record(new("registry.imported", "import", 0, string.Join(", ", registry.Projects.Select(project => project.Name)), null,
            Json.Text(new { result.Features, result.Models, result.Groups, result.Entities, result.Sources })));
        return TypedResults.Ok(result);
    }

    private sealed class Run(WriteTransaction write, Caller caller, string defaultTeam, ImportedRegistrations imported)
    {
        private readonly ImportTally tally = new();
        private Dictionary<string, Team> teams = [];
        private ImmutableArray<string> absent = [];

        public async Task RegisterAsync(CancellationToken cancellation)
        {
            teams = await write.Db.Teams.ToDictionaryAsync(team => team.Slug, cancellation);
            await FeastCatalogue.RegisterAsync(write.Db, imported, tally, cancellation);
            await RegisterFeaturesAsync(cancellation);
            await RegisterModelsAsync(cancellation);
            absent = await AbsentAsync(cancellation);
        }

        public ImportResult Result(IReadOnlyList<UnknownField> unknown, IReadOnlyList<OmittedPart> notImported) => new(
            tally.Counts("feature"), tally.Counts("model"), tally.Counts("model-version"), tally.Counts("group"), tally.Counts("entity"),
            tally.Counts("source"),
            tally.Changes, absent, tally.Refused, [.. imported.Notes.Select(note => new ImportRemark(note.Code, note.Subject, note.Message))],
            unknown, notImported);

        private string TeamOf(string wanted, string? present) =>
            wanted != defaultTeam && teams.ContainsKey(wanted) ? wanted : present ?? defaultTeam;

        private async Task RegisterFeaturesAsync(CancellationToken cancellation)
        {
            var read = imported.Models.SelectMany(model => model.Features).Concat(imported.Models.SelectMany(model => model.Labels)).ToHashSet();
            foreach (var batch in ParentsFirst(imported.Features).Chunk(BatchSize))
            {
                var present = (await FeatureRow.LockAsync(write.Connection, [.. batch.Select(feature => feature.Key.ToString())], cancellation))
                    .ToDictionary(row => row.Key, row => row.Draft, StringComparer.Ordinal);
                var drafts = batch.Select(feature => Draft(feature, present.GetValueOrDefault(feature.Key.ToString()))).ToList();
                var results = await FeatureRegistration.ApplyAsync(write, caller, drafts, cancellation,
                    stage: key => read.Contains(FeatureKey.Parse(key)) ? Stage.Adopted : Stage.Experimental);
                for (var i = 0; i < results.Count; i++)
                {
                    if (results[i].Refusal is { } refusal)
                        tally.Refuse(refusal, drafts[i].Key);
                    else
                        tally.Count("feature", drafts[i].Key, results[i].Outcome);
                }
            }
        }

        private FeatureDraft Draft(ImportedFeature feature, FeatureDraft? present)
        {
            var tags = new SortedDictionary<string, string>(feature.Tags.ToDictionary(), StringComparer.Ordinal);
            var source = feature.Source is { } column
                ? new FeatureSource { System = column.System, Table = column.Table, Column = column.Column, Expression = column.Expression }
                : null;
            return new(
                feature.Key.ToString(), TeamOf(feature.Team, present?.Team), feature.Kind,
                feature.Description.Length > 0 ? feature.Description.Trim() : present?.Description,
                feature.Freshness is { TotalSeconds: >= 1 } span ? (int)Math.Min(span.TotalSeconds, int.MaxValue) : present?.FreshnessSeconds,
                present?.Sensitivity ?? Sensitivity.Internal, present?.Cost, Json.Text(tags), feature.DataType,
                feature.Entities.IsEmpty ? null : string.Join(',', feature.Entities), source, present?.Expected, present?.Default,
                [.. feature.DerivedFrom.Select(key => key.ToString()).Distinct().Order(StringComparer.Ordinal)]);
        }

        private async Task RegisterModelsAsync(CancellationToken cancellation)
        {
            var known = await write.Db.Models.Include(model => model.Team).ToDictionaryAsync(model => model.Name, StringComparer.Ordinal, cancellation);
            foreach (var model in imported.Models)
            {
                var record = known.GetValueOrDefault(model.Name);
                var before = record is null ? null : Json.Text(ModelEndpoints.View(record, null));
                var team = teams[TeamOf(model.Team, record?.Team.Slug)];
                if (caller.Refuses(Permission.RegisterModels, record?.TeamId ?? team.Id, record?.Team.Slug ?? team.Slug) is { } notYours)
                {
                    tally.Refuse(notYours, model.Name);
                    continue;
                }

                if (record is null)
                    write.Db.Add(record = new Model { Name = model.Name, TeamId = team.Id, Weight = 1 });
                Fill(record, model, team);
                var after = ModelEndpoints.View(record, null);
                var outcome = before is null ? Outcome.Created : Json.Text(after) == before ? Outcome.Unchanged : Outcome.Updated;
                if (outcome != Outcome.Unchanged)
                {
                    record.Revision++;
                    record.UpdatedAt = write.Now;
                    await write.Db.SaveChangesAsync(cancellation);
                    write.Record(new(before is null ? "model.registered" : "model.changed", "model", record.Id, model.Name, before, Json.Text(after)));
                }

                tally.Count("model", model.Name, outcome);
                await RegisterVersionAsync(record, model, cancellation);
            }
        }

        // What the registry leaves open stays as people set it.
        private static void Fill(Model record, ImportedModel model, Team team)
        {
            record.Team = team;
            record.TeamId = team.Id;
            record.Kind = model.Kind != ModelKind.Other ? model.Kind : record.Id == 0 ? ModelKind.Other : record.Kind;
            record.Surface = model.Surface ?? record.Surface;
            record.MetricHigherIsBetter = model.Metric is null ? record.MetricHigherIsBetter : model.HigherIsBetter ?? true;
            record.MetricName = model.Metric ?? record.MetricName;
            record.Weight = model.Weight ?? record.Weight;
            record.Description = model.Description.Length > 0 ? model.Description.Trim() : record.Description;
            record.Tags = Json.Text(new SortedDictionary<string, string>(model.Tags.ToDictionary(), StringComparer.Ordinal));
        }

        private async Task RegisterVersionAsync(Model record, ImportedModel model, CancellationToken cancellation)
        {
            var keys = model.Features.Concat(model.Labels).Select(key => key.ToString()).ToArray();
            var features = await write.Db.Features.Where(feature => keys.Contains(feature.Key))
                .Select(feature => new { feature.Key, feature.Id, feature.CurrentVersion }).ToDictionaryAsync(feature => feature.Key, cancellation);
            var reads = model.Features.Select(key => key.ToString()).Where(features.ContainsKey).ToList();
            if (reads.Count == 0)
                return;
            int? label = model.Labels is [var only] && features.TryGetValue(only.ToString(), out var found) ? found.Id : null;
            if (model.Labels.Length > 1)
                tally.Refuse(new Refusal(RefusalKind.BrokenRule, "several-labels", "A manifest has one label; none was set."), model.Name);

            var isNew = !await write.Db.ModelVersions.AnyAsync(version => version.ModelId == record.Id && version.Name == model.Version, cancellation);
            if (!isNew)
            {
                // A version says what was read when it was registered; later versions of its features do not change it.
                tally.Count("model-version", $"{model.Name}@{model.Version}", Outcome.Unchanged);
                return;
            }

            await Manifests.RegisterAsync(
                write, record, model.Version, reads.ToDictionary(key => features[key].Id, key => features[key].CurrentVersion), label,
                live: true, cancellation);
            tally.Count("model-version", $"{model.Name}@{model.Version}", Outcome.Created);
            await AdoptAsync(record, [.. reads.Select(key => features[key].Id)], cancellation);
        }

        // A service that reads a feature in production has adopted it, whoever allowed it.
        private async Task AdoptAsync(Model model, int[] features, CancellationToken cancellation)
        {
            await using var command = new NpgsqlCommand($"""
                insert into lifecycle.adoption (feature_id, model_id, state, since) select unnest($1), $2, {(short)AdoptionState.Adopted}, $3
                on conflict (feature_id, model_id) do nothing
                """, write.Connection);
            command.Parameters.Add(new() { Value = features });
            command.Parameters.Add(new() { Value = model.Id });
            command.Parameters.Add(new() { Value = write.Now });
            var adopted = await command.ExecuteNonQueryAsync(cancellation);
            if (adopted > 0)
                write.Record(new("adoption.imported", "adoption", model.Id, model.Name, null, Json.Text(new { features = adopted })));
        }

        private async Task<ImmutableArray<string>> AbsentAsync(CancellationToken cancellation)
        {
            var projects = imported.Groups.Select(group => group.Project).Distinct().ToArray();
            var present = imported.Features.Select(feature => feature.Key.ToString()).ToArray();
            await using var command = new NpgsqlCommand("""
                select f.key from registry.feature f join registry.feature_group g on g.name = f.group_name
                where g.project = any($1) and not f.key = any($2) order by f.key limit 1000
                """, write.Connection);
            command.Parameters.Add(new() { Value = projects });
            command.Parameters.Add(new() { Value = present });
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            var keys = ImmutableArray.CreateBuilder<string>();
            while (await reader.ReadAsync(cancellation))
                keys.Add(reader.GetString(0));
            return keys.ToImmutable();
        }
    }

    /// <summary>Parents before what is derived from them; what is left of a cycle comes last, and is refused on registration.</summary>
    private static List<ImportedFeature> ParentsFirst(ImmutableArray<ImportedFeature> features)
    {
        var waiting = features.Select(feature => feature.Key).ToHashSet();
        var ordered = new List<ImportedFeature>(features.Length);
        var rest = features.ToList();
        while (rest.Count > 0)
        {
            var ready = rest.FindAll(feature => !feature.DerivedFrom.Any(parent => waiting.Contains(parent)));
            if (ready.Count == 0)
                ready = rest;
            ordered.AddRange(ready);
            waiting.ExceptWith(ready.Select(feature => feature.Key));
            rest = rest.FindAll(feature => waiting.Contains(feature.Key));
        }

        return ordered;
    }
}
