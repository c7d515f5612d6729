using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace FeatureGovernance.Server.Registry.Feast;

/// <summary>Gives Feast's names the form of ours, each thing its own, whatever the order in which the registry lists them.</summary>
internal static class FeastNames
{
    /// <summary>As in a <see cref="Core.Registry.FeatureKey"/>.</summary>
    private const int MaxLength = 128;
    private const int MaxTeam = 64;

    /// <summary>
    /// One name for each thing. Names met in several projects are qualified by project; characters that a name may not hold become
    /// <c>_</c>; names that then coincide get a suffix from the hash of what they were, and repetitions of the same name a number.
    /// </summary>
    /// <param name="things">Project and name of each.</param>
    public static ImmutableArray<string> Assign(IReadOnlyList<(string Project, string Name)> things)
    {
        var shared = things.GroupBy(thing => thing.Name, StringComparer.Ordinal)
            .Where(same => same.Select(thing => thing.Project).Distinct(StringComparer.Ordinal).Skip(1).Any())
            .Select(same => same.Key)
            .ToHashSet(StringComparer.Ordinal);
        var wanted = things
            .Select(thing => shared.Contains(thing.Name) && thing.Project.Length > 0
                ? $"{thing.Project}.{thing.Name}"
                : thing.Name)
            .ToList();
        var formed = wanted.Select(Form).ToList();

        var contested = formed.Zip(wanted).GroupBy(pair => pair.First, StringComparer.Ordinal)
            .Where(same => same.Select(pair => pair.Second).Distinct(StringComparer.Ordinal).Skip(1).Any())
            .Select(same => same.Key)
            .ToHashSet(StringComparer.Ordinal);
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var repetitions = new Dictionary<string, int>(StringComparer.Ordinal);
        var names = new string[things.Count];
        // Names that are already of the form come first, so that a changed one never takes theirs.
        foreach (var index in Enumerable.Range(0, names.Length).OrderBy(index => formed[index] == wanted[index] ? 0 : 1))
        {
            var name = contested.Contains(formed[index]) && formed[index] != wanted[index]
                ? Suffixed(formed[index], $"-{Hash(wanted[index])}")
                : formed[index];
            var unique = name;
            while (!taken.Add(unique))
                unique = Suffixed(name, $".{repetitions[name] = repetitions.GetValueOrDefault(name, 1) + 1}");
            names[index] = unique;
        }

        return [.. names];
    }

    /// <summary>A team's slug from an owner: of an e-mail address the part before the <c>@</c>. Empty where nothing can be kept.</summary>
    public static string Team(string owner)
    {
        var at = owner.IndexOf('@', StringComparison.Ordinal);
        var slug = new StringBuilder();
        foreach (var letter in (at > 0 ? owner[..at] : owner).ToLowerInvariant())
        {
            if (char.IsAsciiLetterOrDigit(letter))
                slug.Append(letter);
            else if (slug.Length > 0 && slug[^1] != '-')
                slug.Append('-');
        }

        return slug.ToString(0, Math.Min(slug.Length, MaxTeam)).TrimEnd('-');
    }

    private static string Form(string name)
    {
        var formed = string.Concat(name.Select(letter =>
            char.IsAsciiLetterOrDigit(letter) || letter is '_' or '.' or '-' ? letter : '_'));
        if (formed.Length == 0 || !(char.IsAsciiLetterOrDigit(formed[0]) || formed[0] == '_'))
            formed = $"_{formed}";
        return formed.Length <= MaxLength ? formed : Suffixed(formed, $"-{Hash(name)}");
    }

    private static string Suffixed(string name, string suffix) => name[..Math.Min(name.Length, MaxLength - suffix.Length)] + suffix;

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..8];
}
