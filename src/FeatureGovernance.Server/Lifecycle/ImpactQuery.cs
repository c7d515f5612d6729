using FeatureGovernance.Core.Lifecycle;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Lifecycle;

/// <summary>What would go with features, from the newest scores, live manifests and lineage.</summary>
internal static class ImpactQuery
{
    private const string Query = """
        with recursive down as (
            select f as root, f as id from unnest($1) f
            union
            select down.root, v.feature_id
            from down
            join registry.feature_version v on v.derived_from @> array[down.id]
            join registry.feature c on c.id = v.feature_id and c.current_version = v.number and c.stage <> 7)
        select s.value, s.lower, s.upper, s.cost_per_day,
               array(select c.key from down d join registry.feature c on c.id = d.id where d.root = x.id and d.id <> x.id order by c.key collate "C"),
               array(select m.name
                     from registry.manifest_entry e
                     join registry.manifest_entry r on r.model_version_id = e.model_version_id and r.feature_id = x.replacement
                     join registry.model m on m.live_version_id = e.model_version_id
                     where e.feature_id = x.id order by m.name collate "C")
        from unnest($1, $2) with ordinality as x (id, replacement, ordinal)
        left join value.feature_score s on s.feature_id = x.id
        order by x.ordinal
        """;

    /// <summary>One for each feature, in their order.</summary>
    public static async Task<List<FeatureImpact>> LoadAsync(
        NpgsqlConnection connection, IReadOnlyList<ProposedId> features, LoadedFacts facts, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Query, connection);
        command.Parameters.Add(new() { Value = features.Select(feature => feature.Id).ToArray() });
        command.Parameters.Add(new()
        {
            Value = features.Select(feature => feature.ReplacementId).ToArray(),
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer,
        });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var impacts = new List<FeatureImpact>(features.Count);
        foreach (var feature in features)
        {
            await reader.ReadAsync(cancellation);
            impacts.Add(new(
                feature.Key, facts.ById[feature.Id].LiveReaders, [.. reader.GetFieldValue<string[]>(4)], Number(0), Number(1), Number(2), Number(3),
                feature.Replacement, [.. reader.GetFieldValue<string[]>(5)]));
        }

        return impacts;

        double? Number(int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetDouble(ordinal);
    }
}
