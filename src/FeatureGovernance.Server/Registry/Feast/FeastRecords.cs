using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;

namespace FeatureGovernance.Server.Registry.Feast;

/// <summary>Turns Feast's messages into records: one shape for views of every kind and sources of every system.</summary>
internal static class FeastRecords
{
    public static FeastRegistry Registry(Wire.Registry registry, FeastForm form, FeastFindings findings)
    {
        var groups = registry.FeatureViews.Select(FeastGroups.Batch)
            .Concat(registry.StreamFeatureViews.Select(FeastGroups.Stream))
            .Concat(registry.OnDemandFeatureViews.Select(FeastGroups.OnDemand))
            .Concat(registry.LabelViews.Select(FeastGroups.Label))
            .ToImmutableArray();
        return new(
            form,
            Text(registry.RegistrySchemaVersion),
            At(registry.LastUpdated),
            [.. registry.Projects.Select(Project)],
            [.. registry.Entities.Select(Entity)],
            Sources(registry, groups),
            groups,
            [.. registry.FeatureServices.Select(Service)],
            findings.UnknownFields(),
            findings.Omissions());
    }

    private static FeastProject Project(Wire.Project project) =>
        new(Text(project.Spec.Name), Text(project.Spec.Description), Text(project.Spec.Owner), Tags(project.Spec.Tags));

    private static FeastEntity Entity(Wire.Entity entity) => new(
        Text(entity.Spec.Project),
        Text(entity.Spec.Name),
        Text(entity.Spec.JoinKey),
        FeastValueTypes.Name(entity.Spec.ValueType),
        FeastValueTypes.DataTypeOf(entity.Spec.ValueType),
        Text(entity.Spec.Description),
        Text(entity.Spec.Owner),
        Tags(entity.Spec.Tags));

    // A view holds copies of its sources; old registries hold them nowhere else.
    private static ImmutableArray<FeastSource> Sources(Wire.Registry registry, ImmutableArray<FeastGroup> groups) =>
    [
        .. registry.DataSources.Select(source => FeastSources.Read(source, Text(source.Project)))
            .Concat(groups.SelectMany(group => group.Sources))
            .SelectMany(WithBatch)
            .DistinctBy(source => (source.Project, source.Name)),
    ];

    private static IEnumerable<FeastSource> WithBatch(FeastSource source) =>
        source.BatchSource is { } batch ? WithBatch(batch).Prepend(source) : [source];

    private static FeastService Service(Wire.FeatureService service) => new(
        Text(service.Spec.Project),
        Text(service.Spec.Name),
        Text(service.Spec.Description),
        Text(service.Spec.Owner),
        Tags(service.Spec.Tags),
        [.. service.Spec.Features.Select(Projection)],
        service.Spec.LoggingConfig is { } logging ? Logging(logging) : null);

    private static FeastLogging Logging(Wire.LoggingConfig logging)
    {
        var (destination, location) = logging.DestinationCase switch
        {
            Wire.LoggingConfig.DestinationOneofCase.FileDestination => ("file", logging.FileDestination.Path),
            Wire.LoggingConfig.DestinationOneofCase.BigqueryDestination => ("bigquery", logging.BigqueryDestination.TableRef),
            Wire.LoggingConfig.DestinationOneofCase.RedshiftDestination => ("redshift", logging.RedshiftDestination.TableName),
            Wire.LoggingConfig.DestinationOneofCase.SnowflakeDestination => ("snowflake", logging.SnowflakeDestination.TableName),
            Wire.LoggingConfig.DestinationOneofCase.AthenaDestination => ("athena", logging.AthenaDestination.TableName),
            Wire.LoggingConfig.DestinationOneofCase.CustomDestination => ("custom", logging.CustomDestination.Kind),
            Wire.LoggingConfig.DestinationOneofCase.CouchbaseColumnarDestination => ("couchbase", Dotted(
                logging.CouchbaseColumnarDestination.Database,
                logging.CouchbaseColumnarDestination.Scope,
                logging.CouchbaseColumnarDestination.Collection)),
            _ => ("", ""),
        };
        return new(logging.SampleRate, destination, Text(location));
    }

    public static FeastProjection Projection(Wire.FeatureViewProjection projection) => new(
        Text(projection.FeatureViewName),
        projection.FeatureViewNameAlias is { Length: > 0 } alias && alias != projection.FeatureViewName ? Text(alias) : null,
        [.. projection.FeatureColumns.Select(column => Text(column.Name))],
        Tags(projection.JoinKeyMap));

    public static FeastFeature FeatureOf(Wire.FeatureSpecV2 feature) => new(
        Text(feature.Name),
        FeastValueTypes.Name(feature.ValueType),
        FeastValueTypes.DataTypeOf(feature.ValueType),
        Text(feature.Description),
        Tags(feature.Tags),
        feature.VectorIndex,
        feature.VectorLength);

    public static FeastTransformation? Transformation(
        Wire.FeatureTransformationV2? current, Wire.UserDefinedFunctionV2? deprecated, string mode)
    {
        if (current?.SubstraitTransformation is { } plan)
            return new("", "substrait", Hash(plan.SubstraitPlan.Span));
        var function = current?.UserDefinedFunction ?? deprecated;
        if (function is null)
            return null;

        var body = function.BodyText.Length > 0 ? Encoding.UTF8.GetBytes(function.BodyText) : function.Body.ToByteArray();
        return new(Text(function.Name), Text(function.Mode is { Length: > 0 } own ? own : mode), Hash(body));
    }

    public static FeastAggregation Aggregation(Wire.Aggregation aggregation) =>
        new(Text(aggregation.Column), Text(aggregation.Function), Span(aggregation.TimeWindow), Text(aggregation.Name));

    public static ImmutableSortedDictionary<string, string> Tags(MapField<string, string> tags) =>
        tags.ToImmutableSortedDictionary(tag => Text(tag.Key), tag => Text(tag.Value), StringComparer.Ordinal);

    /// <summary>The text without NUL, which PostgreSQL cannot hold.</summary>
    public static string Text(string text) => text.Replace('\0', '\uFFFD');

    public static string Dotted(params ReadOnlySpan<string> parts) => string.Join('.', parts.ToArray().Where(part => part.Length > 0));

    /// <summary>The length of time; null where it is not positive, which to Feast means no limit, or longer than we can hold.</summary>
    public static TimeSpan? Span(Duration? duration) =>
        duration is { Seconds: >= 0 and < 900_000_000_000, Nanos: >= 0 and < 1_000_000_000 } and not { Seconds: 0, Nanos: < 100 }
            ? TimeSpan.FromTicks(duration.Seconds * TimeSpan.TicksPerSecond + duration.Nanos / 100)
            : null;

    private static DateTimeOffset? At(Timestamp? time) =>
        time is { Seconds: >= -62_135_596_800 and <= 253_402_300_799, Nanos: >= 0 and < 1_000_000_000 }
            ? DateTimeOffset.FromUnixTimeSeconds(time.Seconds).AddTicks(time.Nanos / 100)
            : null;

    private static string Hash(ReadOnlySpan<byte> body) => Convert.ToHexStringLower(SHA256.HashData(body));
}
