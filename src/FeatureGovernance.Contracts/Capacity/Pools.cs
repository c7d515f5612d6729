namespace FeatureGovernance.Contracts.Capacity;

/// <summary>What is said of a pool; the body of <c>PUT /capacity/pools/{pool}</c>.</summary>
public record PoolDefinition
{
    /// <summary>What demand and supply are measured in, per day, for example <c>gpu-hours</c>. One that has observations or supply keeps it.</summary>
    public string? Unit { get; init; }

    /// <summary>The price of one unit for one day, at least 0, in the organisation's currency.</summary>
    public double? UnitPrice { get; init; }

    /// <summary>Where it is.</summary>
    public string? Region { get; init; }

    /// <summary>What it is, for example <c>gpu-training</c>.</summary>
    public string? ResourceClass { get; init; }

    /// <summary>The resource of cost telemetry that is consumed here, in the same unit: tells what features and models take of this pool.</summary>
    public string? Resource { get; init; }

    /// <summary>The team that uses it.</summary>
    public string? Team { get; init; }

    /// <summary>What demand follows from; absent: it is reported.</summary>
    public DemandFrom? DemandFrom { get; init; }

    /// <summary>Drivers that demand may follow, at most 5; a plan uses them as far as past forecasts would have gained by them.</summary>
    public IReadOnlyList<string>? Drivers { get; init; }

    /// <summary>How much must be free; default: none of demand, at an accepted risk of 0.1.</summary>
    public HeadroomPolicy? Headroom { get; init; }
}

/// <summary>Demand that follows from telemetry.</summary>
public sealed record DemandFrom
{
    /// <summary><c>costs</c>: what features cost of the pool's resource; <c>reads</c>: how often features are read, times a cost.</summary>
    public string? Source { get; init; }

    /// <summary>With reads: what a million of them consume per day, in the pool's unit; at least 0.</summary>
    public double? UnitsPerMillionReads { get; init; }

    /// <summary>With reads: <c>training</c> or <c>serving</c>; absent: both.</summary>
    public string? Environment { get; init; }
}

/// <summary>How much of a pool must be free, and how surely.</summary>
public sealed record HeadroomPolicy
{
    /// <summary>The share of demand that must be free besides, from 0 to 10; default 0.</summary>
    public double? Share { get; init; }

    /// <summary>The accepted probability that it is not, over 0 and under 1; default 0.1.</summary>
    public double? Risk { get; init; }
}

/// <summary>A pool.</summary>
public sealed record PoolView : PoolDefinition
{
    /// <summary>Its name.</summary>
    public required string Pool { get; init; }

    /// <summary>The newest day with a demand, and that demand.</summary>
    public DateOnly? LastDemandDay { get; init; }

    /// <summary>That day's demand.</summary>
    public double? LastDemand { get; init; }

    /// <summary>The newest day with a supply.</summary>
    public DateOnly? LastSupplyDay { get; init; }

    /// <summary>That day's supply.</summary>
    public double? LastSupply { get; init; }

    /// <summary>Counts every change of the definition; also the ETag.</summary>
    public required int Revision { get; init; }
}

/// <summary>What a pool saw on one day; a line of <c>POST /capacity/observations</c>.</summary>
public sealed record CapacityObservation
{
    /// <summary>The pool.</summary>
    public string? Pool { get; init; }

    /// <summary>The UTC day, from 2000 to today.</summary>
    public DateOnly? Day { get; init; }

    /// <summary>What was used that day, at least 0. Absent: what was known stays.</summary>
    public double? Demand { get; init; }

    /// <summary>What was there that day, at least 0. Absent: what was known stays.</summary>
    public double? Supply { get; init; }

    /// <summary>The unit, where the sender wants it checked against the pool's.</summary>
    public string? Unit { get; init; }
}

/// <summary>What became of a batch of observations.</summary>
/// <param name="Received">Lines.</param>
/// <param name="Landed">Lines that were taken; a day's later line replaces its earlier one.</param>
/// <param name="Failed">Lines that were refused.</param>
/// <param name="Errors">Why, the first 1,000.</param>
public sealed record ObservationResult(long Received, long Landed, long Failed, IReadOnlyList<LineError> Errors);
