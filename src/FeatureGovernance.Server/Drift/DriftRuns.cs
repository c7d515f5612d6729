using FeatureGovernance.Contracts.Drift;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Http;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Drift;

internal enum DriftRunState
{
    Queued,
    Running,
    Succeeded,
    Failed,
    Cancelled,
}

/// <summary>
/// The table of detection runs. One at most is queued or running; who works on it holds a session's advisory lock, so a row that is running
/// while the lock is free belongs to a process that is gone.
/// </summary>
internal static class DriftRuns
{
    private const int LockSpace = 0x46474F56;
    private const int LockNumber = 50;

    private const string Columns =
        "id, state, requested_by, requested_at, started_at, finished_at, phase, progress, counts::text, cancel_requested, error";

    /// <summary>Adds a queued run; null where one is queued or running already.</summary>
    public static async Task<int?> AddAsync(NpgsqlConnection connection, string by, DateTimeOffset at, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("insert into drift.run (requested_by, requested_at) values ($1, $2) on conflict do nothing returning id", connection);
        command.Parameters.AddWithValue(by);
        command.Parameters.AddWithValue(at);
        return (int?)await command.ExecuteScalarAsync(cancellation);
    }

    public static async Task<DriftRunView?> ActiveAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        await ReadAsync(connection, "where state in (0, 1)", [], cancellation) is [var run] ? run : null;

    public static async Task<DriftRunView?> FindAsync(NpgsqlConnection connection, int id, CancellationToken cancellation) =>
        await ReadAsync(connection, "where id = $1", [id], cancellation) is [var run] ? run : null;

    public static Task<List<DriftRunView>> ListAsync(NpgsqlConnection connection, long before, int count, CancellationToken cancellation) =>
        ReadAsync(connection, "where id < $1 order by id desc limit $2", [before, count], cancellation);

    /// <summary>Marks a run as begun; false where it is not to be executed any more.</summary>
    public static async Task<bool> StartAsync(NpgsqlConnection connection, int id, DateTimeOffset at, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            update drift.run set state = case when cancel_requested then 4 else 1 end, started_at = $2,
                   finished_at = case when cancel_requested then $2 end, progress = 0, phase = null, counts = '{}'
            where id = $1 and state in (0, 1) returning not cancel_requested
            """, connection);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(at);
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    /// <summary>Notes how far a run is; true where it is asked to stop.</summary>
    public static async Task<bool> ReportAsync(
        NpgsqlDataSource source, int id, string phase, double fraction, IReadOnlyDictionary<string, long> counts, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(
            "update drift.run set phase = $2, progress = $3, counts = $4 where id = $1 and state = 1 returning cancel_requested");
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(phase);
        command.Parameters.AddWithValue(fraction);
        command.Parameters.AddWithValue(NpgsqlDbType.Json, Json.Text(counts));
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    /// <summary>Ends a run that was not ended yet.</summary>
    public static async Task EndAsync(
        NpgsqlConnection connection, int id, DriftRunState state, DateTimeOffset at, string? error, IReadOnlyDictionary<string, long>? counts,
        CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            update drift.run set state = $2, finished_at = $3, error = $4, counts = coalesce($5, counts), progress = case when $2 = 2 then 1 else progress end
            where id = $1 and state in (0, 1)
            """, connection);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue((short)state);
        command.Parameters.AddWithValue(at);
        command.Parameters.AddWithValue(NpgsqlDbType.Text, (object?)error ?? DBNull.Value);
        command.Parameters.AddWithValue(NpgsqlDbType.Json, counts is null ? DBNull.Value : Json.Text(counts));
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public static async Task RequestCancelAsync(NpgsqlConnection connection, int id, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("update drift.run set cancel_requested = true where id = $1 and state in (0, 1)", connection);
        command.Parameters.AddWithValue(id);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public static async Task<bool> TryHoldAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"select pg_try_advisory_lock({LockSpace}, {LockNumber})", connection);
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    public static async Task ReleaseAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand($"select pg_advisory_unlock({LockSpace}, {LockNumber})", connection);
        await command.ExecuteNonQueryAsync();
    }

    public static async Task<bool> IsHeldAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"""
            select exists (select from pg_locks where locktype = 'advisory' and classid = {LockSpace} and objid = {LockNumber} and granted
                           and database = (select oid from pg_database where datname = current_database()))
            """, connection);
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static async Task<List<DriftRunView>> ReadAsync(NpgsqlConnection connection, string where, object[] arguments, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"select {Columns} from drift.run {where}", connection);
        foreach (var argument in arguments)
            command.Parameters.Add(new() { Value = argument });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var runs = new List<DriftRunView>();
        while (await reader.ReadAsync(cancellation))
        {
            runs.Add(new()
            {
                Id = reader.GetInt32(0),
                State = Words.Of((DriftRunState)reader.GetInt16(1)),
                RequestedBy = reader.GetString(2),
                RequestedAt = reader.GetFieldValue<DateTimeOffset>(3),
                StartedAt = reader.IsDBNull(4) ? null : reader.GetFieldValue<DateTimeOffset>(4),
                FinishedAt = reader.IsDBNull(5) ? null : reader.GetFieldValue<DateTimeOffset>(5),
                Phase = reader.IsDBNull(6) ? null : reader.GetString(6),
                Progress = reader.GetDouble(7),
                Counts = Json.Read<Dictionary<string, long>>(reader.GetString(8))!,
                CancelRequested = reader.GetBoolean(9),
                Error = reader.IsDBNull(10) ? null : reader.GetString(10),
            });
        }

        return runs;
    }
}
