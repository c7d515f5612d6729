using System.Collections.Immutable;

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

    /// <summary>The shares of the change that each had, adding to 1; null where the parts nearly cancel, or moved against <paramref
    /// name="growth"/>.</summary>
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
    /// <summary>
    /// Today's level kept up; growth beyond it by features, models and traffic, in the proportions of the last year's growth; what these
    /// do not explain;
    /// and what the scenario's parts change.
    /// </summary>
    /// <param name="mean">The year's mean demand.</param>
    /// <param name="today">What it would be at the level of the last twelve months.</param>
    /// <param name="past">Null where telemetry does not tell.</param>
    public static ImmutableArray<Driver> Of(double mean, double today, PastGrowth? past, ImmutableArray<Effect> effects)
    {
        var growth = mean - today - effects.Sum(effect => effect.Change);
        var parts = ImmutableArray.CreateBuilder<Driver>();
        Add("today", today);
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
