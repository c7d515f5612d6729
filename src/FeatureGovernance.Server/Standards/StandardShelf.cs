using System.Collections.Concurrent;
using FeatureGovernance.Core.Standards;
using Npgsql;

namespace FeatureGovernance.Server.Standards;

/// <summary>Finds the standards in force at a moment; a document is read once per version.</summary>
internal sealed class StandardShelf
{
    private const string InForce = """
        select s.id, s.name, t.slug, v.version, v.document
        from standards.standard s
        left join registry.team t on t.id = s.team_id
        join lateral (
            select version, document from standards.standard_version v
            where v.standard_id = s.id and (v.effective_from is null or v.effective_from <= $1)
            order by version desc limit 1) v on true
        """;

    private const string Exemptions = """
        select e.id, e.rule, f.key, e.group_name, t.slug, e.expires_at
        from standards.exemption e
        left join registry.feature f on f.id = e.feature_id
        left join registry.team t on t.id = e.team_id
        where e.state = 1 and e.expires_at > $1
        """;

    private readonly ConcurrentDictionary<(int Id, int Version), Standard> read = new();

    public async Task<StandardBook> OpenAsync(NpgsqlConnection connection, DateTimeOffset now, CancellationToken cancellation)
    {
        var standards = new List<VersionedStandard>();
        await using (var command = new NpgsqlCommand(InForce, connection))
        {
            command.Parameters.Add(new() { Value = DateOnly.FromDateTime(now.UtcDateTime) });
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                var (id, version) = (reader.GetInt32(0), reader.GetInt32(3));
                if (!read.TryGetValue((id, version), out var standard))
                    read[(id, version)] = standard = StandardReader.Read(reader.GetString(4)).Standard
                        ?? throw new InvalidOperationException($"Version {version} of standard '{reader.GetString(1)}' can be read no more.");
                // A renamed team keeps its addition.
                standards.Add(new(standard with { Team = reader.IsDBNull(2) ? null : reader.GetString(2) }, version));
            }
        }

        // One that is put but not yet in force leaves the shipped one standing.
        if (!standards.Any(one => one.Standard.Name == ShippedStandard.Name))
            standards.Add(new(ShippedStandard.Standard, 0));
        return StandardBook.Of(standards, await ExemptionsAsync(connection, now, cancellation));
    }

    private static async Task<List<Exemption>> ExemptionsAsync(NpgsqlConnection connection, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Exemptions, connection);
        command.Parameters.Add(new() { Value = now });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<Exemption>();
        while (await reader.ReadAsync(cancellation))
        {
            string? Text(int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetString(ordinal);
            found.Add(new(reader.GetInt32(0), reader.GetString(1), Text(2), Text(3), Text(4), reader.GetFieldValue<DateTimeOffset>(5)));
        }

        return found;
    }
}
