using MathNet.Numerics;

namespace FeatureGovernance.Statistics.Inference;

/// <summary>Tests of whether two samples come from one distribution.</summary>
public static class TwoSample
{
    /// <summary>The Kolmogorov–Smirnov distance, 0 to 1, and its asymptotic p-value (Stephens' correction for small samples).</summary>
    /// <param name="first">Ascending, not empty.</param>
    /// <param name="second">Ascending, not empty.</param>
    public static (double Distance, double PValue) KolmogorovSmirnov(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        double distance = 0;
        int i = 0, j = 0;
        while (i < first.Length && j < second.Length)
        {
            var next = Math.Min(first[i], second[j]);
            while (i < first.Length && first[i] <= next)
                i++;
            while (j < second.Length && second[j] <= next)
                j++;
            distance = Math.Max(distance, Math.Abs(((double)i / first.Length) - ((double)j / second.Length)));
        }

        var size = Math.Sqrt((double)first.Length * second.Length / (first.Length + second.Length));
        return (distance, KolmogorovTail((size + 0.12 + (0.11 / size)) * distance));
    }

    /// <summary>The two-sided p-value of Welch's test of equal means; 1 where nothing varies and the means agree.</summary>
    public static double Welch(Sketches.Moments first, Sketches.Moments second)
    {
        if (first.Count < 2 || second.Count < 2)
            return 1;
        double a = first.Variance / first.Count, b = second.Variance / second.Count, gap = first.Mean - second.Mean;
        if (a + b <= 0)
            return gap == 0 ? 1 : 0;
        var freedom = (a + b) * (a + b) / ((a * a / (first.Count - 1)) + (b * b / (second.Count - 1)));
        var t = gap / Math.Sqrt(a + b);
        return SpecialFunctions.BetaRegularized(freedom / 2, 0.5, freedom / (freedom + (t * t)));
    }

    private static double KolmogorovTail(double x)
    {
        if (x < 0.2)
            return 1;
        double sum = 0;
        for (var k = 1; k <= 100; k++)
        {
            var term = Math.Exp(-2.0 * k * k * x * x);
            sum += k % 2 == 1 ? term : -term;
            if (term < 1e-16)
                break;
        }

        return Math.Clamp(2 * sum, 0, 1);
    }
}
