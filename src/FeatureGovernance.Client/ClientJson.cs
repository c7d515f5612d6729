using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FeatureGovernance.Client;

/// <summary>How the client reads and writes JSON: fields unknown to it are passed over, so that a newer server is understood.</summary>
public static class ClientJson
{
    /// <summary>camelCase, nulls left out, text unescaped where JSON allows.</summary>
    public static readonly JsonSerializerOptions Options = Create(indented: false);

    /// <summary>The same, for people to read.</summary>
    public static readonly JsonSerializerOptions Indented = Create(indented: true);

    private static JsonSerializerOptions Create(bool indented)
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            WriteIndented = indented,
        };
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
