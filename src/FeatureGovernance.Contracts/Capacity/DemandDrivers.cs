namespace FeatureGovernance.Contracts.Capacity;

/// <summary>
/// Something that demand may follow: traffic, the number of models, a business calendar; the body of <c>PUT /capacity/drivers/{driver}</c>.
/// </summary>
public record DemandDriverDefinition
{
    /// <summary>What it is measured in. A driver that has values keeps its unit.</summary>
    public string? Unit { get; init; }

    /// <summary>What it is.</summary>
    public string? Description { get; init; }
}

/// <summary>A driver.</summary>
public sealed record DemandDriverView : DemandDriverDefinition
{
    /// <summary>Its name.</summary>
    public required string Driver { get; init; }

    /// <summary>The newest day observed.</summary>
    public DateOnly? LastDay { get; init; }

    /// <summary>That day's value.</summary>
    public double? LastValue { get; init; }

    /// <summary>The last day after it for which something is assumed; it holds from then on.</summary>
    public DateOnly? AssumedDay { get; init; }

    /// <summary>What is assumed from that day on.</summary>
    public double? AssumedValue { get; init; }

    /// <summary>Counts every change of the definition; also the ETag.</summary>
    public required int Revision { get; init; }
}

/// <summary>A driver on one day; a line of <c>POST /capacity/drivers/values</c>.</summary>
public sealed record DemandDriverValue
{
    /// <summary>The driver.</summary>
    public string? Driver { get; init; }

    /// <summary>The UTC day from 2000 on: up to today it was observed, after that it is assumed, until the next assumption.</summary>
    public DateOnly? Day { get; init; }

    /// <summary>Its mean that day, from −1e15 to 1e15.</summary>
    public double? Value { get; init; }

    /// <summary>The unit, where the sender wants it checked against the driver's.</summary>
    public string? Unit { get; init; }

    /// <summary>True where it was a day to come when it was told; only in answers.</summary>
    public bool? IsAssumed { get; init; }
}

/// <summary>How a plan lets a pool follow a driver.</summary>
/// <param name="Driver">Its name.</param>
/// <param name="Coefficient">Per cent of demand for a per cent of the driver (an elasticity), else the change of demand's logarithm per unit.</param>
/// <param name="IsElasticity">Which of both; an elasticity where the driver was always above 0.</param>
/// <param name="Weight">How much of the forecast rests on it, from 0 to 1: what past origins would have wanted.</param>
/// <param name="IsStated">True where its future is assumed; else it is forecast.</param>
public sealed record FollowedDriver(string Driver, double Coefficient, bool IsElasticity, double Weight, bool IsStated);
