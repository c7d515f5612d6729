using System.Collections.Immutable;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Storage;
using FeatureGovernance.Server.Value.Valuations;
using FeatureGovernance.Valuation;
using Hangfire;
using Npgsql;

namespace FeatureGovernance.Server.Drift;

/// <summary>
/// Refines estimates of impact: where a model's evaluation sample is kept, what profiles tell of an incident is replayed through models fitted
/// on it. In the background after each run of detection, a model at a time, each for a bounded time; what is not reached waits for the next.
/// </summary>
internal sealed partial class ImpactReplay(NpgsqlDataSource source, IServiceScopeFactory scopes, ILogger<ImpactReplay> log)
{
    // Beside those of runs; one at a time over all processes, for models being fitted take memory.
    private const string Hold = "select pg_try_advisory_lock(1179078486, 51)";
    private const string LetGo = "select pg_advisory_unlock(1179078486, 51)";
    private const int Seed = 1;

    private static readonly TimeSpan PerModel = TimeSpan.FromMinutes(3);

    [AutomaticRetry(Attempts = 0)]
    public async Task RunAsync(CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        if (!await AskAsync(connection, Hold))
            return;
        try
        {
            foreach (var model in (await ReplayQueue.ReadAsync(connection, cancellation)).GroupBy(one => one.Model))
                await ReplayAsync(connection, model.Key, [.. model], cancellation);
        }
        finally
        {
            await AskAsync(connection, LetGo);
        }
    }

    private async Task ReplayAsync(NpgsqlConnection connection, int model, IReadOnlyList<QueuedReplay> queued, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stop.CancelAfter(PerModel);
        var done = new List<(QueuedReplay Queued, ReplayedIncident? Replayed)>();
        ReplaySample? kept = null;
        try
        {
            kept = await ReplaySamples.FindAsync(connection, model, stop.Token);
            if (kept is null)
                return;
            using var replay = await Task.Run(() => new Replay(kept.Sample, Seed, stop.Token), stop.Token);
            foreach (var one in queued)
            {
                var features = await ReadingsAsync(connection, one, kept, stop.Token);
                var replayed = ReplayedIncident.Of(replay, features, one.Wrong, kept.InSeconds ? (one.End - one.Start).TotalSeconds : 0, stop.Token);
                done.Add((one, await ReplayQueue.ReportedAsync(connection, model, one.Features, kept.Metric, stop.Token) is { } reported ? replayed?.For(reported) : replayed));
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            LogLate(model, PerModel.TotalMinutes);
        }
        catch (Exception exception) when (exception is SampleException or InvalidDataException)
        {
            // What is kept cannot be replayed; the estimates by profiles stand.
            LogUnusable(model, exception.Message);
            (kept, done) = (null, [.. queued.Select(one => (one, (ReplayedIncident?)null))]);
        }

        if (done.Count > 0)
            await LandAsync(model, kept, done, cancellation);
    }

    private static async Task<List<(string, ImmutableArray<ReadDrift>)>> ReadingsAsync(
        NpgsqlConnection connection, QueuedReplay one, ReplaySample kept, CancellationToken cancellation)
    {
        var (before, during) = await ReplayQueue.WindowsAsync(connection, one, cancellation);
        var readings = new List<(string, ImmutableArray<ReadDrift>)>();
        foreach (var (feature, place) in one.Features.Select((feature, place) => (feature, place)))
        {
            var column = Array.IndexOf(kept.Features, feature);
            // Of texts no values are known that could be put in the place of others.
            if (column < 0 || kept.Sample.Categorical[column] || !before.TryGetValue(feature, out var usual) || !during.TryGetValue(feature, out var now))
                continue;
            readings.Add((kept.Sample.Features[column], DriftReading.Of(usual, now, one.Symptoms[place], one.Fault, one.StandIns[place])));
        }

        return readings;
    }

    private async Task LandAsync(
        int model, ReplaySample? kept, IReadOnlyList<(QueuedReplay Queued, ReplayedIncident? Replayed)> done, CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope();
        await using var write = scope.ServiceProvider.GetRequiredService<WriteTransaction>();
        write.Origin = Origin.System("drift");
        await write.BeginAsync(cancellation);
        foreach (var (queued, replayed) in done)
        {
            if (!await ReplayQueue.KeepAsync(write.Connection, queued, kept, replayed, cancellation) || replayed is null)
                continue;
            write.Record(NewEvent.Of<object>(
                "incident.replayed", "incident", queued.Incident, $"incident {queued.Incident}", null,
                new { Model = model, kept!.Valuation, replayed.Loss, replayed.Deviation }));
        }

        await using var sum = new NpgsqlCommand(ImpactPublication.Sum("select unnest($1)"), write.Connection);
        sum.Parameters.AddWithValue(done.Select(one => one.Queued.Incident).ToArray());
        await sum.ExecuteNonQueryAsync(cancellation);
        await write.CommitAsync(cancellation);
    }

    private static async Task<bool> AskAsync(NpgsqlConnection connection, string question)
    {
        if (connection.State != System.Data.ConnectionState.Open)
            return false;
        await using var command = new NpgsqlCommand(question, connection);
        return await command.ExecuteScalarAsync() is true;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The replay of drifts through model {Model} took longer than {Minutes} minutes; what was not reached waits for the next, by profiles until then.")]
    private partial void LogLate(int model, double minutes);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The sample kept of model {Model} cannot be replayed: {Fault}")]
    private partial void LogUnusable(int model, string fault);
}
