namespace FeatureGovernance.Core.Lifecycle;

/// <summary>How alike two features are, by side; each from 0 to 1.</summary>
/// <param name="Name">Trigram similarity of their keys.</param>
/// <param name="Source">1 for the same table and column, a half for the same table, else 0.</param>
/// <param name="Description">Trigram similarity of their descriptions; 0 where either has none.</param>
/// <param name="Values">Likeness of their values; null where their profiles do not tell.</param>
public readonly record struct Likeness(double Name, double Source, double Description, double? Values = null)
{
    /// <summary>
    /// The sides as independent hints that both are one feature: 1 minus the product of the doubts left by each. A column is the
    /// strongest hint; a table alone says little, for a group's features share one, and so does a name alone, for windows of one
    /// count differ in a digit. Values that agree are as strong a hint as a column; values that differ, or are not known, say nothing,
    /// for a copy may be scaled.
    /// </summary>
    public double Score => 1 - ((1 - (0.5 * Name)) * (1 - (Source >= 1 ? 0.6 : 0.1 * Source)) * (1 - (0.5 * Description)) * (1 - (0.6 * (Values ?? 0))));
}
