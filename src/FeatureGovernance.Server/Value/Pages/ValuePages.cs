using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Value;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Pages;
using Npgsql;

namespace FeatureGovernance.Server.Value.Pages;

/// <summary>Where value and cost lie, and what is advised.</summary>
/// <param name="By">What the map is divided by: <c>team</c> or <c>group</c>.</param>
/// <param name="Parts">The largest parts of all value, with their cost.</param>
/// <param name="Curve">Value against cost over all features; null where either is unknown.</param>
/// <param name="Scores">Features with what is advised of each; null where the filters are at fault.</param>
public sealed record ValueModel(
    string By, IReadOnlyList<ValuePart> Parts, IReadOnlyList<Tile> Map, CostCurve? Curve, Page<ScoreSummary>? Scores, string? Recommendation,
    string? Team, string Sort,
    bool IsFirst, Complaint? Complaint)
{
    /// <summary>This page with other parameters, from its first list page on.</summary>
    public string With(string? by = null, string? recommendation = null, string? sort = null, string? cursor = null) => Show.Query(
        "/value", ("by", by ?? By), ("recommendation", recommendation ?? Recommendation), ("team", Team), ("sort", sort ?? Sort), ("cursor", cursor));
}

internal static class ValuePages
{
    public static void MapValuePages(this RouteGroupBuilder pages) => pages.MapGet("/value", Get).Needs(Permission.Read);

    private static async Task<IResult> Get(
        NpgsqlDataSource source, PublishedValue published, string? by, string? recommendation, string? team, string? sort, string? cursor,
        CancellationToken cancellation)
    {
        var division = by == "group" ? "group" : "team";
        var overview = await published.NewestAsync(cancellation);
        var parts = (division == "group" ? overview?.Groups : overview?.Teams) ?? [];
        var order = string.IsNullOrEmpty(sort) ? "-saving" : sort;
        var (wanted, owner) = (Given(recommendation), Given(team));
        var answer = await ScoreQueries.List(source, wanted, owner, null, order, 50, cursor, cancellation);
        var found = answer.Take(out Page<ScoreSummary> page, out var refusal);
        var model = new ValueModel(
            division, parts, Treemap.Of(parts, 1000, 320), overview?.Curve, found ? page : null, wanted, owner, order, cursor is null,
            found ? null : Complaint.Of(refusal));
        return Rendered.As<ValuePage>(model, found ? 200 : Problems.Status(refusal.Kind));
    }

    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
