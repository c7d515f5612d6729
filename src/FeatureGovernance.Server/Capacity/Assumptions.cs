using FeatureGovernance.Contracts.Capacity;
using FeatureGovernance.Core.Capacity;
using Npgsql;

namespace FeatureGovernance.Server.Capacity;

/// <summary>What scenarios come to for one pool.</summary>
internal sealed record PoolAssumptions(IReadOnlyList<DemandChange> Changes, int ShiftDays, IReadOnlyList<string> Notes);

/// <summary>Scenarios, with what their models and features take looked up once for all pools.</summary>
internal sealed class Assumptions
{
    private sealed record Assumed(string Label, ScenarioPart Part, ScenarioKind Kind, IReadOnlySet<string>? Pools, IReadOnlyDictionary<string, double>? Takes, double Factor);

    private readonly List<Assumed> parts = [];
    private readonly Dictionary<string, double> demandOfResource = new(StringComparer.Ordinal);
    private readonly DateOnly first;

    private Assumptions(DateOnly asOf, IReadOnlyList<StoredPool> allPools)
    {
        first = asOf.AddDays(1);
        foreach (var pool in allPools.Where(pool => pool.View.Resource is not null))
            demandOfResource[pool.View.Resource!] = demandOfResource.GetValueOrDefault(pool.View.Resource!) + (pool.View.LastDemand ?? 0);
    }

    /// <param name="allPools">Every pool there is: those of one resource share what is taken of it by their demand.</param>
    public static async Task<Assumptions> LoadAsync(
        NpgsqlConnection connection, DateOnly asOf, IReadOnlyList<ScenarioDefinition> scenarios, IReadOnlyList<StoredPool> allPools, CancellationToken cancellation)
    {
        var assumptions = new Assumptions(asOf, allPools);
        foreach (var scenario in scenarios)
        {
            foreach (var part in scenario.Parts!)
                assumptions.parts.Add(await ResolveAsync(connection, asOf, scenario.Name!, part, cancellation));
        }

        return assumptions;
    }

    public PoolAssumptions For(PoolView pool)
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
        var label = $"{scenario}: {part.Kind}{(part.Model is null ? "" : $" like {part.Model}")}";
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
