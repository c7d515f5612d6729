using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Drift;
using FeatureGovernance.Server.Jobs;
using FeatureGovernance.Server.Storage;
using Hangfire;
using Npgsql;

namespace FeatureGovernance.Server.Capacity;

/// <summary>Makes plans in the background.</summary>
internal sealed partial class PlanJob(NpgsqlDataSource source, WriteTransaction write, Holidays holidays, TimeProvider clock, ILogger<PlanJob> log)
{
    private DateTimeOffset Now => WriteTransaction.Truncate(clock.GetUtcNow());

    /// <summary>Takes up a plan that nobody works on: its process was killed, or died before it was queued.</summary>
    [AutomaticRetry(Attempts = 0)]
    public async Task ResumeAsync(CancellationToken cancellation)
    {
        StoredPlan? left;
        await using (var connection = await source.OpenConnectionAsync(cancellation))
            left = (await PlanLedger.OpenAsync(connection, cancellation)).Find(plan => clock.GetUtcNow() - plan.View.RequestedAt > TimeSpan.FromMinutes(1));
        if (left is not null)
            await RunAsync(left.Id, cancellation);
    }

    [AutomaticRetry(Attempts = 0)]
    public async Task RunAsync(int id, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        if (!await PlanLedger.Runs.TryHoldAsync(connection, id, cancellation))
            return;
        try
        {
            if (await PlanLedger.StartAsync(connection, id, Now, cancellation))
                await ExecuteAsync(connection, (await PlanLedger.FindAsync(connection, id, cancellation))!, cancellation);
        }
        finally
        {
            await PlanLedger.Runs.ReleaseAsync(connection, id);
        }
    }

    private async Task ExecuteAsync(NpgsqlConnection connection, StoredPlan plan, CancellationToken cancellation)
    {
        try
        {
            if (!await PlanLedger.Runs.WorkAsync(source, plan.Id, stop => MakeAsync(connection, plan, stop), cancellation))
                await EndAsync(plan.Id, RunState.Cancelled, null);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            await EndAsync(plan.Id, RunState.Failed, exception is PostgresException refused ? refused.MessageText : exception.Message);
            throw;
        }
    }

    private async Task MakeAsync(NpgsqlConnection connection, StoredPlan plan, CancellationToken cancellation)
    {
        await DerivedDemands.RefreshAsync(connection, plan.AsOf.AddDays(1), Now, cancellation);
        var outcome = await new Planning(connection, plan, holidays.Over, progress => PlanLedger.ReportAsync(source, plan.Id, progress, CancellationToken.None))
            .ExecuteAsync(cancellation);
        write.Origin = Origin.System("capacity");
        await write.BeginAsync(cancellation);
        await PlanLedger.SucceedAsync(write.Connection, plan.Id, outcome.Planned, [.. outcome.LeftOut], outcome.Totals, Now, cancellation);
        write.Record(NewEvent.Of<object>("capacity.planned", "plan", plan.Id, $"{plan.Id}", null,
            new { pools = outcome.Planned, leftOut = outcome.LeftOut.Count }));
        await write.CommitAsync(cancellation);
        LogDone(plan.Id, outcome.Planned);
    }

    private async Task EndAsync(int id, RunState state, string? error)
    {
        await using var connection = await source.OpenConnectionAsync();
        await PlanLedger.EndAsync(connection, id, state, Now, error, CancellationToken.None);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Capacity plan {Id} covers {Pools} pools")]
    private partial void LogDone(int id, int pools);
}
