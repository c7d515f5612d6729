using System.Text.Json;

namespace FeatureGovernance.Contracts.Registry;

/// <summary>Where a feature's values come from.</summary>
public sealed record FeatureSource
{
    /// <summary>The system, for example <c>hive</c>, <c>kafka</c>, <c>feast</c>.</summary>
    public string? System { get; init; }

    /// <summary>The table, topic or path.</summary>
    public string? Table { get; init; }

    /// <summary>The column or field.</summary>
    public string? Column { get; init; }

    /// <summary>The transformation, as SQL or a reference to code.</summary>
    public string? Expression { get; init; }
}

/// <summary>What values a feature should take.</summary>
public sealed record ExpectedValues
{
    /// <summary>Smallest legitimate value.</summary>
    public double? Min { get; init; }

    /// <summary>Largest legitimate value.</summary>
    public double? Max { get; init; }

    /// <summary>Largest acceptable share of nulls, 0 to 1.</summary>
    public double? MaxNullRate { get; init; }

    /// <summary>The legitimate categories.</summary>
    public IReadOnlyList<string>? Categories { get; init; }
}

/// <summary>What a feature is declared to cost, in the organisation's currency; measured cost comes by telemetry.</summary>
public sealed record DeclaredCost
{
    /// <summary>Computing the values, per day.</summary>
    public double? ComputePerDay { get; init; }

    /// <summary>Keeping the values, per day.</summary>
    public double? StoragePerDay { get; init; }

    /// <summary>Serving a million reads.</summary>
    public double? ServingPerMillionReads { get; init; }
}

/// <summary>What a team says of a feature; the body of <c>PUT /features/{key}</c>.</summary>
public record FeatureDefinition
{
    /// <summary>The owner team.</summary>
    public string? Team { get; init; }

    /// <summary><c>feature</c>, <c>label</c> or <c>embedding</c>; fixed once registered. Default <c>feature</c>.</summary>
    public string? Kind { get; init; }

    /// <summary>What the feature describes, for example <c>user</c>.</summary>
    public string? Entity { get; init; }

    /// <summary>The value type, for example <c>int64</c>, <c>double</c>, <c>string</c>, <c>floatList</c>.</summary>
    public string? DataType { get; init; }

    /// <summary>What the feature means, for people.</summary>
    public string? Description { get; init; }

    /// <summary>Where the values come from.</summary>
    public FeatureSource? Source { get; init; }

    /// <summary>How old values may be, an ISO 8601 duration such as <c>PT1H</c> or <c>P1D</c>.</summary>
    public string? Freshness { get; init; }

    /// <summary><c>public</c>, <c>internal</c>, <c>confidential</c> or <c>personal</c>. Default <c>internal</c>.</summary>
    public string? Sensitivity { get; init; }

    /// <summary>What values the feature should take.</summary>
    public ExpectedValues? Expected { get; init; }

    /// <summary>The value served where none is known: a JSON scalar or an array of scalars.</summary>
    public JsonElement? Default { get; init; }

    /// <summary>What the feature is declared to cost.</summary>
    public DeclaredCost? Cost { get; init; }

    /// <summary>Keys of the features this one is computed from.</summary>
    public IReadOnlyList<string>? DerivedFrom { get; init; }

    /// <summary>Free labels.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
}

/// <summary>One line of <c>POST /features/bulk</c>.</summary>
public sealed record BulkFeature : FeatureDefinition
{
    /// <summary>The feature, <c>group:name</c>.</summary>
    public string? Key { get; init; }
}

/// <summary>A registered feature.</summary>
public sealed record FeatureView : FeatureDefinition
{
    /// <summary>The feature, <c>group:name</c>.</summary>
    public required string Key { get; init; }

    /// <summary>Where the feature stands in its life.</summary>
    public required string Stage { get; init; }

    /// <summary>Since when.</summary>
    public required DateTimeOffset StageSince { get; init; }

    /// <summary>The number of the current definition, from 1.</summary>
    public required int Version { get; init; }

    /// <summary>The feature that takes this one's place, where one is named.</summary>
    public string? Replacement { get; init; }

    /// <summary>Former keys, which still answer.</summary>
    public IReadOnlyList<string>? Aliases { get; init; }

    /// <summary>Counts every change of the record; also the ETag.</summary>
    public required int Revision { get; init; }

    /// <summary>When the feature was registered.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the record last changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>A feature in a list.</summary>
public sealed record FeatureSummary(
    string Key, string Team, string Kind, string Stage, string? DataType, string? Description, int Version, DateTimeOffset UpdatedAt,
    double? Value = null, string? Recommendation = null);

/// <summary>A new name for a thing that keeps its identity.</summary>
public sealed record Rename
{
    /// <summary>The new key or name.</summary>
    public string? To { get; init; }
}

/// <summary>What would be touched if a feature changed.</summary>
/// <param name="Models">Models whose live version reads the feature.</param>
/// <param name="Features">Features computed from it, directly.</param>
public sealed record Dependants(IReadOnlyList<ModelDependant> Models, IReadOnlyList<string> Features);

/// <summary>A model that reads a feature.</summary>
public sealed record ModelDependant(string Model, string Team, string Kind, string? Surface, string ModelVersion, int FeatureVersion, string? Adoption);

/// <summary>A graph from source columns to surfaces.</summary>
public sealed record Lineage(IReadOnlyList<LineageNode> Nodes, IReadOnlyList<LineageEdge> Edges);

/// <summary>A node: <c>source</c>, <c>feature</c>, <c>model</c> or <c>surface</c>.</summary>
public sealed record LineageNode(string Id, string Kind, string Name);

/// <summary>Values flow from one node to the other.</summary>
public sealed record LineageEdge(string From, string To);

/// <summary>One change of a thing's record.</summary>
public sealed record HistoryEntry(
    long Sequence, DateTimeOffset At, string Actor, string Action, string? Reason, JsonElement? Before, JsonElement? After);

/// <summary>One definition a feature has had.</summary>
public sealed record FeatureVersionView(
    int Version, DateTimeOffset CreatedAt, string DataType, string? Entity, FeatureSource Source, ExpectedValues? Expected, JsonElement? Default);
