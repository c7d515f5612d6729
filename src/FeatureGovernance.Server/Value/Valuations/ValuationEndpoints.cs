using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Value;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Hangfire;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;
using RecurringJob = FeatureGovernance.Server.Jobs.RecurringJob;

namespace FeatureGovernance.Server.Value.Valuations;

/// <summary>Evaluation samples in, measured value out.</summary>
internal static class ValuationEndpoints
{
    private const long LargestSample = 2L << 30;

    public static void AddValuations(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<SampleStore>();
        builder.Services.AddTransient<ValuationJob>();
        builder.Services.AddSingleton(RecurringJob.Of<ValuationJob>("valuation-resume", "* * * * *", job => job.ResumeAsync(CancellationToken.None)));
    }

    public static void MapValuations(this RouteGroupBuilder api)
    {
        var valuations = api.MapGroup("/valuations").WithTags("Scores");
        valuations.MapPost("", Submit).Needs(Permission.RunScoring).Mutates()
            .Accepts<IFormFile>("application/vnd.apache.parquet", "text/csv", "text/plain", "application/octet-stream")
            .WithSummary("Measure what each feature of an evaluation sample is worth");
        valuations.MapGet("", List).Needs(Permission.Read).WithSummary("Valuations, the newest first");
        valuations.MapGet("/{id:int}", Get).Needs(Permission.Read).WithSummary("One valuation, how far it is and what it found");
        valuations.MapGet("/{id:int}/features", Features).Needs(Permission.Read)
            .WithSummary("What each feature of the sample is worth, the most valuable first");
        valuations.MapGet("/{id:int}/label", Label).Needs(Permission.Read).WithSummary("What the sample tells of its label");
        valuations.MapPost("/{id:int}/cancel", Cancel).Needs(Permission.RunScoring).Mutates().WithSummary("Stop a valuation; nothing of it is kept");
    }

    [RequestSizeLimit(LargestSample)]
    private static async Task<Results<Accepted<ValuationView>, Refused>> Submit(
        [AsParameters] ValuationRequest request, HttpContext context, WriteTransaction write, SampleStore store, IBackgroundJobClient jobs,
        CancellationToken cancellation)
    {
        if (ValuationRefusals.Faults(request) is { } malformed)
            return (Refused)malformed;
        var missing = await ValuationRefusals.UnknownModelAsync(write.Connection, request, cancellation)
            ?? await ValuationRefusals.UnknownLabelAsync(write.Connection, request, cancellation);
        if (missing is { } unknown)
            return (Refused)unknown;
        var isUpload = request.Path is null;
        if (!isUpload && store.Allowed(request.Path!) is null)
            return (Refused)ValuationRefusals.Broken("unknown-path", "path", "There is no such file in the folder of samples.",
                "Upload the file, or have the operator put it below FEATGOV_SAMPLES.");
        var (file, bytes) = isUpload
            ? await store.TakeAsync(context.Request.Body, cancellation)
            : (store.Allowed(request.Path!)!, new FileInfo(store.Allowed(request.Path!)!).Length);
        var kept = false;
        try
        {
            if (await ValuationRefusals.UnusableAsync(write.Connection, store.PathOf(file, isUpload), request, cancellation) is { } unusable)
                return (Refused)unusable;
            var question = request.ToQuestion();
            var id = await ValuationLedger.AddAsync(write.Connection, question, file, isUpload, bytes, write.Origin.Actor, write.Now, cancellation);
            var made = (await ValuationLedger.FindAsync(write.Connection, id, cancellation))!.View;
            write.Record(NewEvent.Of<object>("valuation.requested", "valuation", id, $"{id}", null,
                new { question.Label, question.Model, question.Version, bytes }));
            write.AfterCommit(() => jobs.Enqueue<ValuationJob>(job => job.RunAsync(id, CancellationToken.None)));
            kept = true;
            return TypedResults.Accepted($"/api/v1/valuations/{id}", made);
        }
        finally
        {
            if (!kept)
                store.Forget(file, isUpload);
        }
    }

    private static Task<Results<Ok<Page<ValuationView>>, Refused>> List(NpgsqlDataSource source, int? limit, string? cursor, CancellationToken cancellation) =>
        source.PageAsync("valuation", limit, cursor,
            (connection, after, count) => ValuationLedger.ListAsync(connection, after?.Id ?? long.MaxValue, count, cancellation),
            one => (null, one.View.Id), one => one.View, cancellation);

    private static async Task<Results<Ok<ValuationView>, Refused>> Get(int id, NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return await ValuationLedger.FindAsync(connection, id, cancellation) is { } found
            ? TypedResults.Ok(found.View)
            : (Refused)Problems.NotFound("valuation", $"{id}");
    }

    private static async Task<Results<Ok<Page<ValuedColumn>>, Refused>> Features(
        int id, NpgsqlDataSource source, int? limit, string? cursor, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var size = Limits.Page(limit, faults);
        var after = Cursor.Decode(cursor, "place", faults);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;
        await using var connection = await source.OpenConnectionAsync(cancellation);
        if (await ValuationLedger.FindAsync(connection, id, cancellation) is null)
            return (Refused)Problems.NotFound("valuation", $"{id}");
        var last = after?.Id ?? -1;
        var found = await ValuationLedger.FeaturesAsync(connection, id, last, size + 1, cancellation);
        return TypedResults.Ok(new Page<ValuedColumn>(found.Take(size).ToList(), found.Count > size ? new Cursor("place", null, last + size).Encode() : null));
    }

    private static async Task<Results<Ok<LabelMeasurement>, Refused>> Label(int id, NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        if (await LabelLedger.OfValuationAsync(connection, id, cancellation) is { } found)
            return TypedResults.Ok(found);
        return await ValuationLedger.FindAsync(connection, id, cancellation) is { } valuation
            ? (Refused)new Refusal(RefusalKind.NotFound, "label-not-measured", $"Valuation {id} is {valuation.View.State}; its label was not measured.")
            : (Refused)Problems.NotFound("valuation", $"{id}");
    }

    private static async Task<Results<Accepted<ValuationView>, Refused>> Cancel(
        int id, WriteTransaction write, SampleStore store, CancellationToken cancellation)
    {
        if (await ValuationLedger.FindAsync(write.Connection, id, cancellation) is not { } found)
            return (Refused)Problems.NotFound("valuation", $"{id}");
        if (found.View.State is not ("queued" or "running"))
            return (Refused)new Refusal(RefusalKind.Conflict, "valuation-ended", $"Valuation {id} has {found.View.State} already.");
        if (await ValuationLedger.Runs.StopAsync(write.Connection, id, write.Now, cancellation))
            write.AfterCommit(() => store.Forget(found.File, found.IsUpload));
        var after = (await ValuationLedger.FindAsync(write.Connection, id, cancellation))!.View;
        write.Record(NewEvent.Of<object>("valuation.cancel-requested", "valuation", id, $"{id}", new { found.View.State }, new { after.State }));
        return TypedResults.Accepted($"/api/v1/valuations/{id}", after);
    }
}
