using System.Globalization;
using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Drift;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Hangfire;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace FeatureGovernance.Server.Drift;

/// <summary>Runs of detection.</summary>
internal static class DriftRunEndpoints
{
    public static async Task<Results<Accepted<DriftRunView>, Refused>> Start(WriteTransaction write, IBackgroundJobClient jobs, CancellationToken cancellation)
    {
        await DriftRuns.Runs.EndAbandonedAsync(write.Connection, write.Now, cancellation);
        if (await DriftRuns.AddAsync(write.Connection, write.Origin.Actor, write.Now, cancellation) is not { } id)
        {
            var number = Number((await DriftRuns.ActiveAsync(write.Connection, cancellation))?.Id ?? 0);
            return (Refused)new Refusal(RefusalKind.Conflict, "detection-under-way", $"Detection run {number} is under way; wait for it or cancel it.",
                [new("run", number, $"See /api/v1/drift/runs/{number}.")]);
        }

        var run = (await DriftRuns.FindAsync(write.Connection, id, cancellation))!;
        write.Record(NewEvent.Of<object>("drift.requested", "drift-run", id, $"{id}", null, new { run.RequestedAt }));
        write.AfterCommit(() => jobs.Enqueue<DriftJob>(job => job.RunAsync(id, CancellationToken.None)));
        return TypedResults.Accepted($"/api/v1/drift/runs/{id}", run);
    }

    public static async Task<Results<Ok<DriftRunView>, Refused>> Get(int id, NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return await DriftRuns.FindAsync(connection, id, cancellation) is { } run ? TypedResults.Ok(run) : (Refused)Problems.NotFound("drift-run", Number(id));
    }

    public static Task<Results<Ok<Page<DriftRunView>>, Refused>> List(NpgsqlDataSource source, int? limit, string? cursor, CancellationToken cancellation) =>
        source.PageAsync("drift-run", limit, cursor,
            (connection, after, count) => DriftRuns.ListAsync(connection, after?.Id ?? long.MaxValue, count, cancellation), run => (null, run.Id), run =>
                run, cancellation);

    public static async Task<Results<Accepted<DriftRunView>, Refused>> Cancel(int id, WriteTransaction write, CancellationToken cancellation)
    {
        if (await DriftRuns.FindAsync(write.Connection, id, cancellation) is not { } run)
            return (Refused)Problems.NotFound("drift-run", Number(id));
        if (run.State is not ("queued" or "running"))
            return (Refused)new Refusal(RefusalKind.Conflict, "detection-run-ended", $"Detection run {id} has {run.State} already.");
        await DriftRuns.Runs.StopAsync(write.Connection, id, write.Now, cancellation);
        var after = (await DriftRuns.FindAsync(write.Connection, id, cancellation))!;
        write.Record(NewEvent.Of<object>("drift.cancel-requested", "drift-run", id, $"{id}", new { run.State }, new { after.State, after.CancelRequested }));
        return TypedResults.Accepted($"/api/v1/drift/runs/{id}", after);
    }

    private static string Number(int id) => id.ToString(CultureInfo.InvariantCulture);
}
