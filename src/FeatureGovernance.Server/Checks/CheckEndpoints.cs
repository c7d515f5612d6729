using System.Diagnostics;
using FeatureGovernance.Contracts.Checks;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Checks;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace FeatureGovernance.Server.Checks;

internal static class CheckEndpoints
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static void AddChecks(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<SnapshotLoader>();
        builder.Services.AddSingleton<SnapshotFeed>();
        builder.Services.AddSingleton<CheckRecorder>();
        builder.Services.AddHostedService(services =>
        {
            var feed = services.GetRequiredService<SnapshotFeed>();
            CheckMetrics.Watch(feed);
            return feed;
        });
        builder.Services.AddHostedService(services => services.GetRequiredService<CheckRecorder>());
        builder.Services.AddHealthChecks().AddCheck<SnapshotHealth>("snapshot", tags: ["ready"]);
    }

    public static void MapChecks(this RouteGroupBuilder api)
    {
        var checks = api.MapGroup("/checks").WithTags("Checks");
        checks.MapPost("/adoption", Post).Needs(Permission.CheckAdoption).Accepts<AdoptionCheckRequest>(AnswerForms.Json)
            .WithSummary("May this model read these features?");
        checks.MapGet("", CheckHistory.List).Needs(Permission.Read).WithSummary("Checks that were made, newest first");
    }

    [RequestSizeLimit(64 << 20)]
    private static async Task<Results<CheckAnswer, NotAcceptable, NotReady, Refused>> Post(
        HttpContext context, SnapshotFeed feed, CheckRecorder recorder, TimeProvider clock, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        if (AnswerForms.Chosen(context.Request) is not { } form)
            return new NotAcceptable();
        var (body, refusal) = await ReadAsync(context, cancellation);
        if (body is null)
            return (Refused)refusal!;
        var snapshot = await feed.AtLeastAsync(body.MinimumVersion, Patience, cancellation);
        if (snapshot is null)
            return new NotReady(503, "not-ready", "The registry is being read into memory; nothing was checked.");
        if (snapshot.Version < body.MinimumVersion)
            return new NotReady(409, "version-not-reached",
                $"The registry is at version {snapshot.Version}, and you asked for {body.MinimumVersion}. Try again, or ask for less.");

        var report = AdoptionCheck.Run(body.Request, snapshot);
        var duration = Stopwatch.GetElapsedTime(start);
        CheckMetrics.Count(report.Verdict, duration);
        recorder.Add(Record(context, body, report, clock.GetUtcNow(), duration));
        return new CheckAnswer(body, report, form);
    }

    // Not by the framework's binding: it makes an object of every field before it can be refused, and knows no bound on a list.
    private static async ValueTask<(CheckBody? Body, Refusal? Refusal)> ReadAsync(HttpContext context, CancellationToken cancellation)
    {
        if (!context.Request.HasJsonContentType())
            throw new BadHttpRequestException("Not JSON.", StatusCodes.Status415UnsupportedMediaType);
        using var bytes = await PooledBody.ReadAsync(context, cancellation);
        var body = CheckBody.Read(bytes.Bytes, out var refusal);
        return (body, refusal);
    }

    private static CheckRecord Record(HttpContext context, CheckBody body, CheckReport report, DateTimeOffset now, TimeSpan duration)
    {
        var errors = 0;
        var warnings = 0;
        foreach (var finding in report.Findings)
        {
            if (finding.Level == RuleLevel.Error)
                errors++;
            else if (finding.Level == RuleLevel.Warn)
                warnings++;
        }

        return new(now, context.Caller().Actor, body.Request.Model, report.Verdict, body.Request.Features.Length, errors, warnings,
            body.Repository, body.Commit, report.RegistryVersion, duration);
    }
}

/// <summary>Not now; the same request may do better in a moment.</summary>
internal sealed class NotReady(int status, string code, string detail) : IResult
{
    public Task ExecuteAsync(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "2";
        return Problems.WriteAsync(context, status, code, detail);
    }
}
