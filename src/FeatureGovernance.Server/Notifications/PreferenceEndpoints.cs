using FeatureGovernance.Contracts.Notifications;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Notifications;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Notifications;

/// <summary>What somebody wants to hear of, on which channel, and when: one document for each person and team.</summary>
internal static class PreferenceEndpoints
{
    public static void MapPreferences(this RouteGroupBuilder notices)
    {
        notices.MapGet("/preferences", Get).Needs(Permission.ManageNotices).WithSummary("Your preferences, or a team's, with every default spelled out");
        notices.MapPut("/preferences", Put).Needs(Permission.ManageNotices).Mutates().WithSummary("Set them; what is left out goes back to its default");
    }

    private static async Task<Results<Ok<PreferencesView>, StatusCodeHttpResult, Refused>> Get(
        HttpContext context, NpgsqlDataSource source, string? person, string? team, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var (owner, refusal) = await NoticeOwner.ResolveAsync(connection, context.Caller(), person, team, toSee: false, cancellation);
        if (owner is null)
            return (Refused)refusal!;
        var view = await ViewAsync(connection, owner, cancellation);
        context.SetRevision(view.Revision);
        return context.IsCurrent(view.Revision) ? TypedResults.StatusCode(304) : TypedResults.Ok(view);
    }

    private static async Task<Results<Ok<PreferencesView>, Refused>> Put(
        PreferencesBody body, HttpContext context, WriteTransaction write, string? person, string? team, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var wanted = WantedPreferences.Read(body, faults);
        if (faults.Refusal is { } malformed)
            return (Refused)malformed;
        var (owner, refusal) = await NoticeOwner.ResolveAsync(write.Connection, context.Caller(), person, team, toSee: false, cancellation);
        if (owner is null)
            return (Refused)refusal!;
        await using (var alone = new NpgsqlCommand("select pg_advisory_xact_lock(hashtextextended($1, 0))", write.Connection))
        {
            alone.Parameters.Add(new() { Value = $"notices.preferences {owner.Words}" });
            await alone.ExecuteNonQueryAsync(cancellation);
        }

        var before = await ViewAsync(write.Connection, owner, cancellation);
        if (context.Precondition(before.Revision) is { } stale)
            return (Refused)stale;
        var own = before.Channels!.Select(channel => channel.Channel).ToHashSet();
        for (var i = 0; i < wanted.Channels.Count; i++)
            faults.Check(own.Contains(wanted.Channels[i].Channel), $"channels[{i}].channel",
                $"The {owner.Words} has no channel {wanted.Channels[i].Channel}.", "Name a channel as GET /notices/channels lists it.");
        if (faults.Refusal is { } unknown)
            return (Refused)unknown;

        await StoreAsync(write.Connection, owner, wanted, [.. own], cancellation);
        var after = await ViewAsync(write.Connection, owner, cancellation);
        write.Record(NewEvent.Of("notice-preferences.changed", "notice-preferences", owner.Id, owner.Words, before, after));
        context.SetRevision(after.Revision);
        return TypedResults.Ok(after);
    }

    private static async Task StoreAsync(NpgsqlConnection connection, NoticeOwner owner, WantedPreferences wanted, int[] own,
        CancellationToken cancellation)
    {
        await using (var rhythm = new NpgsqlCommand("""
            insert into notices.rhythm as r (person_id, team_id, time_zone, quiet_from, quiet_to, digest_at, revision) values ($1, $2, $3, $4, $5, $6, 1)
            on conflict (person_id, team_id) do update set time_zone = excluded.time_zone, quiet_from = excluded.quiet_from,
                quiet_to = excluded.quiet_to, digest_at = excluded.digest_at, revision = r.revision + 1
            """, connection))
        {
            rhythm.Parameters.AddRange(owner.Parameters);
            rhythm.Parameters.Add(new() { Value = wanted.TimeZone });
            rhythm.Parameters.Add(Time(wanted.QuietFrom));
            rhythm.Parameters.Add(Time(wanted.QuietTo));
            rhythm.Parameters.Add(Time(wanted.DigestAt));
            await rhythm.ExecuteNonQueryAsync(cancellation);
        }

        var modes = wanted.Channels.SelectMany(channel => channel.Modes.Select(mode => (channel.Channel, Kind: (short)mode.Key,
            Mode: (short)mode.Value))).ToList();
        await using (var clear = new NpgsqlCommand("delete from notices.preference where channel_id = any($1)", connection))
        {
            clear.Parameters.Add(new() { Value = own });
            await clear.ExecuteNonQueryAsync(cancellation);
        }

        await using var set = new NpgsqlCommand("insert into notices.preference (channel_id, kind, mode) select * from unnest($1, $2, $3)",
            connection);
        set.Parameters.Add(new() { Value = modes.ConvertAll(mode => mode.Channel).ToArray() });
        set.Parameters.Add(new() { Value = modes.ConvertAll(mode => mode.Kind).ToArray() });
        set.Parameters.Add(new() { Value = modes.ConvertAll(mode => mode.Mode).ToArray() });
        await set.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<PreferencesView> ViewAsync(NpgsqlConnection connection, NoticeOwner owner, CancellationToken cancellation)
    {
        var channels = await Channel.ReadAsync(connection,
            $"where {(owner.PersonId is null ? "c.team_id" : "c.person_id")} = $1 order by c.id", [new() { Value = owner.Id }],
            cancellation);
        await using var command = new NpgsqlCommand("""
            select time_zone, quiet_from, quiet_to, digest_at, revision from notices.rhythm
            where person_id is not distinct from $1 and team_id is not distinct from $2
            """, connection);
        command.Parameters.AddRange(owner.Parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var set = await reader.ReadAsync(cancellation);
        string? Hour(int ordinal) => reader.IsDBNull(ordinal) ? null : WantedPreferences.Text(reader.GetFieldValue<TimeOnly>(ordinal));
        return new()
        {
            Person = owner.Person,
            Team = owner.Team,
            TimeZone = set ? reader.GetString(0) : Rhythm.Default.Zone.Id,
            QuietFrom = set ? Hour(1) : null,
            QuietTo = set ? Hour(2) : null,
            DigestAt = set ? Hour(3) : WantedPreferences.Text(Rhythm.Default.DigestAt),
            Channels = channels.ConvertAll(channel => new ChannelPreferences(
                channel.Id, Enum.GetValues<NoticeKind>().ToDictionary(Words.Of, kind => Words.Of(channel.ModeOf(kind))))),
            Revision = set ? reader.GetInt32(4) : 0,
        };
    }

    private static NpgsqlParameter Time(TimeOnly? time) => new() { Value = (object?)time ?? DBNull.Value,
        NpgsqlDbType = NpgsqlDbType.Time };
}
