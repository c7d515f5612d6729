using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Drift;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Hangfire;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Drift;

/// <summary>Files that the server profiles itself.</summary>
internal static class ScanEndpoints
{
    public static async Task<Results<Accepted<ScanView>, Refused>> Post(
        ScanRequest body, WriteTransaction write, ScanRoots roots, IBackgroundJobClient jobs, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        ScanRules.Read(body, roots, faults);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;
        var id = await Scans.AddAsync(write.Connection, body, write.Origin.Actor, write.Now, cancellation);
        write.Record(NewEvent.Of<object>("profiles.scan-requested", "scan", id, $"scan {id}", null, new { body.Path }));
        write.AfterCommit(() => jobs.Enqueue<ScanJob>(job => job.RunAsync(id, CancellationToken.None)));
        return TypedResults.Accepted($"/api/v1/profiles/scans/{id}", (await Scans.ReadAsync(write.Connection, "where id = $1", [id], cancellation))[0]);
    }

    public static async Task<Results<Ok<ScanView>, Refused>> Get(int id, NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return await Scans.ReadAsync(connection, "where id = $1", [id], cancellation) is [var scan]
            ? TypedResults.Ok(scan)
            : (Refused)Problems.NotFound("scan", $"{id}");
    }

    public static Task<Results<Ok<Page<ScanView>>, Refused>> List(NpgsqlDataSource source, int? limit, string? cursor, CancellationToken cancellation) =>
        source.PageAsync("scan", limit, cursor,
            (connection, after, count) => Scans.ReadAsync(connection, "where id < $1 order by id desc limit $2",
                [after?.Id ?? long.MaxValue, count], cancellation),
            scan => (null, scan.Id), scan => scan, cancellation);

    public static async Task<Results<Ok<ScanScheduleView>, Refused>> PutSchedule(
        string name, ScanSchedule body, WriteTransaction write, ScanRoots roots, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        faults.Slug("name", name);
        var every = faults.Word<ScanEvery>("every", body.Every, ScanEvery.Day);
        ScanRules.Read(body.Scan, roots, faults, body.Scan is null ? "" : "scan.");
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;
        await using (var command = new NpgsqlCommand("""
            insert into drift.scan_schedule (name, request, every, next_at, set_by) values ($1, $2, $3, $4, $5)
            on conflict (name) do update set request = excluded.request, every = excluded.every, next_at = excluded.next_at, set_by = excluded.set_by
            """, write.Connection))
        {
            command.Parameters.AddWithValue(name);
            command.Parameters.AddWithValue(NpgsqlDbType.Json, Json.Text(body.Scan));
            command.Parameters.AddWithValue((short)every!.Value);
            command.Parameters.AddWithValue(write.Now);
            command.Parameters.AddWithValue(write.Origin.Actor);
            await command.ExecuteNonQueryAsync(cancellation);
        }

        write.Record(NewEvent.Of<object>("profiles.scan-scheduled", "scan", 0, name, null, body));
        return TypedResults.Ok((await SchedulesAsync(write.Connection, "where name = $1", [name], cancellation))[0]);
    }

    public static async Task<Results<NoContent, Refused>> DeleteSchedule(string name, WriteTransaction write, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("delete from drift.scan_schedule where name = $1", write.Connection);
        command.Parameters.AddWithValue(name.Replace("\0", "", StringComparison.Ordinal));
        if (await command.ExecuteNonQueryAsync(cancellation) == 0)
            return (Refused)Problems.NotFound("scan-schedule", FieldFaults.Printable(name));
        write.Record(NewEvent.Of<object>("profiles.scan-unscheduled", "scan", 0, name, new { name }, null));
        return TypedResults.NoContent();
    }

    public static Task<Results<Ok<Page<ScanScheduleView>>, Refused>> ListSchedules(
        NpgsqlDataSource source, int? limit, string? cursor, CancellationToken cancellation) =>
        source.PageAsync("scan-schedule", limit, cursor,
            (connection, after, count) => SchedulesAsync(connection, "where name > $1 order by name limit $2", [after?.Last ?? "", count], cancellation),
            schedule => (schedule.Name, 0), schedule => schedule, cancellation);

    private static async Task<List<ScanScheduleView>> SchedulesAsync(
        NpgsqlConnection connection, string where, object[] arguments, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"select name, every, request::text, next_at, set_by, last_scan_id from drift.scan_schedule {where}", connection);
        foreach (var argument in arguments)
            command.Parameters.Add(new() { Value = argument });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var schedules = new List<ScanScheduleView>();
        while (await reader.ReadAsync(cancellation))
        {
            schedules.Add(new(
                reader.GetString(0), Words.Of((ScanEvery)reader.GetInt16(1)), Json.Read<ScanRequest>(reader.GetString(2))!,
                reader.GetFieldValue<DateTimeOffset>(3),
                reader.GetString(4), reader.IsDBNull(5) ? null : reader.GetInt32(5)));
        }

        return schedules;
    }
}
