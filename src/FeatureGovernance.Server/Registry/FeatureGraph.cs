using FeatureGovernance.Contracts.Registry;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Core.Registry;
using FeatureGovernance.Server.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace FeatureGovernance.Server.Registry;

internal static class FeatureGraph
{
    private const int MostNodes = 2_000;

    // Asked feature by feature: how few a recursion finds is not foreseen, and all manifests would be read for them.
    private static string ReadersOf(string feature) => $"""
        select m.name, m.surface from registry.manifest_entry e join registry.model m on m.live_version_id = e.model_version_id where e.feature_id = {feature} offset 0
        """;

    public static async Task<Results<Ok<Dependants>, Refused>> Dependants(string key, NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        if (await FeatureRow.FindAsync(connection, key, cancellation) is not { } row)
            return (Refused)Problems.NotFound("feature", FieldFaults.Printable(key));

        var models = new List<ModelDependant>();
        await using (var command = new NpgsqlCommand("""
            select m.name, t.slug, m.kind, m.surface, v.name, e.feature_version, a.state
            from registry.manifest_entry e
            join registry.model m on m.live_version_id = e.model_version_id
            join registry.model_version v on v.id = e.model_version_id
            join registry.team t on t.id = m.team_id
            left join lifecycle.adoption a on a.feature_id = e.feature_id and a.model_id = m.id
            where e.feature_id = $1 order by m.name limit 10000
            """, connection))
        {
            command.Parameters.Add(new() { Value = row.Id });
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
                models.Add(new(
                    reader.GetString(0), reader.GetString(1), Words<ModelKind>.Text((ModelKind)reader.GetInt16(2)),
                    reader.IsDBNull(3) ? null : reader.GetString(3),
                    reader.GetString(4), reader.GetInt32(5), reader.IsDBNull(6) ? null : Words<AdoptionState>.Text((AdoptionState)reader.GetInt16(6))));
        }

        var features = new List<string>();
        await using (var command = new NpgsqlCommand("""
            select f.key from registry.feature_version v join registry.feature f on f.id = v.feature_id and f.current_version = v.number
            where v.derived_from @> array[$1] order by f.key limit 10000
            """, connection))
        {
            command.Parameters.Add(new() { Value = row.Id });
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
                features.Add(reader.GetString(0));
        }

        return TypedResults.Ok(new Dependants(models, features));
    }

    /// <summary>Upstream through derivation to source columns, downstream through derivation to models and surfaces.</summary>
    public static async Task<Results<Ok<Lineage>, Refused>> Lineage(string key, NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        if (await FeatureRow.FindAsync(connection, key, cancellation) is not { } row)
            return (Refused)Problems.NotFound("feature", FieldFaults.Printable(key));

        var nodes = new Dictionary<string, LineageNode>(StringComparer.Ordinal);
        var edges = new HashSet<LineageEdge>();
        await using var command = new NpgsqlCommand($"""
            with recursive -- keys go along, since joins over what a recursion finds are planned for far more than it finds
            current as not materialized (
                select f.id, f.key, v.derived_from, v.source_system, v.source_table, v.source_column
                from registry.feature f join registry.feature_version v on v.feature_id = f.id and v.number = f.current_version),
            up as (
                select id, key, derived_from, source_system, source_table, source_column, null::text as child from current where id = $1
                union
                select p.id, p.key, p.derived_from, p.source_system, p.source_table, p.source_column, up.key
                from up cross join unnest(up.derived_from) parent join current p on p.id = parent),
            down as (
                select id, key, null::text as parent from current where id = $1
                union
                select f.id, f.key, down.key
                from down join registry.feature_version v on v.derived_from @> array[down.id]
                join registry.feature f on f.id = v.feature_id and f.current_version = v.number)
            (select 'feature', key, child from up)
            union all
            (select 'feature', parent, key from down where parent is not null)
            union all
            (select 'source', concat_ws('.', source_system, source_table, source_column), key from up where coalesce(source_table, source_column, source_system) is not null)
            union all
            (select 'model', down.key, m.name from down cross join lateral ({ReadersOf("down.id")}) m)
            union all
            (select distinct 'surface', m.name, m.surface from down cross join lateral ({ReadersOf("down.id")}) m where m.surface is not null)
            limit {MostNodes}
            """, connection);
        command.Parameters.Add(new() { Value = row.Id });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var (fromKind, toKind) = reader.GetString(0) switch
            {
                "source" => ("source", "feature"),
                "model" => ("feature", "model"),
                "surface" => ("model", "surface"),
                _ => ("feature", "feature"),
            };
            var from = Node(fromKind, reader.GetString(1));
            if (!reader.IsDBNull(2))
                edges.Add(new(from, Node(toKind, reader.GetString(2))));
        }

        return TypedResults.Ok(new Lineage([.. nodes.Values], [.. edges]));

        string Node(string kind, string name)
        {
            var id = $"{kind}/{name}";
            nodes[id] = new(id, kind, name);
            return id;
        }
    }
}
