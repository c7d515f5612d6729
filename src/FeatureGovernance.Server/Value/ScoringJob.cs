using System.Diagnostics;
using System.Diagnostics.Metrics;
using FeatureGovernance.Server.Jobs;
using FeatureGovernance.Server.Observability;
using FeatureGovernance.Server.Storage;
using Hangfire;
using Npgsql;

namespace FeatureGovernance.Server.Value;

/// <summary>Executes scoring runs in the background, one at a time over all processes.</summary>
internal sealed partial class ScoringJob(NpgsqlDataSource source, TimeProvider clock, ILogger<ScoringJob> log)
{
    private static readonly Histogram<double> Duration = Meters.Meter.CreateHistogram<double>("featgov.scoring.duration", "s", "How long scoring runs took.");
    private static readonly Counter<long> Rows = Meters.Meter.CreateCounter<long>("featgov.scoring.rows", "{row}", "Rows that scoring runs handled.");

    /// <summary>The day's run: counts up to yesterday, for today is not over. A run left behind is finished instead.</summary>
    [AutomaticRetry(Attempts = 0)]
    public async Task RunDailyAsync(CancellationToken cancellation)
    {
        int? id;
        await using (var connection = await source.OpenConnectionAsync(cancellation))
        {
            var yesterday = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime).AddDays(-1);
            id = await RunLedger.AddAsync(connection, full: false, yesterday, "system:scoring", WriteTransaction.Truncate(clock.GetUtcNow()), cancellation)
                ?? (await RunLedger.ActiveAsync(connection, cancellation))?.Run.Id;
        }

        if (id is { } run)
            await RunAsync(run, cancellation);
    }

    /// <summary>Takes up a run that nobody works on: its process was killed, or died before it was queued.</summary>
    [AutomaticRetry(Attempts = 0)]
    public async Task ResumeAsync(CancellationToken cancellation)
    {
        (Contracts.Value.ScoringRunView Run, bool Held)? active;
        await using (var connection = await source.OpenConnectionAsync(cancellation))
            active = await RunLedger.ActiveAsync(connection, cancellation);
        if (active is { Held: false } left && clock.GetUtcNow() - left.Run.RequestedAt > TimeSpan.FromMinutes(1))
            await RunAsync(left.Run.Id, cancellation);
    }

    [AutomaticRetry(Attempts = 0)]
    public async Task RunAsync(int id, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        while (!await RunLedger.Runs.TryHoldAsync(connection, id, cancellation))
        {
            // A run that is queued may find the one before it just letting go; one that is running is somebody else's.
            if (await RunLedger.FindAsync(connection, id, cancellation) is not { State: "queued" })
                return;
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellation);
        }

        try
        {
            if (await RunLedger.StartAsync(connection, id, WriteTransaction.Truncate(clock.GetUtcNow()), cancellation) is { } run)
                await ExecuteAsync(connection, run, cancellation);
        }
        finally
        {
            await RunLedger.Runs.ReleaseAsync(connection, id);
        }
    }

    private async Task ExecuteAsync(NpgsqlConnection connection, StartedRun run, CancellationToken cancellation)
    {
        var begun = Stopwatch.GetTimestamp();
        try
        {
            if (!await RunLedger.Runs.WorkAsync(source, run.Id, stop => ScoreAsync(connection, run, begun, stop), cancellation))
                await EndAsync(run.Id, RunState.Cancelled, null);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            await EndAsync(run.Id, RunState.Failed, exception is PostgresException refused ? refused.MessageText : exception.Message);
            throw;
        }
    }

    private async Task ScoreAsync(NpgsqlConnection connection, StartedRun run, long begun, CancellationToken cancellation)
    {
        var counts = await new Scoring(connection, run, progress => ReportAsync(run.Id, progress))
            .ExecuteAsync(() => WriteTransaction.Truncate(clock.GetUtcNow()), cancellation);
        foreach (var (name, count) in counts)
            Rows.Add(count, new KeyValuePair<string, object?>("kind", name));
        Duration.Record(Stopwatch.GetElapsedTime(begun).TotalSeconds, new KeyValuePair<string, object?>("full", run.Full));
        LogDone(run.Id, Stopwatch.GetElapsedTime(begun).TotalSeconds, counts.GetValueOrDefault("features"));
    }

    private async Task ReportAsync(int id, RunProgress progress)
    {
        await using var connection = await source.OpenConnectionAsync();
        await RunLedger.Runs.ReportAsync(connection, id, progress, CancellationToken.None);
    }

    private async Task EndAsync(int id, RunState state, string? error)
    {
        await using var connection = await source.OpenConnectionAsync();
        await RunLedger.Runs.EndAsync(connection, id, state, WriteTransaction.Truncate(clock.GetUtcNow()), error, CancellationToken.None);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Scoring run {Id} scored {Features} features in {Seconds:0.0} s")]
    private partial void LogDone(int id, double seconds, long features);
}
