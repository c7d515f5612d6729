using System.Text.Json;

namespace FeatureGovernance.Server.Registry.Feast;

/// <summary>
/// Sources that Feast itself knows only by class: PostgreSQL, ClickHouse, SQL Server, Oracle, Couchbase and others keep their settings as
/// JSON. The table and query are read from it and nothing else, since some of it is secret (connection strings).
/// </summary>
internal static class FeastCustomSource
{
    private static readonly string[] TableNames = ["table", "table_ref", "table_name", "path", "collection"];

    /// <summary>The class's name as a system: <c>postgresql</c> for <c>….PostgreSQLSource</c>; <c>custom</c> where there is none.</summary>
    public static string System(string classType)
    {
        var name = classType[(classType.LastIndexOf('.') + 1)..];
        var system = (name.EndsWith("Source", StringComparison.Ordinal) ? name[..^"Source".Length] : name).ToLowerInvariant();
        return system.Length == 0 || !system.All(char.IsAsciiLetterOrDigit) ? "custom" : system;
    }

    /// <summary>The table and query, empty where the settings name none or are in another form.</summary>
    public static (string Location, string? Query) Place(ReadOnlyMemory<byte> configuration)
    {
        try
        {
            using var settings = JsonDocument.Parse(configuration);
            if (settings.RootElement.ValueKind != JsonValueKind.Object)
                return ("", null);

            var table = TableNames.Select(name => Text(settings.RootElement, name)).FirstOrDefault(text => text.Length > 0, "");
            var location = table.Length == 0 ? "" : FeastRecords.Dotted(Text(settings.RootElement, "namespace"), table);
            return (location, Text(settings.RootElement, "query"));
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // The maker of a custom source is free to serialize it as they like.
            return ("", null);
        }
    }

    private static string Text(JsonElement settings, string name) =>
        settings.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() ?? "" : "";
}
