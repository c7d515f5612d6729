using System.Text;
using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Lifecycle;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Server.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace FeatureGovernance.Server.Lifecycle;

/// <summary>Migration tasks as they are read: what people say beside what manifests and telemetry show.</summary>
internal static class MigrationQueries
{
    private const int SightDays = 35;

    // $1: today.
    private static readonly string Select = $"""
        select k.id, k.proposal_id, f.key, m.name, r.key, a.slug, k.status, k.due_at, k.note, k.revision,
               exists (select from registry.manifest_entry e where e.model_version_id = m.live_version_id and e.feature_id = k.feature_id),
               exists (select from registry.manifest_entry e where e.model_version_id = m.live_version_id and e.feature_id = k.replacement_id),
               u.last_read, u.last_day, k.replacement_id, k.assignee_id, k.model_id, m.team_id, k.feature_id
        from lifecycle.migration_task k
        join registry.feature f on f.id = k.feature_id
        join registry.model m on m.id = k.model_id
        join registry.team a on a.id = k.assignee_id
        left join registry.feature r on r.id = k.replacement_id
        left join lateral (
            select max(u.day) filter (where u.reads > 0) as last_read, max(u.day) as last_day
            from telemetry.usage_daily u
            where u.feature_id = k.feature_id and u.model_id = k.model_id and u.environment = 1 and u.day between $1::date - {SightDays} and $1::date) u on true
        """;

    public static async Task<Results<Ok<Page<MigrationTask>>, Refused>> List(
        NpgsqlDataSource source, TimeProvider clock, int? deprecation, string? team, string? model, string? feature, string? status, int? limit, string? cursor,
        CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        faults.Slug("team", team, required: false);
        faults.Slug("model", model, required: false);
        if (feature is not null)
            FeatureNames.Check("feature", [feature], 1, faults);
        var wanted = faults.Word<MigrationStatus>("status", status);
        var size = Limits.Page(limit, faults);
        var after = Cursor.Decode(cursor, "id", faults);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;

        var condition = new StringBuilder("where k.id > $2");
        var values = new List<object> { after?.Id ?? 0 };
        void Where(string text, object? value)
        {
            if (value is null)
                return;
            values.Add(value);
            condition.Append(" and ").Append(text).Append(" = $").Append(values.Count + 1);
        }

        Where("k.proposal_id", deprecation);
        Where("a.slug", team);
        Where("m.name", model);
        Where("f.key", feature);
        Where("k.status", (short?)wanted);
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var found = await ReadAsync(connection, Today(clock.GetUtcNow()), $"{condition} order by k.id limit {size + 1}", values, cancellation);
        var page = found.Take(size).Select(one => one.View).ToList();
        return TypedResults.Ok(new Page<MigrationTask>(page, found.Count > size ? new Cursor("id", null, page[^1].Id).Encode() : null));
    }

    public static async Task<Results<Ok<MigrationTask>, StatusCodeHttpResult, Refused>> Get(
        int id, HttpContext context, NpgsqlDataSource source, TimeProvider clock, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        if (await FindAsync(connection, id, clock.GetUtcNow(), cancellation) is not { } found)
            return (Refused)Problems.NotFound("migration", id.ToString());
        // No 304: a manifest going live changes what is shown without changing the task.
        context.SetRevision(found.View.Revision);
        return TypedResults.Ok(found.View);
    }

    public static async Task<Results<Ok<MigrationProgress>, Refused>> Progress(
        int id, NpgsqlDataSource source, TimeProvider clock, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        if (await ProposalStore.FindAsync(connection, id, cancellation) is null)
            return (Refused)Problems.NotFound("deprecation", id.ToString());
        await using var command = new NpgsqlCommand($"""
            select count(*)::int, (count(*) filter (where reads))::int, (count(*) filter (where not reads and last_read > $1::date - 7))::int,
                   (count(*) filter (where not reads and coalesce(last_read <= $1::date - 7, true)
                                            and (last_day is null or last_day <= $1::date - 7 or sampled)))::int, (count(*) filter (where reads and due_at < $3))::int
            from (select k.due_at, u.last_read, u.last_day, u.sampled, exists (
                      select from registry.manifest_entry e join registry.model m on m.live_version_id = e.model_version_id
                      where m.id = k.model_id and e.feature_id = k.feature_id) as reads
                  from lifecycle.migration_task k
                  left join lateral (
                      select max(u.day) filter (where u.reads > 0) as last_read, max(u.day) as last_day,
                             bool_or(u.sampling_rate < 1 and u.day > $1::date - 7) as sampled
                      from telemetry.usage_daily u
                      where u.feature_id = k.feature_id and u.model_id = k.model_id and u.environment = 1
                        and u.day between $1::date - {SightDays} and $1::date) u on true
                  where k.proposal_id = $2) tasks
            """, connection);
        var now = clock.GetUtcNow();
        command.Parameters.Add(new() { Value = Today(now) });
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = now });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var (reads, inManifests, seen, unknown) = (reader.GetInt32(0), reader.GetInt32(1), reader.GetInt32(2), reader.GetInt32(3));
        return TypedResults.Ok(new MigrationProgress(
            id, reads, inManifests, seen, unknown, reader.GetInt32(4), reads == 0 ? null : (double)(reads - inManifests - seen - unknown) / reads));
    }

    public static async Task<FoundTask?> FindAsync(NpgsqlConnection connection, int id, DateTimeOffset now, CancellationToken cancellation) =>
        (await ReadAsync(connection, Today(now), "where k.id = $2", [id], cancellation)).SingleOrDefault();

    private static DateOnly Today(DateTimeOffset now) => DateOnly.FromDateTime(now.UtcDateTime);

    private static async Task<List<FoundTask>> ReadAsync(
        NpgsqlConnection connection, DateOnly today, string condition, IEnumerable<object> values, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"{Select} {condition}", connection);
        command.Parameters.Add(new() { Value = today });
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<FoundTask>();
        while (await reader.ReadAsync(cancellation))
        {
            var task = new MigrationTask
            {
                Id = reader.GetInt32(0),
                Deprecation = reader.GetInt32(1),
                Feature = reader.GetString(2),
                Model = reader.GetString(3),
                Replacement = reader.IsDBNull(4) ? null : reader.GetString(4),
                ReadsReplacement = reader.IsDBNull(4) ? null : reader.GetBoolean(11),
                Assignee = reader.GetString(5),
                Status = Words.Of((MigrationStatus)reader.GetInt16(6)),
                DueAt = reader.GetFieldValue<DateTimeOffset>(7),
                Note = reader.IsDBNull(8) ? null : reader.GetString(8),
                InManifest = reader.GetBoolean(10),
                LastServingRead = reader.IsDBNull(12) ? null : reader.GetFieldValue<DateOnly>(12),
                LastServingReport = reader.IsDBNull(13) ? null : reader.GetFieldValue<DateOnly>(13),
                Revision = reader.GetInt32(9),
            };
            found.Add(new(task, reader.IsDBNull(14) ? null : reader.GetInt32(14), reader.GetInt32(15), reader.GetInt32(17), reader.GetInt32(18)));
        }

        return found;
    }
}

/// <summary>A task with the numbers beside it.</summary>
internal sealed record FoundTask(MigrationTask View, int? ReplacementId, int AssigneeId, int ModelTeamId, int FeatureId);
