using System.Collections.Immutable;
using FeatureGovernance.Statistics.Inference;

namespace FeatureGovernance.Core.Drift;

/// <summary>How to look.</summary>
/// <param name="Window">The length of a window.</param>
/// <param name="Discovery">The share of what is found of each symptom that may be nothing, 0 to 1.</param>
/// <param name="Holidays">Days on which people do other things.</param>
public sealed record DetectionOptions(WindowLength Window, double Discovery, HolidayCalendar Holidays)
{
    /// <summary>The share of false discoveries of each symptom that is allowed unless another is asked for: one in twenty.</summary>
    public const double UsualDiscovery = 0.05;
}

/// <summary>Finds what changed in the values of a table over time, and why.</summary>
public static class Detector
{
    /// <summary>The window that suits the times: days where there are some weeks of them, else hours.</summary>
    /// <param name="times">Ascending, not empty.</param>
    public static WindowLength SuitableWindow(DateTime[] times)
    {
        ArgumentNullException.ThrowIfNull(times);
        var step = new WindowGrid(times, WindowLength.Day).Step;
        return times[^1] - times[0] < TimeSpan.FromDays(45) && step < TimeSpan.FromHours(1) ? WindowLength.Hour : WindowLength.Day;
    }

    /// <summary>Finds the incidents of every column.</summary>
    /// <returns>By start.</returns>
    public static ImmutableArray<FeatureIncident> Detect(TimedTable table, DetectionOptions options) => Detect(table, options, Watched.Look);

    /// <summary>The same, for callers that know already what is to be seen in some of the columns by themselves.</summary>
    internal static ImmutableArray<FeatureIncident> Detect(TimedTable table, DetectionOptions options, Func<ValueColumn, WindowGrid, Watched> look)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(options);
        if (table.Times.Length == 0)
            return [];
        var grid = new WindowGrid(table.Times, options.Window);
        var columns = table.Columns.AsParallel().AsOrdered().Select(column => look(column, grid)).ToArray();
        RelationWatch.Watch(columns, grid);
        var rows = Findings.Of(grid.Length);
        PartitionWatch.Watch(table, grid, rows);
        var kept = Discoveries([.. columns.Select(c => c.Findings), rows], options.Discovery);

        var incidents = new List<FeatureIncident>();
        for (var i = 0; i < columns.Length; i++)
        {
            foreach (var group in Incidents.Group([.. kept[i], .. kept[^1].Where(s => s.Symptom == Symptom.RepeatedRows || s.Effect < 0.02)], Near(grid)))
                incidents.Add(Explain(columns[i].Column.Name, columns[i].Seasonality, group, i));
        }

        foreach (var group in Incidents.Group(kept[^1].Where(s => s.Symptom == Symptom.FewerRows && s.Effect >= 0.02), Near(grid)))
            incidents.Add(Explain("*", 0, group, -1));
        return [.. incidents.OrderBy(i => i.Start).ThenBy(i => i.Feature, StringComparer.Ordinal)];

        FeatureIncident Explain(string name, double seasonality, List<Signal> group, int column)
        {
            // It began where what is surest began.
            int first = group.OrderBy(s => s.PValue).ThenBy(s => s.First).First().First, last = group.Max(s => s.Last);
            DateTime start = grid.StartOf(first), end = grid.StartOf(last + 1);
            var companions = Enumerable.Range(0, columns.Length)
                .Where(other => other != column
                    && kept[other].Exists(s => s.Symptom == Symptom.Level && s.First <= last && s.Last >= first && Math.Abs(s.First - first) <= Near(grid)))
                .Select(other => columns[other].Column.Name).ToImmutableArray();
            var year = (int)Math.Round(364 / (grid.StartOf(1) - grid.StartOf(0)).TotalDays);
            var again = column >= 0 && kept[column].Exists(s => s.Symptom == Symptom.Level && Math.Abs(s.First + year - first) <= 2 * Math.Max(1, year / 364));
            var context = new IncidentContext(
                seasonality, companions, columns.Length - 1, options.Holidays.Near(start, end), [], (double)table.Times.Length / grid.Count, again);
            return new(
                name,
                start,
                end,
                Math.Min(300, -Math.Log10(Math.Max(1e-300, group.Min(s => s.PValue)))),
                Incidents.KindOf(group, grid.Count, column >= 0 && columns[column].Level is { } level ? CellShape.Of(level, first, last) : null),
                CauseModel.Explain(group, context),
                [.. group]);
        }
    }

    private static int Near(WindowGrid grid) => grid.Length == WindowLength.Hour ? 6 : 3;

    // All tests of one symptom, over every feature and window, are one family.
    private static List<Signal>[] Discoveries(Findings[] all, double discovery)
    {
        var kept = Array.ConvertAll(all, _ => new List<Signal>());
        foreach (var family in all.SelectMany((findings, owner) => findings.Signals.Select(signal => (signal, owner))).GroupBy(s => s.signal.Symptom))
        {
            var members = family.ToArray();
            var tests = all.Sum(f => f.Tests.GetValueOrDefault(family.Key));
            var adjusted = FalseDiscovery.BenjaminiHochberg([.. members.Select(s => s.signal.PValue)], Math.Max(members.Length, tests));
            for (var i = 0; i < members.Length; i++)
            {
                if (adjusted[i] <= discovery)
                    kept[members[i].owner].Add(members[i].signal with { PValue = adjusted[i] });
            }
        }

        return kept;
    }
}

/// <summary>A column with all that was found in it.</summary>
internal sealed record Watched(ValueColumn Column, ColumnNature Nature, LevelWatch? Level, Findings Findings)
{
    public double Seasonality => Level?.Seasonality ?? 0;

    public static Watched Look(ValueColumn column, WindowGrid grid)
    {
        var findings = Findings.Of(grid.Length);
        column = WrittenNumbers.Read(column);
        var nature = ColumnNature.Of(column);
        FingerprintWatch.Watch(column, grid, nature, findings);
        RunWatch.Watch(column, grid, nature, findings);
        CategoryWatch.Watch(column, grid, nature, findings);
        LevelWatch? level = null;
        if (column.Numbers is not null && nature.Kind is NatureKind.Number && !IsMostlyOneValue(column.Numbers))
        {
            level = LevelWatch.Watch(column.Numbers, grid, findings);
            ClockWatch.Watch(level, findings);
        }

        return new(column, nature, level, findings);
    }

    // The level of such a feature is how often it has another value, which no scale of its values measures.
    private static bool IsMostlyOneValue(double[] numbers)
    {
        var middle = Robust.Median(numbers);
        return 2 * numbers.Count(number => number == middle) > numbers.Count(double.IsFinite);
    }
}
