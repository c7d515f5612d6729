using System.Text.Json;
using System.Text.Json.Serialization;

namespace FeatureGovernance.Contracts.Lifecycle;

/// <summary>Reads <c>"group:name"</c> and <c>{"key": "group:name", "replacement": "group:other"}</c> alike.</summary>
internal sealed class FeatureToGoConverter : JsonConverter<FeatureToGo>
{
    public override FeatureToGo Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
            return new(reader.GetString());
        var written = JsonSerializer.Deserialize<Written>(ref reader, options) ?? throw new JsonException();
        return new(written.Key, written.Replacement);
    }

    public override void Write(Utf8JsonWriter writer, FeatureToGo value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, new Written(value.Key, value.Replacement), options);

    private sealed record Written(string? Key, string? Replacement);
}
