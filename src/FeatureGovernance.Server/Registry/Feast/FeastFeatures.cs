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
            .. group.Sources.Where(source => source.System == "request").SelectMany(source => source.Fields.Select(field => $"{source.Name}:{field.Name}")),
        ];
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
                Column(group, imported.Name, feature),
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

    private static ImportedColumn? Column(FeastGroup group, string groupName, FeastFeature feature)
    {
        var function = group.Transformation is { } by ? $"{by.Mode}:{by.Name}@{by.BodyHash[..12]}" : null;
        if (group.Kind == FeastGroupKind.OnDemand)
            return new("on-demand", groupName, feature.Name, Aggregated(group, feature)?.Expression ?? function);
        if (group.Sources.IsEmpty)
            return function is null ? null : new("feature-view", groupName, feature.Name, function);

        // A push source holds no rows of its own; its history is in its batch source.
        var source = group.Sources[0] is { System: "push", BatchSource: { } batch } ? batch : group.Sources[0];
        var (column, expression) = Aggregated(group, feature) is { } aggregate ? aggregate : (feature.Name, function);
        return new(source.System, source.Location.Length > 0 ? source.Location : source.Name, Before(source, column), expression);
    }

    private static string Before(FeastSource source, string name) =>
        source.FieldMapping.FirstOrDefault(mapping => mapping.Value == name).Key ?? name;

    // Feast names an aggregate by itself where it is not named: function, column and, for a window, its seconds.
    private static (string Column, string? Expression)? Aggregated(FeastGroup group, FeastFeature feature)
    {
        foreach (var aggregate in group.Aggregations)
        {
            var plain = $"{aggregate.Function}_{aggregate.Column}";
            var windowed = aggregate.Window is { } window ? $"{plain}_{(long)window.TotalSeconds}s" : plain;
            if (feature.Name == (aggregate.Name.Length > 0 ? aggregate.Name : windowed))
                return (aggregate.Column, $"{aggregate.Function}({aggregate.Column}){(aggregate.Window is { } over ? $" over {(long)over.TotalSeconds} s" : "")}");
        }

        return null;
    }

    private static string? Converted(FeastFeature feature) => feature.DataType switch
    {
        DataType.Unknown when feature.ValueType != "INVALID" => $"Type {feature.ValueType} has no counterpart; registered without a type.",
        _ when feature.ValueType.EndsWith("_SET", StringComparison.Ordinal) || feature.ValueType.StartsWith("DECIMAL", StringComparison.Ordinal) =>
            $"Type {feature.ValueType} is registered as {feature.DataType}.",
        _ => null,
    };
}
