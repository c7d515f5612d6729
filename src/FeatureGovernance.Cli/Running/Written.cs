using System.Collections;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FeatureGovernance.Cli.Running;

/// <summary>How values read in a table.</summary>
internal static class Written
{
    public static string Cell(object? value) => value switch
    {
        null => "",
        string text => text,
        bool flag => flag ? "yes" : "no",
        double number => Number(number),
        DateTimeOffset instant => instant.ToUniversalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
        JsonArray array => string.Join(", ", array.Select(Cell)),
        JsonObject thing => thing.ToJsonString(Client.ClientJson.Options),
        JsonValue scalar => Scalar(scalar),
        JsonElement element => element.ToString(),
        IEnumerable<KeyValuePair<string, string>> pairs => string.Join(", ", pairs.Select(pair => $"{pair.Key}={pair.Value}")),
        IEnumerable things => string.Join(", ", things.Cast<object?>().Select(Cell)),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    /// <summary>A field of an answer by its path, for example <c>metric.name</c>; null where absent.</summary>
    public static JsonNode? At(this JsonNode? node, string path) =>
        path.Split('.').Aggregate(node, (present, name) => present is JsonObject thing ? thing[name] : null);

    /// <summary>Columns that show fields of an answer, titled by what they show.</summary>
    public static Column<JsonObject>[] Columns(params string[] paths) =>
        [.. paths.Select(path => new Column<JsonObject>(path, row => row.At(path)))];

    /// <summary>A terminal obeys control characters; text from elsewhere must not command it.</summary>
    public static string Plain(string text) =>
        text.Any(IsControl) ? string.Concat(text.Select(c => IsControl(c) ? ' ' : c)) : text;

    private static bool IsControl(char c) => char.IsControl(c) || c is '\u2028' or '\u2029' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');

    private static string Number(double number) => number switch
    {
        0 => "0",
        _ when Math.Abs(number) >= 1e15 => number.ToString("0.###e0", CultureInfo.InvariantCulture),
        _ when Math.Abs(number) >= 1000 => number.ToString("#,0", CultureInfo.InvariantCulture),
        _ when Math.Abs(number) < 1e-4 => number.ToString("0.##e0", CultureInfo.InvariantCulture),
        _ => number.ToString("0.####", CultureInfo.InvariantCulture),
    };

    private static string Scalar(JsonValue scalar) => scalar.GetValueKind() switch
    {
        JsonValueKind.Number => Number(scalar.GetValue<double>()),
        JsonValueKind.True => "yes",
        JsonValueKind.False => "no",
        JsonValueKind.String when Instant(scalar) is { } instant => Cell(instant),
        _ => scalar.ToString(),
    };

    private static DateTimeOffset? Instant(JsonValue scalar)
    {
        var text = scalar.ToString();
        return text.Length >= 20 && text[10] == 'T'
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
            ? instant
            : null;
    }
}
