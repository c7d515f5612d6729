using FeatureGovernance.Contracts.Value;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Jobs;
using Npgsql;

namespace FeatureGovernance.Server.Value;

/// <summary>A run that is about to be executed.</summary>
internal sealed record StartedRun(int Id, bool Full, DateOnly AsOf);

/// <summary>The table of scoring runs; one row at most is queued or running (a unique partial index).</summary>
internal static class RunLedger
{
    public static readonly RunTable Runs = new("value.score_run", 0x46474F56, OneLock: 30);

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
        return runs.Count == 0 ? null : (runs[0], await Runs.IsHeldAsync(connection, runs[0].Id, cancellation));
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

    private static Task<List<ScoringRunView>> ReadAsync(NpgsqlConnection connection, string where, object[] arguments, CancellationToken cancellation) =>
        Runs.ReadAsync(connection, Columns, where, arguments, reader => new ScoringRunView
        {
            Id = reader.GetInt32(0),
            State = Words.Of((RunState)reader.GetInt16(1)),
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
        }, cancellation);
}
