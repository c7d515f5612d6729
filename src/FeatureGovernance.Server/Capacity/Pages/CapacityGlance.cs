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
    private const int MostRead = 50;

    internal static async Task<CapacityGlance> ReadAsync(NpgsqlConnection connection, int most, CancellationToken cancellation)
    {
        if (await Shortfalls.PlanAsync(connection, cancellation) is not { } plan)
            return new(null, 0, 0, []);
        await using var command = new NpgsqlCommand($"""
            select p.outlook::text, count(*) over (), (select count(*) from capacity.plan_pool where plan_id = $1)
            from capacity.plan_pool p
            where p.plan_id = $1 and exists (
                select from json_array_elements(p.outlook -> 'periods') e where e ->> 'period' like '%Q%' and e -> 'shortfall' ->> 'firstDay' is not null)
            order by p.pool limit {MostRead}
            """, connection);
        command.Parameters.Add(new() { Value = plan });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var (found, lacking, pools) = (new List<(PoolPlanView Pool, PeriodView Period)>(), 0L, 0L);
        while (await reader.ReadAsync(cancellation))
        {
            (lacking, pools) = (reader.GetInt64(1), reader.GetInt64(2));
            var outlook = Json.Read<PoolPlanView>(reader.GetString(0))!;
            if (Shortfalls.Next(outlook) is { } period)
                found.Add((outlook, period));
        }

        return new(plan, pools, lacking, [.. found.OrderBy(one => one.Period.Shortfall!.FirstDay).Take(most)]);
    }
}
