using System.Globalization;
using FeatureGovernance.Contracts.Registry;

namespace FeatureGovernance.Server.Registry.Pages;

/// <summary>How one definition of a feature differs from another, field by field.</summary>
public static class VersionChanges
{
    /// <summary>The fields that differ, with what they were and are; a dash where nothing is said.</summary>
    public static IEnumerable<(string Name, string Before, string After)> Between(FeatureVersionView before, FeatureVersionView after) =>
        Fields(before).Zip(Fields(after)).Where(pair => pair.First.Text != pair.Second.Text)
            .Select(pair => (pair.First.Name, pair.First.Text ?? "–", pair.Second.Text ?? "–"));

    /// <summary>What values are expected, in words; null where nothing is.</summary>
    public static string? Text(ExpectedValues? expected)
    {
        if (expected is null)
            return null;
        var parts = new List<string>();
        if (expected.Min is not null || expected.Max is not null)
            parts.Add($"{Number(expected.Min) ?? "−∞"} to {Number(expected.Max) ?? "∞"}");
        if (expected.MaxNullRate is { } nulls)
            parts.Add($"at most {Number(nulls * 100)} % null");
        if (expected.Categories is { Count: > 0 } categories)
            parts.Add($"one of {string.Join(", ", categories.Take(12))}{(categories.Count > 12 ? $" and {categories.Count - 12} more" : "")}");
        return string.Join("; ", parts);
    }

    private static (string Name, string? Text)[] Fields(FeatureVersionView version) =>
    [
        ("Type", version.DataType), ("Entity", version.Entity), ("System", version.Source.System), ("Table", version.Source.Table),
        ("Column", version.Source.Column), ("Expression", version.Source.Expression), ("Expected", Text(version.Expected)),
        ("Default", version.Default?.GetRawText()),
    ];

    private static string? Number(double? number) => number?.ToString("0.######", CultureInfo.InvariantCulture);
}
