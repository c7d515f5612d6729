using System.Collections.Immutable;
using System.Globalization;
using FeatureGovernance.Statistics.Inference;

namespace FeatureGovernance.Core.Drift;

/// <summary>What else is known about an incident.</summary>
/// <param name="Seasonality">How much of the feature follows the clock and the calendar, 0 to 1.</param>
/// <param name="Companions">Names of other features whose level moved in the same windows.</param>
/// <param name="Others">How many other features could have moved.</param>
/// <param name="Holidays">Names of holidays within a day of the incident.</param>
/// <param name="Launches">Launches and feature versions registered within a day of its start.</param>
/// <param name="RowsPerWindow">How many rows a window usually has.</param>
/// <param name="SameLastYear">Whether the same days of the year before were unusual too.</param>
public sealed record IncidentContext(
    double Seasonality,
    ImmutableArray<string> Companions,
    int Others,
    ImmutableArray<string> Holidays,
    ImmutableArray<string> Launches,
    double RowsPerWindow,
    bool SameLastYear)
{
    /// <summary>Names of other features of the same source that changed in the same windows and in the same way.</summary>
    public ImmutableArray<string> Family { get; init; } = [];
}

/// <summary>
/// Explains incidents: an additive model of log-odds, one line per kind of evidence, open to inspection. Its numbers were set on generated
/// faults and changes of behaviour; docs/values-over-time.md tells how, and what the probabilities are worth.
/// </summary>
public static class CauseModel
{
    /// <summary>Divides the sums of log-odds: what makes the true causes of 400 generated cases likeliest (CauseFitting of the tests).</summary>
    internal const double Temperature = 0.74;

    private static readonly Explanation Behaviour = new(Cause.Behaviour);
    private static readonly Explanation Season = new(Cause.Season);
    private static readonly Explanation Product = new(Cause.ProductChange);

    /// <summary>The probability of each cause.</summary>
    /// <param name="signals">What was seen.</param>
    /// <param name="context">What else is known.</param>
    public static Verdict Explain(IReadOnlyList<Signal> signals, IncidentContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var evidence = ImmutableArray.CreateBuilder<Evidence>();
        int start = signals.Min(s => s.First), end = signals.Max(s => s.Last);
        // A short stretch within a long incident does not explain its other signals away.
        var seen = signals.Where(s => 2 * (s.Last - s.First + 1) > end - start).Select(s => s.Symptom).ToHashSet();
        var outgrown = signals.Any(s => s.Change is { OutOfRange: > 0.3 });
        // What follows the clock and moves more at some hours than at others is moved by people, whatever it used to go along with.
        var uneven = context.Seasonality > 0.5 && !outgrown && signals.Any(s => s.Change is { Unevenness: >= 1.4 });
        var oneValue = signals.Any(negative => negative.Symptom == Symptom.Negative
            && signals.Any(s => s.Symptom == Symptom.Default && s.Effect > 0.3 * negative.Effect));
        // What explains where the level went explains nothing of values that are plainly wrong.
        var people = signals.Any(s => IsPlain(s) && !(uneven && s.Symptom == Symptom.Relation)) ? 0.3 : 1;
        var weighed = new HashSet<Symptom>();
        foreach (var signal in signals.OrderBy(s => s.PValue))
        {
            // The same symptom twice is no further evidence.
            if (!weighed.Add(signal.Symptom))
            {
                evidence.Add(new(signal.Words, []));
                continue;
            }

            // What holds for a part of the time only explains a part.
            var part = (signal.Last - signal.First + 1.0) / (end - start + 1);
            var share = 0.6 + (0.4 * part);
            evidence.Add(new(signal.Words, [.. PointsOf(signal, seen, outgrown, uneven, oneValue, context)
                .Select(p => (p.Item1, p.Item2 * share * (p.Item1.Fault is null ? people : 1)))]));
        }

        AddContext(evidence, signals, people, context);
        return Verdict.Weigh(evidence.ToImmutable(), Usual, Temperature);
    }

    /// <summary>How usual an explanation is before anything was seen, in log-odds against behaviour.</summary>
    public static double Usual(Explanation explanation) => explanation.Cause switch
    {
        Cause.Behaviour => 0,
        Cause.Season => -1.5,
        Cause.ProductChange => -3,
        Cause.DataQuality => -3.5,
    };

    private static IEnumerable<(Explanation, double)> PointsOf(
        Signal signal, HashSet<Symptom> seen, bool outgrown, bool uneven, bool oneValue, IncidentContext context)
    {
        var blocked = seen.Contains(Symptom.Stuck) || seen.Contains(Symptom.Stale) || seen.Contains(Symptom.StandIn);
        var filled = blocked || seen.Contains(Symptom.Default);
        switch (signal.Symptom)
        {
            case Symptom.Missing:
                yield return (Explanation.Of(Fault.Missing), 9);
                break;
            case Symptom.NotANumber:
                yield return (Explanation.Of(Fault.SchemaChange), 8);
                yield return (Explanation.Of(Fault.Missing), 6);
                break;
            case Symptom.Default:
                yield return (Explanation.Of(Fault.DefaultFilled), blocked ? 4 : seen.Contains(Symptom.CoarserValues) ? 5 : 8);
                break;
            case Symptom.StandIn:
                yield return (Explanation.Of(Fault.DefaultFilled), 9);
                yield return (Explanation.Of(Fault.Stuck), 6);
                break;
            case Symptom.Stuck:
                yield return (Explanation.Of(Fault.Stuck), 9);
                break;
            case Symptom.Stale:
                yield return (Explanation.Of(Fault.Stuck), 12);
                break;
            case Symptom.NewValues:
                yield return (Explanation.Of(Fault.Rescaled), filled ? 1 : 6);
                yield return (Explanation.Of(Fault.TruncatedPrecision), filled ? 0 : 3);
                yield return (Explanation.Of(Fault.SchemaChange), filled ? 0 : 4);
                break;
            case Symptom.FinerValues:
                yield return (Explanation.Of(Fault.Rescaled), filled ? 1 : 6);
                yield return (Explanation.Of(Fault.SchemaChange), filled ? 0 : 4);
                yield return (Explanation.Of(Fault.DefaultFilled), filled ? 2 : 0);
                break;
            case Symptom.CoarserValues:
                // Another unit moves the decimal point too: what outgrew its range was not cut off.
                yield return (Explanation.Of(Fault.TruncatedPrecision), blocked || outgrown ? 1 : 8);
                yield return (Explanation.Of(Fault.Rescaled), outgrown ? 4 : 0);
                break;
            case Symptom.Negative:
                // One negative value again and again was filled in; a changed sign leaves many.
                var flipped = signal.Effect > 0.4 && !oneValue;
                yield return (Explanation.Of(Fault.SignFlip), flipped ? 16 : oneValue ? 0 : 3);
                yield return (Explanation.Of(Fault.DefaultFilled), flipped ? 2 : 4);
                break;
            case Symptom.ClockShift:
                // People's days off shift for a day or two what a clock shifts until it is set right.
                yield return (Explanation.Of(Fault.ShiftedTimeZone), context.Holidays.Length > 0 && signal.Last - signal.First < 3 && Math.Abs(signal.Effect) < 4 ? 1.5 : signal.Last > signal.First ? 7 : 2.5);
                break;
            case Symptom.NewCategory:
                yield return (Explanation.Of(Fault.RelabelledCategory), 8);
                yield return (Product, 4);
                break;
            case Symptom.CategoryMix:
                yield return (Behaviour, 1);
                yield return (Explanation.Of(Fault.RelabelledCategory), 1);
                break;
            case Symptom.Relation:
                yield return (Explanation.Of(Fault.Rescaled), uneven ? 1 : 5);
                yield return (Explanation.Of(Fault.SchemaChange), uneven ? 1 : 3);
                yield return (Explanation.Of(Fault.ShiftedTimeZone), 2);
                break;
            case Symptom.RepeatedRows:
                yield return (Explanation.Of(Fault.DuplicatedPartition), 12);
                break;
            case Symptom.FewerRows:
                // Where a row is one event or one hour, few rows may be a quiet day; a whole partition gone, or many rows, is not.
                yield return (Explanation.Of(Fault.DroppedPartition), signal.Effect < 0.02 || context.RowsPerWindow > 200 ? 8 : 5.5);
                break;
            case Symptom.Skew:
                yield return (Explanation.Of(Fault.TrainingServingSkew), 8);
                break;
            case Symptom.Freshness:
                yield return (Explanation.Of(Fault.Stuck), 6);
                yield return (Explanation.Of(Fault.DroppedPartition), 5);
                break;
            case Symptom.Shape:
                yield return (Behaviour, 0.5);
                yield return (Explanation.Of(Fault.SchemaChange), signal.Effect > 1 ? 1.5 : 0);
                break;
            case Symptom.Cardinality:
                yield return (Explanation.Of(Fault.TruncatedPrecision), signal.Effect < 0.5 && !filled ? 3 : 0);
                yield return (Explanation.Of(Fault.RelabelledCategory), signal.Effect > 1.5 ? 1.5 : 0);
                break;
            case Symptom.Level when signal.Change is { } change:
                foreach (var points in PointsOf(change, filled && !outgrown, context))
                    yield return points;
                break;
            case Symptom.Level or Symptom.Scatter or Symptom.Outliers:
                yield return (Behaviour, 0.5);
                break;
        }
    }

    private static IEnumerable<(Explanation, double)> PointsOf(LevelChange change, bool filled, IncidentContext context)
    {
        var size = Math.Abs(Math.Log(change.Factor));
        var even = change.Unevenness < 1.4;
        if (!filled && change.Flipped > 3)
            yield return (Explanation.Of(Fault.SignFlip), 8);
        if (!filled && size > 0.3 && even)
            yield return (Explanation.Of(Fault.Rescaled), (context.Seasonality > 0.5 ? 1.5 : 0.5) + (change.Abruptness > 0.6 ? 0.5 : 0) + (IsUnit(change.Factor) ? 1.5 : 0) + Math.Min(4, size));
        if (!filled && change.OutOfRange > 0.3)
            yield return (Explanation.Of(Fault.Rescaled), 2 * change.OutOfRange);
        // What neither follows the clock nor moves gradually measures machines more often than people.
        if (change.Kind == ChangeKind.Step && context.Seasonality < 0.2)
        {
            yield return (Explanation.Of(Fault.Rescaled), 2 + (change.Abruptness > 0.6 ? 1 : 0));
            yield return (Explanation.Of(Fault.SchemaChange), 1.5);
        }

        if (change.Kind == ChangeKind.Drift)
        {
            yield return (Behaviour, 1.5);
            yield return (Season, 1);
        }

        if (!even)
            yield return (Behaviour, 1);
        if (change.Returned && context.Seasonality > 0.3)
            yield return (Behaviour, 1);
    }

    private static void AddContext(ImmutableArray<Evidence>.Builder evidence, IReadOnlyList<Signal> signals, double people, IncidentContext context)
    {
        if (context.Companions.Length > 0)
        {
            evidence.Add(new(
                string.Create(CultureInfo.InvariantCulture,
                    $"{context.Companions.Length} of {context.Others} other features moved too: {string.Join(", ", context.Companions.Take(5))}"),
                [(Behaviour, people * Math.Min(2.5, 0.8 * context.Companions.Length))]));
        }

        if (context.Family.Length > 0)
        {
            // People do not touch all columns of one table in one way; what fills the table does.
            var points = Math.Min(2.5, 0.8 * context.Family.Length);
            evidence.Add(new(
                $"Features of the same source changed alike: {string.Join(", ", context.Family.Take(5))}",
                [.. Explanation.All.Where(e => e.Cause == Cause.DataQuality).Select(e => (e, points))]));
        }

        var moved = signals.Any(s => s.Symptom is Symptom.Level or Symptom.Outliers or Symptom.Scatter or Symptom.ClockShift or Symptom.FewerRows);
        if (moved && context.Holidays.Length > 0)
        {
            evidence.Add(new(
                $"Holiday: {string.Join(", ", context.Holidays)}",
                [(Behaviour, people * 1.5), (Season, people * (context.SameLastYear ? 4 : 1.5))]));
        }

        if (context.SameLastYear)
            evidence.Add(new("The same days of the year before were unusual too", [(Season, 2)]));
        if (context.Launches.Length > 0)
            evidence.Add(new($"Registered at the start: {string.Join(", ", context.Launches)}", [(Product, 6)]));
        if (moved && context.Seasonality > 0.5)
        {
            evidence.Add(new(
                string.Create(CultureInfo.InvariantCulture,
                    $"The feature follows hours and weekdays ({100 * context.Seasonality:0} % of its variation), as people do"),
                [(Behaviour, people)]));
        }
    }

    // What faults leave and people do not.
    private static bool IsPlain(Signal signal) => signal.Symptom switch
    {
        Symptom.Negative => signal.Effect > 0.4,
        Symptom.ClockShift => signal.Last - signal.First >= (Math.Abs(signal.Effect) >= 4 ? 2 : 4),
        _ => Incidents.IsFingerprint(signal.Symptom),
    };

    // Factors of units: thousands, hundreds, minutes, miles, pounds, inches, degrees, and small whole ratios.
    private static bool IsUnit(double factor) =>
        new[] { 10, 100, 1000, 1e6, 60, 3600, 24, 7, 1.609344, 2.20462, 2.54, 3.28084, 1024, 2, 1.5, 3, 4, 5 }
            .Any(unit => Math.Abs(Math.Abs(Math.Log(factor)) - Math.Log(unit)) < 0.04);
}
