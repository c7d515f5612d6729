namespace FeatureGovernance.Valuation.Labelling;

/// <summary>80 % intervals of shares and means.</summary>
internal static class Intervals
{
    /// <summary>The 90th percentile of a standard normal number.</summary>
    public const double Z = 1.2815515655446004;

    /// <summary>The score interval of a share (Wilson 1927).</summary>
    /// <param name="hits">How often it was so.</param>
    /// <param name="trials">Of how many, at least 1; divided by the design effect where rows hang together.</param>
    public static SharedPart OfShare(double hits, double trials)
    {
        double share = hits / trials, z2 = Z * Z / trials;
        double middle = (share + (z2 / 2)) / (1 + z2), reach = Z * Math.Sqrt((share * (1 - share) / trials) + (z2 / (4 * trials))) / (1 + z2);
        return new(share, Math.Max(0, Math.Min(share, middle - reach)), Math.Min(1, Math.Max(share, middle + reach)));
    }

    /// <summary>The normal interval of a mean.</summary>
    public static (double Mean, double Lower80, double Upper80) OfMean(IReadOnlyCollection<double> values, double designEffect)
    {
        var mean = values.Average();
        var deviation = values.Count < 2 ? 0 : Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1));
        var reach = Z * deviation * Math.Sqrt(designEffect / values.Count);
        return (mean, mean - reach, mean + reach);
    }
}
