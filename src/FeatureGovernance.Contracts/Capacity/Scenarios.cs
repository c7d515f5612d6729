namespace FeatureGovernance.Contracts.Capacity;

/// <summary>A scenario; the body of <c>POST /capacity/scenarios</c>. Its parts are applied in their order.</summary>
public record ScenarioDefinition
{
    /// <summary>A name to plan with it by.</summary>
    public string? Name { get; init; }

    /// <summary>What it is about.</summary>
    public string? Description { get; init; }

    /// <summary>One to 50 parts.</summary>
    public IReadOnlyList<ScenarioPart>? Parts { get; init; }
}

/// <summary>One assumption of a scenario. Which fields it takes depends on its kind.</summary>
public sealed record ScenarioPart
{
    /// <summary><c>growth</c>, <c>launch</c>, <c>deprecation</c>, <c>efficiency</c>, <c>driver</c> or <c>deliverySlip</c>.</summary>
    public string? Kind { get; init; }

    /// <summary>The pools it concerns; absent: all of them.</summary>
    public IReadOnlyList<string>? Pools { get; init; }

    /// <summary>The first day; default the day after the plan's. Not for <c>deliverySlip</c>.</summary>
    public DateOnly? From { get; init; }

    /// <summary><c>growth</c>: the day on which it stops.</summary>
    public DateOnly? Until { get; init; }

    /// <summary><c>growth</c>: per year beside what history shows, from −0.99 to 100; 0.2 is 20 %.</summary>
    public double? Rate { get; init; }

    /// <summary><c>efficiency</c>: the share of demand that goes, from 0 to 1.</summary>
    public double? Share { get; init; }

    /// <summary><c>driver</c>: the driver that is more or less than it would be, for pools that follow it.</summary>
    public string? Driver { get; init; }

    /// <summary><c>driver</c>: how much more, from −0.99 to 100; 0.2 is 20 % more.</summary>
    public double? Change { get; init; }

    /// <summary><c>launch</c>, <c>deprecation</c>, <c>efficiency</c>, <c>driver</c>: days until the whole effect, from 0 to 3650; default 0.</summary>
    public int? RampDays { get; init; }

    /// <summary><c>launch</c>: the model that the new one is like.</summary>
    public string? Model { get; init; }

    /// <summary><c>launch</c>: the new model's requests per day; default those of the model it is like.</summary>
    public double? Traffic { get; init; }

    /// <summary><c>launch</c>: what it takes per day of each pool named, instead of reckoning it from a model.</summary>
    public double? Amount { get; init; }

    /// <summary><c>deprecation</c>: the features that go.</summary>
    public IReadOnlyList<string>? Features { get; init; }

    /// <summary><c>deprecation</c>: true for every feature now recommended for deprecation or migration.</summary>
    public bool? Recommended { get; init; }

    /// <summary><c>deliverySlip</c>: days by which outstanding deliveries come later, from 1 to 3650.</summary>
    public int? Days { get; init; }
}

/// <summary>A saved scenario.</summary>
public sealed record ScenarioView : ScenarioDefinition
{
    /// <summary>Who saved it.</summary>
    public required string SavedBy { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset SavedAt { get; init; }

    /// <summary>Counts every time it was saved; also the ETag.</summary>
    public required int Revision { get; init; }
}
