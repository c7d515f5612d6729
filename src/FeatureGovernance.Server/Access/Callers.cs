using System.Collections.Concurrent;
using System.Collections.Frozen;
using Npgsql;

namespace FeatureGovernance.Server.Access;

/// <summary>Finds who a token belongs to. Answers are kept until anything in the registry changes, and never for long.</summary>
internal sealed class Callers(NpgsqlDataSource source, TimeProvider clock)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private const string Query = """
        with recursive caller as (
            select t.role, t.name, t.person_id, p.handle, t.expires_at
            from access.token t left join registry.person p on p.id = t.person_id
            where t.hash = $1 and t.revoked_at is null),
        led as (
            select m.team_id from registry.team_member m join caller c on c.person_id = m.person_id where m.is_lead
            union
            select child.id from registry.team child join led on child.parent_id = led.team_id)
        select c.role, c.name, c.person_id, c.handle, c.expires_at,
               array(select team_id from led),
               array(select m.team_id from registry.team_member m where m.person_id = c.person_id union select team_id from led)
        from caller c
        """;

    private readonly ConcurrentDictionary<string, (Caller? Caller, DateTimeOffset Until)> known = new(StringComparer.Ordinal);

    public async ValueTask<Caller?> FindAsync(string secret, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var hash = Token.HashOf(secret);
        // Keyed by the hash, so that no secret stays in memory.
        var key = Convert.ToBase64String(hash);
        if (known.TryGetValue(key, out var entry) && now < entry.Until)
            return entry.Caller;
        if (known.Count > 10_000)
            known.Clear();

        var (caller, expires) = await LoadAsync(hash, now, cancellation);
        known[key] = (caller, expires < now + Longest ? expires : now + Longest);
        return caller;
    }

    public void Forget() => known.Clear();

    private async Task<(Caller?, DateTimeOffset Expires)> LoadAsync(byte[] hash, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(Query);
        command.Parameters.Add(new() { Value = hash });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation))
            return (null, DateTimeOffset.MaxValue);
        var expires = reader.IsDBNull(4) ? DateTimeOffset.MaxValue : reader.GetFieldValue<DateTimeOffset>(4);
        if (expires <= now)
            return (null, DateTimeOffset.MaxValue);
        var role = (Role)reader.GetInt16(0);
        var actor = reader.IsDBNull(3) ? $"token:{reader.GetString(1)}" : reader.GetString(3);
        return (new(actor, role, reader.IsDBNull(2) ? null : reader.GetInt32(2),
            reader.GetFieldValue<int[]>(5).ToFrozenSet(), reader.GetFieldValue<int[]>(6).ToFrozenSet()), expires);
    }
}
