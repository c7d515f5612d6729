namespace FeatureGovernance.Statistics.Inference;

/// <summary>Adjusts p-values of many tests, so that those kept below q hold at most a share q of false discoveries.</summary>
public static class FalseDiscovery
{
    /// <summary>For independent or positively dependent tests (Benjamini and Hochberg 1995).</summary>
    /// <param name="pValues">Each within 0 to 1, in any order.</param>
    /// <param name="family">How many tests were made, where those not given had p-values too large to matter.</param>
    /// <returns>Adjusted p-values in the order given.</returns>
    public static double[] BenjaminiHochberg(IReadOnlyList<double> pValues, long? family = null) => Adjust(pValues, family ?? pValues.Count, 1);

    /// <summary>For tests that depend on each other in any way (Benjamini and Yekutieli 2001): dearer by about ln of their number.</summary>
    /// <inheritdoc cref="BenjaminiHochberg" />
    public static double[] BenjaminiYekutieli(IReadOnlyList<double> pValues, long? family = null)
    {
        var tests = family ?? pValues.Count;
        return Adjust(pValues, tests, Harmonic(tests));
    }

    private static double[] Adjust(IReadOnlyList<double> pValues, long family, double price)
    {
        if (family < pValues.Count)
            throw new ArgumentOutOfRangeException(nameof(family), family, "A family holds at least the tests that are given.");
        var order = Enumerable.Range(0, pValues.Count).OrderBy(i => pValues[i]).ToArray();
        var adjusted = new double[pValues.Count];
        var least = 1.0;
        for (var rank = order.Length; rank >= 1; rank--)
        {
            least = Math.Min(least, pValues[order[rank - 1]] * family * price / rank);
            adjusted[order[rank - 1]] = least;
        }

        return adjusted;
    }

    private static double Harmonic(long n) =>
        n < 1000 ? Enumerable.Range(1, (int)Math.Max(1, n)).Sum(i => 1.0 / i) : Math.Log(n) + 0.5772156649015329 + (1.0 / (2 * n));
}
