using FeatureGovernance.Contracts.Value;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Http;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Value;

internal enum RunState
{
    Queued,
    Running,
    Succeeded,
    Failed,
    Cancelled,
}

/// <summary>How far a run is.</summary>
internal sealed record RunProgress(string Phase, double Fraction, IReadOnlyDictionary<string, long> Counts);

/// <summary>A run that is about to be executed.</summary>
internal sealed record StartedRun(int Id, bool Full, DateOnly AsOf);

/// <summary>
/// The table of runs. One row at most is queued or running (a unique partial index); who works on it holds a session's advisory lock, so a
/// row that is running while the lock is free belongs to a process that is gone.
/// </summary>
internal static class RunLedger
{
    private const int LockSpace = 0x46474F56;
    private const int LockNumber = 30;

    private const string Columns =
        "id, state, is_full, as_of, requested_by, requested_at, started_at, finished_at, phase, progress, attempts, cancel_requested, counts::text, error";

    /// <summary>Adds a queued run; null where one is queued or running already.</summary>
    public static async Task<int?> AddAsync(NpgsqlConnection connection, bool full, DateOnly asOf, string by, DateTimeOffset at, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            insert into value.score_run (is_full, as_of, requested_by, requested_at)
            values ($1, greatest($2, (select max(as_of) from value.score_run where state = 2)), $3, $4)
            on conflict do nothing returning id
            """, connection);
        command.Parameters.AddWithValue(full);
        command.Parameters.AddWithValue(asOf);
        command.Parameters.AddWithValue(by);
        command.Parameters.AddWithValue(at);
        return (int?)await command.ExecuteScalarAsync(cancellation);
    }

    /// <summary>The run that is queued or running, and whether somebody works on it.</summary>
    public static async Task<(ScoringRunView Run, bool Held)?> ActiveAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var runs = await ReadAsync(connection, "where state in (0, 1)", [], cancellation);
        return runs.Count == 0 ? null : (runs[0], await IsHeldAsync(connection, cancellation));
    }

    public static async Task<ScoringRunView?> FindAsync(NpgsqlConnection connection, int id, CancellationToken cancellation) =>
        await ReadAsync(connection, "where id = $1", [id], cancellation) is [var run] ? run : null;

    public static Task<List<ScoringRunView>> ListAsync(NpgsqlConnection connection, long before, int count, CancellationToken cancellation) =>
        ReadAsync(connection, "where id < $1 order by id desc limit $2", [before, count], cancellation);

    /// <summary>Marks a run as begun; null where it is not to be executed any more.</summary>
    public static async Task<StartedRun?> StartAsync(NpgsqlConnection connection, int id, DateTimeOffset at, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            update value.score_run set
                state = case when cancel_requested then 4 else 1 end, started_at = $2, finished_at = case when cancel_requested then $2 end,
                attempts = attempts + 1, progress = 0, phase = null, counts = '{}'
            where id = $1 and state in (0, 1) returning is_full, as_of, cancel_requested
            """, connection);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(at);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) && !reader.GetBoolean(2) ? new(id, reader.GetBoolean(0), reader.GetFieldValue<DateOnly>(1)) : null;
    }

    public static async Task ReportAsync(NpgsqlDataSource source, int id, RunProgress progress, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("update value.score_run set phase = $2, progress = $3, counts = $4 where id = $1 and state = 1");
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(progress.Phase);
        command.Parameters.AddWithValue(progress.Fraction);
        command.Parameters.AddWithValue(NpgsqlDbType.Json, Json.Text(progress.Counts));
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Ends a run that was not ended yet.</summary>
    public static async Task EndAsync(
        NpgsqlConnection connection, int id, RunState state, DateTimeOffset at, string? error, IReadOnlyDictionary<string, long>? counts, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            update value.score_run set state = $2, finished_at = $3, error = $4, counts = coalesce($5, counts),
                   progress = case when $2 = 2 then 1 else progress end
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
        await using var command = new NpgsqlCommand("update value.score_run set cancel_requested = true where id = $1 and state in (0, 1)", connection);
        command.Parameters.AddWithValue(id);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public static async Task<bool> CancelRequestedAsync(NpgsqlDataSource source, int id, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("select cancel_requested from value.score_run where id = $1");
        command.Parameters.AddWithValue(id);
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
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

    private static async Task<List<ScoringRunView>> ReadAsync(NpgsqlConnection connection, string where, object[] arguments, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"select {Columns} from value.score_run {where}", connection);
        foreach (var argument in arguments)
            command.Parameters.Add(new() { Value = argument });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var runs = new List<ScoringRunView>();
        while (await reader.ReadAsync(cancellation))
        {
            runs.Add(new()
            {
                Id = reader.GetInt32(0),
                State = Words<RunState>.Text((RunState)reader.GetInt16(1)),
                Full = reader.GetBoolean(2),
                AsOf = reader.GetFieldValue<DateOnly>(3),
                RequestedBy = reader.GetString(4),
                RequestedAt = reader.GetFieldValue<DateTimeOffset>(5),
                StartedAt = reader.IsDBNull(6) ? null : reader.GetFieldValue<DateTimeOffset>(6),
                FinishedAt = reader.IsDBNull(7) ? null : reader.GetFieldValue<DateTimeOffset>(7),
                Phase = reader.IsDBNull(8) ? null : reader.GetString(8),
                Progress = reader.GetDouble(9),
                Attempts = reader.GetInt16(10),
                CancelRequested = reader.GetBoolean(11),
                Counts = Json.Read<Dictionary<string, long>>(reader.GetString(12))!,
                Error = reader.IsDBNull(13) ? null : reader.GetString(13),
            });
        }

        return runs;
    }
}
