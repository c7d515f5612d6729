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
    private sealed record Assumed(int Number, string Label, ScenarioPart Part, ScenarioKind Kind)
    {
        public HashSet<string>? Pools { get; } = Part.Pools is { Count: > 0 } pools ? pools.ToHashSet(StringComparer.Ordinal) : null;

        /// <summary>By resource, what the model of a launch takes a day.</summary>
        public Dictionary<string, double>? Takes { get; init; }

        /// <summary>The traffic of a launch over that of its model.</summary>
        public double Factor { get; init; } = 1;

        public Wave? Wave { get; init; }

        /// <summary>What to know of it wherever it counts.</summary>
        public string? Note { get; init; }
    }

    private readonly List<Assumed> parts = [];
    private readonly Waves waves = new();
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
                assumptions.parts.Add(await assumptions.ResolveAsync(connection, asOf, scenario.Name!, part, cancellation));
        }

        return assumptions;
    }

    /// <summary>What the scenarios come to for a pool that follows drivers as <paramref name="responses"/> tell by step.</summary>
    public PoolAssumptions For(PoolView pool, IReadOnlyList<DriverResponse> responses, TimeStep[] steps)
    {
        var changes = new List<DemandChange>();
        var notes = new List<string>();
        var shift = 0;
        var concerned = Of(pool);
        var freed = pool.Resource is null ? null : waves.Of(pool.Resource, [.. WavesOf(concerned)]);
        foreach (var part in concerned)
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
                case ScenarioKind.Launch when part.Part.Amount is { } stated:
                    changes.Add(new Addition(part.Label, from, stated, ramp));
                    break;
                case ScenarioKind.Launch:
                case ScenarioKind.Deprecation:
                    if (freed is null || Share(pool) is not { } share)
                        notes.Add($"{part.Label}: not reckoned, for the pool names no resource of cost telemetry.");
                    else if (PerDay(part, pool.Resource!, freed) is { } amount)
                        changes.Add(new Addition(part.Label, from, share * amount, ramp));
                    else
                        notes.Add($"{part.Label}: no cost in '{pool.Resource}' was reported in the last 28 days.");
                    if (freed is not null && part.Note is not null)
                        notes.Add($"{part.Label}: {part.Note}");
                    if (freed is not null && part.Wave is not null && freed[part.Wave] is { AlreadyGone: > 0 } twice)
                        notes.Add($"{part.Label}: {twice.AlreadyGone} of {twice.Features} features go with an earlier part, and count there.");
                    break;
            }
        }

        return new(changes, shift, notes);
    }

    /// <summary>Features that waves which concern the pool have begun to take out by a day.</summary>
    public IReadOnlySet<string> Gone(PoolView pool, DateOnly by) => pool.Resource is null ? new HashSet<string>() : WavesOf(Of(pool))
        .Where(one => one.Wave.From <= by).SelectMany(one => one.Wave.Takes[pool.Resource]).Select(one => one.Feature).ToHashSet(StringComparer.Ordinal);

    /// <summary>The share of what is taken of its resource that falls on the pool; null where it names no resource.</summary>
    public double? Share(PoolView pool)
    {
        if (pool.Resource is null)
            return null;
        var all = demandOfResource.GetValueOrDefault(pool.Resource);
        return all > 0 ? (pool.LastDemand ?? 0) / all : 0;
    }

    private List<Assumed> Of(PoolView pool) => parts.FindAll(part => part.Pools?.Contains(pool.Pool) ?? true);

    private static IEnumerable<(int Number, Wave Wave)> WavesOf(IEnumerable<Assumed> parts) =>
        parts.Where(part => part.Wave is not null).Select(part => (part.Number, part.Wave!));

    // What comes of a resource, or goes; null where nothing is known of it.
    private static double? PerDay(Assumed part, string resource, IReadOnlyDictionary<Wave, Freed> freed) => part.Wave is { } wave
        ? freed[wave] is { Features: > 0 } known ? -known.Amount : null
        : part.Takes!.TryGetValue(resource, out var taken) ? part.Factor * taken : null;

    private async Task<Assumed> ResolveAsync(
        NpgsqlConnection connection, DateOnly asOf, string scenario, ScenarioPart part, CancellationToken cancellation)
    {
        var kind = ScenarioReader.KindOf(part);
        var label = $"{scenario}: {part.Kind}{(part.Model is null ? "" : $" like {part.Model}")}{(part.Driver is null ? "" : $" {part.Driver}")}";
        var assumed = new Assumed(parts.Count, label, part, kind);
        if (kind == ScenarioKind.Deprecation)
        {
            var leaving = await FeatureTakes.OfFeaturesAsync(connection, asOf, part.Features ?? [], part.Recommended ?? false, cancellation);
            return assumed with { Wave = new(part.From ?? first, leaving) };
        }

        if (kind != ScenarioKind.Launch || part.Model is null)
            return assumed;
        var (taken, traffic) = await FeatureTakes.OfModelAsync(connection, asOf, part.Model, cancellation);
        return assumed with
        {
            Takes = taken,
            Factor = part.Traffic is { } wanted && traffic is { } present ? wanted / present : 1,
            Note = part.Traffic is not null && traffic is null ? $"the traffic of {part.Model} is not known, so the new one is taken to have the same." : null,
        };
    }
}
