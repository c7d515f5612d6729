namespace FeatureGovernance.Core.Drift;

/// <summary>The values of one feature, row by row.</summary>
/// <param name="Name">The feature.</param>
/// <param name="Numbers">Numbers; NaN both where missing and where not a number. Null for texts.</param>
/// <param name="Texts">Texts; null where missing. Null for numbers.</param>
/// <param name="Missing">Which rows have no value.</param>
public sealed record ValueColumn(string Name, double[]? Numbers, string?[]? Texts, bool[] Missing);

/// <summary>Rows of values with their times.</summary>
/// <param name="Times">Ascending.</param>
/// <param name="Columns">Each as long as the times.</param>
public sealed record TimedTable(DateTime[] Times, IReadOnlyList<ValueColumn> Columns);
