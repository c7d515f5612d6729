namespace FeatureGovernance.Contracts.Value;

/// <summary>What is known of a label. What is missing is unknown, never zero.</summary>
public sealed record LabelScore
{
    /// <summary>Its key.</summary>
    public required string Label { get; init; }

    /// <summary>Its team.</summary>
    public required string Team { get; init; }

    /// <summary>Share of examples that get a label (the join rate), from 0 to 1: as reported, else as last measured.</summary>
    public double? Coverage { get; init; }

    /// <summary>Seconds from the event to the label being known: as reported, else the median last measured.</summary>
    public double? DelaySeconds { get; init; }

    /// <summary>Share of tests of its transformation that passed, from 0 to 1.</summary>
    public double? TestsPassed { get; init; }

    /// <summary>Share of sampled values on which training and serving agree, from 0 to 1.</summary>
    public double? Parity { get; init; }

    /// <summary>The parts of all model weight whose live version trains on it, from 0 to 1.</summary>
    public required double WeightServed { get; init; }

    /// <summary>Models of which some version trains on it, the heaviest first; at most 1,000.</summary>
    public required IReadOnlyList<LabelUse> Models { get; init; }

    /// <summary>What the newest valuation found of it; absent where none measured it.</summary>
    public LabelMeasurement? Measured { get; init; }

    /// <summary>What is not known: <c>coverage</c>, <c>delay</c>, <c>baseRate</c>, <c>noise</c>, <c>leaks</c>.</summary>
    public required IReadOnlyList<string> Unknown { get; init; }
}

/// <summary>A model that trains on a label.</summary>
/// <param name="Model">The model.</param>
/// <param name="Weight">Its weight, as registered.</param>
/// <param name="Live">True where the live version does.</param>
/// <param name="Versions">How many versions do.</param>
public sealed record LabelUse(string Model, double Weight, bool Live, int Versions);
