using System.Net.Mime;
using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Reports;
using FeatureGovernance.Core.Reports;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Pages;
using FeatureGovernance.Server.Storage;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FeatureGovernance.Server.Reports.Pages;

/// <summary>What may be asked for, and what was kept.</summary>
public sealed record ReviewsModel(Page<ReviewSummary> Kept, IReadOnlyList<string> Quarters, IReadOnlyList<string> Teams);

/// <summary>One review.</summary>
public sealed record ReviewModel(QuarterlyReview Review)
{
    public string Title => $"{Show.Period(Review.Quarter)} · {Review.Team ?? "the organisation"}";
}

internal static class ReportPages
{
    private const int QuartersBack = 8;
    private const int MostTeams = 1_000;

    public static void MapReportPages(this RouteGroupBuilder pages)
    {
        pages.MapGet("/reports", List).Needs(Permission.Read);
        pages.MapGet("/reports/review", Ask).Needs(Permission.Read);
        pages.MapGet("/reports/{quarter}", Get).Needs(Permission.Read);
        pages.MapGet("/reports/{quarter}/document", Document).Needs(Permission.Read);
    }

    private static async Task<IResult> List(NpgsqlDataSource source, GovernanceDb db, TimeProvider clock, string? cursor, CancellationToken cancellation)
    {
        var answer = await ReviewEndpoints.List(source, null, 50, cursor, cancellation);
        if (!answer.Take(out Page<ReviewSummary> kept, out var refusal))
            return (Refused)refusal;
        var teams = await db.Teams.AsNoTracking().OrderBy(team => team.Slug).Select(team => team.Slug).Take(MostTeams).ToListAsync(cancellation);
        var quarters = new List<string>();
        for (var quarter = Quarter.Of(DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime)); quarters.Count < QuartersBack; quarter = quarter.Previous)
            quarters.Add(quarter.ToString());
        return Rendered.As<ReviewsPage>(new ReviewsModel(kept, quarters, teams));
    }

    // A form cannot put what was chosen into a path.
    private static IResult Ask(string? quarter, string? team) =>
        Results.LocalRedirect(Show.Query(Show.Link("reports", quarter ?? ""), ("team", string.IsNullOrEmpty(team) ? null : team)));

    private static async Task<IResult> Get(string quarter, string? team, NpgsqlDataSource source, TimeProvider clock, CancellationToken cancellation) =>
        (await ReviewEndpoints.Get(quarter, team, source, clock, cancellation)).Take(out QuarterlyReview review, out var refusal)
            ? Rendered.As<ReviewPage>(new ReviewModel(review))
            : (Refused)refusal;

    /// <summary>The same as one file that needs nothing else, to send or to keep.</summary>
    private static async Task<IResult> Document(
        string quarter, string? team, HttpContext context, NpgsqlDataSource source, TimeProvider clock, CancellationToken cancellation)
    {
        if (!(await ReviewEndpoints.Get(quarter, team, source, clock, cancellation)).Take(out QuarterlyReview review, out var refusal))
            return (Refused)refusal;
        context.Response.Headers.ContentDisposition =
            new ContentDisposition { FileName = $"review-{review.Quarter}{(review.Team is null ? "" : $"-{review.Team}")}.html" }.ToString();
        return Rendered.As<ReviewDocument>(new ReviewModel(review));
    }
}
