using System.Collections.Immutable;
using System.Globalization;

namespace FeatureGovernance.Valuation.Reading;

/// <summary>Takes from a table what is needed to judge its label: of all rows, also those that have none.</summary>
internal static class LabelReading
{
    public static LabelRows Of(Table table, Roles roles, int[] rows, ValuationTask task)
    {
        var label = roles.Label;
        return new(
            label.Name,
            task == ValuationTask.Classification ? Classes(label, rows) : [],
            rows,
            table.RowNumbers ?? [.. Enumerable.Range(1, table.Rows).Select(r => (long)r)],
            [.. Enumerable.Range(0, table.Rows).Select(r => label.Numbers is { } numbers ? !double.IsNaN(numbers[r]) : label.Texts![r] is not null)],
            roles.Time?.Numbers,
            roles.LabelTime?.Numbers,
            (roles.Time ?? roles.LabelTime)?.IsTime ?? false,
            roles.Time is { IsTime: true } time ? Late(table, roles, time.Numbers!) : []);
    }

    // Sorted as SampleBuilder sorts the codes.
    private static ImmutableArray<string> Classes(TableColumn label, int[] rows) => label.Texts is { } texts
        ? [.. rows.Select(r => texts[r]!).Distinct().Order(StringComparer.Ordinal)]
        : [.. rows.Select(r => label.Numbers![r]).Distinct().Order().Select(n => n.ToString("R", CultureInfo.InvariantCulture))];

    private static ImmutableArray<(string Column, double Share)> Late(Table table, Roles roles, double[] events) =>
    [
        .. table.Columns.Where(c => c.IsTime && !roles.Names.Contains(c.Name)).Select(c =>
        {
            var told = Enumerable.Range(0, table.Rows).Where(r => double.IsFinite(c.Numbers![r]) && double.IsFinite(events[r])).ToArray();
            return (c.Name, told.Length == 0 ? 0 : (double)told.Count(r => c.Numbers![r] > events[r]) / told.Length);
        }).Where(late => late.Item2 > 0),
    ];
}
