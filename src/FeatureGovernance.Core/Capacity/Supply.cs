namespace FeatureGovernance.Core.Capacity;

/// <summary>What a dated change of supply is.</summary>
public enum SupplyKind
{
    /// <summary>Ordered; comes on its due day or later.</summary>
    Delivery,

    /// <summary>Meant to be ordered; due its lead time after the order.</summary>
    Commitment,

    /// <summary>Leaves on its due day, or later.</summary>
    Retirement,
}

/// <summary>How late a delivery may be: with some probability by a log-normal number of days.</summary>
/// <param name="Probability">That it is late, from 0 to 1.</param>
/// <param name="MedianDays">Median of the delay where it is late, in days, over 0.</param>
/// <param name="Spread">Standard deviation of the delay's logarithm; 0.7 makes nine in ten delays at most 2.5 medians.</param>
public sealed record Slip(double Probability, double MedianDays, double Spread);

/// <summary>A dated change of a pool's supply.</summary>
/// <param name="Amount">In the pool's unit per day, over 0.</param>
/// <param name="Due">The day promised.</param>
/// <param name="DoneOn">The day it happened; null where it has not been reported.</param>
/// <param name="Slip">How late it may be; null to learn from past deliveries.</param>
public sealed record SupplyEvent(int Id, SupplyKind Kind, double Amount, DateOnly Due, DateOnly? DoneOn, Slip? Slip);

/// <summary>The delays of deliveries whose day of arrival was reported.</summary>
/// <param name="Deliveries">How many arrived.</param>
/// <param name="LateDays">The delays in days of those that were late.</param>
public sealed record SlipHistory(int Deliveries, IReadOnlyList<int> LateDays)
{
    /// <summary>What is believed of deliveries while fewer than <see cref="Fewest"/> are known.</summary>
    public static readonly Slip Assumed = new(0.25, 30, 0.7);

    /// <summary>Deliveries from which a record is believed.</summary>
    public const int Fewest = 3;

    /// <summary>
    /// Draws how many days late a delivery is: from its own stated slip, else from the record (late with probability (late + ½)/(n + 1),
    /// by one of the delays seen), else from <see cref="Assumed"/>.
    /// </summary>
    /// <param name="overdue">True where it is known to be late already: then only the delay is drawn.</param>
    public double Draw(SupplyEvent one, bool overdue, Random random)
    {
        if (one.Kind == SupplyKind.Retirement && one.Slip is null)
            return 0;
        var slip = one.Slip ?? Assumed;
        var isLearned = one.Slip is null && Deliveries >= Fewest;
        var probability = isLearned ? (LateDays.Count + 0.5) / (Deliveries + 1) : slip.Probability;
        if (!overdue && random.NextDouble() >= probability)
            return 0;
        return isLearned && LateDays.Count > 0
            ? LateDays[random.Next(LateDays.Count)]
            : Math.Min(slip.MedianDays * Math.Exp(slip.Spread * Normal.Draw(random)), 3_650);
    }
}

/// <summary>Draws of the standard normal distribution (Box and Muller, 1958).</summary>
internal static class Normal
{
    public static double Draw(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
