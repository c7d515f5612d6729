using System.Text.Json;
using FeatureGovernance.Core.Notifications;
using FeatureGovernance.Server.Http;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Notifications;

/// <summary>
/// Turns noted events into notices for people and teams, and deliveries on their channels. A batch is one transaction that also takes
/// the events off the outbox: killed anywhere, it is as if it had not begun. Several may run at once; each event is taken by one.
/// </summary>
internal sealed class FanOut(NpgsqlDataSource source, TimeProvider clock, ILogger<FanOut> log)
{
    private const int Batch = 200;

    /// <summary>Works until the outbox is empty; returns the number of events taken off it.</summary>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var all = 0;
        while (true)
        {
            var taken = await RunBatchAsync(cancellation);
            all += taken;
            if (taken < Batch)
                return all;
        }
    }

    private async Task<int> RunBatchAsync(CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var events = await TakeAsync(connection, cancellation);
        if (events.Count == 0)
            return 0;
        var routed = new List<(GovernanceEvent Event, RoutedNotice Notice)>();
        foreach (var happened in events)
        {
            if (Routing.Route(happened) is { } notice)
                routed.Add((happened, notice));
        }

        if (routed.Count > 0)
        {
            var recipients = await Recipients.LoadAsync(connection, routed.SelectMany(one => one.Notice.To), cancellation);
            var notices = await WriteNoticesAsync(connection, routed, recipients, cancellation);
            await Deliveries.ScheduleAsync(connection, notices, clock.GetUtcNow(), cancellation);
            log.LogDebug("{Events} events gave {Notices} notices", events.Count, notices.Count);
        }

        await using var done = new NpgsqlCommand("delete from notices.outbox where sequence = any($1)", connection);
        done.Parameters.Add(new() { Value = events.Select(one => one.Sequence).ToArray() });
        await done.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return events.Count;
    }

    private static async Task<List<GovernanceEvent>> TakeAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"""
            select e.sequence, e.at, e.actor, e.action, e.subject_kind, e.subject_id, e.subject, e.reason, e.before::text, e.after::text
            from notices.outbox o join audit.event e on e.sequence = o.sequence
            order by o.sequence limit {Batch} for update of o skip locked
            """, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        string? Text(int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetString(ordinal);
        var events = new List<GovernanceEvent>();
        while (await reader.ReadAsync(cancellation))
            events.Add(new(
                reader.GetInt64(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetString(2), reader.GetString(3), reader.GetString(4),
                reader.GetInt32(5), reader.GetString(6), Text(7), Json.Read<JsonElement?>(Text(8)), Json.Read<JsonElement?>(Text(9))));
        return events;
    }

    private static async Task<List<WrittenNotice>> WriteNoticesAsync(
        NpgsqlConnection connection, List<(GovernanceEvent Event, RoutedNotice Notice)> routed, Recipients recipients,
        CancellationToken cancellation)
    {
        var rows = routed.SelectMany((one, index) => recipients.Of(one.Notice.To, one.Event.Actor)
            .Select(who => (Index: index, who.Person, who.Team))).ToList();
        await using var command = new NpgsqlCommand("""
            insert into notices.notice (sequence, person_id, team_id, kind, at, actor, action, subject_kind, subject, title, body, path)
            select e.sequence, w.person_id, w.team_id, e.kind, e.at, e.actor, e.action, e.subject_kind, e.subject, e.title, e.body, e.path
            from unnest($1, $2, $3) as w (index, person_id, team_id)
            join unnest($4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
                as e (index, sequence, kind, at, actor, action, subject_kind, subject, title, body, path) on e.index = w.index
            order by e.index
            on conflict do nothing
            returning id, kind, person_id, team_id
            """, connection);
        command.Parameters.Add(new() { Value = rows.ConvertAll(row => row.Index).ToArray() });
        command.Parameters.Add(Numbers(rows.ConvertAll(row => row.Person)));
        command.Parameters.Add(Numbers(rows.ConvertAll(row => row.Team)));
        command.Parameters.Add(new() { Value = Enumerable.Range(0, routed.Count).ToArray() });
        command.Parameters.Add(new() { Value = routed.ConvertAll(one => one.Event.Sequence).ToArray() });
        command.Parameters.Add(new() { Value = routed.ConvertAll(one => (short)one.Notice.Kind).ToArray() });
        command.Parameters.Add(new() { Value = routed.ConvertAll(one => one.Event.At).ToArray() });
        foreach (var text in (Func<(GovernanceEvent Event, RoutedNotice Notice), string?>[])
            [one => one.Event.Actor, one => one.Event.Action, one => one.Event.SubjectKind, one => one.Event.Subject,
            one => one.Notice.Text.Title, one => one.Notice.Text.Body, one => one.Notice.Text.Path])
            command.Parameters.Add(new() { Value = routed.ConvertAll(one => text(one)).ToArray(),
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var notices = new List<WrittenNotice>();
        while (await reader.ReadAsync(cancellation))
            notices.Add(new(
                reader.GetInt64(0), (NoticeKind)reader.GetInt16(1),
                reader.IsDBNull(2) ? null : reader.GetInt32(2), reader.IsDBNull(3) ? null : reader.GetInt32(3)));
        return notices;
    }

    private static NpgsqlParameter Numbers(List<int?> numbers) => new() { Value = numbers.ToArray(),
        NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer };
}

/// <summary>A notice as it was just written: for a person or for a team.</summary>
internal sealed record WrittenNotice(long Id, NoticeKind Kind, int? Person, int? Team);
