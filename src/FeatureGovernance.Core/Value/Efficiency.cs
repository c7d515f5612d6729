using System.Collections.Immutable;

namespace FeatureGovernance.Core.Value;

/// <summary>The price of one unit of a resource from a day on.</summary>
/// <param name="From">The first day it holds.</param>
/// <param name="PerUnit">Money per unit, from 0.</param>
public readonly record struct UnitPrice(DateOnly From, decimal PerUnit);

/// <summary>What a feature consumes per day, in money.</summary>
/// <param name="Compute">Producing its values.</param>
/// <param name="Storage">Keeping them.</param>
/// <param name="Serving">Handing them out.</param>
public readonly record struct DailyCost(decimal Compute, decimal Storage, decimal Serving)
{
    /// <summary>Compute + storage + serving.</summary>
    public decimal Total => Compute + Storage + Serving;
}

/// <summary>A feature's value beside its cost.</summary>
/// <param name="Value">Share of all value.</param>
/// <param name="Cost">Money per day.</param>
public readonly record struct ValueAtCost(double Value, double Cost);

/// <summary>The point of the value-over-cost curve after which more cost buys the least more value.</summary>
/// <param name="Features">How many features, the most efficient first.</param>
/// <param name="CostShare">The part of all cost they take, from 0 to 1.</param>
/// <param name="ValueShare">The part of all value they give, from 0 to 1.</param>
public readonly record struct Knee(int Features, double CostShare, double ValueShare);

/// <summary>What value costs.</summary>
public static class Efficiency
{
    /// <summary>The price in force on a day: the latest that began by then; null where none had.</summary>
    public static decimal? PriceOn(IEnumerable<UnitPrice> prices, DateOnly day) =>
        prices.Where(p => p.From <= day).OrderByDescending(p => p.From).Select(p => (decimal?)p.PerUnit).FirstOrDefault();

    /// <summary>Value per unit of cost; null where nothing is known to be spent.</summary>
    public static double? Of(ValueAtCost feature) => feature.Cost > 0 ? feature.Value / feature.Cost : null;

    /// <summary>
    /// The positions of the features that no other beats: none has at least the value at no more cost with one of the two strictly
    /// better. Equal features are all kept. Ordered by cost.
    /// </summary>
    public static ImmutableArray<int> ParetoFront(IReadOnlyList<ValueAtCost> features)
    {
        var front = ImmutableArray.CreateBuilder<int>();
        var best = double.NegativeInfinity;
        foreach (var sameCost in Enumerable.Range(0, features.Count).GroupBy(i => features[i].Cost).OrderBy(g => g.Key))
        {
            var top = sameCost.Max(i => features[i].Value);
            if (top <= best)
                continue;
            best = top;
            front.AddRange(sameCost.Where(i => features[i].Value == top));
        }

        return front.ToImmutable();
    }

    /// <summary>
    /// The knee of cumulative value over cumulative cost, features taken by efficiency: the point farthest above the diagonal (Satopää,
    /// Albrecht, Irwin and Raghavan 2011, "Finding a kneedle in a haystack"). Null where all value or all cost is 0.
    /// </summary>
    public static Knee? KneeOf(IReadOnlyCollection<ValueAtCost> features)
    {
        var totalCost = ExactSum.Of(features.Select(f => f.Cost));
        var totalValue = ExactSum.Of(features.Select(f => f.Value));
        if (totalCost <= 0 || totalValue <= 0)
            return null;

        var knee = new Knee(0, 0, 0);
        double cost = 0, value = 0;
        var taken = 0;
        foreach (var feature in features.OrderByDescending(f => f.Cost > 0 ? f.Value / f.Cost : double.PositiveInfinity).ThenByDescending(f => f.Value))
        {
            cost += feature.Cost / totalCost;
            value += feature.Value / totalValue;
            taken++;
            if (value - cost > knee.ValueShare - knee.CostShare)
                knee = new(taken, Math.Min(1, cost), Math.Min(1, value));
        }

        return knee;
    }
}
