using System.Globalization;

namespace FeatureGovernance.Core.Drift;

/// <summary>
/// Watches relations between features: where one follows from others (a sum and its parts, a temperature and how it feels), a value that
/// no longer does is wrong, however ordinary it looks by itself.
/// </summary>
internal static class RelationWatch
{
    private const int MostPartners = 3;
    private const double LeastExplained = 0.9;

    public static void Watch(Watched[] columns, WindowGrid grid)
    {
        var numbers = Enumerable.Range(0, columns.Length).Where(i => columns[i].Nature.Kind == NatureKind.Number && columns[i].Level is not null).ToArray();
        if (numbers.Length is < 2 or > 60)
            return;
        var found = numbers.AsParallel().AsOrdered().Select(i => Relation.Find(columns, numbers, i, grid, MostPartners, LeastExplained))
            .OfType<Relation>().ToArray();
        foreach (var relation in found)
            columns[relation.Target].Findings.CountTests(Symptom.Relation, grid.Count);
        foreach (var relation in found)
        {
            var broken = relation.Broken();
            columns[relation.Target].Findings.AddRuns(broken, 1, (first, last, p) => new(
                Symptom.Relation, first, last, p, relation.Size(first, last), string.Create(
                    CultureInfo.InvariantCulture,
                    $"It no longer follows from {string.Join(", ", relation.Partners.Select(j => columns[j].Column.Name))}, "
                    + $"which explain {100 * relation.Explained:0.#} % of it: {relation.Size(first, last):0.#} times the usual gap")));
            WatchHours(relation, columns, grid);
        }

        Blame(columns, found);
    }

    // A feature that its partners foretell again when it is read some hours earlier or later has another clock than they.
    private static void WatchHours(Relation relation, Watched[] columns, WindowGrid grid)
    {
        if (grid.CellsPerDay != 24)
            return;
        var findings = columns[relation.Target].Findings;
        findings.CountTests(Symptom.ClockShift, grid.Count);
        foreach (var broken in findings.Signals.Where(s => s.Symptom == Symptom.Relation).ToArray())
        {
            var lag = relation.Lag(
                other => columns[other].Level!.Reference.Series.Raw, broken.First * grid.CellsPerWindow, (broken.Last + 1) * grid.CellsPerWindow);
            if (lag != 0)
            {
                findings.Signals.Add(new(Symptom.ClockShift, broken.First, broken.Last, broken.PValue, lag, string.Create(
                    CultureInfo.InvariantCulture,
                    $"Read {Math.Abs(lag)} h {(lag > 0 ? "earlier" : "later")} it follows from {string.Join(", ", relation.Partners.Select(j => columns[j].Column.Name))} again")));
            }
        }
    }

    // A broken relation shows at each of its members. It is laid to the one that stands out by itself; where none or several do, to the
    // one whose relation broke most.
    private static void Blame(Watched[] columns, Relation[] found)
    {
        foreach (var relation in found)
        {
            var findings = columns[relation.Target].Findings;
            var family = relation.Partners.Concat(found.Where(r => r.Partners.Contains(relation.Target)).Select(r => r.Target)).Distinct().ToArray();
            var others = findings.Signals.Where(signal => signal.Symptom == Symptom.Relation
                && family.Any(other => Weight(columns[other].Findings, signal) > Weight(findings, signal))).ToArray();
            // With the relation goes the clock that was read from it.
            findings.Signals.RemoveAll(signal => signal.Symptom is Symptom.Relation or Symptom.ClockShift && others.Any(other =>
                (other.First, other.Last, other.PValue) == (signal.First, signal.Last, signal.PValue)));
        }
    }

    private static double Weight(Findings findings, Signal signal)
    {
        double weight = 0;
        foreach (var other in findings.Signals.Where(s => s.First <= signal.Last + 1 && s.Last >= signal.First - 1))
        {
            weight += other.Symptom switch
            {
                Symptom.Relation => 1e-3 * Math.Log(1 + other.Effect),
                Symptom.Level or Symptom.Scatter or Symptom.Outliers => 0.1,
                _ => 1,
            };
        }

        return weight;
    }
}
