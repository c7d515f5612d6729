using FeatureGovernance.Server.Registry.Feast;
using FeatureGovernance.Server.Registry.Feast.Wire;
using ValueType = FeatureGovernance.Server.Registry.Feast.Wire.ValueType;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using SourceType = FeatureGovernance.Server.Registry.Feast.Wire.DataSource.Types.SourceType;
using WireRegistry = FeatureGovernance.Server.Registry.Feast.Wire.Registry;

namespace FeatureGovernance.UnitTests.Feast;

/// <summary>Registries as Feast would write them.</summary>
internal static class FeastRegistries
{
    public const string Project = "shop";

    /// <summary>A registry with a view of every kind, and a service that reads all of them.</summary>
    public static WireRegistry WithEveryKindOfView() => new()
    {
        RegistrySchemaVersion = "1",
        Projects = { new Project { Spec = new() { Name = Project, Owner = "platform@shop.example" } } },
        Entities = { new Entity { Spec = new() { Name = "user", JoinKey = "user_id", ValueType = ValueType.Types.Enum.Int64, Project = Project } } },
        DataSources = { Clicks(), Events(), Cart() },
        FeatureViews =
        {
            View("user_clicks", Clicks(), Column("clicks_7d", ValueType.Types.Enum.Int64), Column("taste", ValueType.Types.Enum.FloatList, vector: true)),
        },
        StreamFeatureViews =
        {
            new StreamFeatureView
            {
                Spec = new()
                {
                    Name = "user_live",
                    Project = Project,
                    Entities = { "user" },
                    Features = { Column("sum_amount_3600s", ValueType.Types.Enum.Double) },
                    Ttl = Duration.FromTimeSpan(TimeSpan.FromMinutes(10)),
                    BatchSource = Clicks(),
                    StreamSource = Events(),
                    Aggregations = { new Aggregation { Column = "amount", Function = "sum", TimeWindow = Duration.FromTimeSpan(TimeSpan.FromHours(1)) } },
                    Org = "Live Data",
                },
            },
        },
        OnDemandFeatureViews =
        {
            new OnDemandFeatureView
            {
                Spec = new()
                {
                    Name = "cart_fit",
                    Project = Project,
                    Features = { Column("fit", ValueType.Types.Enum.Double) },
                    Sources =
                    {
                        ["clicks"] = new() { FeatureViewProjection = Reads("user_clicks", "clicks_7d") },
                        ["cart"] = new() { RequestDataSource = Cart() },
                    },
                    FeatureTransformation = new() { UserDefinedFunction = new() { Name = "fit", BodyText = "def fit(inputs): ..." } },
                    Mode = "pandas",
                },
            },
        },
        LabelViews =
        {
            new LabelView
            {
                Spec = new()
                {
                    Name = "purchases",
                    Project = Project,
                    Entities = { "user" },
                    Features = { Column("bought", ValueType.Types.Enum.Bool), Column("labeler", ValueType.Types.Enum.String) },
                    LabelerField = "labeler",
                    Source = Clicks(),
                },
            },
        },
        FeatureServices =
        {
            Service("ranker", Reads("user_clicks", "clicks_7d", "taste"), Reads("user_live", "sum_amount_3600s"), Reads("cart_fit", "fit"),
                Reads("purchases", "bought")),
        },
    };

    public static FeatureView View(string name, DataSource source, params FeatureSpecV2[] columns) => new()
    {
        Spec = new()
        {
            Name = name,
            Project = Project,
            Entities = { "user" },
            Features = { columns },
            Ttl = Duration.FromTimeSpan(TimeSpan.FromDays(1)),
            BatchSource = source,
            Online = true,
            Owner = "ranking-team@shop.example",
        },
    };

    public static FeatureSpecV2 Column(string name, ValueType.Types.Enum type, bool vector = false) =>
        new() { Name = name, ValueType = type, VectorIndex = vector };

    public static FeatureViewProjection Reads(string view, params string[] columns) =>
        new() { FeatureViewName = view, FeatureColumns = { columns.Select(column => new FeatureSpecV2 { Name = column }) } };

    public static FeatureService Service(string name, params FeatureViewProjection[] reads) =>
        new() { Spec = new() { Name = name, Project = Project, Features = { reads } } };

    public static DataSource Clicks() => new()
    {
        Name = "clicks",
        Project = Project,
        Type = SourceType.BatchSnowflake,
        TimestampField = "at",
        FieldMapping = { ["CLICKS_LAST_7_DAYS"] = "clicks_7d" },
        SnowflakeOptions = new() { Database = "DWH", Schema = "WEB", Table = "CLICKS" },
    };

    public static DataSource Events() => new()
    {
        Name = "events",
        Project = Project,
        Type = SourceType.StreamKafka,
        KafkaOptions = new() { Topic = "web-events" },
        BatchSource = Clicks(),
    };

    public static DataSource Cart() => new()
    {
        Name = "cart",
        Project = Project,
        Type = SourceType.RequestSource,
        RequestDataOptions = new() { Schema = { Column("amount", ValueType.Types.Enum.Double) } },
    };

    public static FeastRegistry Read(this WireRegistry registry) => Read(registry.ToByteArray());

    public static FeastRegistry Read(byte[] file)
    {
        var reading = FeastRegistryFile.Read(file);
        reading.Refusal.Should().BeNull();
        return reading.Registry!;
    }

    /// <summary>The message with one more field, as a newer Feast might write it.</summary>
    public static T WithUnknownField<T>(this T message, int number)
        where T : IMessage<T>
    {
        using var bytes = new MemoryStream();
        using (var output = new CodedOutputStream(bytes, leaveOpen: true))
        {
            message.WriteTo(output);
            output.WriteTag(number, WireFormat.WireType.LengthDelimited);
            output.WriteString("from a newer Feast");
        }

        return (T)message.Descriptor.Parser.ParseFrom(bytes.ToArray());
    }
}
