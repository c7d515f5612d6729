using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Registry;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Core.Registry;
using FeatureGovernance.Core.Value;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Pages;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace FeatureGovernance.Server.Registry.Pages;

/// <summary>A page of the catalogue, with the facets that narrow it.</summary>
/// <param name="Filters">What narrows it now, by name.</param>
/// <param name="Features">The page; null where the filters are at fault.</param>
/// <param name="Complaint">What is wrong with the filters.</param>
/// <param name="MayPropose">Whether the caller may put features up for deprecation.</param>
/// <param name="Views">Filters that the caller keeps.</param>
/// <param name="Unsaved">A name under which filters were not kept; null where none was turned down.</param>
public sealed record CatalogueModel(
    IReadOnlyDictionary<string, string> Filters, Page<FeatureSummary>? Features, IReadOnlyList<Facet> Facets, Complaint? Complaint, bool MayPropose,
    IReadOnlyList<SavedView> Views, string? Unsaved)
{
    /// <summary>The filters as an address would write them, without the page.</summary>
    public string Query => With("cursor", null)["/features".Length..].TrimStart('?');

    /// <summary>This catalogue with one filter set, or taken away; always from its first page.</summary>
    public string With(string name, string? value) => Show.Query("/features",
        [.. Filters.Where(one => one.Key != name && one.Key != "cursor").Select(one => (one.Key, (string?)one.Value)), (name, value)]);
}

/// <summary>A way to narrow the catalogue.</summary>
/// <param name="Name">The parameter.</param>
/// <param name="Words">What it may be.</param>
public sealed record Facet(string Name, IReadOnlyList<string> Words);

internal static class Catalogue
{
    private const int Size = 50;

    /// <summary>The parameters of the catalogue.</summary>
    public static readonly string[] Names = ["q", "team", "stage", "kind", "group", "model", "recommendation", "sort", "cursor"];

    public static Task<RazorComponentResult<CataloguePage>> Get(HttpContext context, NpgsqlDataSource source, CancellationToken cancellation)
    {
        var query = context.Request.Query;
        var filters = Names.Where(name => !string.IsNullOrWhiteSpace(query[name]))
            .ToDictionary(name => name, name => query[name].ToString(), StringComparer.Ordinal);
        return PageAsync(filters, null, context, source, cancellation);
    }

    /// <param name="turnedDown">Why a view was not kept, under which name, and the status that says so; null where the page is only read.</param>
    public static async Task<RazorComponentResult<CataloguePage>> PageAsync(
        Dictionary<string, string> filters, (Complaint Complaint, string Name, int Status)? turnedDown, HttpContext context, NpgsqlDataSource source,
        CancellationToken cancellation)
    {
        string? Filter(string name) => filters.GetValueOrDefault(name);
        var answer = await FeatureSearch.List(source, Filter("q"), Filter("team"), Filter("stage"), Filter("kind"), Filter("group"), Filter("model"),
            Filter("recommendation"), Filter("sort"), Size, Filter("cursor"), cancellation);
        var found = answer.Take(out Page<FeatureSummary> page, out var refusal);
        Facet[] facets =
        [
            new("stage", [.. Enum.GetValues<Stage>().Select(Words.Of)]),
            new("recommendation", [.. Enum.GetValues<Recommendation>().Select(Words.Of)]),
            new("kind", [.. Enum.GetValues<FeatureKind>().Select(Words.Of)]),
            new("team", await TeamsAsync(source, cancellation)),
        ];
        return Rendered.As<CataloguePage>(
            new CatalogueModel(filters, found ? page : null, facets, found ? turnedDown?.Complaint : Complaint.Of(refusal),
                Permissions.Of(context.Caller().Role, Permission.ProposeDeprecation) != Reach.None,
                await SavedViews.OfAsync(source, context.Caller(), cancellation), turnedDown?.Name),
            found ? turnedDown?.Status ?? 200 : Problems.Status(refusal.Kind));
    }

    private static async Task<List<string>> TeamsAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("select slug from registry.team order by slug limit 1000");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var teams = new List<string>();
        while (await reader.ReadAsync(cancellation))
            teams.Add(reader.GetString(0));
        return teams;
    }
}
