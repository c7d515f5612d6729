using FeatureGovernance.Contracts.Capacity;
using FeatureGovernance.Server.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace FeatureGovernance.Server.Capacity;

/// <summary>Two frozen plans side by side, period by period.</summary>
internal static class PlanComparing
{
    private const string Pairs = """
        select coalesce(a.pool, b.pool), a.outlook::text, b.outlook::text
        from (select pool, outlook from capacity.plan_pool where plan_id = $1 and pool > $3 order by pool limit $4) a
        full join (select pool, outlook from capacity.plan_pool where plan_id = $2 and pool > $3 order by pool limit $4) b on b.pool = a.pool
        order by 1 limit $4
        """;

    public static async Task<Results<Ok<PlanComparison>, Refused>> Get(
        int id, int other, NpgsqlDataSource source, int? limit, string? cursor, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var size = Limits.Page(limit, faults);
        var after = Cursor.Decode(cursor, "pool", faults);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var (plan, broken) = await PlanQuery.ReadyAsync(connection, id, cancellation);
        if (broken is not null)
            return (Refused)broken;
        (var second, broken) = await PlanQuery.ReadyAsync(connection, other, cancellation);
        if (broken is not null)
            return (Refused)broken;

        await using var command = new NpgsqlCommand(Pairs, connection);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(other);
        command.Parameters.AddWithValue(after?.Last ?? "");
        command.Parameters.AddWithValue(size + 1);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<ComparedPool>();
        while (await reader.ReadAsync(cancellation))
        {
            var (mine, theirs) = (Json.Read<PoolPlanView>(reader.GetValue(1) as string), Json.Read<PoolPlanView>(reader.GetValue(2) as string));
            found.Add(new(reader.GetString(0), mine is null ? "other" : theirs is null ? "plan" : "both", Compare(mine?.Periods, theirs?.Periods)));
        }

        var page = found.Take(size).ToList();
        return TypedResults.Ok(new PlanComparison(plan.View, second.View,
            Compare(PlanQuery.Money(PlanQuery.Totals(plan))?.Periods, PlanQuery.Money(PlanQuery.Totals(second))?.Periods),
            new(page, found.Count > size ? new Cursor("pool", page[^1].Pool, 0).Encode() : null)));
    }

    private static List<ComparedPeriod> Compare(IReadOnlyList<PeriodView>? mine, IReadOnlyList<PeriodView>? theirs)
    {
        var others = (theirs ?? []).ToDictionary(period => period.Period, StringComparer.Ordinal);
        return [.. (mine ?? []).Where(period => others.ContainsKey(period.Period)).Select(period => (Mine: period, Theirs: others[period.Period]))
            .Select(pair => new ComparedPeriod
        {
            Period = pair.Mine.Period,
            Demand = new(pair.Mine.Demand, pair.Theirs.Demand),
            DemandChange = pair.Theirs.Demand.P50 - pair.Mine.Demand.P50,
            ShortfallProbability = new(pair.Mine.Shortfall?.Probability, pair.Theirs.Shortfall?.Probability),
            Cost = new(pair.Mine.Cost?.Demand.Mean, pair.Theirs.Cost?.Demand.Mean),
        })];
    }
}
