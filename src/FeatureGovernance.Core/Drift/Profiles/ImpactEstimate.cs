using System.Collections.Immutable;

namespace FeatureGovernance.Core.Drift.Profiles;

/// <summary>
/// What drifted values cost the models that read them. The unit is a permutation of the feature's values, whose cost is what importance
/// measures; an incident costs a part of it, its damage.
/// </summary>
public static class ImpactEstimate
{
    /// <summary>The standard deviation of a damage over its mean: a factor of two either way at 80 %.</summary>
    public const double DamageError = 0.58;

    // What people really do differently models can still read, if not as well.
    private const double HarmOfGenuineChange = 0.25;

    /// <summary>
    /// The part, 0 to 1, of what the values tell that a signal takes away. A permutation moves values by √2 of their standard deviation, and
    /// squared losses go with the square of the distance: a shift by d deviations costs d²/2 of it, a change of scale by r costs (r − 1)²/2.
    /// Where a share of the values is replaced, that share is lost.
    /// </summary>
    public static double DamageOf(Signal signal)
    {
        ArgumentNullException.ThrowIfNull(signal);
        var damage = signal.Symptom switch
        {
            Symptom.Level => signal.Effect * signal.Effect / 2,
            Symptom.Scatter => (Math.Exp(signal.Effect) - 1) * (Math.Exp(signal.Effect) - 1) / 2,
            Symptom.Shape => signal.Effect * signal.Effect / 2,
            // Fewer or doubled rows are still true ones, and what is late is mostly still so.
            Symptom.FewerRows or Symptom.RepeatedRows or Symptom.Cardinality => 0.1 * IncidentSize.Of(signal),
            Symptom.Freshness or Symptom.Stale or Symptom.ClockShift => 0.5,
            Symptom.Outliers => 0.1,
            _ => IncidentSize.Of(signal),
        };
        return double.IsFinite(damage) ? Math.Clamp(damage, 0, 1) : 1;
    }

    /// <summary>The damage to one feature: of its worst signal, lessened by the chance that the change is genuine.</summary>
    public static double DamageOf(IncidentMember member, Verdict verdict)
    {
        ArgumentNullException.ThrowIfNull(member);
        ArgumentNullException.ThrowIfNull(verdict);
        var wrong = verdict.Causes.GetValueOrDefault(Cause.DataQuality);
        return (wrong + ((1 - wrong) * HarmOfGenuineChange)) * member.Signals.Max(placed => DamageOf(placed.Signal));
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
