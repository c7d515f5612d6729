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
using RunState = FeatureGovernance.Server.Jobs.RunState;

namespace FeatureGovernance.Server.Drift;

/// <summary>Runs of detection.</summary>
internal static class DriftRunEndpoints
{
    public static async Task<Results<Accepted<DriftRunView>, Refused>> Start(WriteTransaction write, IBackgroundJobClient jobs, CancellationToken cancellation)
    {
        // Without the lock a running row is what a killed process left; its place is free.
        if (await DriftRuns.ActiveAsync(write.Connection, cancellation) is { State: "running" } left && !await DriftRuns.Runs.IsHeldAsync(write.Connection, left.Id, cancellation))
            await DriftRuns.Runs.EndAsync(write.Connection, left.Id, RunState.Failed, write.Now, "The process that ran it stopped; a later run took over.", cancellation);
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

    public static async Task<Results<Ok<Page<DriftRunView>>, Refused>> List(NpgsqlDataSource source, int? limit, string? cursor, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var size = Limits.Page(limit, faults);
        var after = Cursor.Decode(cursor, "drift-run", faults);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var found = await DriftRuns.ListAsync(connection, after?.Id ?? long.MaxValue, size + 1, cancellation);
        var page = found.Take(size).ToList();
        return TypedResults.Ok(new Page<DriftRunView>(page, found.Count > size ? new Cursor("drift-run", null, page[^1].Id).Encode() : null));
    }

    public static async Task<Results<Accepted<DriftRunView>, Refused>> Cancel(int id, WriteTransaction write, CancellationToken cancellation)
    {
        if (await DriftRuns.FindAsync(write.Connection, id, cancellation) is not { } run)
            return (Refused)Problems.NotFound("drift-run", Number(id));
        if (run.State is not ("queued" or "running"))
            return (Refused)new Refusal(RefusalKind.Conflict, "detection-run-ended", $"Detection run {id} has {run.State} already.");
        // Nobody is there to hear a request while the lock is free.
        if (await DriftRuns.Runs.IsHeldAsync(write.Connection, id, cancellation))
            await DriftRuns.Runs.RequestCancelAsync(write.Connection, id, cancellation);
        else
            await DriftRuns.Runs.EndAsync(write.Connection, id, RunState.Cancelled, write.Now, null, cancellation);
        var after = (await DriftRuns.FindAsync(write.Connection, id, cancellation))!;
        write.Record(NewEvent.Of<object>("drift.cancel-requested", "drift-run", id, $"{id}", new { run.State }, new { after.State, after.CancelRequested }));
        return TypedResults.Accepted($"/api/v1/drift/runs/{id}", after);
    }

    private static string Number(int id) => id.ToString(CultureInfo.InvariantCulture);
}
