using System.Collections.Immutable;
using FeatureGovernance.Statistics.Inference;

namespace FeatureGovernance.Core.Drift.Profiles;

/// <summary>How much an incident asks of people.</summary>
public enum Severity
{
    /// <summary>To be known.</summary>
    Minor,

    /// <summary>To be looked at.</summary>
    Moderate,

    /// <summary>To be dealt with: much of what models read is probably wrong.</summary>
    Serious,
}

/// <summary>A signal with the place where it was seen.</summary>
/// <param name="Key">The series.</param>
/// <param name="Signal">What was seen there.</param>
public sealed record PlacedSignal(SeriesKey Key, Signal Signal);

/// <summary>What changed in one feature.</summary>
/// <param name="Feature">Its number.</param>
/// <param name="Size">How much of the values is touched, 0 to 1; <see cref="IncidentSize"/> tells how it is measured.</param>
/// <param name="Signals">The surest first.</param>
public sealed record IncidentMember(int Feature, double Size, ImmutableArray<PlacedSignal> Signals);

/// <summary>Neighbouring signals of one feature, or of features of one source that changed alike, with their explanation.</summary>
/// <param name="First">The first window.</param>
/// <param name="Last">The last window.</param>
/// <param name="Score">-log10 of the least adjusted p-value, at most 300.</param>
/// <param name="Kind">How the values changed.</param>
/// <param name="Verdict">Why.</param>
/// <param name="Members">By size, the largest first.</param>
public sealed record FoundIncident(int First, int Last, double Score, ChangeKind Kind, Verdict Verdict, ImmutableArray<IncidentMember> Members)
{
    /// <summary>The largest of its members' sizes.</summary>
    public double Size => Members[0].Size;

    /// <summary>
    /// Serious: probably a fault of the data that touches a fifth of the values, in something that a live model reads. Minor: a season, a
    /// twentieth at most, or read by no one. Moderate: the rest.
    /// </summary>
    /// <param name="isRead">Whether a live model reads one of the features.</param>
    public Severity SeverityOf(bool isRead)
    {
        if (!isRead || Verdict.Cause == Cause.Season || Size < 0.05)
            return Severity.Minor;
        return Verdict.Causes.GetValueOrDefault(Cause.DataQuality) >= 0.5 && Size >= 0.2 ? Severity.Serious : Severity.Moderate;
    }
}

/// <summary>Brings signals of all kinds to one scale: the share of the values that are touched, or of their spread that they moved.</summary>
public static class IncidentSize
{
    /// <summary>The size of one signal, 0 to 1.</summary>
    public static double Of(Signal signal)
    {
        ArgumentNullException.ThrowIfNull(signal);
        var size = signal.Symptom switch
        {
            // A shift by a standard deviation, or a doubling, counts as all of the values.
            Symptom.Level or Symptom.Scatter => Math.Abs(signal.Effect),
            Symptom.FewerRows => 1 - signal.Effect,
            Symptom.Cardinality => Math.Abs(Math.Log(Math.Max(1e-6, signal.Effect))) / 2,
            Symptom.Stuck or Symptom.Stale or Symptom.Freshness or Symptom.ClockShift => 1,
            _ => Math.Abs(signal.Effect),
        };
        return double.IsFinite(size) ? Math.Clamp(size, 0, 1) : 1;
    }
}
