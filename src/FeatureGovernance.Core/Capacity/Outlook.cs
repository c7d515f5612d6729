using System.Collections.Immutable;

namespace FeatureGovernance.Core.Capacity;

/// <summary>
/// A figure that is not known yet: one in ten futures lies below <paramref name="P10"/>, half below
/// <paramref name="P50"/>, nine below <paramref name="P90"/>.
/// </summary>
public sealed record Figure(double P10, double P50, double P90, double Mean)
{
    /// <summary>Of a sample that is not empty; the sample is sorted in place. Quantiles are linear between order statistics.</summary>
    public static Figure Of(double[] sample)
    {
        Array.Sort(sample);
        return new(Quantile(sample, 0.1), Quantile(sample, 0.5), Quantile(sample, 0.9), sample.Average());
    }

    /// <summary>A quantile of a sorted sample.</summary>
    public static double Quantile(double[] sorted, double probability)
    {
        var position = probability * (sorted.Length - 1);
        var before = (int)position;
        var after = Math.Min(before + 1, sorted.Length - 1);
        return sorted[before] + (sorted[after] - sorted[before]) * (position - before);
    }
}

/// <summary>What is lacking in a period.</summary>
/// <param name="Probability">Of any step of the period in which demand with headroom exceeds supply.</param>
/// <param name="Amount">The sum over days of what is lacking, in unit-days (for totals in money).</param>
/// <param name="FirstDay">The first day of the first step whose own probability exceeds the pool's accepted risk; null where there is none.</param>
/// <param name="ToAdd">Supply per day to add throughout the period so that the risk falls to the accepted one; 0 where it is, null in totals.</param>
public sealed record Shortfall(double Probability, Figure Amount, DateOnly? FirstDay, double? ToAdd);

/// <summary>What a period costs at the pool's price.</summary>
/// <param name="Demand">Of what is used.</param>
/// <param name="Supply">Of what is there, at its median; null where supply is unknown.</param>
/// <param name="Gap">Of closing the gap for the whole period.</param>
public sealed record PeriodCost(Figure Demand, double? Supply, double? Gap);

/// <summary>How much a scenario's part changes the mean demand of a period, in unit-days.</summary>
public sealed record Effect(string Label, double Change);

/// <summary>A pool, or a total, in one period. Demand and supply are sums over the period's days.</summary>
public sealed record PeriodOutlook
{
    /// <summary>For example <c>2027Q1</c>.</summary>
    public required string Period { get; init; }

    /// <summary>The first day.</summary>
    public required DateOnly From { get; init; }

    /// <summary>The last day.</summary>
    public required DateOnly To { get; init; }

    /// <summary>Unit-days, or money in totals.</summary>
    public required Figure Demand { get; init; }

    /// <summary>Null where nothing is known of it.</summary>
    public Figure? Supply { get; init; }

    /// <summary>Median of supply over demand, less 1; null where either is unknown or demand is 0.</summary>
    public double? Headroom { get; init; }

    /// <summary>Null where supply is unknown.</summary>
    public Shortfall? Shortfall { get; init; }

    /// <summary>Null where the pool has no price, and of totals in a unit.</summary>
    public PeriodCost? Cost { get; init; }

    /// <summary>What the scenario's parts change, in the order applied.</summary>
    public required ImmutableArray<Effect> Effects { get; init; }

    /// <summary>What the mean demand comes from; of years alone, null otherwise.</summary>
    public ImmutableArray<Driver>? Drivers { get; init; }
}

/// <summary>The terms on which a pool is judged.</summary>
/// <param name="UnitPrice">Of a unit for a day; null where unknown.</param>
/// <param name="Headroom">The share of demand that must be free besides, at least 0.</param>
/// <param name="Risk">The probability of a shortfall that is accepted, between 0 and 1.</param>
public sealed record PoolTerms(double? UnitPrice, double Headroom, double Risk);
