using FeatureGovernance.Contracts.Standards;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Standards;
using FeatureGovernance.Server.Storage;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Standards;

/// <summary>One version as kept.</summary>
internal sealed record StoredStandard(int Id, string Name, int? TeamId, string? Team, int Version, string Document, string Actor, DateTimeOffset At)
{
    public static StandardView View(Standard standard, int version, string document, string? actor, DateTimeOffset? at) => new(
        standard.Name, standard.Team, version, standard.EffectiveFrom, actor, at,
        [.. standard.Rules.Select(rule => new RuleView(rule.Id, rule.Kind.Name, Words.Of(rule.Level), rule.For, rule.Remedy))], document);

    public static StandardView Shipped => View(ShippedStandard.Standard, 0, ShippedStandard.Text, null, null);

    public Standard Read() => StandardReader.Read(Document).Standard! with { Team = Team };

    public StandardView View() => View(Read(), Version, Document, Actor, At);
}

/// <summary>Reads and writes documents by version.</summary>
internal static class StandardStore
{
    /// <param name="version">Null for the newest.</param>
    public static async Task<StoredStandard?> FindAsync(
        NpgsqlConnection connection, string name, int? version, CancellationToken cancellation, bool locked = false)
    {
        await using var command = new NpgsqlCommand($"""
            select s.id, s.name, s.team_id, t.slug, v.version, v.document, v.actor, v.at
            from standards.standard s
            join standards.standard_version v on v.standard_id = s.id and v.version = coalesce($2, s.version)
            left join registry.team t on t.id = s.team_id
            where s.name = $1 {(locked ? "for update of s" : "")}
            """, connection);
        command.Parameters.Add(new() { Value = name });
        command.Parameters.Add(new() { Value = (object?)version ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return !await reader.ReadAsync(cancellation) ? null : new(
            reader.GetInt32(0), reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetInt32(2), reader.IsDBNull(3) ? null : reader.GetString(3),
            reader.GetInt32(4), reader.GetString(5), reader.GetString(6), reader.GetFieldValue<DateTimeOffset>(7));
    }

    public static async Task<(int Id, int Version)> PutAsync(WriteTransaction write, Standard standard, string text, int? team, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            with put as (
                insert into standards.standard (name, team_id, version, updated_at) values ($1, $2, 1, $3)
                on conflict (name) do update set version = standards.standard.version + 1, updated_at = excluded.updated_at
                returning id, version)
            insert into standards.standard_version (standard_id, version, document, effective_from, actor, at)
            select id, version, $4, $5, $6, $3 from put returning standard_id, version
            """, write.Connection);
        command.Parameters.Add(new() { Value = standard.Name });
        command.Parameters.Add(new() { Value = (object?)team ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer });
        command.Parameters.Add(new() { Value = write.Now });
        command.Parameters.Add(new() { Value = text });
        command.Parameters.Add(new() { Value = (object?)standard.EffectiveFrom ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Date });
        command.Parameters.Add(new() { Value = write.Origin.Actor });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return (reader.GetInt32(0), reader.GetInt32(1));
    }
}
