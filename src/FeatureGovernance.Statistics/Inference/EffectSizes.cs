namespace FeatureGovernance.Statistics.Inference;

/// <summary>How far two distributions lie apart, in units a person can read. Significance is told elsewhere.</summary>
public static class EffectSizes
{
    // Keeps an empty bin from making a distance infinite: half a count.
    private const double EmptyBin = 0.5;

    /// <summary>The change of the mean in standard deviations of the reference; infinite where the reference does not vary.</summary>
    public static double ShiftInDeviations(double mean, double referenceMean, double referenceDeviation) =>
        mean == referenceMean ? 0 : (mean - referenceMean) / referenceDeviation;

    /// <summary>
    /// The population stability index, 0 upwards: the symmetrised Kullback–Leibler divergence of binned shares. By custom below 0.1 is
    /// stable and above 0.25 is a shift.
    /// </summary>
    /// <param name="counts">Of the present, by bin.</param>
    /// <param name="reference">Of the reference, by the same bins.</param>
    /// <exception cref="ArgumentException">The two have different numbers of bins.</exception>
    public static double PopulationStability(ReadOnlySpan<double> counts, ReadOnlySpan<double> reference)
    {
        var (p, q) = (Shares(counts), Shares(reference, counts.Length));
        double sum = 0;
        for (var i = 0; i < p.Length; i++)
            sum += (p[i] - q[i]) * Math.Log(p[i] / q[i]);
        return sum;
    }

    /// <summary>
    /// The Jensen–Shannon distance, 0 (equal) to 1 (nothing in common): the root of the divergence in bits (Endres and Schindelin 2003).
    /// </summary>
    /// <inheritdoc cref="PopulationStability" path="//param|//exception" />
    public static double JensenShannon(ReadOnlySpan<double> counts, ReadOnlySpan<double> reference)
    {
        if (counts.Length != reference.Length)
            throw new ArgumentException("Both need the same bins.", nameof(reference));
        double a = Sum(counts), b = Sum(reference), sum = 0;
        if (a == 0 || b == 0)
            return 0;
        for (var i = 0; i < counts.Length; i++)
        {
            double p = counts[i] / a, q = reference[i] / b, middle = (p + q) / 2;
            sum += (p > 0 ? p * Math.Log2(p / middle) : 0) + (q > 0 ? q * Math.Log2(q / middle) : 0);
        }

        return Math.Sqrt(Math.Clamp(sum / 2, 0, 1));
    }

    /// <summary>
    /// The first Wasserstein distance, in the unit of the numbers: how far values must move, on average, to turn one set into the other.
    /// </summary>
    /// <param name="sorted">Ascending, without NaN, not empty.</param>
    /// <param name="reference">Ascending, without NaN, not empty.</param>
    /// <exception cref="ArgumentException">One is empty.</exception>
    public static double Wasserstein(ReadOnlySpan<double> sorted, ReadOnlySpan<double> reference)
    {
        if (sorted.IsEmpty || reference.IsEmpty)
            throw new ArgumentException("Neither set may be empty.");
        double sum = 0, reached = 0;
        for (int i = 0, j = 0; i < sorted.Length && j < reference.Length;)
        {
            double nextA = (i + 1.0) / sorted.Length, nextB = (j + 1.0) / reference.Length, next = Math.Min(nextA, nextB);
            sum += (next - reached) * Math.Abs(sorted[i] - reference[j]);
            reached = next;
            // Equal borders are compared as whole numbers, so that rounding cannot leave one behind.
            var order = ((long)(i + 1) * reference.Length).CompareTo((long)(j + 1) * sorted.Length);
            if (order <= 0)
                i++;
            if (order >= 0)
                j++;
        }

        return sum;
    }

    private static double[] Shares(ReadOnlySpan<double> counts, int expected = -1)
    {
        if (expected >= 0 && counts.Length != expected)
            throw new ArgumentException("Both need the same bins.");
        var shares = new double[counts.Length];
        var total = Sum(counts) + (EmptyBin * counts.Length);
        for (var i = 0; i < shares.Length; i++)
            shares[i] = (counts[i] + EmptyBin) / total;
        return shares;
    }

    private static double Sum(ReadOnlySpan<double> numbers)
    {
        double sum = 0;
        foreach (var number in numbers)
            sum += number;
        return sum;
    }
}
