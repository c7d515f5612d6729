using System.Collections.Immutable;
using FeatureGovernance.Statistics.Forecasting;
using FeatureGovernance.Statistics.Forecasting.Regression;

namespace FeatureGovernance.Core.Capacity;

/// <summary>A part of a period's mean demand.</summary>
/// <param name="Name">What it comes from.</param>
/// <param name="Amount">Unit-days, or money in totals; below 0 where demand goes.</param>
/// <param name="Share">Of the period's mean demand; null where that is 0.</param>
public sealed record Driver(string Name, double Amount, double? Share);

/// <summary>How the use of a resource changed between two spans of days, per day.</summary>
/// <param name="Features">By features that came, less those that went.</param>
/// <param name="Models">By models that began to read features that were there, less those that ceased to.</param>
/// <param name="Traffic">By the same models reading the same features more.</param>
public sealed record PastGrowth(double Features, double Models, double Traffic)
{
    /// <summary>Below this part of what moved either way, a net change is too small to divide by.</summary>
    private const double LeastNet = 0.2;

    /// <summary>
    /// The shares of the change that each had, adding to 1; null where the parts nearly cancel, or moved against <paramref name="growth"/>.
    /// </summary>
    public (double Features, double Models, double Traffic)? Shares(double growth)
    {
        var net = Features + Models + Traffic;
        var moved = Math.Abs(Features) + Math.Abs(Models) + Math.Abs(Traffic);
        return moved > 0 && Math.Abs(net) >= LeastNet * moved && net * growth > 0 ? (Features / net, Models / net, Traffic / net) : null;
    }
}

/// <summary>Divides a year's mean demand by what it comes from. The parts add up to it exactly.</summary>
public static class GrowthDrivers
{
    /// <summary>Before the name of a driver that a pool follows.</summary>
    public const string Followed = "driver:";

    /// <summary>What a driver's growth since the last cycle adds to the mean demand of a period, before scenarios.</summary>
    public static double Added(IReadOnlyList<ForecastStep> forecast, DriverResponse response, TimeStep[] steps, Period period) =>
        steps.Select((step, h) => step.DaysIn(period) is > 0 and var days ? days * forecast[h].Mean * (1 - 1 / response.Grown(h)) : 0).Sum();

    /// <summary>
    /// Today's level kept up; what drivers that the pool follows add by their own growth; growth beyond it by features, models and traffic, in
    /// the proportions of the last year's growth; what these do not explain; and what the scenario's parts change.
    /// </summary>
    /// <param name="mean">The year's mean demand.</param>
    /// <param name="today">What it would be at the level of the last twelve months.</param>
    /// <param name="past">Null where telemetry does not tell.</param>
    /// <param name="followed">What each driver adds, by its name.</param>
    public static ImmutableArray<Driver> Of(
        double mean, double today, PastGrowth? past, ImmutableArray<Effect> effects, IReadOnlyList<(string Name, double Amount)> followed)
    {
        var growth = mean - today - followed.Sum(one => one.Amount) - effects.Sum(effect => effect.Change);
        var parts = ImmutableArray.CreateBuilder<Driver>();
        Add("today", today);
        foreach (var (name, amount) in followed)
            Add(Followed + name, amount);
        if (past?.Shares(growth) is var (features, models, traffic))
        {
            Add("features", features * growth);
            Add("models", models * growth);
            Add("traffic", traffic * growth);
        }
        else
        {
            Add("unexplained", growth);
        }

        foreach (var effect in effects)
            Add(effect.Label, effect.Change);
        return parts.ToImmutable();

        void Add(string name, double amount) => parts.Add(new(name, amount, mean != 0 ? amount / mean : null));
    }
}
