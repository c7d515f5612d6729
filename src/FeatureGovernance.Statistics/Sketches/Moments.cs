namespace FeatureGovernance.Statistics.Sketches;

/// <summary>
/// Mean and central sums of powers of a set of numbers, mergeable without loss but rounding (Chan, Golub and LeVeque 1979; Pébay 2008,
/// "Formulas for robust, one-pass parallel computation of covariances and arbitrary-order statistical moments"). Sums whose powers exceed
/// the range of a double become infinite or NaN.
/// </summary>
/// <param name="Count">How many numbers.</param>
/// <param name="Mean">Their mean; 0 where there are none.</param>
/// <param name="Second">The sum of squared distances from the mean.</param>
/// <param name="Third">The sum of cubed distances.</param>
/// <param name="Fourth">The sum of fourth powers of distances.</param>
public readonly record struct Moments(long Count, double Mean, double Second, double Third, double Fourth)
{
    /// <summary>The unbiased variance; NaN below two numbers.</summary>
    public double Variance => Count > 1 ? Second / (Count - 1) : double.NaN;

    /// <summary>The third standardised moment, 0 for symmetric numbers; NaN where all are equal.</summary>
    public double Skewness => Second > 0 ? Math.Sqrt(Count) * Third / Math.Pow(Second, 1.5) : double.NaN;

    /// <summary>The fourth standardised moment less 3, 0 for normal numbers; NaN where all are equal.</summary>
    public double ExcessKurtosis => Second > 0 ? (Count * Fourth / (Second * Second)) - 3 : double.NaN;

    /// <summary>With one more number, which must be finite.</summary>
    public Moments With(double number) => Count == 0 ? new(1, number, 0, 0, 0) : Merge(new(1, number, 0, 0, 0));

    /// <summary>Of both sets together.</summary>
    public Moments Merge(Moments other)
    {
        if (other.Count == 0)
            return this;
        if (Count == 0)
            return other;
        double a = Count, b = other.Count, n = a + b;
        var gap = other.Mean - Mean;
        var step = gap / n;
        var cross = gap * step * a * b;
        return new(
            checked(Count + other.Count),
            Mean + (step * b),
            Second + other.Second + cross,
            Third + other.Third + (cross * step * (a - b)) + (3 * step * ((a * other.Second) - (b * Second))),
            Fourth + other.Fourth + (cross * step * step * ((a * a) - (a * b) + (b * b)))
                + (6 * step * step * ((a * a * other.Second) + (b * b * Second)))
                + (4 * step * ((a * other.Third) - (b * Third))));
    }
}
