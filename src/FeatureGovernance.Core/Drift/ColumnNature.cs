namespace FeatureGovernance.Core.Drift;

/// <summary>What kind of values a column holds, as far as watching goes.</summary>
internal enum NatureKind
{
    /// <summary>Numbers of many values.</summary>
    Number,

    /// <summary>Few values, changing from row to row.</summary>
    Category,

    /// <summary>Few values, each for long: a month, a release.</summary>
    Label,

    /// <summary>Numbers that only grow, or an identifier.</summary>
    Counter,

    /// <summary>One value.</summary>
    Constant,

    /// <summary>Texts of many values.</summary>
    FreeText,
}

/// <summary>The nature of a column, seen from its values.</summary>
internal sealed record ColumnNature(NatureKind Kind, int Distinct)
{
    private const int FewValues = 25;

    public static ColumnNature Of(ValueColumn column)
    {
        int present = 0, changes = 0, rises = 0;
        var distinct = new HashSet<object>();
        object? before = null;
        for (var row = 0; row < column.Missing.Length; row++)
        {
            if (column.Missing[row] || column.Numbers?[row] is double.NaN)
                continue;
            object value = column.Numbers is { } numbers ? numbers[row] : column.Texts![row]!;
            present++;
            if (before is not null && !before.Equals(value))
            {
                changes++;
                rises += value is double number && number > (double)before ? 1 : 0;
            }

            if (distinct.Count < 100_000)
                distinct.Add(value);
            before = value;
        }

        if (distinct.Count <= 1)
            return new(NatureKind.Constant, distinct.Count);
        if (column.Texts is not null && distinct.Count > Math.Max(200, present * 0.2))
            return new(NatureKind.FreeText, distinct.Count);
        if (column.Numbers is not null && changes > 50 && rises >= 0.98 * changes && distinct.Count > 0.5 * present)
            return new(NatureKind.Counter, distinct.Count);
        var whole = column.Texts is not null || distinct.All(v => v is double number && number == Math.Round(number));
        if (distinct.Count > FewValues && column.Numbers is not null)
            return new(NatureKind.Number, distinct.Count);
        if (!whole)
            return new(NatureKind.Number, distinct.Count);
        return new(present > 18.0 * (changes + 1) ? NatureKind.Label : NatureKind.Category, distinct.Count);
    }
}
