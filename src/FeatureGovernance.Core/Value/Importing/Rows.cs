using System.Globalization;
using System.Text;
using System.Text.Json;

namespace FeatureGovernance.Core.Value.Importing;

/// <summary>One row of a report: fields by name, with the place it stands at.</summary>
internal sealed record Row(string Place, long? Line, IReadOnlyDictionary<string, JsonElement> Fields)
{
    /// <summary>The first of some names that the row has.</summary>
    public JsonElement? Find(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (Fields.TryGetValue(name, out var found) && found.ValueKind != JsonValueKind.Null)
                return found;
        }

        return null;
    }

    public string Feature() => Find("feature", "name", "column", "variable", "term") is { ValueKind: JsonValueKind.String } name
        && name.GetString() is { Length: > 0 } text
        ? text
        : throw new EvidenceFault($"{Place}.feature", "The row names no feature.", "Give each row a field 'feature'.", Line);

    public double? Number(params ReadOnlySpan<string> names)
    {
        if (Find(names) is not { } found)
            return null;
        if (found.ValueKind == JsonValueKind.Number && found.TryGetDouble(out var number))
            return number;
        if (found.ValueKind == JsonValueKind.String && found.GetString() is { } text)
        {
            if (text.Trim().Length == 0)
                return null;
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number))
                return number;
        }

        throw new EvidenceFault($"{Place}.{names[0]}", $"'{found}' is not a number.", "Give a finite number.", Line);
    }

    public double Required(params ReadOnlySpan<string> names) =>
        Number(names) ?? throw new EvidenceFault($"{Place}.{names[0]}", "The field is missing.", $"Give it as '{names[0]}'.", Line);
}

/// <summary>
/// Reads a small table in any of the forms people have: a JSON array of objects; an object with such an array under <c>values</c>,
/// <c>rows</c>, <c>ablations</c> or <c>features</c>; an object of feature to number; or CSV with a header.
/// </summary>
internal static class Rows
{
    private static readonly string[] Lists = ["values", "rows", "ablations", "coefficients", "features"];

    public static JsonDocument Parse(string text) => Parse(Encoding.UTF8.GetBytes(text));

    public static JsonDocument Parse(ReadOnlyMemory<byte> utf8, JsonDocumentOptions options = default)
    {
        try
        {
            var document = JsonDocument.Parse(utf8.Span.StartsWith("\uFEFF"u8) ? utf8[3..] : utf8, options);
            if (document.RootElement.ValueKind is JsonValueKind.Array or JsonValueKind.Object)
                return document;
            document.Dispose();
            throw new EvidenceFault("body", "The JSON is neither an object nor an array.", "See docs/value.md for the forms taken.");
        }
        catch (JsonException fault)
        {
            throw new EvidenceFault("body", $"Not well-formed JSON at byte {(fault.BytePositionInLine ?? 0) + 1}.", "Send the whole file, unchanged, in UTF-8.",
                fault.LineNumber + 1);
        }
    }

    /// <param name="text">The file.</param>
    /// <param name="value">The name under which a bare number is kept.</param>
    /// <returns>The fields beside the list, and the rows.</returns>
    public static (Row Head, List<Row> Rows) Of(string text, string value)
    {
        var begin = text.AsSpan().TrimStart("\uFEFF \t\r\n");
        if (begin.IsEmpty)
            throw new EvidenceFault("body", "The file is empty.", "Send at least one measurement.");
        if (begin[0] is not ('{' or '['))
            return (new("body", null, new Dictionary<string, JsonElement>()), Csv(text));
        using var document = Parse(begin.ToString());
        var root = document.RootElement.Clone();
        if (root.ValueKind == JsonValueKind.Array)
            return (new("body", null, new Dictionary<string, JsonElement>()), List("", root));
        var fields = Fields(root);
        foreach (var name in Lists)
        {
            if (fields.TryGetValue(name, out var list) && list.ValueKind == JsonValueKind.Array)
                return (new("body", null, fields), List(name, list));
            if (fields.TryGetValue(name, out var map) && map.ValueKind == JsonValueKind.Object)
                return (new("body", null, fields), Map(map, value));
        }

        return (new("body", null, fields), fields.Values.All(field => field.ValueKind == JsonValueKind.Number) ? Map(root, value) : []);
    }

    private static List<Row> List(string name, JsonElement list) => [.. list.EnumerateArray().Select((row, i) => row.ValueKind == JsonValueKind.Object
        ? new Row($"{name}[{i}]", null, Fields(row))
        : throw new EvidenceFault($"{name}[{i}]", "The row is not an object.", "Give each row as {\"feature\": …, …}."))];

    private static List<Row> Map(JsonElement map, string value) => [.. map.EnumerateObject().Select(field => new Row(
        field.Name, null, new Dictionary<string, JsonElement> { ["feature"] = JsonSerializer.SerializeToElement(field.Name), [value] = field.Value }))];

    /// <summary>An object's fields; case and underscores do not matter.</summary>
    public static Dictionary<string, JsonElement> Fields(JsonElement thing)
    {
        var fields = new Dictionary<string, JsonElement>(StringComparer.OrdinalIgnoreCase);
        foreach (var field in thing.EnumerateObject())
            fields[field.Name.Replace("_", "", StringComparison.Ordinal)] = field.Value;
        return fields;
    }

    private static List<Row> Csv(string text)
    {
        var rows = new List<Row>();
        string[]? header = null;
        var number = 0L;
        foreach (var line in text.Split('\n'))
        {
            number++;
            if (line.Trim('\uFEFF', ' ', '\t', '\r').Length == 0)
                continue;
            var cells = Cells(line.TrimEnd('\r').TrimStart('\uFEFF'));
            if (header is null)
            {
                header = [.. cells.Select(cell => cell.Trim().Replace("_", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal))];
                continue;
            }

            if (cells.Count != header.Length)
                throw new EvidenceFault("body", $"Line {number} has {cells.Count} cells, the header {header.Length}.",
                    "Quote cells that hold a comma.", number);
            var fields = new Dictionary<string, JsonElement>(StringComparer.OrdinalIgnoreCase);
            for (var i = 0; i < header.Length; i++)
                fields[header[i].Length == 0 && i == 0 ? "feature" : header[i]] = JsonSerializer.SerializeToElement(cells[i]);
            rows.Add(new($"line {number}", number, fields));
        }

        return rows;
    }

    private static List<string> Cells(string line)
    {
        var cells = new List<string>();
        var cell = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (c == '"' && quoted && i + 1 < line.Length && line[i + 1] == '"')
            {
                cell.Append('"');
                i++;
            }
            else if (c == '"')
            {
                quoted = !quoted;
            }
            else if (c == ',' && !quoted)
            {
                cells.Add(cell.ToString());
                cell.Clear();
            }
            else
            {
                cell.Append(c);
            }
        }

        cells.Add(cell.ToString());
        return cells;
    }
}
