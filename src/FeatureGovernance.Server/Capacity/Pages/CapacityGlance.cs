using FeatureGovernance.Contracts.Capacity;
using FeatureGovernance.Server.Http;
using Npgsql;

namespace FeatureGovernance.Server.Capacity.Pages;

/// <summary>What will be lacking, as far as the newest plan without a scenario knows.</summary>
/// <param name="Plan">Its number; null before the first.</param>
/// <param name="Pools">How many pools it tells of.</param>
/// <param name="Short">How many of those will be short in some quarter.</param>
/// <param name="Next">Some of those with their first such quarter, the soonest first.</param>
public sealed record CapacityGlance(int? Plan, long Pools, long Short, IReadOnlyList<(PoolPlanView Pool, PeriodView Period)> Next)
{
    internal static async Task<CapacityGlance> ReadAsync(NpgsqlConnection connection, int most, CancellationToken cancellation)
    {
        if (await Shortfalls.PlanAsync(connection, cancellation) is not { } plan)
            return new(null, 0, 0, []);
        await using var command = new NpgsqlCommand("""
            select t.pools, t.lacking, o.outlook
            from (select count(*) as pools, count(short_from) as lacking from capacity.plan_pool where plan_id = $1) t
            left join lateral (
                select outlook::text as outlook, short_from, pool from capacity.plan_pool
                where plan_id = $1 and short_from is not null order by short_from, pool limit $2) o on true
            order by o.short_from, o.pool
            """, connection);
        command.Parameters.Add(new() { Value = plan });
        command.Parameters.Add(new() { Value = most });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var (found, pools, lacking) = (new List<(PoolPlanView Pool, PeriodView Period)>(), 0L, 0L);
        while (await reader.ReadAsync(cancellation))
        {
            (pools, lacking) = (reader.GetInt64(0), reader.GetInt64(1));
            if (!reader.IsDBNull(2) && Json.Read<PoolPlanView>(reader.GetString(2)) is { } outlook && Shortfalls.Next(outlook) is { } period)
                found.Add((outlook, period));
        }

        return new(plan, pools, lacking, found);
    }
}
