using System.Text;
using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Notifications;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Notifications;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace FeatureGovernance.Server.Notifications;

/// <summary>Deliveries that were given up, to be seen and sent again.</summary>
internal static class DeadLetterEndpoints
{
    private const int TitlesShown = 5;

    public static void MapDeadLetters(this RouteGroupBuilder notices)
    {
        notices.MapGet("/dead-letters", List).Needs(Permission.ManageNotices).WithSummary("What could not be delivered; administrators see everyone's");
        notices.MapPost("/dead-letters/{id:guid}/replay", Replay).Needs(Permission.ManageNotices).Mutates().WithSummary("Deliver once more, under the same id");
    }

    private static async Task<Results<Ok<Page<DeadLetterView>>, Refused>> List(
        HttpContext context, NpgsqlDataSource source, int? channel, int? limit, string? cursor, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var size = Limits.Page(limit, faults);
        var after = Cursor.Decode(cursor, "-dead", faults);
        var last = Guid.Empty;
        faults.Check(after is null || Guid.TryParse(after.Last, out last), "cursor", "The cursor was not given out for this list.",
            "Leave it out to begin again.");
        if (faults.Refusal is { } malformed)
            return (Refused)malformed;

        var caller = context.Caller();
        var condition = new StringBuilder("where d.state = 2");
        var values = new List<NpgsqlParameter>();
        void Where(string text, object value)
        {
            values.Add(new() { Value = value });
            condition.Append(" and ").Append(text.Replace("{0}", $"${values.Count}", StringComparison.Ordinal));
        }

        if (!caller.IsAdmin)
        {
            values.Add(NoticeOwner.Number(caller.PersonId));
            Where("(c.person_id = $1 or c.team_id = any({0}))", caller.LeadOf.ToArray());
        }

        if (channel is { } one)
            Where("c.id = {0}", one);
        if (after is not null)
            Where("d.id < {0}", last);
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var found = await ReadAsync(connection, $"{condition} order by d.id desc limit {size + 1}", values, cancellation);
        return TypedResults.Ok(new Page<DeadLetterView>(
            [.. found.Take(size)], found.Count > size ? new Cursor("-dead", found[size - 1].Id.ToString(), 0).Encode() : null));
    }

    private static async Task<Results<Ok<DeadLetterView>, Refused>> Replay(Guid id, HttpContext context, WriteTransaction write,
        CancellationToken cancellation)
    {
        var found = await ReadAsync(write.Connection, "where d.id = $1 and d.state = 2", [new() { Value = id }], cancellation);
        if (found.Count == 0
            || await ChannelEndpoints.FindAsync(write.Connection, found[0].Channel, context.Caller(), cancellation) is not { Channel: { } channel })
            return (Refused)Problems.NotFound("dead-letter", id.ToString());
        if (!channel.Enabled)
            return (Refused)new Refusal(RefusalKind.Conflict, "channel-paused", $"Channel {channel.Id} is paused; resume it first.");
        await using var command = new NpgsqlCommand(
            "update notices.delivery set state = 0, attempts = 0, due_at = $2, settled_at = null where id = $1 and state = 2",
            write.Connection);
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = write.Now });
        // Somebody else may have done it this moment; once is enough.
        if (await command.ExecuteNonQueryAsync(cancellation) == 1)
            write.Record(NewEvent.Of("notice-delivery.replayed", "notice-delivery", channel.Id, $"{id}", found[0], null));
        return TypedResults.Ok(found[0]);
    }

    private static async Task<List<DeadLetterView>> ReadAsync(
        NpgsqlConnection connection, string condition, IReadOnlyCollection<NpgsqlParameter> arguments, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"""
            select d.id, c.id, c.name, c.type, p.handle, t.slug, d.created_at, d.attempted_at, d.attempts, d.fault,
                array(select n.title from notices.delivery_item i join notices.notice n on n.id = i.notice_id
                      where i.delivery_id = d.id order by n.id limit {TitlesShown}),
                (select count(*) from notices.delivery_item i where i.delivery_id = d.id)
            from notices.delivery d join notices.channel c on c.id = d.channel_id
            left join registry.person p on p.id = c.person_id
            left join registry.team t on t.id = c.team_id
            {condition}
            """, connection);
        command.Parameters.AddRange(arguments.ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        string? Text(int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetString(ordinal);
        var found = new List<DeadLetterView>();
        while (await reader.ReadAsync(cancellation))
            found.Add(new(
                reader.GetGuid(0), reader.GetInt32(1), reader.GetString(2), Words.Of((ChannelType)reader.GetInt16(3)), Text(4), Text(5),
                reader.GetFieldValue<DateTimeOffset>(6), reader.GetFieldValue<DateTimeOffset>(7), reader.GetInt32(8), Text(9),
                reader.GetFieldValue<string[]>(10), reader.GetInt64(11)));
        return found;
    }
}
