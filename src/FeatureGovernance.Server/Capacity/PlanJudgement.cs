using FeatureGovernance.Contracts.Capacity;
using FeatureGovernance.Core.Capacity;
using FeatureGovernance.Server.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace FeatureGovernance.Server.Capacity;

/// <summary>Holds a frozen plan against what was observed since.</summary>
internal static class PlanJudgement
{
    private const int MostItems = 1_000;

    // Of a period that is over, a day not observed is taken as the mean of those that were.
    private const string Judged = """
        select q.pool, q.period, q.p10, q.p50, q.p90, q.mean, a.mean * (q.last - q.first + 1)
        from (
            select o.pool_id, o.pool, p ->> 'period' as period, (p ->> 'from')::date as first, (p ->> 'to')::date as last,
                   (p -> 'demand' ->> 'p10')::float8 as p10, (p -> 'demand' ->> 'p50')::float8 as p50, (p -> 'demand' ->> 'p90')::float8 as p90,
                   (p -> 'demand' ->> 'mean')::float8 as mean
            from capacity.plan_pool o cross join json_array_elements(o.outlook -> 'periods') p
            where o.plan_id = $1 and (p ->> 'to')::date < $2) q
        cross join lateral (
            select avg(demand) as mean, count(demand) as days from capacity.observation d where d.pool_id = q.pool_id and d.day between q.first and q.last) a
        where a.days >= $3 * (q.last - q.first + 1)
        """;

    public static async Task<Results<Ok<PlanAccuracyView>, Refused>> Get(
        int id, NpgsqlDataSource source, TimeProvider clock, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var (plan, missing) = await PlanQuery.ReadyAsync(connection, id, cancellation);
        if (missing is not null)
            return (Refused)missing;
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        // A plan has thousands of pools, and none of a plan whose first period is not over need be read.
        if (Period.After(plan.AsOf).All(period => period.Last >= today))
            return TypedResults.Ok(new PlanAccuracyView { Judged = 0, Items = [] });
        await using var command = new NpgsqlCommand(Judged, connection) { CommandTimeout = 0 };
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(today);
        command.Parameters.AddWithValue(PlanAccuracy.LeastObserved);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var verdicts = new List<(string Pool, string Period, Verdict Verdict)>();
        while (await reader.ReadAsync(cancellation))
        {
            var forecast = new Figure(reader.GetDouble(2), reader.GetDouble(3), reader.GetDouble(4), reader.GetDouble(5));
            verdicts.Add((reader.GetString(0), reader.GetString(1), new(forecast, reader.GetDouble(6))));
        }

        var accuracy = PlanAccuracy.Of([.. verdicts.Select(one => one.Verdict)]);
        return TypedResults.Ok(new PlanAccuracyView
        {
            Judged = accuracy.Judged, Coverage = accuracy.Coverage, Smape = accuracy.Smape, Bias = accuracy.Bias,
            Items =
            [
                .. verdicts.OrderByDescending(one => one.Verdict.AbsoluteError).ThenBy(one => one.Pool, StringComparer.Ordinal)
                .ThenBy(one => one.Period, StringComparer.Ordinal)
                    .Take(MostItems).Select(one => new JudgedPeriod(one.Pool, one.Period, View(one.Verdict.Forecast), one.Verdict.Actual, one.Verdict.IsWithin,
                        one.Verdict.AbsoluteError)),
            ],
        });
    }

    private static FigureView View(Figure figure) => new(figure.P10, figure.P50, figure.P90, figure.Mean);
}
