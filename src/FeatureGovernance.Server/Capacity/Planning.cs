using System.Collections.Immutable;
using FeatureGovernance.Core.Capacity;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Statistics.Forecasting;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Capacity;

/// <summary>What came of planning.</summary>
internal sealed record PlanOutcome(int Planned, IReadOnlyList<string> LeftOut, string Totals);

/// <summary>
/// Makes one plan: forecasts the demand of each pool and of the sums over pools, reconciles them, draws futures of demand and supply, applies the
/// scenarios, and sums up. The futures of a pool depend on its number alone, so that two plans of one day differ by their scenarios and by nothing else.
/// </summary>
internal sealed class Planning(NpgsqlConnection connection, StoredPlan plan, Func<double, Task> report)
{
    private const int ChunkSize = 256;
    private const int MostLeftOut = 1_000;

    private readonly ImmutableArray<Period> periods = Period.After(plan.AsOf);
    private readonly List<TotalOutlook> totals = [];
    private readonly Dictionary<int, IReadOnlyList<TotalOutlook>> totalsOf = [];
    private Dictionary<string, PastGrowth> growth = null!;
    private Assumptions assumptions = null!;
    private ILookup<int, SupplyEvent> events = null!;
    private SlipHistory slips = null!;

    public async Task<PlanOutcome> ExecuteAsync(CancellationToken cancellation)
    {
        var allPools = await Pools.AllAsync(connection, null, cancellation);
        var wanted = plan.Pools?.ToHashSet();
        var pools = allPools.Where(pool => wanted?.Contains(pool.Id) ?? true).ToList();
        assumptions = await Assumptions.LoadAsync(connection, plan.AsOf, plan.Scenarios, allPools, cancellation);
        events = await SupplyStore.EventsAsync(connection, cancellation);
        slips = SlipHistory.Of(events.SelectMany(group => group));
        var histories = await Histories.LoadAsync(connection, [.. pools.Select(pool => pool.Id)], plan.AsOf, cancellation);

        var planned = pools.Where(pool => histories.ContainsKey(pool.Id)).ToList();
        growth = await ResourceGrowth.LoadAsync(connection, [.. planned.Select(pool => pool.View.Resource).OfType<string>().Distinct()], plan.AsOf, cancellation);
        foreach (var group in PoolGroup.Of([.. planned.Select(Place)]))
        {
            var total = new TotalOutlook(group.By, group.Name, group.IsInMoney, periods, DemandForecast.Futures);
            totals.Add(total);
            foreach (var member in group.Members)
                totalsOf[planned[member].Id] = [.. totalsOf.GetValueOrDefault(planned[member].Id) ?? [], total];
        }

        var done = 0;
        foreach (var isMonthly in (bool[])[true, false])
        {
            var ready = planned.Where(pool => histories[pool.Id].IsMonthly == isMonthly).ToList();
            if (ready.Count == 0)
                continue;
            var common = CommonMovement.Correlation([.. ready.Select(pool => histories[pool.Id].Values)]);
            var steps = isMonthly ? TimeStep.Months(plan.AsOf, periods.Max(period => period.Last)) : TimeStep.Weeks(plan.AsOf, periods.Max(period => period.Last));
            var forecasts = await ForecastAsync(ready, histories, steps.Length, isMonthly, fresh => report(0.7 * (done + fresh) / planned.Count), cancellation);
            done += ready.Count;
            var written = 0;
            foreach (var chunk in ready.Zip(forecasts).Chunk(ChunkSize))
            {
                await WriteAsync(chunk, histories, steps, isMonthly, common, cancellation);
                written += chunk.Length;
                await report(0.7 * done / planned.Count + 0.29 * written / planned.Count);
            }
        }

        var leftOut = pools.Where(pool => !histories.ContainsKey(pool.Id)).Select(pool => pool.View.Pool).Take(MostLeftOut).ToList();
        var sums = totals.Where(total => total.Pools > 0).Select(total => new { by = total.By, of = total.Name, total.Pools, total.IsPartial, periods = total.Describe() });
        return new(done, leftOut, Json.Text(sums));
    }

    private static PoolPlace Place(StoredPool pool) => new(pool.View.Unit!, pool.View.UnitPrice, pool.View.Region, pool.View.Team, pool.View.ResourceClass);

    /// <summary>Forecasts pools and the sums over them, each on its own, and makes them agree.</summary>
    private static async Task<IReadOnlyList<SeriesForecast>> ForecastAsync(
        List<StoredPool> pools, Dictionary<int, History> histories, int steps, bool isMonthly, Func<int, Task> told, CancellationToken cancellation)
    {
        var season = isMonthly ? 12 : 1;
        var forecasts = new List<SeriesForecast>(pools.Count);
        foreach (var chunk in pools.Chunk(ChunkSize))
        {
            cancellation.ThrowIfCancellationRequested();
            forecasts.AddRange(EnsembleForecaster.ForecastPool([.. chunk.Select(pool => new SeriesInput(histories[pool.Id].Values, season, steps))], Environment.ProcessorCount));
            await told(forecasts.Count);
        }

        PoolPlace[] places = [.. pools.Select(Place)];
        var sums = CoherentDemand.Sums(PoolGroup.Of(places), places, [.. pools.Select(pool => histories[pool.Id].Values)]);
        var own = EnsembleForecaster.ForecastPool([.. sums.Select(sum => new SeriesInput(sum.History, season, steps))], Environment.ProcessorCount);
        return CoherentDemand.Reconcile(forecasts, [.. sums.Zip(own, (sum, forecast) => (sum.Members, sum.Weights, forecast))]);
    }

    private async Task WriteAsync(
        (StoredPool Pool, SeriesForecast Forecast)[] chunk, Dictionary<int, History> histories, TimeStep[] steps, bool isMonthly, double common, CancellationToken cancellation)
    {
        var shared = DemandForecast.SharedShocks(chunk[0].Forecast.StepCorrelation, steps.Length);
        var documents = new List<(StoredPool Pool, string Outlook, string Forecast)>();
        foreach (var (pool, forecast) in chunk)
        {
            cancellation.ThrowIfCancellationRequested();
            var frozen = new DemandForecast(isMonthly, forecast.StepCorrelation, chunk[0].Forecast.StepCorrelation, common, forecast.Steps);
            documents.Add((pool, Describe(pool, forecast, frozen, histories[pool.Id].Values, steps, shared), Json.Text(frozen)));
        }

        await using var writer = await connection.BeginBinaryImportAsync("copy capacity.plan_pool (plan_id, pool_id, pool, outlook, forecast) from stdin (format binary)", cancellation);
        foreach (var (pool, outlook, forecast) in documents)
        {
            await writer.StartRowAsync(cancellation);
            await writer.WriteAsync(plan.Id, NpgsqlDbType.Integer, cancellation);
            await writer.WriteAsync(pool.Id, NpgsqlDbType.Integer, cancellation);
            await writer.WriteAsync(pool.View.Pool, NpgsqlDbType.Text, cancellation);
            await writer.WriteAsync(outlook, NpgsqlDbType.Json, cancellation);
            await writer.WriteAsync(forecast, NpgsqlDbType.Json, cancellation);
        }

        await writer.CompleteAsync(cancellation);
    }

    private string Describe(StoredPool pool, SeriesForecast forecast, DemandForecast frozen, double[] history, TimeStep[] steps, double[][] shared)
    {
        var notes = forecast.Notes.ToList();
        var assumed = assumptions.For(pool.View);
        notes.AddRange(assumed.Notes);
        var demand = frozen.Draw(pool.Id, shared, 10 * Observations.LargestAmount);
        var effects = PoolOutlook.Change(demand, assumed.Changes, steps);
        var supply = SupplyPaths.Draw(
            pool.ObservedSupply, [.. events[pool.Id]], slips, plan.AsOf, steps, DemandForecast.Futures, assumed.ShiftDays, DemandForecast.SupplyDraws(pool.Id), notes);
        var outlook = PoolOutlook.Of(pool.Terms, steps, demand, supply, [.. assumed.Changes.Zip(effects, (change, effect) => (change.Label, effect))], periods,
            totalsOf[pool.Id]);
        var level = history.TakeLast(frozen.IsMonthly ? 12 : 52).Where(double.IsFinite).Average();
        var past = pool.View.Resource is { } resource ? growth.GetValueOrDefault(resource) : null;
        outlook = [.. outlook.Select((period, p) => Divide(pool, period, p, level, past))];
        return Json.Text(new
        {
            pool = pool.View.Pool,
            unit = pool.View.Unit,
            step = frozen.IsMonthly ? "month" : "week",
            methods = forecast.Members.Select(member => FormattableString.Invariant($"{member.Member} {member.Model} {member.Weight:0.00}")),
            notes,
            periods = outlook,
        });
    }

    private PeriodOutlook Divide(StoredPool pool, PeriodOutlook outlook, int period, double level, PastGrowth? past)
    {
        if (periods[period].Days < 365)
            return outlook;
        var drivers = GrowthDrivers.Of(outlook.Demand.Mean, level * periods[period].Days, past, outlook.Effects);
        foreach (var total in totalsOf[pool.Id])
            total.AddDrivers(period, drivers, pool.View.UnitPrice);
        return outlook with { Drivers = drivers };
    }
}
