using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using FeatureGovernance.Core;

namespace FeatureGovernance.Server.Http;

/// <summary>Turns the JSON reader's exceptions into a fault that names the field and the remedy, without the reader's type names.</summary>
internal static partial class JsonFaults
{
    public static FieldError Describe(JsonException exception)
    {
        var field = Field(exception.Path);
        var message = exception.Message;
        if (Unmapped().Match(message) is { Success: true } unmapped)
            return new(unmapped.Groups[1].Value, "No such field.", "Remove it, or check its spelling: names are camelCase.", "unknown-field");
        if (Duplicate().Match(message) is { Success: true } duplicate)
            return new(duplicate.Groups[1].Value, "The field is given twice.", "Give it once.", "duplicate-field");
        if (message.Contains("could not be converted to", StringComparison.Ordinal))
            return new(field, $"The value is not {Expected(message)}.", "Send the type that the API reference gives.", "wrong-type");
        var at = exception.LineNumber is { } line ? $" at line {line + 1}, byte {exception.BytePositionInLine + 1}" : "";
        return new(field, $"Not well-formed JSON{at}.", "Send one JSON value in UTF-8, nested at most 32 deep.", "malformed-json");
    }

    public static Refusal Refuse(JsonException exception)
    {
        var fault = Describe(exception);
        return new(RefusalKind.Malformed, "malformed-request", $"{fault.Field}: {fault.Message}", ImmutableArray.Create(fault));
    }

    private static string Field(string? path) =>
        path is null or "$" ? "body" : path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : path;

    private static string Expected(string message)
    {
        var type = Converted().Match(message).Groups[1].Value;
        return type switch
        {
            _ when type.Contains("System.String]", StringComparison.Ordinal) && type.Contains("Dictionary", StringComparison.Ordinal) => "an object of texts",
            _ when type.Contains("List`1[System.String]", StringComparison.Ordinal) => "a list of texts",
            _ when type.Contains("List`1", StringComparison.Ordinal) => "a list",
            _ when type.Contains("System.String", StringComparison.Ordinal) => "a text",
            _ when type.Contains("System.Boolean", StringComparison.Ordinal) => "true or false",
            _ when type.Contains("System.Int", StringComparison.Ordinal) => "a whole number in range",
            _ when type.Contains("System.Double", StringComparison.Ordinal) => "a finite number",
            _ when type.Contains("DateOnly", StringComparison.Ordinal) => "a date such as 2026-01-31",
            _ when type.Contains("DateTimeOffset", StringComparison.Ordinal) => "an instant such as 2026-01-31T12:00:00Z",
            _ => "an object of the expected form",
        };
    }

    [GeneratedRegex("The JSON property '(.{1,100})' could not be mapped")]
    private static partial Regex Unmapped();

    [GeneratedRegex("Duplicate property '(.{1,100})' encountered")]
    private static partial Regex Duplicate();

    [GeneratedRegex("could not be converted to (.*?)\\. Path")]
    private static partial Regex Converted();
}
