namespace FeatureGovernance.Core.Lifecycle;

/// <summary>What was believed of a feature when a draft to deprecate it was judged; null is unknown.</summary>
/// <param name="Value">Its value, as a share of all value.</param>
/// <param name="Lower">The 10th percentile of that.</param>
/// <param name="Upper">The 90th percentile.</param>
/// <param name="CostPerDay">Its cost, in the organisation's currency a day.</param>
public sealed record Belief(double? Value, double? Lower, double? Upper, double? CostPerDay);

/// <summary>When evidence has changed so much that a question once answered may be asked again.</summary>
public static class Materiality
{
    /// <summary>
    /// Whether belief changed materially: the present 80 % interval of value excludes the old value, cost changed by at least the given
    /// share of the old, or either was unknown and is known now. Losing knowledge is no new argument for taking a feature out.
    /// </summary>
    public static bool Changed(Belief then, Belief now, double costShare) =>
        (then.Value, now.Value) switch
        {
            (null, not null) => true,
            ({ } old, not null) => old < now.Lower || old > now.Upper,
            _ => false,
        }
        || (then.CostPerDay, now.CostPerDay) switch
        {
            (null, not null) => true,
            ({ } old, { } cost) => cost != old && Math.Abs(cost - old) >= costShare * Math.Abs(old),
            _ => false,
        };
}
