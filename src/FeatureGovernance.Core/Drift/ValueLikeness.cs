using FeatureGovernance.Statistics.Sketches;

namespace FeatureGovernance.Core.Drift;

/// <summary>How alike the values of two features are, told from their profiles.</summary>
public static class ValueLikeness
{
    // With fewer values two flags, or two small scales, agree by chance.
    private const double FewestDistinct = 20;

    // A sketch of the usual size is off by up to 0.02 in rank, and so are two of one column; at a tenth apart nothing speaks for one column.
    private const double Apart = 0.1;
    private const int Steps = 40;

    /// <summary>
    /// 1 where both hold the same values with the same frequency, falling to 0 where their distributions are 0.1 apart
    /// (Kolmogorov–Smirnov distance, or the difference of the shares of nulls where that is larger). Null where either has fewer than
    /// 20 distinct values.
    /// </summary>
    public static double? Of(Profile<double> one, Profile<double> other)
    {
        if (TooFew(one) || TooFew(other))
            return null;
        var (left, right) = (one.Quantiles.View(), other.Quantiles.View());
        var distance = 0.0;
        for (var step = 0; step <= Steps; step++)
        {
            foreach (var value in (ReadOnlySpan<double>)[left.Quantile((double)step / Steps), right.Quantile((double)step / Steps)])
                distance = Math.Max(distance, Math.Abs(left.Rank(value) - right.Rank(value)));
        }

        return Closeness(Math.Max(distance, NullsApart(one.Counts, other.Counts)));
    }

    /// <summary>The same of texts, by the shares of those that both sketches know as frequent; null too where neither knows one.</summary>
    public static double? Of(Profile<string> one, Profile<string> other)
    {
        if (TooFew(one) || TooFew(other))
            return null;
        var (left, right) = (Shares(one), Shares(other));
        if (left.Count == 0 && right.Count == 0)
            return null;
        var distance = left.Keys.Union(right.Keys, StringComparer.Ordinal)
            .Sum(text => Math.Abs(left.GetValueOrDefault(text) - right.GetValueOrDefault(text))) / 2;
        // What neither knows as frequent may agree or not: only the known part speaks.
        var known = Math.Max(left.Values.Sum(), right.Values.Sum());
        return Closeness(Math.Max(distance, NullsApart(one.Counts, other.Counts))) * Math.Min(1, known);
    }

    private static double Closeness(double distance) => Math.Max(0, 1 - (distance / Apart));

    private static bool TooFew<T>(Profile<T> profile)
        where T : notnull =>
        profile.Quantiles.Count == 0 || profile.Distinct.Estimate < FewestDistinct;

    private static double NullsApart(ProfileCounts one, ProfileCounts other) =>
        Math.Abs(((double)one.Nulls / one.All) - ((double)other.Nulls / other.All));

    private static Dictionary<string, double> Shares(Profile<string> profile) =>
        profile.Frequent.Frequent(FrequentItemsError.NoFalsePositives)
            .ToDictionary(item => item.Item, item => (double)item.LowerBound / profile.Quantiles.Count, StringComparer.Ordinal);
}
