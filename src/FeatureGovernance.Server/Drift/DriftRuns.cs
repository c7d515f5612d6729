using FeatureGovernance.Contracts.Drift;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Jobs;
using Npgsql;

namespace FeatureGovernance.Server.Drift;

/// <summary>The table of detection runs; one at most is queued or running (a unique partial index).</summary>
internal static class DriftRuns
{
    public static readonly RunTable Runs = new("drift.run", 0x46474F56, OneLock: 50);

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
                   finished_at = case when cancel_requested then $2 end, seen = pg_snapshot_xmin(pg_current_snapshot()), progress = 0, phase = null, counts = '{}'
            where id = $1 and state in (0, 1) returning not cancel_requested
            """, connection);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(at);
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    /// <summary>
    /// Whether a run would find what the last one found: no profile landed since, nobody decided anything, and no window has ended since. It
    /// forgets the landings that the last run has seen.
    /// </summary>
    public static async Task<bool> IsIdleAsync(NpgsqlConnection connection, int id, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            with last as (select started_at, seen from drift.run where state = 2 and id < $1 order by id desc limit 1),
            forgotten as (delete from drift.landing where xid < (select seen from last))
            select coalesce((
                select date_trunc('day', started_at, 'UTC') = date_trunc('day', $2::timestamptz, 'UTC')
                   and not exists (select from drift.landing where xid >= last.seen)
                   and not exists (select from drift.incident where decided_by is not null and decided_at >= last.started_at)
                   and not exists (select from drift.profile where length = 0 and starts >= $2::timestamptz - interval '35 days')
                from last where seen is not null), false)
            """, connection) { CommandTimeout = 0 };
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(now);
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    private static Task<List<DriftRunView>> ReadAsync(NpgsqlConnection connection, string where, object[] arguments, CancellationToken cancellation) =>
        Runs.ReadAsync(connection, Columns, where, arguments, reader => new DriftRunView
        {
            Id = reader.GetInt32(0),
            State = Words.Of((RunState)reader.GetInt16(1)),
            RequestedBy = reader.GetString(2),
            RequestedAt = reader.GetFieldValue<DateTimeOffset>(3),
            StartedAt = reader.IsDBNull(4) ? null : reader.GetFieldValue<DateTimeOffset>(4),
            FinishedAt = reader.IsDBNull(5) ? null : reader.GetFieldValue<DateTimeOffset>(5),
            Phase = reader.IsDBNull(6) ? null : reader.GetString(6),
            Progress = reader.GetDouble(7),
            Counts = Json.Read<Dictionary<string, long>>(reader.GetString(8))!,
            CancelRequested = reader.GetBoolean(9),
            Error = reader.IsDBNull(10) ? null : reader.GetString(10),
        }, cancellation);
}
