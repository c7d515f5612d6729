namespace FeatureGovernance.Valuation.Reading;

/// <summary>A column as read: numbers (NaN for missing) or text (null for missing).</summary>
internal sealed record TableColumn(string Name, double[]? Numbers, string?[]? Texts, bool IsTime);

/// <summary>Columns of equal length.</summary>
internal sealed record Table(IReadOnlyList<TableColumn> Columns, int Rows, IReadOnlyList<string> Notes)
{
    /// <summary>The number of each row in the file, from 1; null where all rows were taken.</summary>
    public long[]? RowNumbers { get; init; }
}

/// <summary>The columns that are not features.</summary>
internal sealed record Roles(
    TableColumn Label, TableColumn? Group = null, TableColumn? Time = null, TableColumn? LabelTime = null, TableColumn? Weight = null,
    TableColumn? Score = null)
{
    public string?[] Names => [Label.Name, Group?.Name, Time?.Name, LabelTime?.Name, Weight?.Name, Score?.Name];
}
