using FeatureGovernance.Contracts.Telemetry;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Jobs;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace FeatureGovernance.Server.Telemetry;

internal static class TelemetryEndpoints
{
    private const string Parquet = "application/vnd.apache.parquet";
    private const long LargestBatch = 2L << 30;

    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<TelemetryNames>();
        builder.Services.AddScoped<Ingest>();
        builder.Services.AddSingleton<PartitionUpkeep>();
        builder.Services.AddSingleton(services => RecurringJob.Of<PartitionUpkeep>("partition-upkeep", "20 1 * * *", upkeep => upkeep.RunAsync()));
    }

    public static void MapTelemetry(this RouteGroupBuilder api)
    {
        var telemetry = api.MapGroup("/telemetry").WithTags("Telemetry");
        telemetry.MapPost("/usage", Usage).Needs(Permission.IngestTelemetry).Mutates().Accepts<UsageReport>("application/x-ndjson", Parquet)
            .WithSummary("Report reads by feature, model and day; a later report of a day replaces the earlier");
        telemetry.MapPost("/importance", Importance).Needs(Permission.IngestTelemetry).Mutates()
            .Accepts<ImportanceReport>("application/x-ndjson", Parquet, "application/json", "text/plain", "text/csv", "application/octet-stream")
            .WithSummary("Report evaluations, as lines or (format=) as the file a library writes; one reported again is replaced as a whole");
        telemetry.MapPost("/costs", Costs).Needs(Permission.IngestTelemetry).Mutates().Accepts<CostReport>("application/x-ndjson")
            .WithSummary("Report what features consume by day and resource");
        telemetry.MapGet("/batches", TelemetryQueries.Batches).Needs(Permission.Read).WithSummary("Batches that landed, newest first");
        api.MapGet("/features/{key}/usage", TelemetryQueries.Usage).WithTags("Telemetry").Needs(Permission.Read)
            .WithSummary("Reported usage of a feature by model and day");
        api.MapPut("/prices/{resource}", Prices.Put).WithTags("Telemetry").Needs(Permission.PlanCapacity).Mutates()
            .WithSummary("Set what a unit of a resource costs from a day on");
    }

    [RequestSizeLimit(LargestBatch)]
    private static Task<Results<Ok<TelemetryResult>, Refused>> Usage(
        string? onError, HttpContext context, WriteTransaction write, Ingest ingest, TelemetryNames names, CancellationToken cancellation) =>
        TakeAsync(new UsageBatch(write) { Names = names }, onError, true, context, ingest, cancellation);

    [RequestSizeLimit(LargestBatch)]
    private static async Task<Results<Ok<TelemetryResult>, Refused>> Importance(
        string? onError, [AsParameters] ImportQuestion question, HttpContext context, WriteTransaction write, Ingest ingest, TelemetryNames names,
        CancellationToken cancellation)
    {
        var batch = new ImportanceBatch(write) { Names = names };
        if (question.Format is null)
            return await TakeAsync(batch, onError, true, context, ingest, cancellation);
        var (line, unreadable) = await ImportanceImport.ReadAsync(question, context.Request.Body, write, cancellation);
        if (line is null)
            return (Refused)unreadable!;
        var (result, refused) = await ingest.RunAsync(batch, OnError.Fail, (sink, _) =>
        {
            sink.Add(line, 1);
            return Task.CompletedTask;
        }, cancellation);
        return refused is not null ? (Refused)refused : TypedResults.Ok(result!);
    }

    [RequestSizeLimit(LargestBatch)]
    private static Task<Results<Ok<TelemetryResult>, Refused>> Costs(
        string? onError, HttpContext context, WriteTransaction write, Ingest ingest, TelemetryNames names, CancellationToken cancellation) =>
        TakeAsync(new CostBatch(write) { Names = names }, onError, false, context, ingest, cancellation);

    private static async Task<Results<Ok<TelemetryResult>, Refused>> TakeAsync<T>(
        FactBatch<T> batch, string? onError, bool takesParquet, HttpContext context, Ingest ingest, CancellationToken cancellation)
        where T : struct, IFact<T>
    {
        var faults = new FieldFaults();
        var mode = faults.Word<OnError>("onError", onError, OnError.Fail);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;
        var type = context.Request.ContentType?.Split(';')[0].Trim();
        var body = context.Request.Body;
        Func<LineSink<T>, CancellationToken, Task>? read = type?.ToLowerInvariant() switch
        {
            null or "application/x-ndjson" or "application/jsonl" or "application/json" => (sink, stop) => Bodies.ReadLinesAsync(body, sink, stop),
            Parquet when takesParquet => (sink, stop) => Bodies.ReadParquetAsync(body, sink, stop),
            _ => null,
        };
        if (read is null)
            throw new BadHttpRequestException($"Send application/x-ndjson{(takesParquet ? $" or {Parquet}" : "")}.", 415);
        var (result, refused) = await ingest.RunAsync(batch, mode!.Value, read, cancellation);
        return refused is not null ? (Refused)refused : TypedResults.Ok(result!);
    }
}
