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
/// Makes one plan: forecasts each pool's demand, draws futures of demand and supply, applies the scenarios, and sums up. The futures of a pool depend on its
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

        totals.Add(new("money", inMoney: true, periods, Futures));
        foreach (var unit in pools.Where(pool => histories.ContainsKey(pool.Id)).GroupBy(pool => pool.View.Unit!).Where(unit => unit.Count() > 1).OrderBy(unit => unit.Key, StringComparer.Ordinal))
            totals.Add(new(unit.Key, inMoney: false, periods, Futures));

        var done = 0;
        foreach (var isMonthly in (bool[])[true, false])
        {
            var ready = pools.Where(pool => histories.TryGetValue(pool.Id, out var history) && history.IsMonthly == isMonthly).ToList();
            var common = CommonMovement.Correlation([.. ready.Select(pool => histories[pool.Id].Values)]);
            foreach (var chunk in ready.Chunk(ChunkSize))
            {
                await PlanAsync(chunk, histories, isMonthly, common, cancellation);
                done += chunk.Length;
                await report(0.99 * done / histories.Count);
            }
        }

        var leftOut = pools.Where(pool => !histories.ContainsKey(pool.Id)).Select(pool => pool.View.Pool).Take(MostLeftOut).ToList();
        var sums = totals.Where(total => total.Pools > 0).Select(total => new { of = total.Name, total.Pools, total.IsPartial, periods = total.Describe() });
        return new(done, leftOut, Json.Text(sums));
    }

    private async Task PlanAsync(StoredPool[] pools, Dictionary<int, History> histories, bool isMonthly, double common, CancellationToken cancellation)
    {
        var until = periods.Max(period => period.Last);
        var steps = isMonthly ? TimeStep.Months(plan.AsOf, until) : TimeStep.Weeks(plan.AsOf, until);
        var inputs = Array.ConvertAll(pools, pool => new SeriesInput(histories[pool.Id].Values, isMonthly ? 12 : 1, steps.Length));
        cancellation.ThrowIfCancellationRequested();
        var forecasts = EnsembleForecaster.ForecastPool(inputs, Environment.ProcessorCount);
        var shared = SamplePaths.Shocks(forecasts[0].StepCorrelation, steps.Length, Futures, new Random(CommonSeed));

        var documents = new List<(StoredPool Pool, string Outlook)>();
        for (var i = 0; i < pools.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            documents.Add((pools[i], Describe(pools[i], forecasts[i], steps, isMonthly, shared, common)));
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

    private string Describe(StoredPool pool, SeriesForecast forecast, TimeStep[] steps, bool isMonthly, double[][] shared, double common)
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
            [.. totals.Where(total => total.Name == "money" || total.Name == pool.View.Unit)]);
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

    private static double[][] Mix(double[][] own, double[][] shared, double common)
    {
        var (alone, together) = (Math.Sqrt(1 - common), Math.Sqrt(common));
        for (var i = 0; i < own.Length; i++)
            for (var h = 0; h < own[i].Length; h++) own[i][h] = alone * own[i][h] + together * shared[i][h];
        return own;
    }
}
