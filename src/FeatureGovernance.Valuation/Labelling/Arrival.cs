using FeatureGovernance.Statistics.Inference;

namespace FeatureGovernance.Valuation.Labelling;

/// <summary>Whether labels arrive, and when.</summary>
internal static class Arrival
{
    public static LabelCoverage Coverage(LabelRows rows)
    {
        long labelled = rows.IsKnown.LongCount(known => known);
        return new(rows.IsKnown.Length, labelled, Intervals.OfShare(labelled, rows.IsKnown.Length));
    }

    /// <summary>Null where a time is not told of any labelled row.</summary>
    public static LabelDelay? Delay(LabelRows rows)
    {
        if (rows is not { Events: { } events, Labelled: { } known })
            return null;
        int[] labelled = [.. Enumerable.Range(0, events.Length).Where(r => rows.IsKnown[r])];
        var delays = Robust.Sorted(labelled.Select(r => known[r] - events[r]));
        if (delays.Length == 0)
            return null;
        var negative = delays.LongCount(d => d < 0);
        double At(double share) => Robust.QuantileOfSorted(delays, share);
        return new(
            rows.InSeconds ? "seconds" : "units", delays.Length, At(0.5), At(0.9), At(0.95), At(0.99), delays[^1],
            negative, (double)negative / delays.Length, labelled.Length - delays.Length);
    }
}
