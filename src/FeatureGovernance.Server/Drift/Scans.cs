using FeatureGovernance.Contracts.Drift;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Jobs;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Drift;

/// <summary>How often a scheduled scan is made.</summary>
internal enum ScanEvery
{
    Hour,
    Day,
}

/// <summary>The tables of scans and of their schedules.</summary>
internal static class Scans
{
    public static readonly RunTable Runs = new("drift.scan", 0x46475343);

    public static async Task<int> AddAsync(NpgsqlConnection connection, ScanRequest request, string by, DateTimeOffset at, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("insert into drift.scan (request, requested_by, requested_at) values ($1, $2, $3) returning id", connection);
        command.Parameters.AddWithValue(NpgsqlDbType.Json, Json.Text(request));
        command.Parameters.AddWithValue(by);
        command.Parameters.AddWithValue(at);
        return (int)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>Adds a scan for each schedule that is due, and sets when it is due again.</summary>
    public static async Task<List<int>> AddDueAsync(NpgsqlDataSource source, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("""
            with due as (select name, request, nextval('drift.scan_id')::int as id from drift.scan_schedule where next_at <= $1 for update skip locked),
            added as (insert into drift.scan (id, request, requested_by, requested_at) select id, request, 'schedule:' || name, $1 from due)
            update drift.scan_schedule s set last_scan_id = d.id, next_at = $1 + case s.every when 0 then interval '1 hour' else interval '1 day' end
            from due d where d.name = s.name returning d.id
            """);
        command.Parameters.AddWithValue(now);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var added = new List<int>();
        while (await reader.ReadAsync(cancellation))
            added.Add(reader.GetInt32(0));
        return added;
    }

    /// <summary>Scans that were left behind: asked for before that time, and neither ended nor worked on.</summary>
    public static async Task<List<int>> LeftAsync(NpgsqlDataSource source, DateTimeOffset before, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var left = new List<int>();
        foreach (var id in await Runs.ReadAsync(connection, "id", "where state in (0, 1) and requested_at < $1 order by id limit 100", [before], reader => reader.GetInt32(0), cancellation))
        {
            if (!await Runs.IsHeldAsync(connection, id, cancellation))
                left.Add(id);
        }

        return left;
    }

    /// <summary>Marks a scan as begun, or begun again after its process was killed, and tells how often it was; null where it has ended.</summary>
    public static async Task<(ScanRequest Request, int Attempts)?> StartAsync(
        NpgsqlConnection connection, int id, DateTimeOffset at, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            update drift.scan set state = 1, started_at = $2, rows = 0, attempts = attempts + 1
            where id = $1 and state in (0, 1) returning request::text, attempts
            """, connection);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(at);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? (Json.Read<ScanRequest>(reader.GetString(0))!, reader.GetInt16(1)) : null;
    }

    public static void Report(NpgsqlDataSource source, int id, long rows)
    {
        using var command = source.CreateCommand("update drift.scan set rows = $2 where id = $1");
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(rows);
        command.ExecuteNonQuery();
    }

    public static async Task EndAsync(
        NpgsqlConnection connection, int id, DateTimeOffset at, int profiles, int replaced, string[] skipped, string[] outside, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("update drift.scan set state = 2, finished_at = $2, profiles = $3, replaced = $4, skipped = $5, outside = $6 where id = $1", connection);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(at);
        command.Parameters.AddWithValue(profiles);
        command.Parameters.AddWithValue(replaced);
        command.Parameters.AddWithValue(skipped);
        command.Parameters.AddWithValue(outside);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public static async Task FailAsync(NpgsqlDataSource source, int id, DateTimeOffset at, string error)
    {
        await using var command = source.CreateCommand("update drift.scan set state = 3, finished_at = $2, error = $3 where id = $1");
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(at);
        command.Parameters.AddWithValue(error.Replace("\0", "", StringComparison.Ordinal));
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Scans before one, the newest first; or the one asked for.</summary>
    public static Task<List<ScanView>> ReadAsync(NpgsqlConnection connection, string where, object[] arguments,
        CancellationToken cancellation) => Runs.ReadAsync(
        connection, "id, state, request::text, requested_by, requested_at, finished_at, rows, profiles, replaced, skipped, error, outside", where, arguments,
        reader => new ScanView(
            reader.GetInt32(0), Words.Of((RunState)reader.GetInt16(1)), Json.Read<ScanRequest>(reader.GetString(2))!, reader.GetString(3),
            reader.GetFieldValue<DateTimeOffset>(4), reader.IsDBNull(5) ? null : reader.GetFieldValue<DateTimeOffset>(5), reader.GetInt64(6),
            reader.IsDBNull(7) ? null : reader.GetInt32(7), reader.IsDBNull(8) ? null : reader.GetInt32(8), reader.GetFieldValue<string[]>(9),
            reader.IsDBNull(10) ? null : reader.GetString(10)) { Outside = reader.GetFieldValue<string[]>(11) },
        cancellation);
}
