using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using FeatureGovernance.Core;

namespace FeatureGovernance.Server.Http;

/// <summary>Collects every fault of a request body before refusing it.</summary>
internal sealed partial class FieldFaults
{
    public const int LongText = 4_000;

    private readonly List<FieldError> faults = [];

    public bool Any => faults.Count > 0;

    public IReadOnlyList<FieldError> All => faults;

    public Refusal? Refusal => faults.Count == 0
        ? null
        : new(RefusalKind.Malformed, "malformed-request",
            faults.Count == 1 ? $"{faults[0].Field}: {faults[0].Message}" : $"{faults.Count} fields are at fault.", [.. faults]);

    public void Add(string field, string message, string? remedy = null, string? code = null) => faults.Add(new(field, message, remedy, code));

    public void Check([DoesNotReturnIf(false)] bool holds, string field, string message, string? remedy = null)
    {
        if (!holds)
            Add(field, message, remedy);
    }

    public void Text(string field, string? value, int maxLength = 256, bool required = false)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            if (required)
                Add(field, "The field is required.", "Give a text that is not blank.", "required-field");
            else if (value is { Length: > 0 })
                Add(field, "The text is blank.", "Leave the field out, or say something.");
            return;
        }

        if (value.Length > maxLength)
            Add(field, $"The text is {value.Length:N0} characters long.", $"Use at most {maxLength:N0} characters.");
        else if (ControlCharacters().IsMatch(value))
            Add(field, "The text has control characters.", "Remove them; line breaks and tabs are fine.");
        else if (HasLoneSurrogate(value))
            Add(field, "The text is not well-formed Unicode.", "Send valid UTF-8.");
    }

    /// <summary>Names of teams, models, people, versions: short, ASCII, fit for a URL.</summary>
    public void Slug(string field, string? value, bool required = true)
    {
        if (string.IsNullOrEmpty(value))
        {
            if (required)
                Add(field, "The field is required.", "Give a name.", "required-field");
            return;
        }

        if (!IsSlug(value))
            Add(field, $"'{Problems.Shorten(Printable(value))}' is not a name.",
                "Use 1 to 128 ASCII letters, digits, '_', '.', '-' or '@', beginning with a letter, digit or '_'.");
    }

    public T? Word<T>(string field, string? value, T? missing = null)
        where T : struct, Enum
    {
        if (value is null)
            return missing;
        if (Words<T>.TryParse(value, out var word))
            return word;
        Add(field, $"'{Problems.Shorten(Printable(value))}' is not known here.", $"Use one of: {Words<T>.All}.");
        return null;
    }

    public void Number(string field, double? value, double min = double.NegativeInfinity, double max = double.PositiveInfinity)
    {
        if (value is { } number && (!double.IsFinite(number) || number < min || number > max))
            Add(field, $"{number} is out of range.", $"Use a finite number from {min} to {max}.");
    }

    public void Tags(string field, IReadOnlyDictionary<string, string>? tags)
    {
        if (tags is null)
            return;
        Check(tags.Count <= 64, field, $"There are {tags.Count:N0} tags.", "Use at most 64.");
        foreach (var (name, value) in tags.Take(64))
        {
            Text($"{field}.{Problems.Shorten(Printable(name))}", value ?? "", 1_000);
            if (string.IsNullOrWhiteSpace(name) || name.Length > 128 || ControlCharacters().IsMatch(name))
                Add(field, "A tag's name is blank, has control characters or is over 128 characters.", "Rename the tag.");
        }
    }

    public static bool IsSlug(string value) => SlugPattern().IsMatch(value);

    public static string Printable(string value) => NotPrintable().Replace(value.Length > 200 ? value[..200] : value, "�");

    private static bool HasLoneSurrogate(string value)
    {
        for (var i = 0; i < value.Length; i++)
        {
            if (!char.IsSurrogate(value[i]))
                continue;
            if (i + 1 >= value.Length || !char.IsSurrogatePair(value[i], value[i + 1]))
                return true;
            i++;
        }

        return false;
    }

    [GeneratedRegex(@"[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F\u0085\u2028\u2029\u202A-\u202E\u2066-\u2069]")]
    private static partial Regex ControlCharacters();

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9_.@\-]{0,127}\z")]
    private static partial Regex SlugPattern();

    [GeneratedRegex(@"[^\u0020-\u007E\u00A0-\u024F]")]
    private static partial Regex NotPrintable();
}
