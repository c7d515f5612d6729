using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Discussion;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Pages;
using FeatureGovernance.Server.Registry;
using FeatureGovernance.Server.Registry.Pages;
using FeatureGovernance.Server.Standards;
using FeatureGovernance.Server.Storage;
using Npgsql;

namespace FeatureGovernance.Server.Discussion.Pages;

/// <summary>What was said of a feature, and whether the reader may join in.</summary>
/// <param name="Comments">The newest first.</param>
/// <param name="Reader">Who is reading; his own comments he may take back.</param>
/// <param name="MayComment">Whether he may say something.</param>
/// <param name="MayTakeBackAll">Whether he may take back what others said.</param>
public sealed record DiscussionModel(string Feature, Page<CommentView> Comments, string Reader, bool MayComment, bool MayTakeBackAll)
{
    /// <summary>Why what he wrote was turned down, and the text; null where nothing was.</summary>
    public (Complaint Complaint, string Text)? Refused { get; init; }

    internal static async Task<DiscussionModel> ReadAsync(FeatureRow feature, HttpContext context, NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var caller = context.Caller();
        return new(feature.Key, await CommentQuery.ListAsync(connection, feature.Id, 50, null, cancellation),
            caller.Actor, caller.May(Permission.Comment, feature.TeamId), caller.IsAdmin);
    }
}

internal static class DiscussionPages
{
    public static void MapDiscussionPages(this RouteGroupBuilder pages)
    {
        pages.MapPost("/features/{key}/comments", Say).Needs(Permission.Comment).Mutates();
        pages.MapPost("/features/{key}/comments/{comment:int}", TakeBack).Needs(Permission.Comment).Mutates();
    }

    private static async Task<IResult> Say(
        string key, HttpContext context, WriteTransaction write, NpgsqlDataSource source, GovernanceDb db, StandardShelf shelf, TimeProvider clock,
        CancellationToken cancellation)
    {
        var form = await context.Request.ReadFormAsync(cancellation);
        var answer = await CommentEndpoints.Post(key, new() { Text = form.Field("text") }, context, write, cancellation);
        return answer.Take<object>(out _, out var refusal)
            ? Rendered.See(context, Show.Feature(key) + "#discussion")
            : await FeatureReading.ReadAsync(key, new(null, null, null, null, null, null), context, source, db, shelf, clock,
                (Complaint.Of(refusal), form["text"].ToString()), cancellation);
    }

    private static async Task<IResult> TakeBack(string key, int comment, HttpContext context, WriteTransaction write, CancellationToken cancellation) =>
        (await CommentEndpoints.TakeBack(key, comment, context, write, cancellation)).Take<object>(out _, out var refusal)
            ? Rendered.See(context, Show.Feature(key) + "#discussion")
            : (Refused)refusal;
}
