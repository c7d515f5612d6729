using System.Collections.Immutable;
using FeatureGovernance.Core.Registry;

namespace FeatureGovernance.Server.Registry.Feast;

/// <summary>Says in our words what a Feast registry defines; writes nothing.</summary>
internal static class FeastMapping
{
    /// <summary>Feast's own stand-in for views without an entity.</summary>
    private const string NoEntity = "__dummy";

    /// <param name="registry">What was read.</param>
    /// <param name="defaultTeam">The slug of the team that gets what has no owner.</param>
    public static ImportedRegistrations Map(FeastRegistry registry, string defaultTeam)
    {
        var notes = new List<ImportNote>();
        var teams = new FeastTeams(registry.Projects, defaultTeam);
        var entityNames = Named(registry.Entities, entity => (entity.Project, entity.Name), "entity", notes);
        var sourceNames = Named(registry.Sources, source => (source.Project, source.Name), "source", notes);
        var groupNames = Named(registry.Groups, group => (group.Project, group.Name), "view", notes);
        var keys = FeastKeys.Of(registry.Groups, groupNames, notes);

        var columnTypes = registry.Groups.SelectMany(group => group.EntityColumns.Select(column => (group.Project, column)))
            .GroupBy(column => (column.Project, column.column.Name))
            .ToDictionary(same => same.Key, same => same.First().column.DataType);
        var entities = registry.Entities.Zip(entityNames).Where(pair => pair.First.Name != NoEntity).Select(pair =>
        {
            var (entity, name) = pair;
            return new ImportedEntity(
                name,
                entity.Project,
                entity.JoinKey,
                entity.DataType != DataType.Unknown ? entity.DataType : columnTypes.GetValueOrDefault((entity.Project, entity.JoinKey)),
                teams.Of(entity.Project, entity.Owner, "", entity.Tags),
                entity.Description,
                entity.Tags);
        }).ToList();
        var sources = registry.Sources.Zip(sourceNames, (source, name) => new ImportedSource(
            name,
            source.Project,
            source.System,
            source.Location,
            source.Query,
            source.TimestampField,
            source.CreatedTimestampColumn,
            teams.Of(source.Project, source.Owner, "", source.Tags),
            source.Description,
            source.Tags)).ToList();

        var entityByFeast = ByFeastName(registry.Entities, entity => (entity.Project, entity.Name), entityNames);
        var sourceByFeast = ByFeastName(registry.Sources, source => (source.Project, source.Name), sourceNames);
        var groups = registry.Groups.Zip(groupNames, (group, name) => new ImportedGroup(
            name,
            group.Project,
            group.Kind,
            teams.Of(group.Project, group.Owner, group.Organisation, group.Tags),
            Entities(group, entityByFeast),
            [.. group.Sources.Select(source => sourceByFeast[(source.Project, source.Name)]).Distinct()],
            group.Ttl,
            group.Online,
            group.Disabled,
            group.Description,
            group.Tags)).ToList();
        var features = registry.Groups.Zip(groups).SelectMany(pair => FeastFeatures.Map(pair.First, pair.Second, keys, notes)).ToList();
        var labels = features.Where(feature => feature.Kind == FeatureKind.Label).Select(feature => feature.Key).ToHashSet();
        var modelNames = Named(registry.Services, service => (service.Project, service.Name), "feature service", notes);
        var models = registry.Services
            .Zip(modelNames, (service, name) =>
                FeastModels.Map(service, name, teams.Of(service.Project, service.Owner, "", service.Tags), keys, labels, notes))
            .ToList();

        return new(
            teams.Met(),
            Sorted(entities, entity => entity.Name),
            Sorted(sources, source => source.Name),
            Sorted(groups, group => group.Name),
            Sorted(features, feature => feature.Key.ToString()),
            Sorted(models, model => model.Name),
            [.. notes.OrderBy(note => note.Code, StringComparer.Ordinal).ThenBy(note => note.Subject, StringComparer.Ordinal)]);
    }

    private static ImmutableArray<string> Entities(FeastGroup group, Dictionary<(string, string), string> names) =>
    [
        .. group.Entities.Where(entity => entity != NoEntity)
            .Select(entity => names.GetValueOrDefault((group.Project, entity), entity))
            .Distinct(),
    ];

    private static ImmutableArray<string> Named<T>(
        ImmutableArray<T> things, Func<T, (string Project, string Name)> identity, string what, List<ImportNote> notes)
    {
        var feast = things.Select(identity).ToList();
        var names = FeastNames.Assign(feast);
        notes.AddRange(feast.Zip(names).Where(pair => pair.First.Name != pair.Second).Select(pair =>
            new ImportNote("renamed", $"{what} {pair.First.Project}/{pair.First.Name}", $"Registered as {pair.Second}.")));
        return names;
    }

    private static Dictionary<(string, string), string> ByFeastName<T>(
        ImmutableArray<T> things, Func<T, (string, string)> identity, ImmutableArray<string> names) =>
        things.Zip(names).GroupBy(pair => identity(pair.First)).ToDictionary(same => same.Key, same => same.First().Second);

    private static ImmutableArray<T> Sorted<T>(IEnumerable<T> things, Func<T, string> name) =>
        [.. things.OrderBy(name, StringComparer.Ordinal)];
}
