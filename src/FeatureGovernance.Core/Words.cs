using System.Collections.Frozen;
using System.Text.Json;

namespace FeatureGovernance.Core;

/// <summary>The public spelling of an enum's names: camelCase, read without regard to case, underscores or hyphens.</summary>
/// <typeparam name="T">The vocabulary.</typeparam>
public static class Words<T>
    where T : struct, Enum
{
    private static readonly FrozenDictionary<T, string> Texts =
        Enum.GetValues<T>().ToFrozenDictionary(value => value, value => JsonNamingPolicy.CamelCase.ConvertName(value.ToString()));

    private static readonly FrozenDictionary<string, T> Values =
        Enum.GetValues<T>().ToFrozenDictionary(value => value.ToString(), StringComparer.OrdinalIgnoreCase);

    /// <summary>Every word, for messages: <c>draft, proposed, …</c>.</summary>
    public static string All { get; } = string.Join(", ", Enum.GetValues<T>().Select(value => Texts[value]));

    /// <summary>The public spelling.</summary>
    public static string Text(T value) => Texts[value];

    /// <summary>Reads a word; false where it is not one of <see cref="All"/>.</summary>
    public static bool TryParse(string? text, out T value)
    {
        value = default;
        return text is { Length: <= 64 }
            && Values.TryGetValue(text.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal), out value);
    }
}

/// <summary>The public spelling of a name of any vocabulary.</summary>
public static class Words
{
    /// <summary>For example <c>rolledBack</c>.</summary>
    public static string Of<T>(T value)
        where T : struct, Enum => Words<T>.Text(value);
}
