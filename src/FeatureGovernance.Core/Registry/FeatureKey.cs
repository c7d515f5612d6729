using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace FeatureGovernance.Core.Registry;

/// <summary>
/// The public name of a feature, <c>group:name</c>. Both parts are 1 to 128 ASCII letters, digits or <c>_ . -</c> and begin with a
/// letter, digit or underscore; case matters. ASCII alone, so that no two keys look alike; no slash, so that a key is one path segment.
/// </summary>
public readonly partial record struct FeatureKey
{
    /// <summary>What a well-formed key looks like, for messages.</summary>
    public const string Form =
        "group:name, each part 1 to 128 ASCII letters, digits, '_', '.' or '-', beginning with a letter, digit or '_'";

    private FeatureKey(string group, string name) => (Group, Name) = (group, name);

    /// <summary>The group, in Feast the feature view.</summary>
    public string Group { get; }

    /// <summary>The name within the group.</summary>
    public string Name { get; }

    /// <summary>Reads a key; false where it is not of the <see cref="Form"/>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out FeatureKey key)
    {
        if (text is not null && Pattern().Match(text) is { Success: true } match)
        {
            key = new(match.Groups[1].Value, match.Groups[2].Value);
            return true;
        }

        key = default;
        return false;
    }

    /// <summary>Reads a key that is known to be well-formed.</summary>
    /// <exception cref="FormatException">It is not.</exception>
    public static FeatureKey Parse(string text) =>
        TryParse(text, out var key) ? key : throw new FormatException($"'{text}' is not of the form {Form}.");

    /// <inheritdoc />
    public override string ToString() => $"{Group}:{Name}";

    [GeneratedRegex(@"\A([A-Za-z0-9_][A-Za-z0-9_.\-]{0,127}):([A-Za-z0-9_][A-Za-z0-9_.\-]{0,127})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}

/// <summary>A feature as a manifest names it: <c>group:name</c> for the current version or <c>group:name@n</c> for version n.</summary>
/// <param name="Key">The feature.</param>
/// <param name="Version">The pinned version, from 1; null for the current one.</param>
public readonly record struct FeatureReference(FeatureKey Key, int? Version)
{
    /// <summary>Reads a reference; false where the key is malformed or the version is not a whole number from 1.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out FeatureReference reference)
    {
        reference = default;
        if (text is null)
            return false;

        var at = text.IndexOf('@', StringComparison.Ordinal);
        if (!FeatureKey.TryParse(at < 0 ? text : text[..at], out var key))
            return false;
        if (at < 0)
        {
            reference = new(key, null);
            return true;
        }

        if (!int.TryParse(text.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var version) || version < 1)
            return false;
        reference = new(key, version);
        return true;
    }

    /// <inheritdoc />
    public override string ToString() => Version is { } version ? $"{Key}@{version}" : Key.ToString();
}
