using System.Text.Json;
using System.Text.Json.Nodes;
using FeatureGovernance.Cli.Running;

namespace FeatureGovernance.Cli.Checks;

/// <summary>What a model reads, as people keep it in a repository: a JSON manifest, a JSON list, or one feature a line.</summary>
internal sealed record ManifestFile(IReadOnlyList<string> Features, string? Label = null)
{
    /// <summary>From options that exclude each other; null where neither is given.</summary>
    public static async Task<ManifestFile?> FindAsync(Call call, string? file, string[]? features) => (file, features) switch
    {
        ({ }, { Length: > 0 }) => throw new UsageException("The features are given twice.", "Give a file or --features, not both."),
        ({ } name, _) => await ReadAsync(call, name),
        (_, { Length: > 0 } listed) => new ManifestFile(Given.References(listed)),
        _ => null,
    };

    public static async Task<ManifestFile> ReadAsync(Call call, string file)
    {
        using var reader = new StreamReader(call.OpenInput(file));
        return Parse(file, await reader.ReadToEndAsync(call.Cancellation));
    }

    public static ManifestFile Parse(string file, string text) => text.AsSpan().TrimStart() is ['{' or '[', ..] ? FromJson(file, text) : FromLines(text);

    private static ManifestFile FromLines(string text) => new(
        [.. text.Split('\n').Select(line => line.Split('#')[0].Trim()).Where(line => line.Length > 0)]);

    private static ManifestFile FromJson(string file, string text)
    {
        try
        {
            var json = JsonNode.Parse(text);
            if ((json as JsonArray ?? json.At("features")) is JsonArray features && features.All(IsText))
                return new([.. features.Select(feature => feature!.GetValue<string>())],
                    json.At("label") is { } label && IsText(label) ? label.GetValue<string>() : null);
            throw new UsageException($"{file}: features: there is no list of texts.",
                "Write {\"features\": [\"group:name\", …]}, a JSON list, or one feature a line.");
        }
        catch (JsonException fault)
        {
            throw new UsageException($"{file} is not JSON: {fault.Message}", "Mend the line named, or write one feature a line.");
        }
    }

    private static bool IsText(JsonNode? node) => node?.GetValueKind() is JsonValueKind.String;
}
