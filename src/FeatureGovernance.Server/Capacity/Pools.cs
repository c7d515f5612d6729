using FeatureGovernance.Contracts.Capacity;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Capacity;
using FeatureGovernance.Server.Http;
using Npgsql;

namespace FeatureGovernance.Server.Capacity;

/// <summary>A pool as kept.</summary>
internal sealed record StoredPool(int Id, PoolView View)
{
    /// <summary>The terms on which it is judged.</summary>
    public PoolTerms Terms => new(View.UnitPrice, View.Headroom!.Share!.Value, View.Headroom.Risk!.Value);

    /// <summary>Null where none was.</summary>
    public ObservedSupply? ObservedSupply => View.LastSupplyDay is { } day ? new(day, View.LastSupply!.Value) : null;
}

/// <summary>Reads pools, each with its newest demand and supply.</summary>
internal static class Pools
{
    public const double DefaultRisk = 0.1;

    private const string Select = """
        select p.id, p.name, p.unit, p.unit_price, p.region, p.resource_class, p.resource, t.slug, p.headroom, p.risk, p.revision,
               d.day, d.demand, s.day, s.supply,
               p.demand_from, p.units_per_million_reads, p.demand_environment,
               (select array_agg(r.name order by r.name) from capacity.driver r where r.id = any(p.drivers))
        from capacity.pool p
        left join registry.team t on t.id = p.team_id
        left join lateral (select day, demand from capacity.observation o where o.pool_id = p.id and demand is not null order by day desc limit 1) d on true
        left join lateral (select day, supply from capacity.observation o where o.pool_id = p.id and supply is not null order by day desc limit 1) s on true
        """;

    public static Refusal Unknown(string pool) => Problems.NotFound("pool", FieldFaults.Printable(pool));

    public static async Task<StoredPool?> FindAsync(NpgsqlConnection connection, string pool, CancellationToken cancellation) =>
        FieldFaults.IsSlug(pool) && await ReadAsync(connection, "where p.name = $1", [pool], cancellation) is [var found] ? found : null;

    public static Task<List<StoredPool>> ListAsync(NpgsqlConnection connection, string after, int count, CancellationToken cancellation) =>
        ReadAsync(connection, "where p.name > $1 order by p.name limit $2", [after, count], cancellation);

    /// <summary>These pools, or all of them, by name.</summary>
    public static Task<List<StoredPool>> AllAsync(NpgsqlConnection connection, int[]? ids, CancellationToken cancellation) => ids is null
        ? ReadAsync(connection, "order by p.name", [], cancellation)
        : ReadAsync(connection, "where p.id = any($1) order by p.name", [ids], cancellation);

    /// <summary>Those of a plan that cost most by their newest demand; pools without a price come last.</summary>
    public static Task<List<StoredPool>> DearestAsync(NpgsqlConnection connection, int plan, int count, CancellationToken cancellation) =>
        ReadAsync(connection, """
            where p.id in (
                select q.id from capacity.plan_pool m join capacity.pool q on q.id = m.pool_id
                left join lateral (select demand from capacity.observation o where o.pool_id = q.id and demand is not null order by day desc limit 1) n on true
                where m.plan_id = $1 order by q.unit_price * n.demand desc nulls last, q.name limit $2)
            order by p.unit_price * d.demand desc nulls last, p.name
            """, [plan, count], cancellation);

    /// <summary>The newest demand of all pools of each of these resources, added up: pools of one resource share what is taken of it.</summary>
    public static async Task<Dictionary<string, double>> DemandAsync(NpgsqlConnection connection, string[] resources, CancellationToken cancellation)
    {
        var demand = new Dictionary<string, double>(StringComparer.Ordinal);
        if (resources.Length == 0)
            return demand;
        await using var command = new NpgsqlCommand("""
            select p.resource, sum(d.demand) from capacity.pool p
            cross join lateral (select demand from capacity.observation o where o.pool_id = p.id and demand is not null order by day desc limit 1) d
            where p.resource = any($1) group by p.resource
            """, connection);
        command.Parameters.AddWithValue(resources);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            demand.Add(reader.GetString(0), reader.GetDouble(1));
        return demand;
    }

    /// <summary>Numbers of pools by name; what is unknown is left out.</summary>
    public static async Task<Dictionary<string, int>> IdsAsync(
        NpgsqlConnection connection, IEnumerable<string> names, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select name, id from capacity.pool where name = any($1)", connection);
        command.Parameters.AddWithValue(names.Where(FieldFaults.IsSlug).Distinct().ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellation))
            ids[reader.GetString(0)] = reader.GetInt32(1);
        return ids;
    }

    private static async Task<List<StoredPool>> ReadAsync(
        NpgsqlConnection connection, string where, object[] arguments, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"{Select} {where}", connection);
        foreach (var argument in arguments)
            command.Parameters.Add(new() { Value = argument });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var pools = new List<StoredPool>();
        while (await reader.ReadAsync(cancellation))
        {
            pools.Add(new(reader.GetInt32(0), new()
            {
                Pool = reader.GetString(1),
                Unit = reader.GetString(2),
                UnitPrice = reader.GetValue(3) as double?,
                Region = reader.GetValue(4) as string,
                ResourceClass = reader.GetValue(5) as string,
                Resource = reader.GetValue(6) as string,
                Team = reader.GetValue(7) as string,
                Headroom = new() { Share = reader.GetDouble(8), Risk = reader.GetDouble(9) },
                Revision = reader.GetInt32(10),
                LastDemandDay = reader.IsDBNull(11) ? null : reader.GetFieldValue<DateOnly>(11),
                LastDemand = reader.GetValue(12) as double?,
                LastSupplyDay = reader.IsDBNull(13) ? null : reader.GetFieldValue<DateOnly>(13),
                LastSupply = reader.GetValue(14) as double?,
                DemandFrom = DerivedDemands.Read(reader, 15),
                Drivers = reader.GetValue(18) as string[],
            }));
        }

        return pools;
    }
}
