using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Standards;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Pages;
using Npgsql;

namespace FeatureGovernance.Server.Standards.Pages;

/// <summary>Standards by name.</summary>
public sealed record StandardsModel(Page<StandardSummary> Standards);

/// <summary>A standard, or a change of it that is being tried.</summary>
/// <param name="Document">The text in the editor.</param>
/// <param name="Trial">What the text would do; null where it was not tried.</param>
/// <param name="Clean">True where the text was checked and is sound.</param>
public sealed record StandardModel(StandardView Standard, string Document, DryRunReport? Trial, bool Clean, Complaint? Complaint, bool MayTry);

/// <summary>Teams with the level of their newest scorecard.</summary>
public sealed record TeamsModel(Page<ScorecardSummary> Cards, IReadOnlyList<(string Slug, string Name, long Features)> Teams, bool IsFirst);

/// <summary>A team's scorecard, and how it went.</summary>
public sealed record TeamModel(string Team, string Name, IReadOnlyList<string> Leads, IReadOnlyList<string> Members, JointScorecardView? Card, LevelTrend? Trend);

internal static class StandardsPages
{
    public static void MapStandardsPages(this RouteGroupBuilder pages)
    {
        pages.MapGet("/standards", List).Needs(Permission.Read);
        pages.MapGet("/standards/{name}", Get).Needs(Permission.Read);
        pages.MapPost("/standards/{name}/try", Try).Needs(Permission.RegisterFeatures);
        pages.MapGet("/teams", TeamPages.List).Needs(Permission.Read);
        pages.MapGet("/teams/{team}", TeamPages.Get).Needs(Permission.Read);
    }

    private static async Task<IResult> List(NpgsqlDataSource source, TimeProvider clock, string? cursor, CancellationToken cancellation)
    {
        var answer = await StandardEndpoints.List(source, clock, 100, cursor, cancellation);
        return answer.Take(out Page<StandardSummary> page, out var refusal) ? Rendered.As<StandardsPage>(new StandardsModel(page)) : (Refused)refusal;
    }

    private static async Task<IResult> Get(string name, int? version, HttpContext context, NpgsqlDataSource source, CancellationToken cancellation) =>
        await StandardEndpoints.FindAsync(source, name, version, cancellation) is { } standard
            ? Rendered.As<StandardPage>(new StandardModel(standard, standard.Document, null, false, null, MayTry(context)))
            : (Refused)Problems.NotFound("standard", FieldFaults.Printable(name));

    // Checks the text, and where asked, says who would newly fail; writes nothing.
    private static async Task<IResult> Try(
        string name, HttpContext context, NpgsqlDataSource source, StandardShelf shelf, TimeProvider clock, CancellationToken cancellation)
    {
        if (await StandardEndpoints.FindAsync(source, name, null, cancellation) is not { } present)
            return (Refused)Problems.NotFound("standard", FieldFaults.Printable(name));
        var form = await context.Request.ReadFormAsync(cancellation);
        var text = form["document"].ToString().ReplaceLineEndings("\n");
        var model = new StandardModel(present, text, null, false, null, MayTry(context));
        var (standard, refusal) = StandardBody.Read(text, name);
        if (standard is null)
            return Rendered.As<StandardPage>(model with { Complaint = Complaint.Of(refusal!) }, 400);
        if (form["do"] != "dry-run")
            return Rendered.As<StandardPage>(model with { Clean = true });
        var answer = await DryRun.RunAsync(standard, null, null, 50, source, shelf, clock, cancellation);
        return answer.Take(out DryRunReport report, out var broken)
            ? Rendered.As<StandardPage>(model with { Clean = true, Trial = report })
            : Rendered.As<StandardPage>(model with { Complaint = Complaint.Of(broken) }, Problems.Status(broken.Kind));
    }

    private static bool MayTry(HttpContext context) => Permissions.Of(context.Caller().Role, Permission.RegisterFeatures) != Reach.None;
}
