namespace FeatureGovernance.Core.Value;

/// <summary>
/// The scale on which shares are pooled: y = ln(s + offset). The offset keeps a share of zero finite, and makes differences far below it
/// count for nothing.
/// </summary>
/// <param name="Offset">Above 0; see <see cref="For"/>.</param>
public readonly record struct ShareScale(double Offset)
{
    /// <summary>The scale for a model that reads this many features: the offset is a twentieth of an even share.</summary>
    /// <param name="features">From 1.</param>
    public static ShareScale For(int features)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        return new(0.05 / features);
    }

    /// <summary>ln(s + offset) for a share from 0 to 1.</summary>
    public double ToLog(double share) => Math.Log(share + Offset);

    /// <summary>
    /// The variance on the log scale by the delta method, (σ / (s + offset))²; at most what any number between ln(offset) and ln(1 + offset) can
    /// have, a quarter of the range squared (Popoviciu 1935), for the method fails where errors are larger than the share.
    /// </summary>
    public double LogVariance(double share, double standardError) =>
        Math.Min(Math.Pow(standardError / (share + Offset), 2), Math.Pow(Math.Log((1 + Offset) / Offset), 2) / 4);
}

/// <summary>What one method says of one feature in one model, pooled over reports, versions and time: four sums that add and decay.</summary>
/// <param name="Weight">Σ w, where w = 2^(−age / half-life) / v and v is the variance of one report on the log scale.</param>
/// <param name="WeightedSum">Σ w y, y on the scale of <see cref="ShareScale"/>.</param>
/// <param name="WeightedSquares">Σ w y².</param>
/// <param name="Reports">How many reports.</param>
public readonly record struct MethodEvidence(double Weight, double WeightedSum, double WeightedSquares, int Reports)
{
    /// <summary>Evidence of a single report.</summary>
    /// <param name="share">The share it states.</param>
    /// <param name="scale">The model's scale.</param>
    /// <param name="defaultVariance">Variance on the log scale to assume where the report states no standard error, above 0; also the tenth
    /// part of it is the least variance believed of any report, for no report repeats itself exactly on new data.</param>
    /// <param name="ageDays">Age of the report in days, from 0.</param>
    /// <param name="halfLifeDays">Days after which a report counts half, above 0.</param>
    /// <param name="mass">How much of the model the report's features hold; null for a report that names them all.</param>
    public static MethodEvidence Of(
        Share share, ShareScale scale, double defaultVariance, double ageDays, double halfLifeDays, ReportMass? mass = null)
    {
        var held = mass ?? ReportMass.All;
        var part = held.Of(share);
        var variance = part.StandardError is { } error
            ? Math.Max(scale.LogVariance(part.Value, error), defaultVariance / 10)
            : defaultVariance;
        variance += held.LogVariance * Math.Pow(part.Value / (part.Value + scale.Offset), 2);
        var weight = Math.Pow(2, -ageDays / halfLifeDays) * held.Freedom / variance;
        var y = scale.ToLog(part.Value);
        return new(weight, weight * y, weight * y * y, 1);
    }

    /// <summary>All reports of a set together; the order of the set does not matter.</summary>
    public static MethodEvidence Sum(IEnumerable<MethodEvidence> parts)
    {
        var all = parts.ToArray();
        return new(
            ExactSum.Of(all.Select(p => p.Weight)),
            ExactSum.Of(all.Select(p => p.WeightedSum)),
            ExactSum.Of(all.Select(p => p.WeightedSquares)),
            all.Sum(p => p.Reports));
    }

    /// <summary>The same evidence some days later; equal to having computed every age anew.</summary>
    public MethodEvidence After(double days, double halfLifeDays)
    {
        var factor = Math.Pow(2, -days / halfLifeDays);
        return new(Weight * factor, WeightedSum * factor, WeightedSquares * factor, Reports);
    }

    /// <summary>Σ w y / Σ w.</summary>
    public double Mean => WeightedSum / Weight;

    /// <summary>
    /// 1 / Σ w, widened by the Birge ratio max(1, Q / (n − 1)), Q = Σ w (y − mean)², where reports of the same method disagree by more than
    /// they admit (Birge 1932, "The calculation of errors by the method of least squares").
    /// </summary>
    public double Variance
    {
        get
        {
            var disagreement = Math.Max(0, WeightedSquares - (WeightedSum * WeightedSum / Weight));
            return (Reports > 1 ? Math.Max(1, disagreement / (Reports - 1)) : 1) / Weight;
        }
    }
}
