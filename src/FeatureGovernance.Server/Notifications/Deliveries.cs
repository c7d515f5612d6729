using FeatureGovernance.Core.Notifications;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Notifications;

/// <summary>Decides by everyone's preferences on which channels notices go out, and when.</summary>
internal static class Deliveries
{
    // A digest whose sending has begun is closed: its receiver knows it by its id.
    private const string OpenDigests = """
        insert into notices.delivery (id, channel_id, digest_for, state, due_at, attempts, created_at)
        select id, channel_id, at, 0, at, 0, $4 from unnest($1, $2, $3) as d (id, channel_id, at)
        on conflict (channel_id, digest_for) do update set due_at = notices.delivery.due_at
            where notices.delivery.state = 0 and notices.delivery.attempts = 0
        returning id, channel_id
        """;

    public static async Task ScheduleAsync(NpgsqlConnection connection, List<WrittenNotice> notices, DateTimeOffset now,
        CancellationToken cancellation)
    {
        var channels = await Channel.ReadAsync(connection, "where c.enabled and (c.person_id = any($1) or c.team_id = any($2))",
            [Ids(notices.Select(notice => notice.Person)), Ids(notices.Select(notice => notice.Team))], cancellation);
        var byOwner = channels.ToLookup(channel => (channel.Owner.PersonId, channel.Owner.TeamId));
        var single = new List<(Guid Id, int Channel, DateTimeOffset Due, long Notice)>();
        var daily = new Dictionary<Channel, List<long>>();
        foreach (var notice in notices)
        {
            foreach (var channel in byOwner[(notice.Person, notice.Team)])
            {
                var mode = channel.ModeOf(notice.Kind);
                if (mode == DeliveryMode.Digest && !daily.TryAdd(channel, [notice.Id]))
                    daily[channel].Add(notice.Id);
                else if (mode == DeliveryMode.Immediate && channel.Rhythm.DueAt(mode, now) is { } due)
                    single.Add((Guid.CreateVersion7(), channel.Id, due, notice.Id));
            }
        }

        await InsertSinglesAsync(connection, single, now, cancellation);
        await AddToDigestsAsync(connection, daily, now, cancellation);
    }

    private static async Task InsertSinglesAsync(
        NpgsqlConnection connection, List<(Guid Id, int Channel, DateTimeOffset Due, long Notice)> single, DateTimeOffset now,
        CancellationToken cancellation)
    {
        if (single.Count == 0)
            return;
        await using var command = new NpgsqlCommand("""
            with one as (select * from unnest($1, $2, $3, $4) as o (id, channel_id, due_at, notice_id)),
            sent as (
                insert into notices.delivery (id, channel_id, state, due_at, attempts, created_at)
                select id, channel_id, 0, due_at, 0, $5 from one returning id)
            insert into notices.delivery_item (delivery_id, notice_id) select one.id, one.notice_id from one join sent on sent.id = one.id
            """, connection);
        command.Parameters.Add(new() { Value = single.ConvertAll(one => one.Id).ToArray() });
        command.Parameters.Add(new() { Value = single.ConvertAll(one => one.Channel).ToArray() });
        command.Parameters.Add(new() { Value = single.ConvertAll(one => one.Due).ToArray() });
        command.Parameters.Add(new() { Value = single.ConvertAll(one => one.Notice).ToArray() });
        command.Parameters.Add(new() { Value = now });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task AddToDigestsAsync(
        NpgsqlConnection connection, Dictionary<Channel, List<long>> daily, DateTimeOffset now, CancellationToken cancellation)
    {
        var wanted = daily.Keys.OrderBy(channel => channel.Id).ToDictionary(channel => channel, channel => channel.Rhythm.NextDigest(now));
        var open = new Dictionary<int, Guid>();
        while (wanted.Count > 0)
        {
            await using var command = new NpgsqlCommand(OpenDigests, connection);
            command.Parameters.Add(new() { Value = wanted.Select(_ => Guid.CreateVersion7()).ToArray() });
            command.Parameters.Add(new() { Value = wanted.Keys.Select(channel => channel.Id).ToArray() });
            command.Parameters.Add(new() { Value = wanted.Values.ToArray() });
            command.Parameters.Add(new() { Value = now });
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
                open[reader.GetInt32(1)] = reader.GetGuid(0);
            wanted = wanted.Where(one => !open.ContainsKey(one.Key.Id)).ToDictionary(one => one.Key, one =>
                one.Key.Rhythm.NextDigest(one.Value));
        }

        var items = daily.SelectMany(one => one.Value.Select(notice => (Delivery: open[one.Key.Id], Notice: notice))).ToList();
        if (items.Count == 0)
            return;
        await using var add = new NpgsqlCommand("insert into notices.delivery_item (delivery_id, notice_id) select * from unnest($1, $2)",
            connection);
        add.Parameters.Add(new() { Value = items.ConvertAll(item => item.Delivery).ToArray() });
        add.Parameters.Add(new() { Value = items.ConvertAll(item => item.Notice).ToArray() });
        await add.ExecuteNonQueryAsync(cancellation);
    }

    private static NpgsqlParameter Ids(IEnumerable<int?> ids) =>
        new() { Value = ids.OfType<int>().Distinct().ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer };
}
