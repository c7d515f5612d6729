namespace FeatureGovernance.Statistics.Inference;

/// <summary>Location, scale and quantiles that a minority of wild values cannot move.</summary>
public static class Robust
{
    /// <summary>Median absolute deviations per standard deviation of normal numbers.</summary>
    public const double MadOfNormal = 0.6744897501960817;

    /// <summary>The quantile of sorted numbers, linear between neighbours (type 7 of Hyndman and Fan 1996); NaN where there are none.</summary>
    /// <param name="sorted">Ascending, without NaN.</param>
    /// <param name="share">0 to 1.</param>
    public static double QuantileOfSorted(ReadOnlySpan<double> sorted, double share)
    {
        if (sorted.IsEmpty)
            return double.NaN;
        var at = share * (sorted.Length - 1);
        var low = (int)at;
        return low + 1 >= sorted.Length ? sorted[^1] : sorted[low] + ((at - low) * (sorted[low + 1] - sorted[low]));
    }

    /// <summary>The finite numbers, ascending.</summary>
    public static double[] Sorted(IEnumerable<double> numbers)
    {
        double[] sorted = [.. numbers.Where(double.IsFinite)];
        Array.Sort(sorted);
        return sorted;
    }

    /// <summary>The median of the finite numbers; NaN where there are none.</summary>
    public static double Median(IEnumerable<double> numbers) => QuantileOfSorted(Sorted(numbers), 0.5);

    /// <summary>The median distance from the median, scaled to be the standard deviation of normal numbers; NaN where there are none.</summary>
    public static double Scale(IReadOnlyCollection<double> numbers)
    {
        var sorted = Sorted(numbers);
        var middle = QuantileOfSorted(sorted, 0.5);
        for (var i = 0; i < sorted.Length; i++)
            sorted[i] = Math.Abs(sorted[i] - middle);
        Array.Sort(sorted);
        return QuantileOfSorted(sorted, 0.5) / MadOfNormal;
    }
}
