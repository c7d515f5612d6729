namespace FeatureGovernance.Contracts.Capacity;

/// <summary>The body of <c>POST /capacity/plans/{id}/preview</c>: what to assume beside what the plan assumes.</summary>
public sealed record PreviewRequest
{
    /// <summary>Names of saved scenarios, applied in their order, before <see cref="Parts"/>; at most 20.</summary>
    public IReadOnlyList<string>? Scenarios { get; init; }

    /// <summary>Parts of a scenario that is not saved; at most 50.</summary>
    public IReadOnlyList<ScenarioPart>? Parts { get; init; }

    /// <summary>The pools to look at, at most 50; absent: those that <see cref="Parts"/> name, or else the 50 of the plan that cost most.</summary>
    public IReadOnlyList<string>? Pools { get; init; }
}

/// <summary>A plan beside what it would be; nothing is kept.</summary>
public sealed record PlanPreview
{
    /// <summary>The plan.</summary>
    public required int Plan { get; init; }

    /// <summary>True where the plan has more pools than are looked at here.</summary>
    public required bool IsPartial { get; init; }

    /// <summary>The sum of the pools looked at that have a price.</summary>
    public required IReadOnlyList<PreviewedPeriod> Money { get; init; }

    /// <summary>The pools, by name where they were named, else the dearest first.</summary>
    public required IReadOnlyList<PreviewedPool> Pools { get; init; }
}

/// <summary>A pool in the plan and in what it would be.</summary>
/// <param name="Pool">Its name.</param>
/// <param name="Unit">What it counts.</param>
/// <param name="Notes">What could not be reckoned.</param>
/// <param name="Periods">12 months, 8 quarters, 3 years.</param>
public sealed record PreviewedPool(string Pool, string Unit, IReadOnlyList<string> Notes, IReadOnlyList<PreviewedPeriod> Periods);

/// <summary>A period in the plan (<c>plan</c>) and as it would be (<c>other</c>).</summary>
public sealed record PreviewedPeriod
{
    /// <summary>The period.</summary>
    public required string Period { get; init; }

    /// <summary>Sums over its days.</summary>
    public required Compared<FigureView> Demand { get; init; }

    /// <summary>By how much the mean demand changes.</summary>
    public required double DemandChange { get; init; }

    /// <summary>The probabilities of a shortfall; null where supply is unknown.</summary>
    public required Compared<double?> ShortfallProbability { get; init; }

    /// <summary>The first day on which the accepted risk is exceeded.</summary>
    public required Compared<DateOnly?> FirstDay { get; init; }

    /// <summary>Supply per day to add so that it is not; null in sums.</summary>
    public required Compared<double?> ToAdd { get; init; }

    /// <summary>The mean cost of demand; null where the pool has no price.</summary>
    public required Compared<double?> Cost { get; init; }

    /// <summary>What each part changes in the mean demand; absent in sums.</summary>
    public IReadOnlyList<EffectView>? Effects { get; init; }
}
