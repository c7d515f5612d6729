using System.Collections.Immutable;

namespace FeatureGovernance.Core.Drift.Profiles;

/// <summary>
/// What drifted values cost the models that read them, by what profiles tell. The unit is a permutation of the feature's values, whose cost is
/// what importance measures; an incident costs a multiple of it, its damage. A fault may cost more than a shuffle: values that no model has
/// seen lead it further astray than true ones of other rows. The factors are fitted by <c>DamageFitting</c> in the tests.
/// </summary>
public static class ImpactEstimate
{
    /// <summary>The part of a fault's cost that a genuine change of the same size has: what people really do differently models can still read, if not as well.</summary>
    public const double HarmOfGenuineChange = 0.25;

    /// <summary>The standard deviation of the logarithm of what a fault costs over its damage.</summary>
    public const double DamageSpread = 1.5;

    private const double Most = 4;
    private const double Z80 = 1.2815515655446004;

    /// <summary>What a signal costs in the middle of cases, over what a permutation costs; from 0 to 4.</summary>
    public static double DamageOf(Signal signal)
    {
        ArgumentNullException.ThrowIfNull(signal);
        var size = Math.Abs(signal.Effect);
        var damage = signal.Symptom switch
        {
            Symptom.Level or Symptom.Shape => 0.75 * Math.Pow(size, 0.6),
            Symptom.Scatter => size,
            // Where values turn negative that never were, most of the rest is wrong too.
            Symptom.Negative => 1.6 * IncidentSize.Of(signal),
            // Fewer or doubled rows are still true ones, and what is late is mostly still so. No trial tells of these.
            Symptom.FewerRows or Symptom.RepeatedRows or Symptom.Cardinality => 0.1 * IncidentSize.Of(signal),
            Symptom.Freshness or Symptom.Stale or Symptom.ClockShift => 0.5,
            Symptom.Outliers => 0.1,
            _ => IncidentSize.Of(signal),
        };
        return double.IsNaN(damage) ? 1 : Math.Clamp(damage, 0, Most);
    }

    /// <summary>
    /// The damage to one feature: of its worst signal, lessened by the chance that the change is genuine; and the deviation that
    /// <see cref="Interval"/> takes, of what faults of a kind cost and of that chance together.
    /// </summary>
    public static (double Middle, double Deviation) DamageOf(IncidentMember member, Verdict verdict)
    {
        ArgumentNullException.ThrowIfNull(member);
        ArgumentNullException.ThrowIfNull(verdict);
        var wrong = Math.Clamp(verdict.Causes.GetValueOrDefault(Cause.DataQuality), 0, 1);
        var lessened = Math.Log(HarmOfGenuineChange);
        var middle = Math.Exp((1 - wrong) * lessened) * member.Signals.Max(placed => DamageOf(placed.Signal));
        var spread = (DamageSpread * DamageSpread) + (wrong * (1 - wrong) * lessened * lessened);
        return (middle, middle * Math.Sqrt(Math.Exp(spread) - 1));
    }

    /// <summary>The 10th and 90th percentile of a cost that varies by factors.</summary>
    /// <param name="middle">Its median; of either sign.</param>
    /// <param name="deviation">Its standard deviation, were its mean the median; 0 or more.</param>
    public static (double Lower, double Upper) Interval(double middle, double deviation)
    {
        if (middle == 0)
            return (-Z80 * deviation, Z80 * deviation);
        var factor = Math.Exp(Z80 * Math.Sqrt(Math.Log(1 + (deviation / middle * (deviation / middle)))));
        return middle > 0 ? (middle / factor, middle * factor) : (middle * factor, middle / factor);
    }
}

/// <summary>An estimate of a model's metric held against what it reported.</summary>
/// <param name="Expected">The change of the metric that was expected.</param>
/// <param name="Lower">The 10th percentile of it.</param>
/// <param name="Upper">The 90th percentile of it.</param>
/// <param name="Observed">The mean reported during the incident less that of the four weeks before.</param>
public sealed record JudgedImpact(double Expected, double Lower, double Upper, double Observed);

/// <summary>How good estimates of impact have been.</summary>
/// <param name="Judged">How many were held against reported metrics.</param>
/// <param name="Within">How many of those were within their interval; four fifths should be.</param>
/// <param name="MedianRatio">The median of observed over expected change; null where fewer than three are judged.</param>
/// <param name="MeanError">The mean distance between both, in the metrics' units; null where none is judged.</param>
public sealed record ImpactRecord(int Judged, int Within, double? MedianRatio, double? MeanError)
{
    /// <summary>The record over judged estimates.</summary>
    public static ImpactRecord Of(IReadOnlyCollection<JudgedImpact> judged)
    {
        ImmutableArray<double> ratios = [.. judged.Where(one => one.Expected != 0).Select(one => one.Observed / one.Expected).Order()];
        return new(
            judged.Count,
            judged.Count(one => one.Observed >= one.Lower && one.Observed <= one.Upper),
            ratios.Length < 3 ? null : (ratios[(ratios.Length - 1) / 2] + ratios[ratios.Length / 2]) / 2,
            judged.Count == 0 ? null : judged.Average(one => Math.Abs(one.Observed - one.Expected)));
    }
}
