using System.Collections.Immutable;

namespace FeatureGovernance.Valuation;

/// <summary>What became of a feature's values.</summary>
public enum DriftedTo
{
    /// <summary>They are missing.</summary>
    Missing,

    /// <summary>They are one value.</summary>
    Constant,

    /// <summary>They are multiplied.</summary>
    Scaled,

    /// <summary>Something was added to them.</summary>
    Shifted,

    /// <summary>Something by chance was added to each: normal, with this standard deviation.</summary>
    Scattered,

    /// <summary>They are values of other rows.</summary>
    Shuffled,

    /// <summary>They keep their order, but are spread as others are: <see cref="ValueDrift.Knots"/>.</summary>
    Respread,
}

/// <summary>A change of a feature's values, to be replayed.</summary>
/// <param name="To">What became of them.</param>
/// <param name="Amount">The value, the factor, the addend or the deviation; of no account for the others.</param>
/// <param name="Share">The part of the values touched, from 0 to 1; which ones is left to chance.</param>
public sealed record ValueDrift(DriftedTo To, double Amount = 0, double Share = 1)
{
    /// <summary>For <see cref="DriftedTo.Respread"/>: what values were and what they became, both ascending; straight lines between.</summary>
    public ImmutableArray<(double Was, double Is)> Knots { get; init; } = [];

    /// <summary>A missing value stays missing, unless all become one value.</summary>
    internal float Of(float value, Random random, Func<float> other) => To switch
    {
        DriftedTo.Missing => float.NaN,
        DriftedTo.Constant => (float)Amount,
        DriftedTo.Scaled => (float)(value * Amount),
        DriftedTo.Shifted => (float)(value + Amount),
        DriftedTo.Scattered => (float)(value + (Amount * Normal(random))),
        DriftedTo.Shuffled => other(),
        DriftedTo.Respread => float.IsNaN(value) ? value : (float)Line(value, random),
        _ => throw new InvalidOperationException($"'{To}' is no drift."),
    };

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private double Line(double value, Random random)
    {
        var (first, last) = (Knots.First(), Knots.Last());
        // Beyond the knots the distance is kept, for the slope at the ends is known worst.
        if (value < first.Was)
            return first.Is + value - first.Was;
        if (value > last.Was)
            return last.Is + value - last.Was;
        var left = 0;
        while (Knots[left].Was < value)
            left++;
        var right = left;
        while (right < Knots.Length - 1 && Knots[right + 1].Was <= value)
            right++;
        // Where several shares fall on one value, chance decides which of them it is.
        if (Knots[left].Was <= value)
            return Knots[random.Next(left, right + 1)].Is;
        var (from, to) = (Knots[left - 1], Knots[left]);
        return from.Is + ((value - from.Was) / (to.Was - from.Was) * (to.Is - from.Is));
    }
}

/// <summary>What became of one feature's values: one change after the other.</summary>
/// <param name="Feature">Whose.</param>
/// <param name="Steps">In their order; none where nothing happened.</param>
public sealed record FeatureDrift(string Feature, ImmutableArray<ValueDrift> Steps);
