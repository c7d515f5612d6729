using System.Text.Json;
using FeatureGovernance.Core.Registry;
using FeatureGovernance.Server.Registry.Feast;
using FeatureGovernance.Server.Registry.Feast.Wire;
using Google.Protobuf;
using WireRegistry = FeatureGovernance.Server.Registry.Feast.Wire.Registry;
using ValueType = FeatureGovernance.Server.Registry.Feast.Wire.ValueType;

namespace FeatureGovernance.UnitTests.Feast;

public class FeastMappingTests
{
    [Fact]
    public void A_feature_is_read_from_its_column_before_the_source_renames_it()
    {
        var clicks = Map(FeastRegistries.WithEveryKindOfView()).Feature("user_clicks:clicks_7d");

        clicks.Source.Should().Be(new ImportedColumn("snowflake", "DWH.WEB.CLICKS", "CLICKS_LAST_7_DAYS", null));
        clicks.Freshness.Should().Be(TimeSpan.FromDays(1));
        clicks.Entities.Should().Equal("user");
    }

    [Fact]
    public void A_windowed_aggregate_names_its_column_and_window() =>
        Map(FeastRegistries.WithEveryKindOfView()).Feature("user_live:sum_amount_3600s").Source
            .Should().Be(new ImportedColumn("snowflake", "DWH.WEB.CLICKS", "amount", "sum(amount) over 3600 s"));

    [Fact]
    public void An_on_demand_feature_is_derived_from_what_its_view_reads()
    {
        var fit = Map(FeastRegistries.WithEveryKindOfView()).Feature("cart_fit:fit");

        fit.DerivedFrom.Should().Equal(FeatureKey.Parse("user_clicks:clicks_7d"));
        fit.RequestInputs.Should().Equal("cart:amount");
        fit.Source!.Expression.Should().MatchRegex("^pandas:fit@[0-9a-f]{12}$");
    }

    [Fact]
    public void Vectors_are_embeddings_and_columns_of_label_views_are_labels()
    {
        var imported = Map(FeastRegistries.WithEveryKindOfView());

        imported.Feature("user_clicks:taste").Kind.Should().Be(FeatureKind.Embedding);
        imported.Feature("purchases:bought").Kind.Should().Be(FeatureKind.Label);
        imported.Feature("user_clicks:clicks_7d").Kind.Should().Be(FeatureKind.Feature);
    }

    [Theory]
    [InlineData("label", "true", FeatureKind.Label)]
    [InlineData("target", "", FeatureKind.Label)]
    [InlineData("label", "false", FeatureKind.Feature)]
    public void A_tag_makes_a_label(string tag, string value, FeatureKind kind)
    {
        var registry = FeastRegistries.WithEveryKindOfView();
        registry.FeatureViews[0].Spec.Features[0].Tags[tag] = value;

        Map(registry).Feature("user_clicks:clicks_7d").Kind.Should().Be(kind);
    }

    [Fact]
    public void Owners_become_teams_and_the_nearest_owner_counts()
    {
        var imported = Map(FeastRegistries.WithEveryKindOfView());

        imported.Feature("user_clicks:clicks_7d").Team.Should().Be("ranking-team", "the view has an owner");
        imported.Feature("user_live:sum_amount_3600s").Team.Should().Be("live-data", "the view has an organisational unit");
        imported.Feature("cart_fit:fit").Team.Should().Be("platform", "the project has an owner");
        imported.Teams.Select(team => team.Slug).Should().Equal("live-data", "platform", "ranking-team");
    }

    [Fact]
    public void What_has_no_owner_goes_to_the_default_team()
    {
        var registry = FeastRegistries.WithEveryKindOfView();
        registry.Projects[0].Spec.Owner = "\u5718\u968a";

        Map(registry).Feature("cart_fit:fit").Team.Should().Be("unowned");
    }

    [Fact]
    public void A_service_becomes_a_model_named_by_what_it_reads()
    {
        var registry = FeastRegistries.WithEveryKindOfView();
        registry.FeatureServices[0].Spec.Tags.Add(new Dictionary<string, string>
        {
            ["model_kind"] = "ranking", ["metric"] = "NDCG@10", ["surface"] = "home", ["weight"] = "0.4",
        });
        registry.FeatureServices[0].Spec.LoggingConfig = new() { SampleRate = 0.25f, SnowflakeDestination = new() { TableName = "served" } };

        var model = Map(registry).Models.Single();

        (model.Kind, model.Metric, model.HigherIsBetter, model.Surface, model.Weight).Should().Be((ModelKind.Ranking, "NDCG@10", true, "home", 0.4));
        model.Features.Select(key => key.ToString()).Should()
            .Equal("cart_fit:fit", "user_clicks:clicks_7d", "user_clicks:taste", "user_live:sum_amount_3600s");
        model.Labels.Select(key => key.ToString()).Should().Equal("purchases:bought");
        model.Logging.Should().Be(new FeastLogging(0.25, "snowflake", "served"));
    }

    [Fact]
    public void The_version_follows_the_set_read_and_not_its_order()
    {
        var registry = FeastRegistries.WithEveryKindOfView();
        registry.FeatureServices.Add(FeastRegistries.Service("reordered", [.. registry.FeatureServices[0].Spec.Features.Reverse()]));
        registry.FeatureServices.Add(FeastRegistries.Service("smaller", FeastRegistries.Reads("user_clicks", "taste")));

        var models = Map(registry).Models.ToDictionary(model => model.Name);

        models["reordered"].Version.Should().Be(models["ranker"].Version);
        models["smaller"].Version.Should().NotBe(models["ranker"].Version);
    }

    [Fact]
    public void A_view_read_twice_under_aliases_is_noted_once_per_alias()
    {
        var origin = FeastRegistries.Reads("user_clicks", "taste");
        origin.FeatureViewNameAlias = "seller_clicks";
        origin.JoinKeyMap["user_id"] = "seller_id";
        var registry = FeastRegistries.WithEveryKindOfView();
        registry.FeatureServices.Add(FeastRegistries.Service("pairs", FeastRegistries.Reads("user_clicks", "taste"), origin));

        var model = Map(registry).Models.Single(model => model.Name == "pairs");

        model.Features.Should().ContainSingle();
        model.Aliases.Should().ContainSingle().Which.Should().Match<ImportedAlias>(alias =>
            alias.Group == "user_clicks" && alias.Alias == "seller_clicks" && alias.JoinKeyMap["user_id"] == "seller_id");
    }

    [Fact]
    public void What_a_service_reads_and_nobody_defines_is_noted()
    {
        var registry = FeastRegistries.WithEveryKindOfView();
        registry.FeatureServices.Add(FeastRegistries.Service("dangling", FeastRegistries.Reads("gone", "x"), FeastRegistries.Reads("user_clicks", "nope")));

        var imported = Map(registry);

        imported.Models.Single(model => model.Name == "dangling").Features.Should().BeEmpty();
        imported.Notes.Select(note => (note.Code, note.Subject)).Should()
            .Equal(("unknown-feature", "feature service shop/dangling"), ("unknown-view", "feature service shop/dangling"));
    }

    [Fact]
    public void Views_of_the_same_name_in_two_projects_are_qualified_by_project()
    {
        var registry = FeastRegistries.WithEveryKindOfView();
        var other = registry.FeatureViews[0].Clone();
        other.Spec.Project = "bank";
        registry.FeatureViews.Add(other);

        var imported = Map(registry);

        imported.Groups.Select(group => group.Name).Should().Equal("bank.user_clicks", "cart_fit", "purchases", "shop.user_clicks", "user_live");
        imported.Models.Single().Features.Select(key => key.Group).Should().Contain("shop.user_clicks").And.NotContain("bank.user_clicks");
        imported.Notes.Where(note => note.Code == "renamed").Should().Contain(note => note.Message == "Registered as bank.user_clicks.");
    }

    [Fact]
    public void A_name_that_no_key_can_hold_is_changed_and_the_change_is_noted()
    {
        var view = FeastRegistries.View(
            "caf\u00e9 visits", FeastRegistries.Clicks(), Named("a b"), Named("a_b"), Named("-c"), Named(new string('d', 200)), Named(""));
        var imported = Map(new WireRegistry { FeatureViews = { view } });

        imported.Features.Select(feature => feature.Key.Group).Distinct().Should().Equal("caf__visits");
        imported.Features.Select(feature => feature.Key.Name).Should().OnlyHaveUniqueItems().And.HaveCount(5).And.Contain("a_b").And.Contain("_-c");
        imported.Features.Select(feature => feature.Key.Name).Should().Contain(name => name.StartsWith("a_b-") && name.Length == 12);
        imported.Notes.Count(note => note.Code == "renamed").Should().Be(5);
    }

    [Fact]
    public void The_order_in_which_a_registry_lists_things_does_not_matter()
    {
        var registry = FeastRegistries.WithEveryKindOfView();
        registry.FeatureViews.Add(FeastRegistries.View("a b", FeastRegistries.Clicks(), Named("x y"), Named("x.y"), Named("x_y")));
        registry.FeatureViews.Add(FeastRegistries.View("a_b", FeastRegistries.Clicks(), Named("x")));
        var reversed = registry.Clone();
        reversed.FeatureViews.Clear();
        reversed.FeatureViews.Add(registry.FeatureViews.Reverse());

        Keys(reversed).Should().Equal(Keys(registry));
    }

    [Fact]
    public void A_type_without_counterpart_is_noted()
    {
        var view = FeastRegistries.View(
            "v", FeastRegistries.Clicks(), FeastRegistries.Column("set", ValueType.Types.Enum.Int64Set),
            FeastRegistries.Column("any", ValueType.Types.Enum.ValueList));

        var imported = Map(new WireRegistry { FeatureViews = { view } });

        imported.Feature("v:set").DataType.Should().Be(DataType.Int64List);
        imported.Feature("v:any").DataType.Should().Be(DataType.Unknown);
        imported.Notes.Select(note => note.Subject).Should().Equal("feature v:any", "feature v:set");
    }

    [Fact]
    public void Of_a_custom_source_the_table_is_read_and_no_secret()
    {
        var source = new DataSource
        {
            Name = "orders",
            Type = DataSource.Types.SourceType.CustomSource,
            DataSourceClassType = "feast.infra.offline_stores.contrib.mssql_offline_store.mssqlserver_source.MsSqlServerSource",
            CustomOptions = new() { Configuration = ByteString.CopyFromUtf8("""{"table_ref": "dbo.orders", "connection_string": "Password=secret"}""") },
        };

        var imported = Map(new WireRegistry { FeatureViews = { FeastRegistries.View("v", source, Named("total")) } });

        imported.Feature("v:total").Source.Should().Be(new ImportedColumn("mssqlserver", "dbo.orders", "total", null));
        JsonSerializer.Serialize(imported).Should().NotContain("secret");
    }

    private static FeatureSpecV2 Named(string name) => FeastRegistries.Column(name, ValueType.Types.Enum.Double);

    private static ImportedRegistrations Map(WireRegistry registry) => FeastMapping.Map(registry.Read(), "unowned");

    private static IEnumerable<string> Keys(WireRegistry registry) => Map(registry).Features.Select(feature => feature.Key.ToString());
}

internal static class ImportedRegistrationsReading
{
    public static ImportedFeature Feature(this ImportedRegistrations imported, string key) =>
        imported.Features.Single(feature => feature.Key.ToString() == key);
}
