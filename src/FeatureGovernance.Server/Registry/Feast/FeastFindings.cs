using System.Collections.Immutable;
using Google.Protobuf.Reflection;

namespace FeatureGovernance.Server.Registry.Feast;

/// <summary>Collects what a reading meets and does not take over, so that nothing is dropped silently.</summary>
internal sealed class FeastFindings
{
    /// <summary>A hostile file can hold millions of distinct unknown fields; beyond this many they are counted together.</summary>
    private const int MaxDistinct = 1_000;

    private readonly Dictionary<(string Message, string Field), (string FirstPath, int Count)> unknown = [];
    private readonly SortedDictionary<string, int> notImported = new(StringComparer.Ordinal);

    public void Unknown(MessageDescriptor message, string field, Func<string> path)
    {
        var key = (message.FullName, field);
        if (!unknown.ContainsKey(key) && unknown.Count >= MaxDistinct)
            key = ("", "(further fields)");
        unknown[key] = unknown.TryGetValue(key, out var met) ? (met.FirstPath, met.Count + 1) : (path(), 1);
    }

    public void NotImported(string part, int count = 1) => notImported[part] = notImported.GetValueOrDefault(part) + count;

    public ImmutableArray<FeastUnknownField> UnknownFields() =>
    [
        .. unknown
            .Select(entry => new FeastUnknownField(entry.Key.Message, entry.Key.Field, entry.Value.FirstPath, entry.Value.Count))
            .OrderBy(field => field.MessageType, StringComparer.Ordinal)
            .ThenBy(field => field.Field, StringComparer.Ordinal),
    ];

    public ImmutableArray<FeastOmission> Omissions() => [.. notImported.Select(part => new FeastOmission(part.Key, part.Value))];
}
