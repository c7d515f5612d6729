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
/// Makes one plan: forecasts the demand of each pool and of the sums over pools, reconciles them, draws futures of demand and supply, applies the scenarios, and sums up. The futures of a pool depend on its
/// number alone, so that two plans of one day differ by their scenarios and by nothing else.
/// </summary>
internal sealed class Planning(NpgsqlConnection connection, StoredPlan plan, Func<double, Task> report)
{
    private const int Futures = 500;
    private const int ChunkSize = 256;
    private const int CommonSeed = 20_261;
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
            var total = new TotalOutlook(group.By, group.Name, group.IsInMoney, periods, Futures);
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
        var shared = SamplePaths.Shocks(chunk[0].Forecast.StepCorrelation, steps.Length, Futures, new Random(CommonSeed));
        var documents = new List<(StoredPool Pool, string Outlook)>();
        foreach (var (pool, forecast) in chunk)
        {
            cancellation.ThrowIfCancellationRequested();
            documents.Add((pool, Describe(pool, forecast, histories[pool.Id].Values, steps, isMonthly, shared, common)));
        }

        await using var writer = await connection.BeginBinaryImportAsync("copy capacity.plan_pool (plan_id, pool_id, pool, outlook) from stdin (format binary)", cancellation);
        foreach (var (pool, outlook) in documents)
        {
            await writer.StartRowAsync(cancellation);
            await writer.WriteAsync(plan.Id, NpgsqlDbType.Integer, cancellation);
            await writer.WriteAsync(pool.Id, NpgsqlDbType.Integer, cancellation);
            await writer.WriteAsync(pool.View.Pool, NpgsqlDbType.Text, cancellation);
            await writer.WriteAsync(outlook, NpgsqlDbType.Json, cancellation);
        }

        await writer.CompleteAsync(cancellation);
    }

    private string Describe(StoredPool pool, SeriesForecast forecast, double[] history, TimeStep[] steps, bool isMonthly, double[][] shared, double common)
    {
        var notes = forecast.Notes.ToList();
        var assumed = assumptions.For(pool.View);
        notes.AddRange(assumed.Notes);
        var demand = SamplePaths.Follow(forecast, Mix(SamplePaths.Shocks(forecast.StepCorrelation, steps.Length, Futures, new Random(pool.Id)), shared, common));
        // Demand is never below zero, whatever an interval's straight continuation would say.
        foreach (var path in demand)
            for (var h = 0; h < path.Length; h++) path[h] = Math.Clamp(path[h], 0, 10 * Observations.LargestAmount);
        var effects = PoolOutlook.Change(demand, assumed.Changes, steps);
        var observed = pool.View.LastSupplyDay is { } day ? new ObservedSupply(day, pool.View.LastSupply!.Value) : null;
        var supply = SupplyPaths.Draw(observed, [.. events[pool.Id]], slips, plan.AsOf, steps, Futures, assumed.ShiftDays, new Random(pool.Id ^ CommonSeed), notes);
        var terms = new PoolTerms(pool.View.UnitPrice, pool.View.Headroom!.Share!.Value, pool.View.Headroom.Risk!.Value);
        var outlook = PoolOutlook.Of(terms, steps, demand, supply, [.. assumed.Changes.Zip(effects, (change, effect) => (change.Label, effect))], periods,
            totalsOf[pool.Id]);
        var level = history.TakeLast(isMonthly ? 12 : 52).Where(double.IsFinite).Average();
        var past = pool.View.Resource is { } resource ? growth.GetValueOrDefault(resource) : null;
        outlook = [.. outlook.Select((period, p) => Divide(pool, period, p, level, past))];
        return Json.Text(new
        {
            pool = pool.View.Pool,
            unit = pool.View.Unit,
            step = isMonthly ? "month" : "week",
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

    private static double[][] Mix(double[][] own, double[][] shared, double common)
    {
        var (alone, together) = (Math.Sqrt(1 - common), Math.Sqrt(common));
        for (var i = 0; i < own.Length; i++)
            for (var h = 0; h < own[i].Length; h++) own[i][h] = alone * own[i][h] + together * shared[i][h];
        return own;
    }
}
