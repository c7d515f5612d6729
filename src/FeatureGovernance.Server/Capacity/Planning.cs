using System.Collections.Immutable;
using System.Globalization;
using FeatureGovernance.Contracts.Capacity;
using FeatureGovernance.Core.Capacity;
using FeatureGovernance.Core.Drift;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Statistics.Forecasting;
using FeatureGovernance.Statistics.Forecasting.Regression;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Capacity;

/// <summary>What came of planning.</summary>
internal sealed record PlanOutcome(int Planned, IReadOnlyList<string> LeftOut, string Totals);

/// <summary>What a plan says of a pool, in JSON, and the first day that its quarters find it short.</summary>
internal sealed record PlannedPool(string Outlook, DateOnly? ShortFrom);

/// <summary>
/// Makes one plan: forecasts the demand of each pool and of the sums over pools, reconciles them, draws futures of demand and supply,
/// applies the scenarios, and sums up. The futures of a pool depend on its number alone, so that two plans of one day differ by their
/// scenarios and by nothing else.
/// </summary>
internal sealed class Planning(NpgsqlConnection connection, StoredPlan plan, Func<int, int, HolidayCalendar> holidays, Func<double, Task> report)
{
    private const int ChunkSize = 256;
    private const int MostLeftOut = 1_000;
    private const int LongestSilence = 62;
    private const int YearsBack = 11;
    private const int YearsAhead = 4;

    private readonly ImmutableArray<Period> periods = Period.After(plan.AsOf);
    private readonly List<TotalOutlook> totals = [];
    private readonly Dictionary<int, IReadOnlyList<TotalOutlook>> totalsOf = [];
    private Dictionary<string, PastGrowth> growth = null!;
    private Assumptions assumptions = null!;
    private ILookup<int, SupplyEvent> events = null!;
    private SlipHistory slips = null!;
    private DriverPasts drivers = null!;

    public async Task<PlanOutcome> ExecuteAsync(CancellationToken cancellation)
    {
        var pools = await Pools.AllAsync(connection, plan.Pools, cancellation);
        assumptions = await Assumptions.LoadAsync(connection, plan.AsOf, plan.Scenarios, pools, cancellation);
        events = await SupplyStore.EventsAsync(connection, [.. pools.Select(pool => pool.Id)], cancellation);
        slips = await SupplyStore.SlipsAsync(connection, cancellation);
        var calendar = new WorkCalendar(holidays(plan.AsOf.Year - YearsBack, plan.AsOf.Year + YearsAhead).Days.Keys.ToHashSet());
        var histories = await Histories.LoadAsync(connection, [.. pools.Select(pool => pool.Id)], plan.AsOf, calendar, cancellation);
        drivers = await DriverPasts.LoadAsync(connection, [.. pools.SelectMany(pool => pool.View.Drivers ?? []).Distinct()], plan.AsOf, cancellation);

        var planned = pools.Where(pool => histories.ContainsKey(pool.Id)).ToList();
        growth = await ResourceGrowth.LoadAsync(connection, [.. planned.Select(pool => pool.View.Resource).OfType<string>().Distinct()],
            plan.AsOf, cancellation);
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
            var steps = isMonthly
                ? TimeStep.Months(plan.AsOf, periods.Max(period => period.Last))
                : TimeStep.Weeks(plan.AsOf, periods.Max(period => period.Last));
            var mixes = Array.ConvertAll(steps, calendar.Of);
            var forecasts = await ForecastAsync(ready, histories, steps, isMonthly, fresh => report(0.7 * (done + fresh) / planned.Count), cancellation);
            done += ready.Count;
            var written = 0;
            foreach (var chunk in ready.Zip(forecasts).Chunk(ChunkSize))
            {
                await WriteAsync(chunk, histories, steps, mixes, isMonthly, common, cancellation);
                written += chunk.Length;
                await report(0.7 * done / planned.Count + 0.29 * written / planned.Count);
            }
        }

        var leftOut = pools.Where(pool => !histories.ContainsKey(pool.Id)).Select(pool => pool.View.Pool).Take(MostLeftOut).ToList();
        var sums = totals.Where(total => total.Pools > 0)
            .Select(total => new { by = total.By, of = total.Name, total.Pools, total.IsPartial, periods = total.Describe() });
        return new(done, leftOut, Json.Text(sums));
    }

    private static PoolPlace Place(StoredPool pool) =>
        new(pool.View.Unit!, pool.View.UnitPrice, pool.View.Region, pool.View.Team, pool.View.ResourceClass);

    /// <summary>
    /// Forecasts pools and the sums over them, each on its own, and makes them agree. What drivers add comes after:
    /// sums know nothing of them, and would take it back.
    /// </summary>
    private async Task<IReadOnlyList<DrivenForecast>> ForecastAsync(
        List<StoredPool> pools, Dictionary<int, History> histories, TimeStep[] steps, bool isMonthly, Func<int, Task> told, CancellationToken cancellation)
    {
        var season = isMonthly ? 12 : 1;
        var forecasts = new List<SeriesForecast>(pools.Count);
        foreach (var chunk in pools.Chunk(ChunkSize))
        {
            cancellation.ThrowIfCancellationRequested();
            forecasts.AddRange(EnsembleForecaster.ForecastPool([.. chunk.Select(pool => new SeriesInput(histories[pool.Id].Values, season, steps.Length))],
                Environment.ProcessorCount));
            await told(forecasts.Count);
        }

        PoolPlace[] places = [.. pools.Select(Place)];
        var sums = CoherentDemand.Sums(PoolGroup.Of(places), places, [.. pools.Select(pool => histories[pool.Id].Values)]);
        var own = EnsembleForecaster.ForecastPool([.. sums.Select(sum => new SeriesInput(sum.History, season, steps.Length))], Environment.ProcessorCount);
        var agreed = CoherentDemand.Reconcile(forecasts, [.. sums.Zip(own, (sum, forecast) => (sum.Members, sum.Weights, forecast))]);
        var driven = new DrivenForecast[pools.Count];
        Parallel.For(0, pools.Count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellation }, i =>
        {
            var history = histories[pools[i].Id].Values;
            driven[i] = pools[i].View.Drivers is { Count: > 0 } names
                ? DrivenForecaster.Forecast(new(history, season, steps.Length),
                    [.. names.Select(name => drivers.Of(name, isMonthly, history.Length, steps))], agreed[i])
                : new(agreed[i], []);
        });
        return driven;
    }

    private async Task WriteAsync(
        (StoredPool Pool, DrivenForecast Driven)[] chunk, Dictionary<int, History> histories, TimeStep[] steps, DayMix[] mixes, bool isMonthly, double common,
        CancellationToken cancellation)
    {
        var movement = chunk[0].Driven.Forecast.StepCorrelation;
        var shared = DemandForecast.SharedShocks(movement, steps.Length);
        var documents = new List<(StoredPool Pool, PlannedPool Planned, string Forecast)>();
        foreach (var (pool, driven) in chunk)
        {
            cancellation.ThrowIfCancellationRequested();
            var history = histories[pool.Id];
            var forecast = history.Calendar.IsNone ? driven.Forecast : driven.Forecast.Scaled([.. mixes.Select(history.Calendar.Factor)]);
            var frozen = new DemandForecast(isMonthly, forecast.StepCorrelation, movement, common, forecast.Steps) { Responses = driven.Responses };
            documents.Add((pool, Describe(pool, forecast, frozen, history, steps, shared), Json.Text(frozen)));
        }

        await using var writer = await connection.BeginBinaryImportAsync(
            "copy capacity.plan_pool (plan_id, pool_id, pool, outlook, forecast, short_from) from stdin (format binary)", cancellation);
        foreach (var (pool, planned, forecast) in documents)
        {
            await writer.StartRowAsync(cancellation);
            await writer.WriteAsync(plan.Id, NpgsqlDbType.Integer, cancellation);
            await writer.WriteAsync(pool.Id, NpgsqlDbType.Integer, cancellation);
            await writer.WriteAsync(pool.View.Pool, NpgsqlDbType.Text, cancellation);
            await writer.WriteAsync(planned.Outlook, NpgsqlDbType.Json, cancellation);
            await writer.WriteAsync(forecast, NpgsqlDbType.Json, cancellation);
            if (planned.ShortFrom is { } day)
                await writer.WriteAsync(day, NpgsqlDbType.Date, cancellation);
            else
                await writer.WriteNullAsync(cancellation);
        }

        await writer.CompleteAsync(cancellation);
    }

    private PlannedPool Describe(
        StoredPool pool, SeriesForecast forecast, DemandForecast frozen, History history, TimeStep[] steps, double[][] shared)
    {
        var notes = forecast.Notes.ToList();
        if (pool.View.LastDemandDay is { } newest && newest < plan.AsOf.AddDays(-LongestSilence))
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"no demand was observed after {newest:yyyy-MM-dd}; it is forecast from there"));
        if (!history.Calendar.IsNone)
        {
            notes.Add(string.Create(CultureInfo.InvariantCulture,
                $"weekends are taken for {history.Calendar.Weekend:0.00} and holidays for {history.Calendar.Holiday:0.00} of a working day, by the calendar"));
        }

        var assumed = assumptions.For(pool.View, frozen.Responses, steps);
        notes.AddRange(assumed.Notes);
        var demand = frozen.Draw(pool.Id, shared, 10 * Observations.LargestAmount);
        var effects = PoolOutlook.Change(demand, assumed.Changes, steps);
        var supply = SupplyPaths.Draw(
            pool.ObservedSupply, [.. events[pool.Id]], slips, plan.AsOf, steps, DemandForecast.Futures, assumed.ShiftDays,
            DemandForecast.SupplyDraws(pool.Id), notes);
        var outlook = PoolOutlook.Of(pool.Terms, steps, demand, supply, [.. assumed.Changes.Zip(effects, (change, effect) => (change.Label, effect))], periods,
            totalsOf[pool.Id]);
        var level = history.Values.Where(double.IsFinite).TakeLast(frozen.IsMonthly ? 12 : 52).Average();
        var past = pool.View.Resource is { } resource ? growth.GetValueOrDefault(resource) : null;
        outlook = [.. outlook.Select((period, p) => Divide(pool, period, p, level, past, frozen, steps))];
        var text = Json.Text(new
        {
            pool = pool.View.Pool,
            unit = pool.View.Unit,
            step = frozen.IsMonthly ? "month" : "week",
            methods = forecast.Members.Select(member => FormattableString.Invariant($"{member.Member} {member.Model} {member.Weight:0.00}")),
            notes,
            drivers = frozen.Responses.Select(one => new FollowedDriver(one.Name, one.Coefficient, one.IsElasticity, one.Weight, one.IsStated)),
            periods = outlook,
        });
        return new(text, outlook.Where(period => period.Period.Contains('Q', StringComparison.Ordinal)).Min(period => period.Shortfall?.FirstDay));
    }

    private PeriodOutlook Divide(
        StoredPool pool, PeriodOutlook outlook, int period, double level, PastGrowth? past, DemandForecast frozen, TimeStep[] steps)
    {
        if (periods[period].Days < 365)
            return outlook;
        var followed = frozen.Responses.Select(one => (one.Name, GrowthDrivers.Added(frozen.Steps, one, steps, periods[period]))).ToList();
        var drivers = GrowthDrivers.Of(outlook.Demand.Mean, level * periods[period].Days, past, outlook.Effects, followed);
        foreach (var total in totalsOf[pool.Id])
            total.AddDrivers(period, drivers, pool.View.UnitPrice);
        return outlook with { Drivers = drivers };
    }
}
