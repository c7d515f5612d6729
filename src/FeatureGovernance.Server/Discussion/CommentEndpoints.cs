using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Discussion;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Lifecycle;
using FeatureGovernance.Server.Registry;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace FeatureGovernance.Server.Discussion;

/// <summary>What people say of a feature. A comment is never changed; its author may take it back, and then its place stays, empty.</summary>
internal static class CommentEndpoints
{
    public static void MapDiscussion(this RouteGroupBuilder api)
    {
        var comments = api.MapGroup("/features/{key}/comments").WithTags("Features");
        comments.MapGet("", List).Needs(Permission.Read).WithSummary("What was said of the feature, newest first");
        comments.MapPost("", Post).Needs(Permission.Comment).Mutates().WithSummary("Say something of the feature; its team is told");
        comments.MapDelete("/{comment:int}", TakeBack).Needs(Permission.Comment).Mutates()
            .WithSummary("Take back a comment of one's own; an administrator may take back any");
    }

    private static async Task<Results<Ok<Page<CommentView>>, Refused>> List(
        string key, NpgsqlDataSource source, int? limit, string? cursor, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var size = Limits.Page(limit, faults);
        var after = Cursor.Decode(cursor, "-id", faults);
        if (faults.Refusal is { } malformed)
            return (Refused)malformed;
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return await FeatureRow.FindAsync(connection, key, cancellation) is { } row
            ? TypedResults.Ok(await CommentQuery.ListAsync(connection, row.Id, size, after?.Id, cancellation))
            : (Refused)Problems.NotFound("feature", FieldFaults.Printable(key));
    }

    public static async Task<Results<Created<CommentView>, Refused>> Post(
        string key, CommentBody body, HttpContext context, WriteTransaction write, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        faults.Text("text", body.Text, FieldFaults.LongText, required: true);
        if (faults.Refusal is { } malformed)
            return (Refused)malformed;
        if (await FeatureRow.FindAsync(write.Connection, key, cancellation) is not { } row)
            return (Refused)Problems.NotFound("feature", FieldFaults.Printable(key));

        var others = await CommentQuery.AuthorsAsync(write.Connection, row.Id, cancellation);
        var text = body.Text!.ReplaceLineEndings("\n").Trim();
        await using var command = new NpgsqlCommand(
            "insert into discussion.comment (feature_id, author, at, text) values ($1, $2, $3, $4) returning id", write.Connection);
        command.Parameters.Add(new() { Value = row.Id });
        command.Parameters.Add(new() { Value = write.Origin.Actor });
        command.Parameters.Add(new() { Value = write.Now });
        command.Parameters.Add(new() { Value = text });
        var comment = new CommentView((int)(await command.ExecuteScalarAsync(cancellation))!, write.Origin.Actor, write.Now, text, null);
        write.Announce("feature.commented", new("feature", row.Id, row.Key), Recipients.OfPeople(others), new { row.Team, comment.Id, comment.Text });
        return TypedResults.Created($"/api/v1/features/{Uri.EscapeDataString(row.Key)}/comments", comment);
    }

    public static async Task<Results<Ok<CommentView>, Refused>> TakeBack(
        string key, int comment, HttpContext context, WriteTransaction write, CancellationToken cancellation)
    {
        if (await FeatureRow.FindAsync(write.Connection, key, cancellation) is not { } row)
            return (Refused)Problems.NotFound("feature", FieldFaults.Printable(key));
        if (await CommentQuery.LockAsync(write.Connection, row.Id, comment, cancellation) is not { } before)
            return (Refused)Problems.NotFound("comment", $"{comment}");
        if (before.Author != write.Origin.Actor && !context.Caller().IsAdmin)
            return (Refused)new Refusal(RefusalKind.Forbidden, "not-your-comment", "Only its author or an administrator takes a comment back.");
        if (before.Text is null)
            return TypedResults.Ok(before);

        await using var command = new NpgsqlCommand("update discussion.comment set text = null, taken_back_by = $2 where id = $1", write.Connection);
        command.Parameters.Add(new() { Value = comment });
        command.Parameters.Add(new() { Value = write.Origin.Actor });
        await command.ExecuteNonQueryAsync(cancellation);
        var after = before with { Text = null, TakenBackBy = write.Origin.Actor };
        write.Record(NewEvent.Of("feature.comment-taken-back", "feature", row.Id, row.Key, before, after));
        return TypedResults.Ok(after);
    }
}
