using System.Collections.Immutable;
using FeatureGovernance.Core.Registry;

namespace FeatureGovernance.Server.Registry.Feast;

/// <summary>What a Feast registry asks to be registered, in our words; sorted by name, so equal registries give equal lists.</summary>
internal sealed record ImportedRegistrations(
    ImmutableArray<ImportedTeam> Teams,
    ImmutableArray<ImportedEntity> Entities,
    ImmutableArray<ImportedSource> Sources,
    ImmutableArray<ImportedGroup> Groups,
    ImmutableArray<ImportedFeature> Features,
    ImmutableArray<ImportedModel> Models,
    ImmutableArray<ImportNote> Notes);

/// <summary>A team that something imported belongs to.</summary>
/// <param name="Slug">Lower-case letters, digits and hyphens, at most 64.</param>
/// <param name="Owners">The owners as the registry writes them, that led to this team; none for the default team.</param>
internal sealed record ImportedTeam(string Slug, ImmutableArray<string> Owners);

/// <summary>What features are keyed by.</summary>
internal sealed record ImportedEntity(
    string Name,
    string Project,
    string JoinKey,
    DataType DataType,
    string Team,
    string Description,
    ImmutableSortedDictionary<string, string> Tags);

/// <summary>Where values come from.</summary>
internal sealed record ImportedSource(
    string Name,
    string Project,
    string System,
    string Table,
    string? Query,
    string TimestampField,
    string CreatedTimestampColumn,
    string Team,
    string Description,
    ImmutableSortedDictionary<string, string> Tags);

/// <summary>A feature view.</summary>
internal sealed record ImportedGroup(
    string Name,
    string Project,
    FeastGroupKind Kind,
    string Team,
    ImmutableArray<string> Entities,
    ImmutableArray<string> Sources,
    TimeSpan? Freshness,
    bool Online,
    bool Disabled,
    string Description,
    ImmutableSortedDictionary<string, string> Tags);

/// <summary>The column a feature is read from.</summary>
/// <param name="System">As <see cref="FeastSource.System"/>; <c>on-demand</c> for what is computed at request time.</param>
/// <param name="Table">The table, path, topic or, where there is none, the source's name.</param>
/// <param name="Column">The column, before the source renames it.</param>
/// <param name="Expression">How the value is computed from the column, where it is.</param>
internal sealed record ImportedColumn(string System, string Table, string Column, string? Expression);

/// <summary>A feature to register.</summary>
/// <param name="Key">Its key, <c>view:feature</c>.</param>
/// <param name="Project">The project it comes from.</param>
/// <param name="Team">The owner team's slug.</param>
/// <param name="Kind">Feature, label or embedding.</param>
/// <param name="Entities">Names of the entities it is keyed by.</param>
/// <param name="DataType">Its type.</param>
/// <param name="Description">The feature's, else the view's.</param>
/// <param name="Source">Where its values come from; null where the registry does not say.</param>
/// <param name="Freshness">How old a value may be; null for no limit.</param>
/// <param name="Tags">The view's, overridden by the feature's own.</param>
/// <param name="DerivedFrom">Keys of the features it may be computed from: all columns its view reads.</param>
/// <param name="RequestInputs">Inputs that come with the request, <c>source:field</c>.</param>
internal sealed record ImportedFeature(
    FeatureKey Key,
    string Project,
    string Team,
    FeatureKind Kind,
    ImmutableArray<string> Entities,
    DataType DataType,
    string Description,
    ImportedColumn? Source,
    TimeSpan? Freshness,
    ImmutableSortedDictionary<string, string> Tags,
    ImmutableArray<FeatureKey> DerivedFrom,
    ImmutableArray<string> RequestInputs);

/// <summary>A feature service as a model with one version.</summary>
/// <param name="Name">The model's name.</param>
/// <param name="Project">The project it comes from.</param>
/// <param name="Team">The owner team's slug.</param>
/// <param name="Kind">From the tags; other where they do not say.</param>
/// <param name="Surface">From the tag <c>surface</c>.</param>
/// <param name="Metric">From the tag <c>metric</c> or <c>objective</c>.</param>
/// <param name="HigherIsBetter">From the tag <c>higher_is_better</c>, else known from the metric's name.</param>
/// <param name="Weight">From the tag <c>weight</c>.</param>
/// <param name="Description">In words.</param>
/// <param name="Tags">As given.</param>
/// <param name="Version">The manifest's name, <c>feast-</c> and 12 hexadecimal digits of the SHA-256 of its sorted keys.</param>
/// <param name="Features">The manifest, sorted, without labels.</param>
/// <param name="Labels">The labels among what the service reads.</param>
/// <param name="Aliases">Views read under another name or other join keys.</param>
/// <param name="Logging">Where serving is logged.</param>
internal sealed record ImportedModel(
    string Name,
    string Project,
    string Team,
    ModelKind Kind,
    string? Surface,
    string? Metric,
    bool? HigherIsBetter,
    double? Weight,
    string Description,
    ImmutableSortedDictionary<string, string> Tags,
    string Version,
    ImmutableArray<FeatureKey> Features,
    ImmutableArray<FeatureKey> Labels,
    ImmutableArray<ImportedAlias> Aliases,
    FeastLogging? Logging);

/// <summary>A view that a service reads under another name, or by other join keys.</summary>
internal sealed record ImportedAlias(string Group, string? Alias, ImmutableSortedDictionary<string, string> JoinKeyMap);

/// <summary>Something about the import that its user should know.</summary>
/// <param name="Code">A stable name, kebab-case, for example <c>renamed</c>.</param>
/// <param name="Subject">What it is about, in Feast's words.</param>
/// <param name="Message">One sentence.</param>
internal sealed record ImportNote(string Code, string Subject, string Message);
