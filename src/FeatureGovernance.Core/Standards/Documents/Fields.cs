using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using FeatureGovernance.Core.Checks;

namespace FeatureGovernance.Core.Standards.Documents;

/// <summary>Reads the fields of one mapping and collects what is wrong with them, each fault with its path and line.</summary>
internal sealed class Fields(MapNode map, string path, List<FieldError> faults)
{
    private const int LongestText = 2_000;
    private const int LongestPattern = 200;
    private readonly HashSet<string> known = new(StringComparer.Ordinal);

    public int Line => map.Line;

    public string Path => path;

    public string PathOf(string name) => path.Length == 0 ? name : $"{path}.{name}";

    public bool Has(string name) => Find(name) is not null;

    public DocumentNode? Find(string name)
    {
        known.Add(name);
        return map.Find(name) is { } node && node is not ScalarNode { IsNull: true } ? node : null;
    }

    public void Fault(string name, string message, string remedy, int? line = null, string? code = null) =>
        faults.Add(new(name.Length == 0 ? path : PathOf(name), message, remedy, code, line ?? map.Find(name)?.Line ?? map.Line));

    public string? Text(string name, bool required = false, int most = LongestText)
    {
        if (Find(name) is not { } node)
        {
            if (required)
                Fault(name, "The field is required.", "Add it.", code: "required-field");
            return null;
        }

        if (node is not ScalarNode { Text: var text } || string.IsNullOrWhiteSpace(text))
            Fault(name, "The value is not a text, or is blank.", "Write a text.");
        else if (text.Length > most)
            Fault(name, $"The text is {text.Length:N0} characters long.", $"Use at most {most:N0}.");
        else if (text.Any(c => char.IsControl(c) && c is not ('\n' or '\t')))
            Fault(name, "The text has control characters.", "Remove them.");
        else
            return text.Trim();
        return null;
    }

    public double? Number(string name, double least, double most, bool whole = false, bool required = false)
    {
        if (Find(name) is not { } node)
        {
            if (required)
                Fault(name, "The field is required.", "Add it.", code: "required-field");
            return null;
        }

        if (node is ScalarNode { IsQuoted: false, Text: var text } && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most && (!whole || number == Math.Floor(number)))
            return number;
        Fault(name, $"The value is not a {(whole ? "whole " : "")}number from {least:0.###} to {most:0.###}.", "Write such a number, without quotes.");
        return null;
    }

    public bool Flag(string name, bool missing)
    {
        switch (Find(name))
        {
            case null:
                return missing;
            case ScalarNode { IsQuoted: false, Text: "true" or "True" }:
                return true;
            case ScalarNode { IsQuoted: false, Text: "false" or "False" }:
                return false;
            default:
                Fault(name, "The value is neither true nor false.", "Write true or false, without quotes.");
                return missing;
        }
    }

    public T? Word<T>(string name)
        where T : struct, Enum
    {
        if (Text(name) is not { } text)
            return null;
        if (Words<T>.TryParse(text, out var word))
            return word;
        Fault(name, $"'{Shorten(text)}' is not known here.", $"Use one of: {Words<T>.All}.");
        return null;
    }

    public DateOnly? Date(string name)
    {
        if (Text(name) is not { } text)
            return null;
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
            return date;
        Fault(name, $"'{Shorten(text)}' is not a date.", "Write one such as 2026-01-31.");
        return null;
    }

    /// <summary>A pattern that is matched in time linear in its text.</summary>
    public Regex? Pattern(string name, bool required = false)
    {
        if (Text(name, required, LongestPattern) is not { } text)
            return null;
        var (pattern, fault) = Patterns.Compile(text);
        if (fault is not null)
            Fault(name, fault, Patterns.Remedy);
        return pattern;
    }

    public ImmutableArray<string> Texts(string name, bool required = false, int most = 1_000)
    {
        if (Find(name) is not { } node)
        {
            if (required)
                Fault(name, "The field is required.", "Add it.", code: "required-field");
            return [];
        }

        // One may stand without brackets.
        var items = node is ListNode list ? list.Items : [node];
        if (items.Length == 0 || items.Length > most)
            Fault(name, $"The list has {items.Length:N0} entries.", $"Give 1 to {most:N0}, or leave the field out.");
        var texts = ImmutableArray.CreateBuilder<string>();
        for (var i = 0; i < Math.Min(items.Length, most); i++)
        {
            if (items[i] is ScalarNode { Text: { Length: > 0 and <= 256 } text } && !text.Any(char.IsControl))
                texts.Add(text);
            else
                Fault($"{name}[{i}]", "The entry is not a text of 1 to 256 characters.", "Write such a text.", items[i].Line);
        }

        return texts.ToImmutable();
    }

    public ImmutableArray<T> WordList<T>(string name)
        where T : struct, Enum
    {
        var words = ImmutableArray.CreateBuilder<T>();
        foreach (var text in Texts(name))
        {
            if (Words<T>.TryParse(text, out var word))
                words.Add(word);
            else
                Fault(name, $"'{Shorten(text)}' is not known here.", $"Use some of: {Words<T>.All}.");
        }

        return words.ToImmutable();
    }

    public Fields? Map(string name)
    {
        switch (Find(name))
        {
            case null:
                return null;
            case MapNode inner:
                return new(inner, PathOf(name), faults);
            default:
                Fault(name, "The value is not a mapping.", "Write fields under it.");
                return null;
        }
    }

    public IEnumerable<Fields> Maps(string name, int most)
    {
        if (Find(name) is not { } node)
            yield break;
        if (node is not ListNode list || list.Items.Length > most)
        {
            Fault(name, $"The value is not a list of at most {most:N0} entries.", "Begin each entry with '- '.");
            yield break;
        }

        for (var i = 0; i < list.Items.Length; i++)
        {
            if (list.Items[i] is MapNode inner)
                yield return new(inner, $"{PathOf(name)}[{i}]", faults);
            else
                Fault($"{name}[{i}]", "The entry is not a mapping.", "Write fields under it.", list.Items[i].Line);
        }
    }

    /// <summary>Every field that nobody asked for is a mistake; said last, when all that may stand here is known.</summary>
    public void RefuseUnknown()
    {
        foreach (var (name, line, _) in map.Entries)
        {
            if (known.Contains(name))
                continue;
            var near = known.Where(other => EditDistance.Bounded(other, Shorten(name), 2) <= 2).Order(StringComparer.Ordinal).FirstOrDefault();
            Fault(Shorten(name), "There is no such field here.",
                near is null ? $"Use some of: {string.Join(", ", known.Order(StringComparer.Ordinal))}." : $"Did you mean '{near}'?", line, "unknown-field");
        }
    }

    public static string Shorten(string text) =>
        string.Concat((text.Length <= 80 ? text : text[..80] + "…").Select(c => char.IsControl(c) ? ' ' : c));
}
