using System.Globalization;
using FeatureGovernance.Core.Drift;
using FeatureGovernance.Server.Capacity;
using Npgsql;

namespace FeatureGovernance.Benchmarks;

/// <summary>Generated pools and plans of them.</summary>
internal static class PlannedPools
{
    /// <summary>Pools of a dozen regions with days up to yesterday: a trend, a season, a working week and noise.</summary>
    public static Task FillAsync(NpgsqlDataSource source, int pools, int days) => ExecuteAsync(source, string.Create(CultureInfo.InvariantCulture, $"""
        insert into capacity.pool (name, unit, unit_price, region, resource_class, headroom, risk, revision, updated_at)
        select 'pool-' || i, 'hour', 1 + i % 7, 'region-' || i % 12, 'class-' || i % 5, 0.1, 0.1, 1, now() from generate_series(1, {pools}) i;
        insert into capacity.observation (pool_id, day, demand, supply)
        select p.id, current_date - ago, (100 + p.id % 900) * exp(0.0004 * ({days} - ago) * (0.5 + p.id % 3)) * (1 + 0.1 * sin(ago / 58.0)) * (0.95 + 0.1 * random())
            * case when date_part('isodow', current_date - ago) > 5 then 0.8 else 1 end, 3000
        from capacity.pool p, generate_series(1, {days}) ago;
        analyze capacity.observation;
        """));

    /// <summary>Plans all pools, as the job does.</summary>
    public static async Task<PlanOutcome> PlanAsync(NpgsqlDataSource source)
    {
        await using var connection = await source.OpenConnectionAsync();
        var now = TimeProvider.System.GetUtcNow();
        var id = await PlanLedger.AddAsync(connection, null, DateOnly.FromDateTime(now.UtcDateTime).AddDays(-1), [], null, "benchmark", now,
            CancellationToken.None);
        await PlanLedger.StartAsync(connection, id, now, CancellationToken.None);
        var plan = (await PlanLedger.FindAsync(connection, id, CancellationToken.None))!;
        var outcome = await new Planning(connection, plan, HolidayCalendar.UnitedStates, _ => Task.CompletedTask).ExecuteAsync(CancellationToken.None);
        await PlanLedger.SucceedAsync(connection, id, outcome.Planned, [], outcome.Totals, now, CancellationToken.None);
        return outcome;
    }

    /// <summary>Lays copies of the one plan there is beside it.</summary>
    public static Task CopyAsync(NpgsqlDataSource source, int copies) => ExecuteAsync(source, string.Create(CultureInfo.InvariantCulture, $"""
        insert into capacity.plan (name, as_of, scenarios, requested_by, requested_at, finished_at, state, progress, planned, left_out, totals)
        select 'copy ' || i, as_of, scenarios, requested_by, requested_at, finished_at, state, progress, planned, left_out, totals from capacity.plan, generate_series(1, {copies}) i;
        insert into capacity.plan_pool (plan_id, pool_id, pool, outlook, forecast, short_from)
        select c.id, m.pool_id, m.pool, m.outlook, m.forecast, m.short_from from capacity.plan_pool m, capacity.plan c where c.id <> m.plan_id;
        """));

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync();
    }
}
