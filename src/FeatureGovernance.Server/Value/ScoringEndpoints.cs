using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Value;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Hangfire;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using RecurringJob = FeatureGovernance.Server.Jobs.RecurringJob;

namespace FeatureGovernance.Server.Value;

/// <summary>Scoring runs and what they found.</summary>
internal static class ScoringEndpoints
{
    public static void AddValue(this WebApplicationBuilder builder)
    {
        builder.Services.AddTransient<ScoringJob>();
        builder.Services.AddSingleton(RecurringJob.Of<ScoringJob>("scoring-daily", "30 2 * * *", job => job.RunDailyAsync(CancellationToken.None)));
        builder.Services.AddSingleton(RecurringJob.Of<ScoringJob>("scoring-resume", "*/10 * * * *", job => job.ResumeAsync(CancellationToken.None)));
    }

    public static void MapValue(this RouteGroupBuilder api)
    {
        var runs = api.MapGroup("/scoring/runs").WithTags("Scores");
        runs.MapPost("", Start).Needs(Permission.RunScoring).Mutates().WithSummary("Score every feature; one run at a time");
        runs.MapGet("", List).Needs(Permission.Read).WithSummary("Scoring runs, the newest first");
        runs.MapGet("/{id:int}", Get).Needs(Permission.Read).WithSummary("One scoring run and how far it is");
        runs.MapPost("/{id:int}/cancel", Cancel).Needs(Permission.RunScoring).Mutates().WithSummary("Stop a scoring run; what it had not published is dropped");
        api.MapGet("/scores", ScoreQueries.List).Needs(Permission.Read).WithTags("Scores").WithSummary("The newest scores");
        api.MapGet("/scores/rollups", RollUps.List).Needs(Permission.Read).WithTags("Scores").WithSummary("Value and cost by group, team, source or surface");
        api.MapGet("/scores/pareto", ParetoFront.Get).Needs(Permission.Read).WithTags("Scores")
            .WithSummary("The features no other beats in value and cost, and the knee of value over cost");
        api.MapPost("/valuations/removal", RemovalQuestion.Answer).Needs(Permission.Read).WithTags("Scores")
            .WithSummary("What removing features would lose and save");
        api.MapGet("/labels", LabelList.List).Needs(Permission.Read).WithTags("Scores")
            .WithSummary("Registered labels, by key, with what was reported and last measured of each");
        api.MapGet("/labels/{key}/score", LabelScores.Get).Needs(Permission.Read).WithTags("Scores")
            .WithSummary("What is known of a label, and which models train on it");
        api.MapGet("/features/{key}/score", ScoreQueries.Get).Needs(Permission.Read).WithTags("Scores")
            .WithSummary("A feature's newest score and what it rests on");
    }

    public static async Task<Results<Accepted<ScoringRunView>, Refused>> Start(
        HttpContext context, WriteTransaction write, IBackgroundJobClient jobs, CancellationToken cancellation, ScoringRequest? body = null)
    {
        await RunLedger.Runs.EndAbandonedAsync(write.Connection, write.Now, cancellation);
        var today = DateOnly.FromDateTime(write.Now.UtcDateTime);
        if (await RunLedger.AddAsync(write.Connection, body?.Full ?? false, today, write.Origin.Actor, write.Now, cancellation) is not { } id)
        {
            var active = await RunLedger.ActiveAsync(write.Connection, cancellation);
            var number = active?.Run.Id.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "another";
            return (Refused)new Refusal(RefusalKind.Conflict, "scoring-under-way", $"Scoring run {number} is under way; wait for it or cancel it.",
                [new("run", number, $"See /api/v1/scoring/runs/{number}.")]);
        }

        var run = (await RunLedger.FindAsync(write.Connection, id, cancellation))!;
        write.Record(NewEvent.Of<object>("scoring.requested", "scoring-run", id, $"{id}", null, new { run.Full, run.AsOf }));
        write.AfterCommit(() => jobs.Enqueue<ScoringJob>(job => job.RunAsync(id, CancellationToken.None)));
        return TypedResults.Accepted($"/api/v1/scoring/runs/{id}", run);
    }

    private static async Task<Results<Ok<ScoringRunView>, Refused>> Get(int id, NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return await RunLedger.FindAsync(connection, id, cancellation) is { } run ? TypedResults.Ok(run) : (Refused)Problems.NotFound("scoring-run", $"{id}");
    }

    public static Task<Results<Ok<Page<ScoringRunView>>, Refused>> List(NpgsqlDataSource source, int? limit, string? cursor, CancellationToken cancellation) =>
        source.PageAsync("run", limit, cursor,
            (connection, after, count) => RunLedger.ListAsync(connection, after?.Id ?? long.MaxValue, count, cancellation), run => (null, run.Id), run =>
                run, cancellation);

    private static async Task<Results<Accepted<ScoringRunView>, Refused>> Cancel(int id, WriteTransaction write, CancellationToken cancellation)
    {
        if (await RunLedger.FindAsync(write.Connection, id, cancellation) is not { } run)
            return (Refused)Problems.NotFound("scoring-run", $"{id}");
        if (run.State is not ("queued" or "running"))
            return (Refused)new Refusal(RefusalKind.Conflict, "scoring-run-ended", $"Scoring run {id} has {run.State} already.");
        await RunLedger.Runs.StopAsync(write.Connection, id, write.Now, cancellation);
        var after = (await RunLedger.FindAsync(write.Connection, id, cancellation))!;
        write.Record(NewEvent.Of<object>("scoring.cancel-requested", "scoring-run", id, $"{id}", new { run.State },
            new { after.State, after.CancelRequested }));
        return TypedResults.Accepted($"/api/v1/scoring/runs/{id}", after);
    }
}
