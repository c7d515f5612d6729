using System.Text.Json;
using System.Text.Json.Nodes;

namespace FeatureGovernance.Server.Http;

/// <summary>JSON merge patch, RFC 7396.</summary>
internal static class MergePatch
{
    /// <summary>Null where the body is JSON but no object.</summary>
    public static async Task<JsonObject?> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        using var document = await JsonDocument.ParseAsync(request.Body, new() { MaxDepth = 32, AllowDuplicateProperties = false }, cancellation);
        return document.RootElement.ValueKind == JsonValueKind.Object ? JsonObject.Create(document.RootElement.Clone()) : null;
    }

    public static JsonObject Apply(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is null)
                target.Remove(name);
            else if (value is JsonObject inner)
                target[name] = Apply(target[name] as JsonObject ?? [], inner).DeepClone();
            else
                target[name] = value.DeepClone();
        }

        return target;
    }
}
