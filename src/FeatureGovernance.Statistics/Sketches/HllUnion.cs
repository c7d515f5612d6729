namespace FeatureGovernance.Statistics.Sketches;

/// <summary>
/// The union of HLL sketches of any width and size; sketches with more registers are folded to the smallest among those unioned. The
/// order does not change the registers, but a union of at most one sketch with registers keeps that sketch's smaller error.
/// </summary>
/// <param name="lgMostK">Log2 of the most registers that the union may have, 4 to 21.</param>
public sealed class HllUnion(int lgMostK = HllSketch.DefaultLgK)
{
    private HllSketch sum = new(lgMostK, HllKind.Hll8);

    /// <summary>Adds a sketch; it is left as it is.</summary>
    public void Update(HllSketch source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.IsEmpty)
            return;
        if (source.State.Registers is not { } registers)
        {
            foreach (var coupon in source.Coupons)
                sum.Update(coupon);
            return;
        }

        var lgK = Math.Min(source.LgK, sum.State.Registers is null ? lgMostK : sum.LgK);
        var target = (sum.State.Registers ?? registers).Copy(lgK);
        if (sum.State.Registers is not null)
            target.Merge(registers);
        var coupons = sum.State.Registers is null ? sum.Coupons : [];
        sum = new(lgK, HllKind.Hll8, new(null, null, target), HllForm.Compact, null);
        foreach (var coupon in coupons)
            sum.Update(coupon);
    }

    /// <summary>The union so far, as a sketch of its own.</summary>
    public HllSketch ToSketch(HllKind kind) => sum.Copy(kind);
}
