using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Lifecycle;
using FeatureGovernance.Contracts.Registry;
using FeatureGovernance.Contracts.Standards;
using FeatureGovernance.Contracts.Value;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Core.Registry;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Discussion.Pages;
using FeatureGovernance.Server.Drift.Pages;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Lifecycle;
using FeatureGovernance.Server.Pages;
using FeatureGovernance.Server.Standards;
using FeatureGovernance.Server.Storage;
using FeatureGovernance.Server.Value;
using FeatureGovernance.Server.Value.Pages;
using Npgsql;

namespace FeatureGovernance.Server.Registry.Pages;

/// <summary>All that is known of one feature, as far as one page can hold it.</summary>
public sealed record FeatureModel(
    FeatureView Feature, IReadOnlyList<FeatureVersionView> Versions, Dependants Dependants, Drawing Lineage, FeatureScoreView? Score, ValueHistory? Worth, ShareTrends Trends,
    FeatureStanding? Standing, IReadOnlyList<HistoryEntry> History, IReadOnlyList<ProposalView> Proposals, ValuesModel Values,
    bool MayPropose, DiscussionModel Discussion)
{
    /// <summary>The stages in order, and where the feature stands among them.</summary>
    public static readonly IReadOnlyList<string> Stages = [.. Enum.GetValues<Stage>().Select(Words.Of)];
}

internal static class FeatureReading
{
    public static Task<IResult> Get(
        string key, [AsParameters] ValuesAsked asked, HttpContext context, NpgsqlDataSource source, GovernanceDb db, StandardShelf shelf,
        TimeProvider clock, CancellationToken cancellation) =>
        ReadAsync(key, asked, context, source, db, shelf, clock, null, cancellation);

    /// <param name="asked">Which values to draw.</param>
    /// <param name="turnedDown">A comment that was not taken, and why; null where the page is only read.</param>
    public static async Task<IResult> ReadAsync(
        string key, ValuesAsked asked, HttpContext context, NpgsqlDataSource source, GovernanceDb db, StandardShelf shelf, TimeProvider clock,
        (Complaint Complaint, string Text)? turnedDown, CancellationToken cancellation)
    {
        FeatureRow? row;
        Actor reader;
        await using (var connection = await source.OpenConnectionAsync(cancellation))
        {
            row = await FeatureRow.FindAsync(connection, key, cancellation);
            reader = await context.ActorAsync(connection, cancellation);
        }

        if (row is null)
            return (Refused)Problems.NotFound("feature", FieldFaults.Printable(key));
        if (row.Key != key)
            return Results.LocalRedirect(Show.Feature(row.Key));

        var history = (await FeatureHistory.History(key, db, source, 30, null, cancellation)).Or<Page<HistoryEntry>>();
        var versions = (await FeatureEndpoints.Versions(key, source, db, cancellation)).Or<List<FeatureVersionView>>();
        var dependants = (await FeatureGraph.Dependants(key, source, cancellation)).Or<Dependants>();
        var lineage = (await FeatureGraph.Lineage(key, source, cancellation)).Or<Lineage>();
        var score = row.Draft.Kind == FeatureKind.Label ? null : (await ScoreQueries.Get(key, source, cancellation)).Or<FeatureScoreView>();
        var worth = score is null ? null : await ValueHistory.ReadAsync(source, row.Id, cancellation);
        var trends = score is null ? ShareTrends.None : await ShareTrends.ReadAsync(source, row.Id, cancellation);
        var standing = (await StandingQuery.Get(key, null, source, shelf, clock, cancellation)).Or<FeatureStanding>();
        var proposals = (await ProposalList.List(context, source, clock, null, null, key, null, 10, null, cancellation)).Or<Page<ProposalView>>();
        var (values, status) = await ValuesReading.OfAsync(row.Key, row.Id, asked, source, clock, cancellation);
        var discussion = (await DiscussionModel.ReadAsync(row, context, source, cancellation)) with { Refused = turnedDown };
        return Rendered.As<FeaturePage>(new FeatureModel(
            row.View(), versions ?? [], dependants ?? new([], []), LineageDrawing.Of(lineage ?? new([], []), key), score, worth, trends, standing, history?.Items ?? [],
            proposals?.Items ?? [], values, Permissions.Of(context.Caller().Role, Permission.ProposeDeprecation) != Reach.None && Deprecation.MayPropose(reader, [row.Team]), discussion),
            turnedDown is null ? status : 400);
    }
}
