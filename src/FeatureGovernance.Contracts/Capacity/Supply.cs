namespace FeatureGovernance.Contracts.Capacity;

/// <summary>A dated change of a pool's supply; the body of <c>PUT /capacity/pools/{pool}/supply/{name}</c>.</summary>
public record SupplyDefinition
{
    /// <summary><c>delivery</c>, <c>commitment</c> or <c>retirement</c>.</summary>
    public string? Kind { get; init; }

    /// <summary>In the pool's unit per day, over 0.</summary>
    public double? Amount { get; init; }

    /// <summary>The day promised. A commitment may give <see cref="OrderBy"/> and <see cref="LeadTimeDays"/> instead.</summary>
    public DateOnly? Due { get; init; }

    /// <summary>The day by which it is ordered.</summary>
    public DateOnly? OrderBy { get; init; }

    /// <summary>Days from order to delivery, from 0 to 3650.</summary>
    public int? LeadTimeDays { get; init; }

    /// <summary>The day it came, or went; teaches how late deliveries are.</summary>
    public DateOnly? DoneOn { get; init; }

    /// <summary>How late it may be; absent: as past deliveries were.</summary>
    public SlipDefinition? Slip { get; init; }

    /// <summary>Anything worth knowing.</summary>
    public string? Note { get; init; }
}

/// <summary>A distribution of delays: none, or log-normal.</summary>
public sealed record SlipDefinition
{
    /// <summary>That it is late, from 0 to 1.</summary>
    public double? Probability { get; init; }

    /// <summary>The median delay where it is late, in days, over 0 up to 3650.</summary>
    public double? MedianDays { get; init; }

    /// <summary>Standard deviation of the delay's logarithm, from 0 to 3; default 0.7.</summary>
    public double? Spread { get; init; }
}

/// <summary>A dated change of supply.</summary>
public sealed record SupplyView : SupplyDefinition
{
    /// <summary>The pool.</summary>
    public required string Pool { get; init; }

    /// <summary>Its name within the pool.</summary>
    public required string Name { get; init; }

    /// <summary>Counts every change; also the ETag.</summary>
    public required int Revision { get; init; }
}
