using FeatureGovernance.Server.Storage;
using Npgsql;

namespace FeatureGovernance.Server.Telemetry;

/// <summary>Which batches landed, and which days they touched, so that a job can find what changed since it last looked.</summary>
internal static class Bookkeeping
{
    /// <summary>Held shared by batches, and alone by the job that lets months go.</summary>
    public const long RetentionLock = 0x6665_6174_676f_7602;
    private const long NumberLock = 0x6665_6174_676f_7603;

    public static async Task<DayBounds> BeginAsync(WriteTransaction write, FactKind kind, CancellationToken cancellation)
    {
        await LockAsync(write, "select pg_advisory_xact_lock_shared($1)", RetentionLock, cancellation);
        await using var command = new NpgsqlCommand("select month from telemetry.rolled_month where kind = $1", write.Connection);
        command.Parameters.Add(new() { Value = (short)kind });
        var rolled = new HashSet<int>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            rolled.Add(DayBounds.Number(reader.GetFieldValue<DateOnly>(0)));
        return new(DayBounds.Number(DateOnly.FromDateTime(write.Now.UtcDateTime)) + 1, rolled);
    }

    /// <summary>Numbers the batch. The number's lock is held until the commit, so that numbers follow the order of commits.</summary>
    public static async Task<long> EndAsync(
        WriteTransaction write, FactKind kind, IReadOnlySet<int> days, long landed, long failed, CancellationToken cancellation)
    {
        await LockAsync(write, "select pg_advisory_xact_lock($1)", NumberLock, cancellation);
        await using var command = new NpgsqlCommand(
            """
            with batch as (
                insert into telemetry.batch (kind, at, actor, landed, failed, first_day, last_day)
                select $1, $2, $3, $4, $5, min(d), max(d) from unnest($6) d
                returning id),
            days as (
                insert into telemetry.changed_day (kind, day, batch_id)
                select $1, d, batch.id from batch, unnest($6) d
                on conflict (kind, day) do update set batch_id = excluded.batch_id)
            select id from batch
            """, write.Connection);
        command.Parameters.Add(new() { Value = (short)kind });
        command.Parameters.Add(new() { Value = write.Now });
        command.Parameters.Add(new() { Value = write.Origin.Actor });
        command.Parameters.Add(new() { Value = landed });
        command.Parameters.Add(new() { Value = failed });
        command.Parameters.Add(new() { Value = days.Order().Select(DayBounds.Date).ToArray() });
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static async Task LockAsync(WriteTransaction write, string sql, long key, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, write.Connection);
        command.Parameters.Add(new() { Value = key });
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
