using System.Collections.Immutable;
using FeatureGovernance.Core.Registry;

namespace FeatureGovernance.Server.Registry.Feast;

/// <summary>Maps the columns of a view to features.</summary>
internal static class FeastFeatures
{
    public static IEnumerable<ImportedFeature> Map(FeastGroup group, ImportedGroup imported, FeastKeys keys, List<ImportNote> notes)
    {
        ImmutableArray<FeatureKey> derivedFrom =
        [
            .. group.Upstream.SelectMany(projection => keys.Read(group.Project, projection, $"view {group.Project}/{group.Name}", notes))
                .Distinct()
                .OrderBy(key => key.ToString(), StringComparer.Ordinal),
        ];
        ImmutableArray<string> requestInputs =
        [
            .. group.Sources.Where(source => source.System == "request")
                .SelectMany(source => source.Fields.Select(field => $"{source.Name}:{field.Name}")),
        ];
        var columnOf = Columns(group, imported.Name);
        foreach (var (feature, key) in group.Features.Zip(keys.InGroup(imported.Name)))
        {
            if (Converted(feature) is { } conversion)
                notes.Add(new("type-converted", $"feature {key}", conversion));
            var tags = group.Tags.SetItems(feature.Tags);
            yield return new(
                key,
                group.Project,
                imported.Team,
                Kind(group, feature, tags),
                imported.Entities,
                feature.DataType,
                feature.Description.Length > 0 ? feature.Description : group.Description,
                columnOf(feature.Name),
                group.Ttl,
                tags,
                derivedFrom,
                requestInputs);
        }
    }

    private static FeatureKind Kind(FeastGroup group, FeastFeature feature, ImmutableSortedDictionary<string, string> tags) =>
        group.Kind == FeastGroupKind.Label || FeastTags.IsSet(tags, "label") || FeastTags.IsSet(tags, "target") ? FeatureKind.Label
        : feature.VectorIndex || feature.VectorLength > 0 ? FeatureKind.Embedding
        : FeatureKind.Feature;

    private static Func<string, ImportedColumn?> Columns(FeastGroup group, string groupName)
    {
        var function = group.Transformation is { } by ? $"{by.Mode}:{by.Name}@{by.BodyHash[..12]}" : null;
        var aggregates = group.Aggregations.GroupBy(NameOf, StringComparer.Ordinal)
            .ToDictionary(same => same.Key, same => same.First(), StringComparer.Ordinal);
        (string Column, string? Expression) Computed(string feature) =>
            aggregates.TryGetValue(feature, out var aggregate) ? (aggregate.Column, Written(aggregate)) : (feature, function);

        if (group.Kind == FeastGroupKind.OnDemand)
            return feature => new("on-demand", groupName, feature, Computed(feature).Expression);
        if (group.Sources.IsEmpty)
            return feature => function is null ? null : new("feature-view", groupName, feature, function);

        // A push source holds no rows of its own; its history is in its batch source.
        var source = group.Sources[0] is { System: "push", BatchSource: { } batch } ? batch : group.Sources[0];
        var table = source.Location.Length > 0 ? source.Location : source.Name;
        var before = source.FieldMapping.GroupBy(mapping => mapping.Value, StringComparer.Ordinal)
            .ToDictionary(same => same.Key, same => same.First().Key, StringComparer.Ordinal);
        return feature =>
        {
            var (column, expression) = Computed(feature);
            return new(source.System, table, before.GetValueOrDefault(column, column), expression);
        };
    }

    // Feast names an aggregate by itself where it is not named: function, column and, for a window, its seconds.
    private static string NameOf(FeastAggregation aggregate)
    {
        if (aggregate.Name.Length > 0)
            return aggregate.Name;
        var plain = $"{aggregate.Function}_{aggregate.Column}";
        return aggregate.Window is { } window ? $"{plain}_{(long)window.TotalSeconds}s" : plain;
    }

    private static string Written(FeastAggregation aggregate)
    {
        var call = $"{aggregate.Function}({aggregate.Column})";
        return aggregate.Window is { } window ? $"{call} over {(long)window.TotalSeconds} s" : call;
    }

    private static string? Converted(FeastFeature feature) => feature.DataType switch
    {
        DataType.Unknown when feature.ValueType != "INVALID" => $"Type {feature.ValueType} has no counterpart; registered without a type.",
        _ when feature.ValueType.EndsWith("_SET", StringComparison.Ordinal)
            || feature.ValueType.StartsWith("DECIMAL", StringComparison.Ordinal) => $"Type {feature.ValueType} is registered as {feature.DataType}.",
        _ => null,
    };
}
