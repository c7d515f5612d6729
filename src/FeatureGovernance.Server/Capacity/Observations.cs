using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Capacity;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace FeatureGovernance.Server.Capacity;

/// <summary>Demand and supply by day: taken as a stream, landed by COPY, merged in one statement.</summary>
internal static class Observations
{
    public const double LargestAmount = 1e15;
    private const int BatchSize = 5_000;

    [RequestSizeLimit(2L << 30)]
    public static async Task<Results<Ok<ObservationResult>, Refused>> Post(
        string? onError, HttpContext context, WriteTransaction write, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        faults.Check(onError is null or "fail" or "skip", "onError", "Not a way to treat faulty lines.", "Use fail (the default) or skip.");
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;
        var batch = await ObservationBatch.BeginAsync(write, cancellation);
        await foreach (var line in NdjsonLines.ReadAsync(context.Request.BodyReader, cancellation))
        {
            batch.Take(line);
            if (batch.Waiting == BatchSize)
                await batch.LandAsync(cancellation);
        }

        await batch.LandAsync(cancellation);
        if (batch.Received == 0)
            return (Refused)Problems.Malformed("body", "The body has no lines.", "Send one JSON object a line (application/x-ndjson).");
        if (batch.Failed > 0 && onError != "skip")
        {
            return (Refused)new Refusal(RefusalKind.Malformed, "malformed-lines",
                $"{batch.Failed} of {batch.Received} lines are at fault; nothing was taken. onError=skip takes the others.",
                [.. batch.Errors.Select(error => new FieldError(error.Field ?? "line", error.Message, error.Remedy, null, error.Line))]);
        }

        await batch.MergeAsync(cancellation);
        write.Record(NewEvent.Of<object>("capacity.observed", "observations", 0, "observations", null, new { batch.Received, batch.Failed }));
        return TypedResults.Ok(new ObservationResult(batch.Received, batch.Received - batch.Failed, batch.Failed, batch.Errors));
    }

    public static Task<Results<Ok<Page<CapacityObservation>>, Refused>> List(
        string pool, NpgsqlDataSource source, int? limit, string? cursor, CancellationToken cancellation) => source.DaysAsync(limit, cursor,
        async connection => ((await Pools.FindAsync(connection, pool, cancellation))?.Id, Pools.Unknown(pool)),
        "select day, demand, supply from capacity.observation where pool_id = $1 and day < $2 order by day desc limit $3",
        row => new CapacityObservation
        {
            Pool = pool, Day = row.GetFieldValue<DateOnly>(0), Demand = row.GetValue(1) as double?, Supply = row.GetValue(2) as double?,
        }, observation => observation.Day, cancellation);
}
