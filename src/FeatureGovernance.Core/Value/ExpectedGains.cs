namespace FeatureGovernance.Core.Value;

/// <summary>What one sibling model shows of a feature.</summary>
/// <param name="Share">The feature's share of that model's importance, above 0.</param>
/// <param name="Deviation">Its standard deviation.</param>
/// <param name="Closeness">How much that model tells of this one, above 0 to 1.</param>
public readonly record struct SiblingShare(double Share, double Deviation, double Closeness);

/// <summary>What a feature can be expected to contribute to a model that does not read it.</summary>
/// <param name="Share">The median of the predicted share of the model's importance.</param>
/// <param name="Lower">The 10th percentile.</param>
/// <param name="Upper">The 90th percentile.</param>
public readonly record struct ExpectedGain(double Share, double Lower, double Upper);

/// <summary>
/// Predicts shares from sibling models by a random-effects model on the log scale: a feature has a level of its own, drawn around that of
/// all candidates, and models differ around it. Few or noisy siblings are shrunk to the common level, and the interval holds both the
/// doubt about the level and the difference between models. Between-model variance by the method of DerSimonian and Laird (1986).
/// </summary>
public static class ExpectedGains
{
    private const double Ninetieth = 1.2815515655446004;
    private const double LeastShare = 1e-9;

    // One feature, or one sibling each, tells nothing of how models differ: a factor of about two is assumed.
    private const double AssumedVariance = 0.5;

    /// <param name="candidates">For each candidate feature what its siblings show; none is empty.</param>
    /// <returns>In the order of the candidates.</returns>
    public static ExpectedGain[] Predict(IReadOnlyList<SiblingShare[]> candidates)
    {
        var between = BetweenModels(candidates);
        var levels = candidates.Select(siblings => Level(siblings, between)).ToArray();
        var common = levels.Length == 0 ? 0 : levels.Average(level => level.Mean);
        var spread = levels.Length < 2 ? AssumedVariance : Math.Max(0.01,
            levels.Sum(level => Square(level.Mean - common)) / (levels.Length - 1) - levels.Average(level => level.Variance));
        return [.. levels.Select(level => Predicted(level, common, spread, between))];
    }

    private static ExpectedGain Predicted((double Mean, double Variance) level, double common, double spread, double between)
    {
        var trust = spread / (spread + level.Variance);
        var mean = common + (trust * (level.Mean - common));
        var reach = Ninetieth * Math.Sqrt((trust * level.Variance) + between);
        return new(Share(mean), Share(mean - reach), Share(mean + reach));
    }

    private static (double Mean, double Variance) Level(SiblingShare[] siblings, double between)
    {
        var (weights, sum) = (0.0, 0.0);
        foreach (var sibling in siblings)
        {
            var weight = sibling.Closeness / (Variance(sibling) + between);
            (weights, sum) = (weights + weight, sum + (weight * Log(sibling)));
        }

        return (sum / weights, 1 / weights);
    }

    // Loops, not queries: a scoring run goes through the siblings of every model here.
    private static double BetweenModels(IReadOnlyList<SiblingShare[]> candidates)
    {
        var (excess, scale) = (0.0, 0.0);
        foreach (var siblings in candidates)
        {
            if (siblings.Length < 2)
                continue;
            var (total, squares, sum, sumOfSquares) = (0.0, 0.0, 0.0, 0.0);
            var reference = Log(siblings[0]);
            foreach (var sibling in siblings)
            {
                var (weight, above) = (1 / Variance(sibling), Log(sibling) - reference);
                (total, squares) = (total + weight, squares + (weight * weight));
                (sum, sumOfSquares) = (sum + (weight * above), sumOfSquares + (weight * above * above));
            }

            excess += sumOfSquares - (sum * sum / total) - (siblings.Length - 1);
            scale += total - (squares / total);
        }

        return scale > 0 ? Math.Max(0.01, excess / scale) : AssumedVariance;
    }

    private static double Log(SiblingShare sibling) => Math.Log(Math.Max(LeastShare, sibling.Share));

    // The delta method; a share known better than to 5 % is still only as good as the model it comes from.
    private static double Variance(SiblingShare sibling) => Square(Math.Clamp(sibling.Deviation / Math.Max(LeastShare, sibling.Share), 0.05, 3));

    private static double Share(double log) => Math.Min(1, Math.Exp(log));

    private static double Square(double number) => number * number;
}
