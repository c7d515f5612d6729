using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Standards;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Pages;
using FeatureGovernance.Server.Storage;
using Npgsql;

namespace FeatureGovernance.Server.Standards.Pages;

/// <summary>Standards by name.</summary>
/// <param name="MayPut">Whether the caller may put one of his own.</param>
public sealed record StandardsModel(Page<StandardSummary> Standards, bool MayPut);

/// <summary>Teams with the level of their newest scorecard.</summary>
public sealed record TeamsModel(Page<ScorecardSummary> Cards, IReadOnlyList<(string Slug, string Name, long Features)> Teams, bool IsFirst);

/// <summary>A team's scorecard, and how it went.</summary>
public sealed record TeamModel(string Team, string Name, IReadOnlyList<string> Leads, IReadOnlyList<string> Members, JointScorecardView? Card,
    LevelTrend? Trend);

internal static class StandardsPages
{
    public static void MapStandardsPages(this RouteGroupBuilder pages)
    {
        pages.MapGet("/standards", List).Needs(Permission.Read);
        pages.MapGet("/standards/new", StandardEditor.New).Needs(Permission.ManageStandards);
        pages.MapPost("/standards/new/try",
            (HttpContext context, NpgsqlDataSource source, StandardShelf shelf, TimeProvider clock, CancellationToken cancellation) =>
            StandardEditor.Try(null, context, source, shelf, clock, cancellation)).Needs(Permission.ManageStandards);
        pages.MapPost("/standards/new",
            (HttpContext context, WriteTransaction write, NpgsqlDataSource source, StandardShelf shelf, CancellationToken cancellation) =>
            StandardEditor.Save(null, context, write, source, shelf, cancellation)).Needs(Permission.ManageStandards).Mutates();
        pages.MapGet("/standards/{name}", StandardEditor.Get).Needs(Permission.Read);
        pages.MapPost("/standards/{name}/try", StandardEditor.Try).Needs(Permission.RegisterFeatures);
        pages.MapPost("/standards/{name}", StandardEditor.Save).Needs(Permission.ManageStandards).Mutates();
        pages.MapGet("/teams", TeamPages.List).Needs(Permission.Read);
        pages.MapGet("/teams/{team}", TeamPages.Get).Needs(Permission.Read);
    }

    private static async Task<IResult> List(HttpContext context, NpgsqlDataSource source, TimeProvider clock, string? cursor, CancellationToken cancellation)
    {
        var answer = await StandardEndpoints.List(source, clock, 100, cursor, cancellation);
        return answer.Take(out Page<StandardSummary> page, out var refusal)
            ? Rendered.As<StandardsPage>(new StandardsModel(page, Permissions.Of(context.Caller().Role, Permission.ManageStandards) != Reach.None))
            : (Refused)refusal;
    }
}
