using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Jobs;
using Npgsql;

namespace FeatureGovernance.Server.Value;

/// <summary>
/// One run, phase by phase, on one session that holds the lock. What folds new telemetry commits together with the note of what was folded;
/// all else is worked out in temporary tables and published in one last transaction. So a run killed anywhere is simply run again.
/// </summary>
internal sealed class Scoring(NpgsqlConnection connection, StartedRun run, Func<RunProgress, Task> report)
{
    private readonly Dictionary<string, long> counts = new(StringComparer.Ordinal);

    /// <summary>Executes all phases; returns what was counted.</summary>
    /// <param name="now">The clock, read once at publication.</param>
    /// <param name="cancellation">Cancels between and within statements.</param>
    public async Task<IReadOnlyDictionary<string, long>> ExecuteAsync(Func<DateTimeOffset> now, CancellationToken cancellation)
    {
        await ReportAsync("usage", 0, cancellation);
        await PrepareAsync(cancellation);
        await UsageFold.ExecuteAsync(connection, run.Full, counts, cancellation);
        await ReportAsync("evidence", 0.4, cancellation);
        await EvidenceFold.ExecuteAsync(connection, run.Full, counts, cancellation);
        await ReportAsync("shares", 0.6, cancellation);
        await ShareEstimation.ExecuteAsync(connection, counts, fraction => ReportAsync("shares", 0.6 + (0.2 * fraction), cancellation), cancellation);
        await ReportAsync("judgement", 0.8, cancellation);
        await Judging.ExecuteAsync(connection, counts, fraction => ReportAsync("judgement", 0.8 + (0.14 * fraction), cancellation), cancellation);
        await ReportAsync("publication", 0.95, cancellation);
        await PublishAsync(now(), cancellation);
        return counts;
    }

    // The day and the factors that bring anchored sums to it, where every statement can join them. One run at a time may have more memory;
    // the session forgets it when it goes back to the pool.
    private async Task PrepareAsync(CancellationToken cancellation)
    {
        await Sql.ExecuteAsync(connection, "set work_mem = '128MB'", cancellation);
        await Sql.ExecuteAsync(connection,
            "create temp table run_now (as_of date, usage_factor double precision, evidence_factor double precision)", cancellation);
        await using var command = new NpgsqlCommand("""
            insert into run_now select $1, 2 ^ (-($1 - date '2020-01-01') / 14.0::float8), 2 ^ (-($1 - date '2020-01-01') / 90.0::float8)
            """, connection);
        command.Parameters.AddWithValue(run.AsOf);
        await command.ExecuteNonQueryAsync(cancellation);
        await Sql.ExecuteAsync(connection, "analyze run_now", cancellation);
    }

    private async Task PublishAsync(DateTimeOffset at, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await Publication.ExecuteAsync(connection, run.Id, at, cancellation);
        await RunLedger.Runs.ReportAsync(connection, run.Id, new("publication", 1, counts), cancellation);
        await RunLedger.Runs.EndAsync(connection, run.Id, RunState.Succeeded, at, null, cancellation);
        await AuditTrail.AppendAsync(connection, transaction,
            [NewEvent.Of<object>("scoring.finished", "scoring-run", run.Id, $"{run.Id}", null, new { run.Full, run.AsOf, counts })],
            Origin.System("scoring"), at, cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private async Task ReportAsync(string phase, double fraction, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        await report(new(phase, fraction, counts));
    }
}

/// <summary>Statements that may take as long as they need.</summary>
internal static class Sql
{
    public static async Task<long> ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    public static async Task<T> ScalarAsync<T>(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        return (T)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
