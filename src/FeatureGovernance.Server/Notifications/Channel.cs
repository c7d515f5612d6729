using FeatureGovernance.Core.Notifications;
using Npgsql;

namespace FeatureGovernance.Server.Notifications;

/// <summary>A way to a person or a team, with when and of what it wants to hear.</summary>
internal sealed record Channel
{
    public const string Columns = """
        c.id, c.person_id, c.team_id, c.type, c.name, c.address, c.secret, c.previous_secret, c.previous_until, c.enabled, c.revision,
        c.created_at, c.updated_at, p.handle, t.slug, r.time_zone, r.quiet_from, r.quiet_to, r.digest_at,
        array(select kind from notices.preference x where x.channel_id = c.id order by kind),
        array(select mode from notices.preference x where x.channel_id = c.id order by kind)
        """;

    public const string Tables = """
        notices.channel c
        left join registry.person p on p.id = c.person_id
        left join registry.team t on t.id = c.team_id
        left join notices.rhythm r on r.person_id is not distinct from c.person_id and r.team_id is not distinct from c.team_id
        """;

    public required int Id { get; init; }
    public required NoticeOwner Owner { get; init; }
    public required ChannelType Type { get; init; }
    public required string Name { get; init; }

    /// <summary>As it may be shown: of a Slack address, only the host.</summary>
    public required string Address { get; init; }

    /// <summary>Encrypted: the signing secret of a webhook, the address of a Slack channel.</summary>
    public byte[]? Secret { get; init; }
    public byte[]? PreviousSecret { get; init; }
    public DateTimeOffset? PreviousUntil { get; init; }
    public required bool Enabled { get; init; }
    public required int Revision { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public required Rhythm Rhythm { get; init; }
    public required IReadOnlyDictionary<NoticeKind, DeliveryMode> Preferences { get; init; }

    public DeliveryMode ModeOf(NoticeKind kind) => Preferences.TryGetValue(kind, out var mode) ? mode : NoticeRules.DefaultMode(kind);

    /// <param name="condition">What follows the tables: conditions, order and limit.</param>
    public static async Task<List<Channel>> ReadAsync(
        NpgsqlConnection connection, string condition, NpgsqlParameter[] arguments, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"select {Columns} from {Tables} {condition}", connection);
        command.Parameters.AddRange(arguments);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var channels = new List<Channel>();
        while (await reader.ReadAsync(cancellation))
            channels.Add(Read(reader));
        return channels;
    }

    public static async Task<Channel?> FindAsync(NpgsqlConnection connection, int id, CancellationToken cancellation, bool locked = false)
    {
        var found = await ReadAsync(connection, $"where c.id = $1{(locked ? " for update of c" : "")}", [new() { Value = id }],
            cancellation);
        return found.Count == 0 ? null : found[0];
    }

    private static Channel Read(NpgsqlDataReader reader)
    {
        T? Field<T>(int ordinal) => reader.IsDBNull(ordinal) ? default : reader.GetFieldValue<T>(ordinal);
        return new()
        {
            Id = reader.GetInt32(0),
            Owner = reader.IsDBNull(1)
                ? new(null, reader.GetInt32(2), reader.GetString(14))
                : new(reader.GetInt32(1), null, reader.GetString(13)),
            Type = (ChannelType)reader.GetInt16(3),
            Name = reader.GetString(4),
            Address = reader.GetString(5),
            Secret = Field<byte[]>(6),
            PreviousSecret = Field<byte[]>(7),
            PreviousUntil = Field<DateTimeOffset?>(8),
            Enabled = reader.GetBoolean(9),
            Revision = reader.GetInt32(10),
            CreatedAt = reader.GetFieldValue<DateTimeOffset>(11),
            UpdatedAt = reader.GetFieldValue<DateTimeOffset>(12),
            Rhythm = reader.IsDBNull(15)
                ? Rhythm.Default
                : new(Zone(reader.GetString(15)), Field<TimeOnly?>(16), Field<TimeOnly?>(17), reader.GetFieldValue<TimeOnly>(18)),
            Preferences = reader.GetFieldValue<short[]>(19).Zip(reader.GetFieldValue<short[]>(20))
                .ToDictionary(one => (NoticeKind)one.First, one => (DeliveryMode)one.Second),
        };
    }

    // A zone that was known when it was set may be unknown on another machine; late is better than never.
    public static TimeZoneInfo Zone(string name) => TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : TimeZoneInfo.Utc;
}
