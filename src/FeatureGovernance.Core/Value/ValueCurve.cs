using System.Collections.Immutable;

namespace FeatureGovernance.Core.Value;

/// <summary>How much of all value can be had for a part of all cost, features taken by efficiency as <see cref="Efficiency.KneeOf"/> takes them.</summary>
public static class ValueCurve
{
    /// <summary>The share of all value, 0 to 1, that is had for 0/steps, 1/steps … steps/steps of all cost; empty where all value or all cost is 0.</summary>
    /// <param name="features">Those with a known value and cost.</param>
    /// <param name="steps">Into how many equal parts the cost is divided; at least 1.</param>
    public static ImmutableArray<double> Of(IReadOnlyCollection<ValueAtCost> features, int steps)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        var totalCost = ExactSum.Of(features.Select(f => f.Cost));
        var totalValue = ExactSum.Of(features.Select(f => f.Value));
        if (totalCost <= 0 || totalValue <= 0)
            return [];

        var curve = ImmutableArray.CreateBuilder<double>(steps + 1);
        var (cost, value) = (0.0, 0.0);
        foreach (var feature in features.OrderByDescending(f => f.Cost > 0 ? f.Value / f.Cost : double.PositiveInfinity).ThenByDescending(f => f.Value))
        {
            var next = cost + (feature.Cost / totalCost);
            // What costs nothing is there from the start; a part of a feature gives a part of its value.
            while (curve.Count < steps && next > (double)curve.Count / steps)
                curve.Add(Math.Min(1, value + (feature.Value / totalValue * (((double)curve.Count / steps) - cost) / (next - cost))));
            (cost, value) = (next, value + (feature.Value / totalValue));
        }

        while (curve.Count <= steps)
            curve.Add(1);
        return curve.MoveToImmutable();
    }
}
