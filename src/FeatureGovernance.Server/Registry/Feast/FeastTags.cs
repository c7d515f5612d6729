using System.Collections.Immutable;
using System.Globalization;

namespace FeatureGovernance.Server.Registry.Feast;

/// <summary>Reads what users say in tags, where Feast has no field for it.</summary>
internal static class FeastTags
{
    /// <summary>Whether the tag is there and does not say no.</summary>
    public static bool IsSet(ImmutableSortedDictionary<string, string> tags, string name) =>
        tags.TryGetValue(name, out var value) && value.Trim().ToLowerInvariant() is not ("false" or "no" or "0" or "none");

    /// <summary>The first of the tags that has a value.</summary>
    public static string? First(ImmutableSortedDictionary<string, string> tags, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (tags.TryGetValue(name, out var value) && value.Trim() is { Length: > 0 } text)
                return text;
        }

        return null;
    }

    /// <summary>The tag as a finite number from 0; null where it is absent or none.</summary>
    public static double? Number(ImmutableSortedDictionary<string, string> tags, string name) =>
        First(tags, name) is { } text
        && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        && double.IsFinite(number)
        && number >= 0
            ? number
            : null;
}
