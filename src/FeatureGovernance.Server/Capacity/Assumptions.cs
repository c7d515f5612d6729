using FeatureGovernance.Contracts.Capacity;
using FeatureGovernance.Core.Capacity;
using FeatureGovernance.Statistics.Forecasting.Regression;
using Npgsql;

namespace FeatureGovernance.Server.Capacity;

/// <summary>What scenarios come to for one pool.</summary>
internal sealed record PoolAssumptions(IReadOnlyList<DemandChange> Changes, int ShiftDays, IReadOnlyList<string> Notes);

/// <summary>Scenarios, with what their models and features take looked up once for all pools.</summary>
internal sealed class Assumptions
{
    private sealed record Assumed(string Label, ScenarioPart Part, ScenarioKind Kind, IReadOnlySet<string>? Pools,
        IReadOnlyDictionary<string, double>? Takes, double Factor);

    private readonly List<Assumed> parts = [];
    private readonly Dictionary<string, double> demandOfResource;
    private readonly DateOnly first;

    private Assumptions(DateOnly asOf, Dictionary<string, double> demandOfResource)
    {
        first = asOf.AddDays(1);
        this.demandOfResource = demandOfResource;
    }

    /// <param name="pools">Those that will be asked for.</param>
    public static async Task<Assumptions> LoadAsync(
        NpgsqlConnection connection, DateOnly asOf, IReadOnlyList<ScenarioDefinition> scenarios, IReadOnlyList<StoredPool> pools,
        CancellationToken cancellation)
    {
        var assumptions = new Assumptions(asOf,
            await Pools.DemandAsync(connection, [.. pools.Select(pool => pool.View.Resource).OfType<string>().Distinct()], cancellation));
        foreach (var scenario in scenarios)
        {
            foreach (var part in scenario.Parts!)
                assumptions.parts.Add(await ResolveAsync(connection, asOf, scenario.Name!, part, cancellation));
        }

        return assumptions;
    }

    /// <summary>What the scenarios come to for a pool that follows drivers as <paramref name="responses"/> tell by step.</summary>
    public PoolAssumptions For(PoolView pool, IReadOnlyList<DriverResponse> responses, TimeStep[] steps)
    {
        var changes = new List<DemandChange>();
        var notes = new List<string>();
        var shift = 0;
        foreach (var part in parts.Where(part => part.Pools?.Contains(pool.Pool) ?? true))
        {
            var from = part.Part.From ?? first;
            var ramp = part.Part.RampDays ?? 0;
            switch (part.Kind)
            {
                case ScenarioKind.Growth:
                    changes.Add(new Growth(part.Label, from, part.Part.Rate!.Value, part.Part.Until));
                    break;
                case ScenarioKind.Efficiency:
                    changes.Add(new Reduction(part.Label, from, part.Part.Share!.Value, ramp));
                    break;
                case ScenarioKind.Driver when responses.FirstOrDefault(one =>
                    one.Name == part.Part.Driver && one.Weight * one.Coefficient != 0) is { } response:
                    changes.Add(new DriverShift(part.Label, from, part.Part.Change!.Value, ramp, response, [.. steps.Select(step => step.First)]));
                    break;
                case ScenarioKind.Driver:
                    if (part.Pools is not null || pool.Drivers?.Contains(part.Part.Driver!) == true)
                        notes.Add($"{part.Label}: changes nothing, for the pool was not found to follow it.");
                    break;
                case ScenarioKind.DeliverySlip:
                    shift += part.Part.Days!.Value;
                    break;
                case ScenarioKind.Launch when part.Part.Amount is { } amount:
                    changes.Add(new Addition(part.Label, from, amount, ramp));
                    break;
                case ScenarioKind.Launch:
                case ScenarioKind.Deprecation:
                    if (Share(pool) is not { } share)
                        notes.Add($"{part.Label}: not reckoned, for the pool names no resource of cost telemetry.");
                    else if (part.Takes!.TryGetValue(pool.Resource!, out var taken))
                        changes.Add(new Addition(part.Label, from, (part.Kind == ScenarioKind.Launch ? part.Factor : -1) * share * taken, ramp));
                    else
                        notes.Add($"{part.Label}: no cost in '{pool.Resource}' was reported in the last 28 days.");
                    break;
            }
        }

        return new(changes, shift, notes);
    }

    /// <summary>The share of what is taken of its resource that falls on the pool; null where it names no resource.</summary>
    public double? Share(PoolView pool)
    {
        if (pool.Resource is null)
            return null;
        var all = demandOfResource.GetValueOrDefault(pool.Resource);
        return all > 0 ? (pool.LastDemand ?? 0) / all : 0;
    }

    private static async Task<Assumed> ResolveAsync(
        NpgsqlConnection connection, DateOnly asOf, string scenario, ScenarioPart part, CancellationToken cancellation)
    {
        var kind = ScenarioReader.KindOf(part);
        var pools = part.Pools is { Count: > 0 } ? part.Pools.ToHashSet(StringComparer.Ordinal) : null;
        var label = $"{scenario}: {part.Kind}{(part.Model is null ? "" : $" like {part.Model}")}{(part.Driver is null ? "" : $" {part.Driver}")}";
        if (kind == ScenarioKind.Deprecation)
        {
            var takes = await FeatureTakes.OfFeaturesAsync(connection, asOf, part.Features ?? [], part.Recommended ?? false, cancellation);
            return new(label, part, kind, pools, takes, 1);
        }

        if (kind != ScenarioKind.Launch || part.Model is null)
            return new(label, part, kind, pools, null, 1);
        var (taken, traffic) = await FeatureTakes.OfModelAsync(connection, asOf, part.Model, cancellation);
        // Without the old model's traffic the new one is taken to have the same.
        return new(label, part, kind, pools, taken, part.Traffic is { } wanted && traffic is { } present ? wanted / present : 1);
    }
}
