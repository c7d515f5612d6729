using System.Threading.Channels;
using FeatureGovernance.Core.Checks;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Checks;

/// <summary>A check to be written down.</summary>
internal readonly record struct CheckRecord(
    DateTimeOffset At, string Actor, string Model, Verdict Verdict, int Features, int Errors, int Warnings,
    string? Repository, string? Commit, long RegistryVersion, TimeSpan Duration);

/// <summary>
/// Writes checks down in batches, off the path of the request. Where the database cannot keep up, or is away, new records are dropped and
/// counted: a check is never kept waiting for its record.
/// </summary>
internal sealed class CheckRecorder(NpgsqlDataSource source, ILogger<CheckRecorder> log) : BackgroundService
{
    private const int MostWaiting = 50_000;
    private const int LargestBatch = 5_000;
    private const int MonthsKept = 13;
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Retrying = TimeSpan.FromSeconds(2);

    private readonly Channel<CheckRecord> waiting = Channel.CreateBounded<CheckRecord>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    private readonly HashSet<DateOnly> partitions = [];

    public void Add(in CheckRecord record)
    {
        if (!waiting.Writer.TryWrite(record))
            CheckMetrics.CountDropped(1);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // No more can come: the web server has stopped by now. What waits is still written.
        waiting.Writer.TryComplete();
        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        var batch = new List<CheckRecord>();
        // Not cancelled by the stop, which ends the channel instead.
        while (await waiting.Reader.WaitToReadAsync(CancellationToken.None))
        {
            if (!stoppingToken.IsCancellationRequested)
                await Task.Delay(Gathering, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (batch.Count < LargestBatch && waiting.Reader.TryRead(out var record))
                batch.Add(record);
            await WriteUntilDoneAsync(batch, stoppingToken);
            batch.Clear();
        }
    }

    private async Task WriteUntilDoneAsync(List<CheckRecord> batch, CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                await WriteAsync(batch);
                return;
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
            {
                var lasting = exception is PostgresException { IsTransient: false };
                log.LogWarning(exception, "{Count} checks could not be recorded; {Next}", batch.Count, lasting ? "they are dropped" : "trying again");
                if (lasting || stopping.IsCancellationRequested)
                {
                    CheckMetrics.CountDropped(batch.Count);
                    return;
                }

                await Task.Delay(Retrying, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task WriteAsync(List<CheckRecord> batch)
    {
        await using var connection = await source.OpenConnectionAsync();
        foreach (var month in batch.Select(record => new DateOnly(record.At.Year, record.At.Month, 1)).Distinct())
            await KeepPartitionAsync(connection, month);
        var models = await ModelsAsync(connection, [.. batch.Select(record => record.Model).Distinct()]);
        await using var rows = await connection.BeginBinaryImportAsync("""
            copy lifecycle.check_record (at, actor, model_id, model, verdict, features, errors, warnings, repository, commit, registry_version, duration_us)
            from stdin (format binary)
            """);
        foreach (var record in batch)
        {
            await rows.StartRowAsync();
            await rows.WriteAsync(record.At, NpgsqlDbType.TimestampTz);
            await rows.WriteAsync(record.Actor, NpgsqlDbType.Text);
            if (models.TryGetValue(record.Model, out var model))
                await rows.WriteAsync(model, NpgsqlDbType.Integer);
            else
                await rows.WriteNullAsync();
            await WriteAsync(rows, models.ContainsKey(record.Model) ? null : record.Model);
            await rows.WriteAsync((short)record.Verdict, NpgsqlDbType.Smallint);
            await rows.WriteAsync(record.Features, NpgsqlDbType.Integer);
            await rows.WriteAsync(record.Errors, NpgsqlDbType.Integer);
            await rows.WriteAsync(record.Warnings, NpgsqlDbType.Integer);
            await WriteAsync(rows, record.Repository);
            await WriteAsync(rows, record.Commit);
            await rows.WriteAsync(record.RegistryVersion, NpgsqlDbType.Bigint);
            await rows.WriteAsync((int)Math.Min(record.Duration.TotalMicroseconds, int.MaxValue), NpgsqlDbType.Integer);
        }

        await rows.CompleteAsync();
    }

    private async Task KeepPartitionAsync(NpgsqlConnection connection, DateOnly month)
    {
        if (partitions.Contains(month))
            return;
        await using var command = new NpgsqlCommand("select lifecycle.keep_check_partitions($1, $2)", connection);
        command.Parameters.Add(new() { Value = month });
        command.Parameters.Add(new() { Value = MonthsKept });
        await command.ExecuteNonQueryAsync();
        partitions.Add(month);
    }

    private static async Task<Dictionary<string, int>> ModelsAsync(NpgsqlConnection connection, string[] names)
    {
        await using var command = new NpgsqlCommand("select name, id from registry.model where name = any($1)", connection);
        command.Parameters.Add(new() { Value = names });
        await using var reader = await command.ExecuteReaderAsync();
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        while (await reader.ReadAsync())
            ids.Add(reader.GetString(0), reader.GetInt32(1));
        return ids;
    }

    private static Task WriteAsync(NpgsqlBinaryImporter rows, string? value) =>
        value is null ? rows.WriteNullAsync() : rows.WriteAsync(value, NpgsqlDbType.Text);
}
