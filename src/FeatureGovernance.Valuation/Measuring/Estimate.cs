namespace FeatureGovernance.Valuation.Measuring;

/// <summary>A mean over folds with its standard error.</summary>
internal readonly record struct Estimate(double Mean, double StandardError)
{
    public static Estimate Over(IReadOnlyCollection<double> folds)
    {
        var mean = folds.Average();
        return new(mean, Math.Sqrt(folds.Sum(f => (f - mean) * (f - mean)) / (folds.Count - 1) / folds.Count));
    }

    /// <summary>
    /// True where the mean exceeds zero by three standard errors: folds share training rows, so their standard error is too small by about
    /// a half (Nadeau and Bengio 2003, "Inference for the generalization error").
    /// </summary>
    public bool IsPositive => Mean > 0 && Mean > 3 * StandardError;
}
