using System.Data;
using System.Diagnostics;
using System.Diagnostics.Metrics;
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
        while (!await RunLedger.TryHoldAsync(connection, cancellation))
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
            // A broken session has let go of its lock already.
            if (connection.State == ConnectionState.Open)
                await RunLedger.ReleaseAsync(connection);
        }
    }

    private async Task ExecuteAsync(NpgsqlConnection connection, StartedRun run, CancellationToken cancellation)
    {
        var begun = Stopwatch.GetTimestamp();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var watching = new CancellationTokenSource();
        var watch = WatchAsync(run.Id, stop, watching.Token);
        try
        {
            var scoring = new Scoring(connection, run, progress => RunLedger.ReportAsync(source, run.Id, progress, CancellationToken.None));
            var counts = await scoring.ExecuteAsync(() => WriteTransaction.Truncate(clock.GetUtcNow()), stop.Token);
            foreach (var (name, count) in counts)
                Rows.Add(count, new KeyValuePair<string, object?>("kind", name));
            Duration.Record(Stopwatch.GetElapsedTime(begun).TotalSeconds, new KeyValuePair<string, object?>("full", run.Full));
            LogDone(run.Id, Stopwatch.GetElapsedTime(begun).TotalSeconds, counts.GetValueOrDefault("features"));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested && stop.IsCancellationRequested)
        {
            await EndAsync(run.Id, RunState.Cancelled, null);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            await EndAsync(run.Id, RunState.Failed, exception is PostgresException refused ? refused.MessageText : exception.Message);
            throw;
        }
        finally
        {
            await watching.CancelAsync();
            await watch;
        }
    }

    private async Task EndAsync(int id, RunState state, string? error)
    {
        await using var connection = await source.OpenConnectionAsync();
        await RunLedger.EndAsync(connection, id, state, WriteTransaction.Truncate(clock.GetUtcNow()), error, null, CancellationToken.None);
    }

    private async Task WatchAsync(int id, CancellationTokenSource stop, CancellationToken watching)
    {
        try
        {
            while (true)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), watching);
                if (await RunLedger.CancelRequestedAsync(source, id, watching))
                {
                    await stop.CancelAsync();
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
        catch (NpgsqlException exception)
        {
            // The run itself will tell where the database is gone; only requests to stop go unheard meanwhile.
            LogUnheard(id, exception);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Scoring run {Id} scored {Features} features in {Seconds:0.0} s")]
    private partial void LogDone(int id, double seconds, long features);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Requests to cancel scoring run {Id} cannot be heard")]
    private partial void LogUnheard(int id, Exception exception);
}
