using System.Text.Json.Nodes;

namespace FeatureGovernance.Cli.Running;

/// <summary>Reads what was typed.</summary>
internal static class Given
{
    /// <summary>An empty text takes a value away.</summary>
    public static string? OrNone(string? text) => string.IsNullOrEmpty(text) ? null : text;

    /// <summary><c>name=value</c> texts.</summary>
    public static Dictionary<string, string> Pairs(string option, IEnumerable<string> texts)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            var at = text.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
                throw new UsageException($"{option}: '{text}' is not NAME=VALUE.", "Put an equals sign between name and value.");
            pairs[text[..at]] = text[(at + 1)..];
        }

        return pairs;
    }

    /// <summary>Sets a field by its path, for example <c>source.table</c>; the objects between come to be.</summary>
    public static void Put(this JsonObject thing, string path, JsonNode? value)
    {
        var names = path.Split('.');
        foreach (var name in names[..^1])
        {
            if (thing[name] is not JsonObject inner)
                thing[name] = inner = [];
            thing = inner;
        }

        thing[names[^1]] = value;
    }

    /// <summary>References of features typed one by one or with commas between.</summary>
    public static string[] References(IEnumerable<string>? texts) =>
        [.. (texts ?? []).SelectMany(text => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];

    public static void PutIfAny(this JsonObject thing, string name, string? text)
    {
        if (text is not null)
            thing[name] = text;
    }

    public static JsonArray Array(IEnumerable<string>? texts) => [.. References(texts).Select(text => (JsonNode)text)];
}
