using System.Collections.Immutable;
using FeatureGovernance.Core.Registry;

namespace FeatureGovernance.Server.Registry.Feast;

/// <summary>The form a registry came in.</summary>
internal enum FeastForm
{
    /// <summary>The serialized <c>feast.core.Registry</c> that <c>feast apply</c> writes.</summary>
    Protobuf,

    /// <summary>What <c>feast registry-dump</c> prints.</summary>
    Json,
}

/// <summary>What kind of view a group of features is.</summary>
internal enum FeastGroupKind
{
    Batch,
    Stream,
    OnDemand,
    Label,
}

/// <summary>A Feast registry as read: what it defines, and what in it was not understood or not taken over.</summary>
internal sealed record FeastRegistry(
    FeastForm Form,
    string SchemaVersion,
    DateTimeOffset? LastUpdated,
    ImmutableArray<FeastProject> Projects,
    ImmutableArray<FeastEntity> Entities,
    ImmutableArray<FeastSource> Sources,
    ImmutableArray<FeastGroup> Groups,
    ImmutableArray<FeastService> Services,
    ImmutableArray<FeastUnknownField> Unknown,
    ImmutableArray<FeastOmission> NotImported);

/// <summary>A field that we do not understand.</summary>
/// <param name="MessageType">The message that holds it, for example <c>feast.core.FeatureViewSpec</c>.</param>
/// <param name="Field"><c>#17</c> in the serialized form, the property's name in JSON.</param>
/// <param name="FirstPath">Where it was first met, for example <c>feature_views[3].spec #17</c>.</param>
/// <param name="Count">How often it was met.</param>
internal sealed record FeastUnknownField(string MessageType, string Field, string FirstPath, int Count);

/// <summary>A part that we understand and do not take over.</summary>
/// <param name="Part">Its path without indexes, for example <c>feature_views.meta.materialization_intervals</c>.</param>
/// <param name="Count">How often it was met.</param>
internal sealed record FeastOmission(string Part, int Count);

internal sealed record FeastProject(string Name, string Description, string Owner, ImmutableSortedDictionary<string, string> Tags);

internal sealed record FeastEntity(
    string Project,
    string Name,
    string JoinKey,
    string ValueType,
    DataType DataType,
    string Description,
    string Owner,
    ImmutableSortedDictionary<string, string> Tags);

/// <summary>Where values come from.</summary>
/// <param name="Project">The project it belongs to.</param>
/// <param name="Name">Its name; its location where the registry gives no name.</param>
/// <param name="System"><c>file</c>, <c>bigquery</c>, <c>snowflake</c>, <c>redshift</c>, <c>athena</c>, <c>trino</c>, <c>spark</c>,
/// <c>iceberg</c>, <c>kafka</c>, <c>kinesis</c>, <c>push</c>, <c>request</c>; of a custom source its class, for example
/// <c>postgresql</c>, else <c>custom</c>; <c>unknown</c>.</param>
/// <param name="Location">The table, path, topic or stream; empty where there is none.</param>
/// <param name="Query">The query that stands in for a table.</param>
/// <param name="TimestampField">The column with the time of the event.</param>
/// <param name="CreatedTimestampColumn">The column with the time of writing.</param>
/// <param name="FieldMapping">Column of the source to name in the view.</param>
/// <param name="Fields">The inputs that a request source declares.</param>
/// <param name="BatchSource">The source that holds the history of a stream or push source.</param>
/// <param name="Description">In words.</param>
/// <param name="Owner">As given.</param>
/// <param name="Tags">As given.</param>
internal sealed record FeastSource(
    string Project,
    string Name,
    string System,
    string Location,
    string? Query,
    string TimestampField,
    string CreatedTimestampColumn,
    ImmutableSortedDictionary<string, string> FieldMapping,
    ImmutableArray<FeastFeature> Fields,
    FeastSource? BatchSource,
    string Description,
    string Owner,
    ImmutableSortedDictionary<string, string> Tags);

/// <summary>A view of any kind.</summary>
/// <param name="Project">The project it belongs to.</param>
/// <param name="Name">Its name.</param>
/// <param name="Kind">Which kind of view.</param>
/// <param name="Entities">Names of the entities it is keyed by.</param>
/// <param name="EntityColumns">The join keys with their types, where the registry holds them.</param>
/// <param name="Features">What it defines.</param>
/// <param name="Ttl">How old a value may be when served; null for no limit.</param>
/// <param name="Online">Whether it is served.</param>
/// <param name="Disabled">Whether serving is switched off.</param>
/// <param name="Owner">As given.</param>
/// <param name="Organisation">The organisational unit that owns it.</param>
/// <param name="Description">In words.</param>
/// <param name="Tags">As given.</param>
/// <param name="Sources">Batch before stream; for an on-demand view its request sources.</param>
/// <param name="Upstream">The views it computes from.</param>
/// <param name="Transformation">How it computes.</param>
/// <param name="Aggregations">The windows a view aggregates over.</param>
internal sealed record FeastGroup(
    string Project,
    string Name,
    FeastGroupKind Kind,
    ImmutableArray<string> Entities,
    ImmutableArray<FeastFeature> EntityColumns,
    ImmutableArray<FeastFeature> Features,
    TimeSpan? Ttl,
    bool Online,
    bool Disabled,
    string Owner,
    string Organisation,
    string Description,
    ImmutableSortedDictionary<string, string> Tags,
    ImmutableArray<FeastSource> Sources,
    ImmutableArray<FeastProjection> Upstream,
    FeastTransformation? Transformation,
    ImmutableArray<FeastAggregation> Aggregations);

/// <summary>A column of a view.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ValueType">Feast's name of the type, or its number where we do not know it.</param>
/// <param name="DataType">The type as we hold it; <see cref="Core.Registry.DataType.Unknown"/> where there is no counterpart.</param>
/// <param name="Description">In words.</param>
/// <param name="Tags">As given.</param>
/// <param name="VectorIndex">Whether it is searched by nearness.</param>
/// <param name="VectorLength">The dimensions of a vector, 0 where not stated.</param>
internal sealed record FeastFeature(
    string Name,
    string ValueType,
    DataType DataType,
    string Description,
    ImmutableSortedDictionary<string, string> Tags,
    bool VectorIndex,
    int VectorLength);

/// <summary>Some columns of a view, as a service or an on-demand view reads them.</summary>
/// <param name="View">The view's name.</param>
/// <param name="Alias">The name it is read under, where it differs.</param>
/// <param name="Features">The columns read.</param>
/// <param name="JoinKeyMap">Join key of the view to column of the caller, where renamed.</param>
internal sealed record FeastProjection(
    string View,
    string? Alias,
    ImmutableArray<string> Features,
    ImmutableSortedDictionary<string, string> JoinKeyMap);

/// <summary>A user-defined function or plan.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Mode">Its language, for example <c>pandas</c>.</param>
/// <param name="BodyHash">SHA-256 of its text (of its serialized body where there is no text), lower-case hexadecimal.</param>
internal sealed record FeastTransformation(string Name, string Mode, string BodyHash);

/// <summary>A windowed aggregate of one column.</summary>
internal sealed record FeastAggregation(string Column, string Function, TimeSpan? Window, string Name);

/// <summary>A feature service: the set of features one model version reads.</summary>
internal sealed record FeastService(
    string Project,
    string Name,
    string Description,
    string Owner,
    ImmutableSortedDictionary<string, string> Tags,
    ImmutableArray<FeastProjection> Projections,
    FeastLogging? Logging);

/// <summary>Where a service logs what it serves.</summary>
/// <param name="SampleRate">The share of requests logged, 0 to 1.</param>
/// <param name="Destination">For example <c>snowflake</c>; empty where none is set.</param>
/// <param name="Location">The path or table logged to.</param>
internal sealed record FeastLogging(double SampleRate, string Destination, string Location);
