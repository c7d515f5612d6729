namespace FeatureGovernance.Valuation.Reading;

/// <summary>A column as read: numbers (NaN for missing) or text (null for missing).</summary>
internal sealed record TableColumn(string Name, double[]? Numbers, string?[]? Texts, bool IsTime);

/// <summary>Columns of equal length.</summary>
internal sealed record Table(IReadOnlyList<TableColumn> Columns, int Rows, IReadOnlyList<string> Notes);
