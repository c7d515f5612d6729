using System.Text;
using FeatureGovernance.Core.Registry;
using FeatureGovernance.Server.Registry.Feast;
using FeatureGovernance.Server.Registry.Feast.Wire;
using Google.Protobuf;
using WireRegistry = FeatureGovernance.Server.Registry.Feast.Wire.Registry;

namespace FeatureGovernance.UnitTests.Feast;

public class FeastRegistryFileTests
{
    [Fact]
    public void Views_of_every_kind_are_read_with_their_sources()
    {
        var registry = FeastRegistries.WithEveryKindOfView().Read();

        registry.Groups.Select(group => (group.Name, group.Kind)).Should().Equal(
            ("user_clicks", FeastGroupKind.Batch),
            ("user_live", FeastGroupKind.Stream),
            ("cart_fit", FeastGroupKind.OnDemand),
            ("purchases", FeastGroupKind.Label));
        registry.Groups[1].Sources.Select(source => (source.System, source.Location)).Should().Equal(("snowflake", "DWH.WEB.CLICKS"), ("kafka", "web-events"));
        registry.Groups[2].Transformation!.Mode.Should().Be("pandas");
        registry.Groups[3].Features.Select(feature => feature.Name).Should().Equal("bought");
    }

    [Fact]
    public void A_field_of_a_newer_Feast_is_reported_where_it_stands()
    {
        var registry = FeastRegistries.WithEveryKindOfView();
        registry.FeatureViews.Add(FeastRegistries.View("newer", FeastRegistries.Clicks()));
        registry.FeatureViews[1].Spec = registry.FeatureViews[1].Spec.WithUnknownField(77);
        registry.OnDemandFeatureViews[0].Spec.Sources["cart"] = registry.OnDemandFeatureViews[0].Spec.Sources["cart"].WithUnknownField(9);
        registry = registry.WithUnknownField(99).WithUnknownField(99);

        registry.Read().Unknown.Should().Equal(
            new FeastUnknownField("feast.core.FeatureViewSpec", "#77", "feature_views[1].spec #77", 1),
            new FeastUnknownField("feast.core.OnDemandSource", "#9", "on_demand_feature_views[0].spec.sources[1].value #9", 1),
            new FeastUnknownField("feast.core.Registry", "#99", "#99", 2));
    }

    [Fact]
    public void Parts_that_are_not_taken_over_are_counted_by_name()
    {
        var registry = FeastRegistries.WithEveryKindOfView();
        registry.SavedDatasets.Add(ByteString.Empty);
        registry.Permissions.Add([ByteString.Empty, ByteString.Empty]);
        registry.FeatureViews[0].Meta = new() { MaterializationIntervals = { ByteString.Empty, ByteString.Empty, ByteString.Empty } };

        registry.Read().NotImported.Should().Equal(
            new FeastOmission("feature_views.meta.materialization_intervals", 3),
            new FeastOmission("permissions", 2),
            new FeastOmission("saved_datasets", 1));
    }

    [Theory]
    [InlineData("", "The file is empty.")]
    [InlineData("PAR1\u0015\u0004", "Parquet")]
    [InlineData("SQLite format 3\0", "SQLite")]
    [InlineData("project: shop\nprovider: local\n", "field 14 (stream_feature_views) is not encoded as in feast.core.Registry")]
    [InlineData("<html></html>", "not a serialized feast.core.Registry: at byte 0")]
    [InlineData("{\"name\": \"package\"}", "none of the lists")]
    [InlineData("[1, 2]", "it holds a list instead of an object")]
    [InlineData("{\"featureViews\": ", "not well-formed: line 1")]
    [InlineData("{\"featureViews\": [{\"spec\": {\"name\": 5}}]}", "at featureViews[0].spec.name text belongs here, not this number")]
    [InlineData("{\"featureViews\": [{\"spec\": {\"name\": \"v\", \"ttl\": \"soon\"}}]}", "at featureViews[0].spec.ttl a duration belongs here")]
    [InlineData("{\"entities\": [{\"spec\": {}}]}", "entities[0] has no name")]
    [InlineData("{\"entities\": []}", "defines no project")]
    [InlineData("{\"entities\": [], \"entities\": []}", "not well-formed")]
    [InlineData("{\"entities\": [{\"spec\": {\"name\": \"\\ud800\"}}]}", "not valid Unicode")]
    public void A_file_that_is_no_registry_is_refused_with_the_reason(string content, string reason)
    {
        var reading = FeastRegistryFile.Read(Encoding.UTF8.GetBytes(content));

        reading.Registry.Should().BeNull();
        reading.Refusal!.Code.Should().Be("not-a-feast-registry");
        reading.Refusal.Detail.Should().Contain(reason);
    }

    [Fact]
    public void Random_bytes_are_refused()
    {
        var random = new Random(7);
        for (var round = 0; round < 5_000; round++)
        {
            var bytes = new byte[random.Next(1, 400)];
            random.NextBytes(bytes);
            FeastRegistryFile.Read(bytes).Succeeded.Should().BeFalse();
        }
    }

    [Fact]
    public void A_registry_that_breaks_off_says_where()
    {
        var file = FeastRegistries.WithEveryKindOfView().ToByteArray();

        var refusal = FeastRegistryFile.Read(file.AsMemory(0, file.Length - 1)).Refusal;

        refusal!.Code.Should().Be("feast-registry-cut-short");
        refusal.Detail.Should().MatchRegex(@"^The Feast registry is cut short: at byte [\d,]+ \(label_views\[0\]\) \d+ bytes are announced and \d+ are left\.$");
    }

    [Fact]
    public void A_registry_over_the_size_limit_is_refused()
    {
        var file = FeastRegistries.WithEveryKindOfView().ToByteArray();

        FeastRegistryFile.Read(file, file.Length).Succeeded.Should().BeTrue();
        FeastRegistryFile.Read(file, file.Length - 1).Refusal!.Code.Should().Be("feast-registry-too-large");
    }

    [Fact]
    public void Endless_nesting_is_refused()
    {
        var source = FeastRegistries.Clicks();
        for (var depth = 0; depth < 90; depth++)
            source = new DataSource { Name = "outer", BatchSource = source };

        FeastRegistryFile.Read(new WireRegistry { DataSources = { source } }.ToByteArray()).Refusal!.Detail.Should().Contain("nested more than 64 deep");
    }

    [Fact]
    public void Groups_of_unknown_fields_may_not_nest_endlessly()
    {
        var nested = Enumerable.Repeat(new byte[] { 0x93, 0x03 }, 100_000).SelectMany(startOfGroup50 => startOfGroup50).ToArray();

        FeastRegistryFile.Read(nested).Refusal!.Detail.Should().Contain("nested more than 64 deep");
    }

    [Fact]
    public void A_registry_dump_is_read_as_Feast_prints_it()
    {
        const string dump = """
            {
              "project": "shop",
              "entities": [{"meta": {}, "spec": {"joinKey": "user_id", "name": "user", "valueType": "INT64", "project": "shop"}}],
              "featureViews": [{
                "meta": {"materializationIntervals": [{"startTime": "2024-01-01T00:00:00Z"}]},
                "spec": {
                  "name": "user_clicks", "project": "shop", "entities": ["user"], "ttl": "86400s", "online": true, "newProperty": {"a": 1},
                  "tags": {"tier": "gold"},
                  "batchSource": {"type": "BATCH_FILE", "name": "clicks", "fileOptions": {"uri": "s3://shop/clicks"}, "timestampField": "at"},
                  "features": [{"name": "clicks_7d", "valueType": "INT64"}, {"name": "taste", "valueType": 16}, {"name": "odd", "valueType": "QUATERNION"}]
                }}],
              "onDemandFeatureViews": [{
                "spec": {
                  "name": "fit", "project": "shop", "features": [{"name": "fit", "valueType": "DOUBLE"}],
                  "sources": {"clicks": {"featureViewProjection": {"featureViewName": "user_clicks", "featureColumns": [{"name": "clicks_7d"}]}}},
                  "userDefinedFunction": {"name": "fit", "body": "def fit(inputs):\n  return inputs"},
                  "featureTransformation": {"userDefinedFunction": {"name": "fit", "body": null}, "substraitPlan": {"body": null}}
                }}],
              "infra": [{"sqliteTable": {}}, {"sqliteTable": {}}],
              "permissions": [{"spec": {"name": "readers"}}]
            }
            """;

        var registry = FeastRegistries.Read(Encoding.UTF8.GetBytes("\n" + dump));

        registry.Form.Should().Be(FeastForm.Json);
        registry.Projects.Single().Name.Should().Be("shop");
        registry.Groups[0].Ttl.Should().Be(TimeSpan.FromDays(1));
        registry.Groups[0].Features.Select(feature => feature.DataType).Should().Equal(DataType.Int64, DataType.FloatList, DataType.Unknown);
        registry.Groups[0].Sources.Single().Location.Should().Be("s3://shop/clicks");
        registry.Unknown.Should().Equal(
            new FeastUnknownField("feast.core.FeatureSpecV2", "valueType=QUATERNION", "featureViews[0].spec.features[2].valueType", 1),
            new FeastUnknownField("feast.core.FeatureTransformationV2", "substraitPlan", "onDemandFeatureViews[0].spec.featureTransformation.substraitPlan", 1),
            new FeastUnknownField("feast.core.FeatureViewSpec", "newProperty", "featureViews[0].spec.newProperty", 1));
        registry.NotImported.Should().Equal(
            new FeastOmission("entities.meta", 1),
            new FeastOmission("feature_views.meta.materialization_intervals", 1),
            new FeastOmission("infra.infra_objects", 2),
            new FeastOmission("permissions", 1));
    }

    [Fact]
    public void A_JSON_dump_cut_short_anywhere_is_refused()
    {
        var dump = Encoding.UTF8.GetBytes(JsonFormatter.Default.Format(FeastRegistries.WithEveryKindOfView()));

        Enumerable.Range(0, dump.Length).Where(length => FeastRegistryFile.Read(dump.AsMemory(0, length)).Succeeded).Should().BeEmpty();
        FeastRegistryFile.Read(dump).Succeeded.Should().BeTrue();
    }
}
