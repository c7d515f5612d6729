using System.Collections.Immutable;
using FeatureGovernance.Core.Registry;

namespace FeatureGovernance.Server.Registry.Feast;

/// <summary>The key of every feature, found by Feast's own names for it.</summary>
internal sealed class FeastKeys
{
    private readonly Dictionary<(string Project, string View), (string Group, Dictionary<string, FeatureKey> Features)> views = [];
    private readonly Dictionary<string, ImmutableArray<FeatureKey>> byGroup = new(StringComparer.Ordinal);

    public static FeastKeys Of(ImmutableArray<FeastGroup> groups, ImmutableArray<string> names, List<ImportNote> notes)
    {
        var keys = new FeastKeys();
        foreach (var (group, name) in groups.Zip(names))
        {
            var features = FeastNames.Assign([.. group.Features.Select(feature => (group.Project, feature.Name))]);
            var assigned = features.Select(feature => FeatureKey.Parse($"{name}:{feature}")).ToImmutableArray();
            keys.byGroup[name] = assigned;
            var byName = new Dictionary<string, FeatureKey>(StringComparer.Ordinal);
            foreach (var (feature, key) in group.Features.Zip(assigned))
            {
                byName.TryAdd(feature.Name, key);
                if (feature.Name != key.Name)
                    notes.Add(new("renamed", $"feature {group.Project}/{group.Name}:{feature.Name}", $"Registered as {key}."));
            }

            keys.views.TryAdd((group.Project, group.Name), (name, byName));
        }

        return keys;
    }

    /// <summary>The keys of a group's features, in the order of the view.</summary>
    public ImmutableArray<FeatureKey> InGroup(string group) => byGroup[group];

    /// <summary>The group that a view became; null where the registry holds no such view.</summary>
    public string? Group(string project, string view) => views.TryGetValue((project, view), out var found) ? found.Group : null;

    /// <summary>The keys of what a projection reads; what the registry does not define is noted and left out.</summary>
    public IEnumerable<FeatureKey> Read(string project, FeastProjection projection, string reader, List<ImportNote> notes)
    {
        if (!views.TryGetValue((project, projection.View), out var view))
        {
            notes.Add(new("unknown-view", reader, $"Reads {projection.View}, which project {project} does not define; left out."));
            yield break;
        }

        if (projection.Features.IsEmpty)
            notes.Add(new("no-columns", reader, $"Names {projection.View} and none of its columns; left out."));
        foreach (var name in projection.Features)
        {
            if (view.Features.TryGetValue(name, out var key))
                yield return key;
            else
                notes.Add(new("unknown-feature", reader, $"Reads {projection.View}:{name}, which the view does not define; left out."));
        }
    }
}
