using System.Diagnostics;
using FeatureGovernance.Server.Jobs;
using FeatureGovernance.Server.Storage;
using Hangfire;
using Npgsql;

namespace FeatureGovernance.Server.Drift;

/// <summary>Executes detection runs in the background, one at a time over all processes; a run that was killed is simply run again.</summary>
internal sealed partial class DriftJob(
    NpgsqlDataSource source, IServiceScopeFactory scopes, Holidays holidays, TimeProvider clock, IBackgroundJobClient jobs, ILogger<DriftJob> log)
{
    private const string ByTheClock = "system:drift";

    /// <summary>The hour's run; where one is queued or was left behind by a process that is gone, that one.</summary>
    [AutomaticRetry(Attempts = 0)]
    public async Task RunByTheClockAsync(CancellationToken cancellation)
    {
        int? id;
        await using (var connection = await source.OpenConnectionAsync(cancellation))
        {
            id = await DriftRuns.AddAsync(connection, ByTheClock, WriteTransaction.Truncate(clock.GetUtcNow()), cancellation)
                ?? (await DriftRuns.ActiveAsync(connection, cancellation))?.Id;
        }

        if (id is { } run)
            await RunAsync(run, cancellation);
    }

    [AutomaticRetry(Attempts = 0)]
    public async Task RunAsync(int id, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        while (!await DriftRuns.Runs.TryHoldAsync(connection, id, cancellation))
        {
            // A run that is queued may find the one before it just letting go; one that is running is somebody else's.
            if (await DriftRuns.FindAsync(connection, id, cancellation) is not { State: "queued" })
                return;
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellation);
        }

        try
        {
            if (await DriftRuns.StartAsync(connection, id, WriteTransaction.Truncate(clock.GetUtcNow()), cancellation))
                await ExecuteAsync(id, cancellation);
        }
        finally
        {
            await DriftRuns.Runs.ReleaseAsync(connection, id);
        }
    }

    private async Task ExecuteAsync(int id, CancellationToken cancellation)
    {
        try
        {
            if (!await DriftRuns.Runs.WorkAsync(source, id, stop => DetectAsync(id, stop), cancellation))
                await EndAsync(id, RunState.Cancelled, null);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            await EndAsync(id, RunState.Failed, exception is PostgresException refused ? refused.MessageText : exception.Message);
            throw;
        }
    }

    // What people ask for is always looked through.
    private async Task<bool> EndIdleAsync(int id, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        if (await DriftRuns.FindAsync(connection, id, cancellation) is not { RequestedBy: ByTheClock }
            || !await DriftRuns.IsIdleAsync(connection, id, now, cancellation))
            return false;
        await DriftRuns.Runs.ReportAsync(connection, id, new("idle", 1, new Dictionary<string, long> { ["unchanged"] = 1 }), cancellation);
        return await DriftRuns.Runs.EndAsync(connection, id, RunState.Succeeded, now, null, cancellation);
    }

    private async Task DetectAsync(int id, CancellationToken cancellation)
    {
        var begun = Stopwatch.GetTimestamp();
        await using var scope = scopes.CreateAsyncScope();
        await using var write = scope.ServiceProvider.GetRequiredService<WriteTransaction>();
        if (await EndIdleAsync(id, write.Now, cancellation))
            return;
        var detection = new Detection(source, id, write.Now, holidays.Over);
        var incidents = await detection.FindAsync(cancellation);
        write.Origin = Audit.Origin.System("drift");
        await write.BeginAsync(cancellation);
        await IncidentPublication.ExecuteAsync(write, id, incidents, detection.Counts, cancellation);
        await DriftRuns.Runs.ReportAsync(write.Connection, id, new("publication", 1, detection.Counts), cancellation);
        await DriftRuns.Runs.EndAsync(write.Connection, id, RunState.Succeeded, write.Now, null, cancellation);
        await write.CommitAsync(cancellation);
        jobs.Enqueue<ImpactReplay>(replay => replay.RunAsync(CancellationToken.None));
        LogDone(id, Stopwatch.GetElapsedTime(begun).TotalSeconds, detection.Counts.GetValueOrDefault("profiles"),
            detection.Counts.GetValueOrDefault("incidents"));
    }

    private async Task EndAsync(int id, RunState state, string? error)
    {
        await using var connection = await source.OpenConnectionAsync();
        await DriftRuns.Runs.EndAsync(connection, id, state, WriteTransaction.Truncate(clock.GetUtcNow()), error, CancellationToken.None);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Detection run {Id} read {Profiles} profiles in {Seconds:0.0} s and found {Incidents} incidents")]
    private partial void LogDone(int id, double seconds, long profiles, long incidents);
}
