using System.Collections.Immutable;
using static FeatureGovernance.Server.Registry.Feast.FeastRecords;
using Options = FeatureGovernance.Server.Registry.Feast.Wire.DataSource.OptionsOneofCase;
using SourceType = FeatureGovernance.Server.Registry.Feast.Wire.DataSource.Types.SourceType;

namespace FeatureGovernance.Server.Registry.Feast;

/// <summary>Reads data sources: each system says in other words where its rows are.</summary>
internal static class FeastSources
{
    public static FeastSource Read(Wire.DataSource source, string project)
    {
        var (location, query) = Place(source);
        var system = System(source);
        return new(
            project,
            source.Name is { Length: > 0 } name ? Text(name) : location is { Length: > 0 } ? Text(location) : system,
            system,
            Text(location),
            query is { Length: > 0 } ? Text(query) : null,
            Text(source.TimestampField),
            Text(source.CreatedTimestampColumn),
            Tags(source.FieldMapping),
            Inputs(source.RequestDataOptions),
            source.BatchSource is { } batch ? Read(batch, project) : null,
            Text(source.Description),
            Text(source.Owner),
            Tags(source.Tags));
    }

    private static string System(Wire.DataSource source) => source.Type switch
    {
        SourceType.BatchFile => "file",
        SourceType.BatchBigquery => "bigquery",
        SourceType.StreamKafka => "kafka",
        SourceType.StreamKinesis => "kinesis",
        SourceType.BatchRedshift => "redshift",
        SourceType.CustomSource => FeastCustomSource.System(source.DataSourceClassType),
        SourceType.RequestSource => "request",
        SourceType.BatchSnowflake => "snowflake",
        SourceType.PushSource => "push",
        SourceType.BatchTrino => "trino",
        SourceType.BatchSpark => "spark",
        SourceType.BatchAthena => "athena",
        SourceType.BatchIceberg => "iceberg",
        _ => SystemByOptions(source),
    };

    // Registries from before the type was written tell it by the options alone.
    private static string SystemByOptions(Wire.DataSource source) => source.OptionsCase switch
    {
        Options.FileOptions => "file",
        Options.BigqueryOptions => "bigquery",
        Options.KafkaOptions => "kafka",
        Options.KinesisOptions => "kinesis",
        Options.RedshiftOptions => "redshift",
        Options.CustomOptions => FeastCustomSource.System(source.DataSourceClassType),
        Options.RequestDataOptions => "request",
        Options.SnowflakeOptions => "snowflake",
        Options.PushOptions => "push",
        Options.SparkOptions => "spark",
        Options.TrinoOptions => "trino",
        Options.AthenaOptions => "athena",
        _ => "unknown",
    };

    private static (string Location, string? Query) Place(Wire.DataSource source) => source.OptionsCase switch
    {
        Options.FileOptions => (source.FileOptions.Uri, null),
        Options.BigqueryOptions => (source.BigqueryOptions.Table, source.BigqueryOptions.Query),
        Options.TrinoOptions => (source.TrinoOptions.Table, source.TrinoOptions.Query),
        Options.KafkaOptions => (source.KafkaOptions.Topic, null),
        Options.KinesisOptions => (Dotted(source.KinesisOptions.Region, source.KinesisOptions.StreamName), null),
        Options.RedshiftOptions => (
            Table(source.RedshiftOptions.Table, source.RedshiftOptions.Database, source.RedshiftOptions.Schema),
            source.RedshiftOptions.Query),
        Options.SnowflakeOptions => (
            Table(source.SnowflakeOptions.Table, source.SnowflakeOptions.Database, source.SnowflakeOptions.Schema),
            source.SnowflakeOptions.Query),
        Options.AthenaOptions => (
            Table(source.AthenaOptions.Table, source.AthenaOptions.DataSource, source.AthenaOptions.Database),
            source.AthenaOptions.Query),
        Options.SparkOptions => (
            source.SparkOptions.Table is { Length: > 0 } table ? table : source.SparkOptions.Path,
            source.SparkOptions.Query),
        Options.CustomOptions => FeastCustomSource.Place(source.CustomOptions.Configuration.Memory),
        _ => ("", null),
    };

    private static string Table(string table, string outer, string inner) => table.Length == 0 ? "" : Dotted(outer, inner, table);

    private static ImmutableArray<FeastFeature> Inputs(Wire.DataSource.Types.RequestDataOptions? request) =>
        request is null
            ? []
            : [
                .. request.Schema.Select(FeatureOf),
                .. request.DeprecatedSchema
                    .Where(old => request.Schema.All(field => field.Name != old.Key))
                    .OrderBy(old => old.Key, StringComparer.Ordinal)
                    .Select(old => FeatureOf(new() { Name = old.Key, ValueType = old.Value })),
            ];
}
