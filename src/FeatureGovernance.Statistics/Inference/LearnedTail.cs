namespace FeatureGovernance.Statistics.Inference;

/// <summary>
/// What scores are usual for one series, learned from its own history: a Weibull upper tail fitted to the body of the scores, so that a
/// minority of incidents in that history does not hide itself. Weibull tails cover normal (shape 2), exponential (1) and heavier ones.
/// </summary>
/// <param name="Scale">The score exceeded by a share 1/e.</param>
/// <param name="Shape">The fall of the tail: larger is lighter.</param>
/// <param name="Count">How many scores were learned from.</param>
public readonly record struct LearnedTail(double Scale, double Shape, int Count)
{
    // The quantiles fitted; above the last, up to 12 % of the history may be wild.
    private static readonly double[] Body = [0.5, 0.6, 0.7, 0.8, 0.88];

    /// <summary>Learns from scores, 0 and upwards.</summary>
    /// <param name="scores">Those that are not finite are left out.</param>
    /// <param name="least">A floor of the scale: scores well below it are noise of no interest.</param>
    /// <param name="independent">How many of the scores tell something of their own, where they overlap; all of them where it is not given.</param>
    public static LearnedTail Fit(IEnumerable<double> scores, double least, double independent = double.PositiveInfinity)
    {
        var sorted = Robust.Sorted(scores);
        if (sorted.Length == 0)
            return new(Math.Max(least, double.Epsilon), 1, 0);
        double n = 0, sumX = 0, sumY = 0, sumXX = 0, sumXY = 0;
        foreach (var share in Body)
        {
            var quantile = Robust.QuantileOfSorted(sorted, share);
            if (quantile <= 0)
                continue;
            double x = Math.Log(quantile), y = Math.Log(-Math.Log(1 - share));
            (n, sumX, sumY, sumXX, sumXY) = (n + 1, sumX + x, sumY + y, sumXX + (x * x), sumXY + (x * y));
        }

        var spread = (n * sumXX) - (sumX * sumX);
        // One standard error of the shape, about 0.8 of it over the root of the count, is taken off: a short history promises less.
        var shape = n >= 3 && spread > 1e-12 ? ((n * sumXY) - (sumX * sumY)) / spread * (1 - Math.Min(0.5, 0.8 / Math.Sqrt(Math.Min(independent, sorted.Length)))) : 1;
        shape = Math.Clamp(shape, 0.9, 1.7);
        var last = Robust.QuantileOfSorted(sorted, Body[^1]);
        // The line passes through the highest quantile fitted, where the tail begins.
        var scale = last / Math.Pow(-Math.Log(1 - Body[^1]), 1 / shape);
        return new(Math.Max(Math.Max(scale, least), double.Epsilon), shape, sorted.Length);
    }

    /// <summary>Where a tail begins that falls by a power of the score; infinite where the Weibull tail holds all the way.</summary>
    public double HeavyFrom { get; init; } = double.PositiveInfinity;

    /// <summary>That power: 3 for Student's distribution with three degrees of freedom.</summary>
    public double Power { get; init; }

    /// <summary>
    /// The same, with a tail that falls by a power from the highest quantile fitted, where the highest scores lie farther out than the Weibull
    /// tail lets them.
    /// </summary>
    /// <param name="scores">Without what is known to be unusual.</param>
    /// <param name="wild">How many of the highest may be incidents themselves: they count as no higher than the next.</param>
    public LearnedTail WithExtremes(IEnumerable<double> scores, int wild)
    {
        var sorted = Robust.Sorted(scores);
        var from = Robust.QuantileOfSorted(sorted, Body[^1]);
        var beyond = sorted.Count(s => s > from);
        if (beyond < 2 * (wild + 1) || from <= 0)
            return this;
        var highest = sorted[^(wild + 1)];
        // Of calm scores about as many lie beyond as the tail lets expect, of wild ones twice as many and more.
        if (PValue(highest) * sorted.Length > 0.8 * (wild + 1))
            return this;
        // Hill's estimator, censored at the highest that counts, less its standard error.
        var excess = sorted[^beyond..].Sum(s => Math.Log(Math.Min(s, highest) / from));
        return this with { HeavyFrom = from, Power = (beyond - wild - Math.Sqrt(beyond - wild)) / excess };
    }

    /// <summary>The chance of a score at least this high in an ordinary window.</summary>
    public double PValue(double score) => score <= 0 ? 1
        : score > HeavyFrom ? Math.Max(Math.Exp(-Math.Pow(score / Scale, Shape)), (1 - Body[^1]) * Math.Pow(score / HeavyFrom, -Power))
        : Math.Exp(-Math.Pow(score / Scale, Shape));

    /// <summary>The score that ordinary windows exceed with a given chance.</summary>
    public double Threshold(double pValue) => Scale * Math.Pow(-Math.Log(pValue), 1 / Shape);
}
