using FeatureGovernance.Statistics.Forecasting.Regression;

namespace FeatureGovernance.Core.Capacity;

/// <summary>
/// What becomes of a demand per day in a step: times a factor, and an amount more. Never below 0, nor beyond what can be reckoned with.
/// </summary>
public readonly record struct StepChange(double Factor, double Amount)
{
    /// <summary>Far beyond any demand that can be observed.</summary>
    private const double Most = 1e18;

    /// <summary>The demand after it.</summary>
    public double Of(double demand) => Math.Clamp((demand * Factor) + Amount, 0, Most);
}

/// <summary>A change that a scenario makes to the demand of a pool, from a day on.</summary>
/// <param name="Label">What it is, for the plan's account of what demand comes from.</param>
/// <param name="From">The first day.</param>
public abstract record DemandChange(string Label, DateOnly From)
{
    /// <summary>What it does in a step.</summary>
    public abstract StepChange At(TimeStep step);

    /// <summary>How far a change that comes about over some days has come in the step, from 0 to 1.</summary>
    protected double Reached(TimeStep step, int rampDays) => rampDays == 0
        ? step.ShareFrom(From)
        : Math.Clamp((step.Middle.DayNumber - From.DayNumber) / (double)rampDays, 0, 1);
}

/// <summary>Growth beside what history shows.</summary>
/// <param name="Rate">Per year, compounding, over −1: 0.2 is 20 % a year.</param>
/// <param name="Until">The day on which it stops; what has grown stays.</param>
public sealed record Growth(string Label, DateOnly From, double Rate, DateOnly? Until) : DemandChange(Label, From)
{
    /// <inheritdoc />
    public override StepChange At(TimeStep step)
    {
        var end = Until is { } until && until < step.Middle ? until : step.Middle;
        return new(Math.Pow(1 + Rate, Math.Max(0, end.DayNumber - From.DayNumber) / 365.25), 0);
    }
}

/// <summary>A share of the demand that goes, as by an efficiency project.</summary>
/// <param name="Share">From 0 to 1.</param>
/// <param name="RampDays">Days until it is reached, at least 0.</param>
public sealed record Reduction(string Label, DateOnly From, double Share, int RampDays) : DemandChange(Label, From)
{
    /// <inheritdoc />
    public override StepChange At(TimeStep step) => new(1 - (Share * Reached(step, RampDays)), 0);
}

/// <summary>An amount that comes, as by a launch, or goes, as by a deprecation. Demand never falls below 0.</summary>
/// <param name="Amount">Per day, in the pool's unit; below 0 where demand goes.</param>
/// <param name="RampDays">Days until it is reached, at least 0.</param>
public sealed record Addition(string Label, DateOnly From, double Amount, int RampDays) : DemandChange(Label, From)
{
    /// <inheritdoc />
    public override StepChange At(TimeStep step) => new(1, Amount * Reached(step, RampDays));
}

/// <summary>A driver that is more, or less, than it would be: traffic that grows by a fifth. Demand changes as the pool was found to follow it.</summary>
/// <param name="Change">Over −1: 0.2 is 20 % more.</param>
/// <param name="RampDays">Days until it is reached, at least 0.</param>
/// <param name="Response">How the pool follows the driver.</param>
/// <param name="Steps">The first days of the steps of the response's future.</param>
public sealed record DriverShift(string Label, DateOnly From, double Change, int RampDays, DriverResponse Response, IReadOnlyList<DateOnly> Steps)
    : DemandChange(Label, From)
{
    private readonly Dictionary<DateOnly, double> values = Steps.Zip(Response.Future).ToDictionary(one => one.First, one => one.Second);

    /// <inheritdoc />
    public override StepChange At(TimeStep step) => new(Response.Changed(values[step.First], Change * Reached(step, RampDays)), 0);
}
