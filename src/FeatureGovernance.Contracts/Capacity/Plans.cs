namespace FeatureGovernance.Contracts.Capacity;

/// <summary>The body of <c>POST /capacity/plans</c>; may be empty.</summary>
public sealed record PlanRequest
{
    /// <summary>What the plan is called.</summary>
    public string? Name { get; init; }

    /// <summary>Names of saved scenarios, applied in their order; at most 20.</summary>
    public IReadOnlyList<string>? Scenarios { get; init; }

    /// <summary>The pools to plan; absent: all of them.</summary>
    public IReadOnlyList<string>? Pools { get; init; }
}

/// <summary>A plan and how far it is. What it says is frozen once it has succeeded.</summary>
public record PlanSummary
{
    /// <summary>Its number.</summary>
    public required int Id { get; init; }

    /// <summary>What it is called.</summary>
    public string? Name { get; init; }

    /// <summary><c>queued</c>, <c>running</c>, <c>succeeded</c>, <c>failed</c> or <c>cancelled</c>.</summary>
    public required string State { get; init; }

    /// <summary>The last day it knows of.</summary>
    public required DateOnly AsOf { get; init; }

    /// <summary>The scenarios applied.</summary>
    public required IReadOnlyList<string> Scenarios { get; init; }

    /// <summary>Who asked for it.</summary>
    public required string RequestedBy { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>From 0 to 1.</summary>
    public required double Progress { get; init; }

    /// <summary>True where someone asked it to stop.</summary>
    public required bool CancelRequested { get; init; }

    /// <summary>How many pools it plans.</summary>
    public int? Pools { get; init; }

    /// <summary>Pools left out, with why: no demand was ever observed.</summary>
    public IReadOnlyList<string>? LeftOut { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Error { get; init; }
}

/// <summary>A plan with what it says.</summary>
public sealed record PlanView : PlanSummary
{
    /// <summary>All pools in money first; then by unit, region, team and resource class.</summary>
    public IReadOnlyList<TotalView>? Totals { get; init; }

    /// <summary>The pools, page by page: pass <c>nextCursor</c> as <c>cursor</c>.</summary>
    public Page<PoolPlanView>? PoolPlans { get; init; }
}

/// <summary>The sum of pools.</summary>
public sealed record TotalView
{
    /// <summary>
    /// <c>all</c>, <c>unit</c>, <c>region</c>, <c>team</c> or <c>resourceClass</c>; all but units are in money. Absent in plans of old.
    /// </summary>
    public string? By { get; init; }

    /// <summary><c>money</c> for everything; else the unit, region, team or class, <c>none</c> for pools that name none.</summary>
    public required string Of { get; init; }

    /// <summary>How many pools are in it.</summary>
    public required int Pools { get; init; }

    /// <summary>True where pools were left out of the money for want of a price.</summary>
    public required bool IsPartial { get; init; }

    /// <summary>12 months, 8 quarters, 3 years.</summary>
    public required IReadOnlyList<PeriodView> Periods { get; init; }
}

/// <summary>What a plan says of a pool.</summary>
public sealed record PoolPlanView
{
    /// <summary>The pool.</summary>
    public required string Pool { get; init; }

    /// <summary>The unit when it was planned.</summary>
    public required string Unit { get; init; }

    /// <summary><c>month</c> or <c>week</c>: the step of its forecast.</summary>
    public required string Step { get; init; }

    /// <summary>The methods combined, with their models and weights.</summary>
    public required IReadOnlyList<string> Methods { get; init; }

    /// <summary>What was made of gaps, outliers, late deliveries.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>The drivers that its demand was found to follow; absent in plans of old.</summary>
    public IReadOnlyList<FollowedDriver>? Drivers { get; init; }

    /// <summary>12 months, 8 quarters, 3 years.</summary>
    public required IReadOnlyList<PeriodView> Periods { get; init; }
}

/// <summary>One in ten futures lies below P10, half below P50, nine in ten below P90.</summary>
public sealed record FigureView(double P10, double P50, double P90, double Mean);

/// <summary>What is lacking.</summary>
/// <param name="Probability">Of any step of the period in which demand with headroom exceeds supply.</param>
/// <param name="Amount">The sum over days of what is lacking.</param>
/// <param name="FirstDay">The first day on which the accepted risk is exceeded.</param>
/// <param name="ToAdd">Supply per day to add throughout the period so that it is not; null in totals.</param>
public sealed record ShortfallView(double Probability, FigureView Amount, DateOnly? FirstDay, double? ToAdd);

/// <summary>Cost at the pool's price: of demand, of the median supply, of closing the gap for the period.</summary>
public sealed record PeriodCostView(FigureView Demand, double? Supply, double? Gap);

/// <summary>How much a part of a scenario changes the mean demand of the period.</summary>
public sealed record EffectView(string Label, double Change);

/// <summary>One period. Demand and supply are sums over its days: unit-days, or money.</summary>
public sealed record PeriodView
{
    /// <summary>For example <c>2027Q1</c>.</summary>
    public required string Period { get; init; }

    /// <summary>The first day.</summary>
    public required DateOnly From { get; init; }

    /// <summary>The last day.</summary>
    public required DateOnly To { get; init; }

    /// <summary>What will be wanted.</summary>
    public required FigureView Demand { get; init; }

    /// <summary>What will be there; null where nothing is known.</summary>
    public FigureView? Supply { get; init; }

    /// <summary>Median of supply over demand, less 1.</summary>
    public double? Headroom { get; init; }

    /// <summary>Null where supply is unknown.</summary>
    public ShortfallView? Shortfall { get; init; }

    /// <summary>Null where the pool has no price, and of totals in a unit.</summary>
    public PeriodCostView? Cost { get; init; }

    /// <summary>What scenarios change, in the order applied.</summary>
    public required IReadOnlyList<EffectView> Effects { get; init; }

    /// <summary>
    /// What the mean demand comes from, adding up to it: <c>today</c>, then <c>driver:</c> and the name of each driver followed,
    /// <c>features</c>, <c>models</c> and <c>traffic</c> or <c>unexplained</c>, then scenarios' parts. Years alone have it.
    /// </summary>
    public IReadOnlyList<DriverView>? Drivers { get; init; }
}

/// <summary>A part of the mean demand, and its share of it; below 0 where demand goes.</summary>
public sealed record DriverView(string Name, double Amount, double? Share);

/// <summary>Two plans side by side; the pools page by page.</summary>
public sealed record PlanComparison(PlanSummary Plan, PlanSummary Other, IReadOnlyList<ComparedPeriod> Money, Page<ComparedPool> Pools);

/// <summary>A pool in two plans; <see cref="In"/> is <c>both</c>, or which one has it: <c>plan</c>, <c>other</c>.</summary>
public sealed record ComparedPool(string Pool, string In, IReadOnlyList<ComparedPeriod> Periods);

/// <summary>A period in two plans; each difference is the other plan's figure less this one's.</summary>
public sealed record ComparedPeriod
{
    /// <summary>The period.</summary>
    public required string Period { get; init; }

    /// <summary>Demand in this plan and in the other.</summary>
    public required Compared<FigureView> Demand { get; init; }

    /// <summary>The other's median demand less this one's.</summary>
    public required double DemandChange { get; init; }

    /// <summary>The probabilities of a shortfall.</summary>
    public required Compared<double?> ShortfallProbability { get; init; }

    /// <summary>The mean cost of demand.</summary>
    public required Compared<double?> Cost { get; init; }
}

/// <summary>A figure of this plan and of the other.</summary>
public sealed record Compared<T>(T Plan, T Other);

/// <summary>How a plan fared against what came.</summary>
public sealed record PlanAccuracyView
{
    /// <summary>Pool-periods that are over and of which four fifths of the days were observed.</summary>
    public required int Judged { get; init; }

    /// <summary>The share within P10 to P90; 0.8 is right.</summary>
    public double? Coverage { get; init; }

    /// <summary>Mean of 200·|actual − P50| / (|actual| + |P50|), in per cent.</summary>
    public double? Smape { get; init; }

    /// <summary>What came over what was expected, less 1.</summary>
    public double? Bias { get; init; }

    /// <summary>The worst first, at most 1,000.</summary>
    public required IReadOnlyList<JudgedPeriod> Items { get; init; }
}

/// <summary>One pool in one period that is over.</summary>
public sealed record JudgedPeriod(string Pool, string Period, FigureView Forecast, double Actual, bool IsWithin, double AbsoluteError);

/// <summary>The body of <c>POST /capacity/plans/{id}/close-gap</c>.</summary>
public sealed record GapRequest
{
    /// <summary>The pool; it names the resource of cost telemetry that is consumed in it.</summary>
    public string? Pool { get; init; }

    /// <summary>The quarter, for example <c>2027Q3</c>; any period of the plan will do.</summary>
    public string? Quarter { get; init; }

    /// <summary>True to consider only features now recommended for deprecation or migration; default false.</summary>
    public bool? RecommendedOnly { get; init; }

    /// <summary>Features that must stay.</summary>
    public IReadOnlyList<string>? Keep { get; init; }
}

/// <summary>The cheapest set of features, in value lost, whose deprecation frees what is lacking.</summary>
public sealed record GapAnswer
{
    /// <summary>What must be freed per day, in the pool's unit; 0 where nothing is lacking.</summary>
    public required double Needed { get; init; }

    /// <summary>What the features free per day.</summary>
    public required double Freed { get; init; }

    /// <summary>The value lost: shares of all models' value.</summary>
    public required double ValueLost { get; init; }

    /// <summary>No set that frees enough loses less.</summary>
    public required double LowerBound { get; init; }

    /// <summary>True where it is proven that no set loses less than this one.</summary>
    public required bool IsExact { get; init; }

    /// <summary>Features that were weighed: known cost in this pool, known value.</summary>
    public required int Candidates { get; init; }

    /// <summary>What features of unknown value take of the pool per day; they are never proposed.</summary>
    public required double UnknownValueTakes { get; init; }

    /// <summary>The features.</summary>
    public required IReadOnlyList<GapFeature> Features { get; init; }
}

/// <summary>A feature to give up.</summary>
public sealed record GapFeature(string Feature, string Team, double Value, double Freed, string Recommendation);
