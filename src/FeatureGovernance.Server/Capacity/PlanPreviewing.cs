using System.Collections.Immutable;
using FeatureGovernance.Contracts.Capacity;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Capacity;
using FeatureGovernance.Server.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace FeatureGovernance.Server.Capacity;

/// <summary>
/// What a plan would say under further assumptions, while someone is typing them: its own futures, drawn again and changed. Nothing is
/// forecast and nothing is kept. Supply is what is known of it now, on both sides.
/// </summary>
internal static class PlanPreviewing
{
    private const int MostPools = 50;
    private const int MostScenarios = 20;

    /// <summary>A scenario that has no name yet needs one for the names of its parts.</summary>
    private const string Unsaved = "preview";

    public static Task<Results<Ok<PlanPreview>, Refused>> Post(int id, PreviewRequest body, NpgsqlDataSource source, CancellationToken cancellation) =>
        OfAsync(id, body, MostPools, source, cancellation);

    /// <param name="dearest">How many pools are looked at where none are named.</param>
    public static async Task<Results<Ok<PlanPreview>, Refused>> OfAsync(
        int id, PreviewRequest body, int dearest, NpgsqlDataSource source, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        PlanEndpoints.Slugs("scenarios", body.Scenarios, MostScenarios, faults);
        PlanEndpoints.Slugs("pools", body.Pools, MostPools, faults);
        var typed = new ScenarioDefinition { Name = Unsaved, Parts = body.Parts };
        if (body.Parts is not null || body.Scenarios is not { Count: > 0 })
            ScenarioReader.Check(typed, faults);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;

        await using var connection = await source.OpenConnectionAsync(cancellation);
        var (plan, missing) = await PlanQuery.ReadyAsync(connection, id, cancellation);
        if (missing is not null)
            return (Refused)missing;
        var scenarios = await Scenarios.OfAsync(connection, body.Scenarios ?? [], faults, cancellation);
        if (body.Parts is not null)
            await ScenarioReader.CheckNamesAsync(connection, typed, faults, cancellation);
        var pools = faults.Any ? [] : await PoolsAsync(connection, plan, body, dearest, faults, cancellation);
        if (faults.Refusal is { } unknown)
            return (Refused)unknown;
        var forecasts = await ForecastsAsync(connection, id, [.. pools.Select(pool => pool.Id)], cancellation);
        if (pools.Exists(pool => !forecasts.ContainsKey(pool.Id)))
        {
            return (Refused)new Refusal(RefusalKind.BrokenRule, "plan-keeps-no-forecast",
                $"Plan {id} keeps no forecast of some of these pools, so nothing can be tried on it.",
                [new("id", "It was made before plans kept their forecasts, or leaves a pool out.", "Plan again by POST /api/v1/capacity/plans.")]);
        }

        var before = await Assumptions.LoadAsync(connection, plan.AsOf, plan.Scenarios, pools, cancellation);
        if (body.Parts is not null)
            scenarios.Add(typed);
        var after = await Assumptions.LoadAsync(connection, plan.AsOf, [.. plan.Scenarios, .. scenarios], pools, cancellation);
        var events = await SupplyStore.EventsAsync(connection, [.. pools.Select(pool => pool.Id)], cancellation);
        return TypedResults.Ok(Preview(plan, pools, forecasts, before, after, events, await SupplyStore.SlipsAsync(connection, cancellation)));
    }

    private static PlanPreview Preview(
        StoredPlan plan, List<StoredPool> pools, Dictionary<int, DemandForecast> forecasts, Assumptions before, Assumptions after,
        ILookup<int, SupplyEvent> events, SlipHistory slips)
    {
        var periods = Period.After(plan.AsOf);
        var last = periods.Max(period => period.Last);
        var steps = pools.ConvertAll(pool => forecasts[pool.Id].Grid(plan.AsOf, last));
        var shared = pools.Select((pool, i) => (forecasts[pool.Id].SharedCorrelation, steps[i].Length)).Distinct()
            .ToDictionary(kind => kind, kind => DemandForecast.SharedShocks(kind.SharedCorrelation, kind.Length));
        TotalOutlook[] totals = [Money(periods), Money(periods)];
        var sides = new ImmutableArray<PeriodOutlook>[2][];
        // Each side adds up its own total, pool by pool: futures are floating-point numbers, whose order tells.
        Parallel.For(0, 2, side => sides[side] = [.. pools.Select((pool, i) => Outlook(pool, steps[i], side == 0 ? before : after, totals[side]))]);
        var previewed = pools.Select((pool, i) => new PreviewedPool(
            pool.View.Pool, pool.View.Unit!, after.For(pool.View, forecasts[pool.Id].Responses, steps[i]).Notes,
            Compare(sides[0][i], sides[1][i], period => period.Cost?.Demand.Mean))).ToList();

        ImmutableArray<PeriodOutlook> Outlook(StoredPool pool, TimeStep[] grid, Assumptions assumptions, TotalOutlook total)
        {
            var forecast = forecasts[pool.Id];
            var assumed = assumptions.For(pool.View, forecast.Responses, grid);
            var demand = forecast.Draw(pool.Id, shared[(forecast.SharedCorrelation, grid.Length)], 10 * Observations.LargestAmount);
            var effects = PoolOutlook.Change(demand, assumed.Changes, grid);
            var supply = SupplyPaths.Draw(pool.ObservedSupply, [.. events[pool.Id]], slips, plan.AsOf, grid, DemandForecast.Futures, assumed.ShiftDays,
                DemandForecast.SupplyDraws(pool.Id), []);
            return PoolOutlook.Of(
                pool.Terms, grid, demand, supply, [.. assumed.Changes.Zip(effects, (change, effect) => (change.Label, effect))], periods, [total]);
        }

        return new()
        {
            Plan = plan.Id,
            IsPartial = pools.Count < plan.View.Pools,
            Money = totals[0].Pools == 0
                ? []
                : [.. Compare(totals[0].Describe(), totals[1].Describe(), period => period.Demand.Mean).Select(period => period with { Effects = null })],
            Pools = previewed,
        };
    }

    private static TotalOutlook Money(ImmutableArray<Period> periods) => new("all", "money", true, periods, DemandForecast.Futures);

    private static List<PreviewedPeriod> Compare(IEnumerable<PeriodOutlook> mine, IEnumerable<PeriodOutlook> other, Func<PeriodOutlook, double?> cost) =>
        [.. mine.Zip(other, (was, would) => new PreviewedPeriod
        {
            Period = was.Period,
            Demand = new(View(was.Demand), View(would.Demand)),
            DemandChange = would.Demand.Mean - was.Demand.Mean,
            ShortfallProbability = new(was.Shortfall?.Probability, would.Shortfall?.Probability),
            FirstDay = new(was.Shortfall?.FirstDay, would.Shortfall?.FirstDay),
            ToAdd = new(was.Shortfall?.ToAdd, would.Shortfall?.ToAdd),
            Cost = new(cost(was), cost(would)),
            Effects = [.. would.Effects.Select(effect => new EffectView(effect.Label, effect.Change))],
        })];

    private static FigureView View(Figure figure) => new(figure.P10, figure.P50, figure.P90, figure.Mean);

    private static async Task<List<StoredPool>> PoolsAsync(
        NpgsqlConnection connection, StoredPlan plan, PreviewRequest body, int dearest, FieldFaults faults, CancellationToken cancellation)
    {
        string[] named = [.. (body.Pools is { Count: > 0 } asked ? asked : (body.Parts ?? []).SelectMany(part => part.Pools ?? [])).Distinct().Take(MostPools)];
        // A part without pools concerns all.
        if (body.Pools is not { Count: > 0 }
            && (named.Length == 0 || body.Scenarios is { Count: > 0 } || body.Parts!.Any(part => part.Pools is not { Count: > 0 })))
            return await Pools.DearestAsync(connection, plan.Id, dearest, cancellation);
        var ids = await Pools.IdsAsync(connection, named, cancellation);
        foreach (var name in named.Where(name => !ids.ContainsKey(name)))
            faults.Add("pools", $"There is no pool '{name}'.", "Name one of the plan's pools.");
        return await Pools.AllAsync(connection, [.. ids.Values], cancellation);
    }

    private static async Task<Dictionary<int, DemandForecast>> ForecastsAsync(
        NpgsqlConnection connection, int plan, int[] pools, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select pool_id, forecast::text from capacity.plan_pool where plan_id = $1 and pool_id = any($2) and forecast is not null", connection);
        command.Parameters.AddWithValue(plan);
        command.Parameters.AddWithValue(pools);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var forecasts = new Dictionary<int, DemandForecast>();
        while (await reader.ReadAsync(cancellation))
            forecasts.Add(reader.GetInt32(0), Json.Read<DemandForecast>(reader.GetString(1))!);
        return forecasts;
    }
}
