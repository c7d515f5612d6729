using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Notifications;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Notifications;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Notifications;

/// <summary>What one was told, and what one can be told of.</summary>
internal static class NoticeEndpoints
{
    public static void MapNoticeLists(this RouteGroupBuilder notices)
    {
        notices.MapGet("", List).Needs(Permission.ManageNotices).WithSummary("What you, or a team of yours, were told, newest first");
        notices.MapGet("/kinds", Kinds).Needs(Permission.ManageNotices).WithSummary("Kinds of notice: what gives rise to each, and who is told");
    }

    /// <param name="person">Whose; administrators only. Without it and <paramref name="team"/>, the caller's.</param>
    /// <param name="team">A team of the caller's.</param>
    private static async Task<Results<Ok<Page<NoticeView>>, Refused>> List(
        HttpContext context, NpgsqlDataSource source, string? person, string? team, string? kind, int? limit, string? cursor,
        CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var wanted = faults.Word<NoticeKind>("kind", kind);
        var size = Limits.Page(limit, faults);
        var after = Cursor.Decode(cursor, "-id", faults);
        if (faults.Refusal is { } malformed)
            return (Refused)malformed;
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var (owner, refusal) = await NoticeOwner.ResolveAsync(connection, context.Caller(), person, team, toSee: true, cancellation);
        if (owner is null)
            return (Refused)refusal!;

        await using var command = new NpgsqlCommand($"""
            select {NoticeQueries.Columns} from notices.notice n
            where {(owner.PersonId is null ? "n.team_id" : "n.person_id")} = $1 and n.id < $2 and ($3 is null or n.kind = $3)
            order by n.id desc limit $4
            """, connection);
        command.Parameters.Add(new() { Value = owner.Id });
        command.Parameters.Add(new() { Value = after?.Id ?? long.MaxValue });
        command.Parameters.Add(new() { Value = wanted is { } some ? (short)some : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Smallint });
        command.Parameters.Add(new() { Value = size + 1 });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<NoticeView>();
        while (await reader.ReadAsync(cancellation))
            found.Add(View(NoticeQueries.Read(reader), owner));
        return TypedResults.Ok(new Page<NoticeView>([.. found.Take(size)], found.Count > size
            ? new Cursor("-id", null, found[size - 1].Id).Encode() : null));
    }

    private static Ok<IReadOnlyList<NoticeKindView>> Kinds() =>
        TypedResults.Ok<IReadOnlyList<NoticeKindView>>([.. Enum.GetValues<NoticeKind>().Select(kind => new NoticeKindView(
            Words.Of(kind), Words.Of(NoticeRules.DefaultMode(kind)), Rules(kind)))]);

    private static IReadOnlyList<NoticeRuleView> Rules(NoticeKind kind) =>
        [.. NoticeRules.Table.Where(rule => rule.Kind == kind).Select(rule => new NoticeRuleView(rule.Action, [.. rule.Told.Select(Words.Of)]))];

    private static NoticeView View(NoticeRow notice, NoticeOwner owner) => new(
        notice.Id, Words.Of(notice.Kind), notice.At, notice.Title, notice.Body, notice.Actor, notice.Action, notice.SubjectKind,
        notice.Subject,
        notice.Sequence, notice.Path, owner.Person, owner.Team);
}
