using System.Collections.Immutable;
using FeatureGovernance.Statistics.Inference;

namespace FeatureGovernance.Core.Drift;

/// <summary>A change of one feature, explained.</summary>
/// <param name="Feature">Its name; <c>*</c> for the rows themselves.</param>
/// <param name="Start">Of the first window.</param>
/// <param name="End">Of the last window.</param>
/// <param name="Score">-log10 of the adjusted p-value, at most 300.</param>
/// <param name="Kind">How it changed.</param>
/// <param name="Verdict">Why, with the evidence.</param>
/// <param name="Signals">All that was seen.</param>
public sealed record FeatureIncident(
    string Feature, DateTime Start, DateTime End, double Score, ChangeKind Kind, Verdict Verdict, ImmutableArray<Signal> Signals);

/// <summary>Makes incidents of signals.</summary>
internal static class Incidents
{
    /// <summary>Joins signals that begin together or cover the same windows.</summary>
    /// <param name="signals">Of one feature.</param>
    /// <param name="near">How many windows apart beginnings may lie.</param>
    public static IEnumerable<List<Signal>> Group(IEnumerable<Signal> signals, int near)
    {
        var groups = new List<List<Signal>>();
        foreach (var signal in signals.OrderBy(s => s.PValue).ThenBy(s => s.First))
        {
            var home = groups.Find(g => g.Exists(s => Belong(s, signal, near)));
            if (home is null)
                groups.Add([signal]);
            else
                home.Add(signal);
        }

        return groups.OrderBy(g => g.Min(s => s.First));
    }

    /// <summary>How the values of a group of signals changed.</summary>
    /// <param name="group">The signals.</param>
    /// <param name="windows">How many windows there are.</param>
    /// <param name="cells">What single cells tell of it; null where nothing.</param>
    public static ChangeKind KindOf(List<Signal> group, int windows, ChangeKind? cells = null)
    {
        // A part of the values replaced, or values that scatter more, move the level as well.
        var surest = group.MinBy(s => s.PValue)!;
        if (cells is { } told && surest.Symptom is Symptom.Level or Symptom.Scatter or Symptom.Outliers)
            return told;
        if (surest.Symptom == Symptom.Scatter)
            return ChangeKind.Variance;
        if (surest.Symptom is Symptom.Default or Symptom.Missing && surest.Effect < 0.9)
            return ChangeKind.Mixture;
        var level = group.Where(s => s.Symptom == Symptom.Level).MinBy(s => s.PValue);
        if (level?.Change is { } change)
            return change.Kind;
        if (group.TrueForAll(s => s.Symptom == Symptom.Scatter))
            return ChangeKind.Variance;
        // A part of the values replaced leaves the others where they were.
        if (group.Exists(s => s.Symptom is Symptom.Default or Symptom.Missing or Symptom.CategoryMix && s.Effect < 0.9))
            return ChangeKind.Mixture;
        return group.Max(s => s.Last) - group.Min(s => s.First) < 3 && group.Max(s => s.Last) < windows - 1 ? ChangeKind.Spike : ChangeKind.Step;
    }

    /// <summary>Whether a symptom shows in single values, however the level moves.</summary>
    public static bool IsFingerprint(Symptom symptom) => symptom is not (
        Symptom.Level or Symptom.Scatter or Symptom.Outliers or Symptom.CategoryMix or Symptom.ClockShift or Symptom.FewerRows or Symptom.Negative);

    private static bool Belong(Signal a, Signal b, int near)
    {
        // A level that moved before values went wrong has another cause.
        if (LeftBefore(a, b) || LeftBefore(b, a))
            return false;
        if (a.First > b.Last + 1 || b.First > a.Last + 1)
            return false;
        // What values that went wrong do to the level and the scatter while they are wrong is theirs; so is the scatter of a level that moved.
        if (Holds(a, b) || Holds(b, a))
            return true;
        var overlap = Math.Min(a.Last, b.Last) - Math.Max(a.First, b.First) + 1;
        return Math.Abs(a.First - b.First) <= near || 2 * overlap >= Math.Max(a.Last - a.First, b.Last - b.First) + 1;
    }

    private static bool Holds(Signal whole, Signal part) => part.First >= whole.First && part.Last <= whole.Last && whole.Symptom switch
    {
        Symptom.Relation => false,
        Symptom.Level => part.Symptom == Symptom.Scatter,
        _ => IsFingerprint(whole.Symptom) && part.Symptom is Symptom.Level or Symptom.Scatter or Symptom.Outliers,
    };

    private static bool LeftBefore(Signal level, Signal values) =>
        level.Symptom is Symptom.Level && IsFingerprint(values.Symptom) && values.Symptom is not Symptom.Relation && level.First < values.First - 1;
}
