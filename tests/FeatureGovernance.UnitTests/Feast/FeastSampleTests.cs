using System.Text;
using System.Text.Json;
using FeatureGovernance.Core.Registry;
using FeatureGovernance.Server.Registry.Feast;
using FeatureGovernance.Tests;
using Google.Protobuf;

namespace FeatureGovernance.UnitTests.Feast;

/// <summary>The registry of a real project, with the counts that `protoc --decode_raw` shows.</summary>
public class FeastSampleTests
{
    private static byte[] File() => System.IO.File.ReadAllBytes(SharedData.Path("feast", "registry.db"));

    [Fact]
    public void Everything_the_registry_defines_is_read()
    {
        var registry = FeastRegistries.Read(File());

        registry.Form.Should().Be(FeastForm.Protobuf);
        registry.SchemaVersion.Should().Be("1");
        registry.Projects.Select(project => project.Name).Should().Equal("credit_scoring_aws");
        registry.Entities.Select(entity => entity.Name).Should().Equal("__dummy", "zipcode", "dob_ssn");
        registry.Sources.Select(source => $"{source.System}:{source.Name}").Should().Equal("file:zipcode", "request:transaction", "file:credit_history");
        registry.Groups.Select(group => (group.Name, group.Kind, group.Features.Length)).Should().Equal(
            ("credit_history", FeastGroupKind.Batch, 9),
            ("zipcode_features", FeastGroupKind.Batch, 6),
            ("zipcode_money_features", FeastGroupKind.Batch, 2),
            ("transaction_gt_last_credit_card_due", FeastGroupKind.OnDemand, 1));
        registry.Services.Select(service => service.Name).Should()
            .Equal("credit_score_v2", "zipcode_model", "zipcode_model_v2", "credit_score_v3", "credit_score_v1");
    }

    [Fact]
    public void What_is_not_taken_over_is_counted()
    {
        var registry = FeastRegistries.Read(File());

        registry.Unknown.Should().BeEmpty();
        registry.NotImported.Should().Contain([
            new FeastOmission("infra.infra_objects", 3),
            new FeastOmission("feature_view_version_history.records", 6),
            new FeastOmission("entities.meta", 3),
            new FeastOmission("feature_views.meta.created_timestamp", 3),
        ]);
    }

    [Fact]
    public void The_features_are_mapped_with_source_freshness_and_lineage()
    {
        var imported = FeastMapping.Map(FeastRegistries.Read(File()), "unowned");

        imported.Features.Should().HaveCount(18);
        var due = imported.Features.Single(feature => feature.Key.ToString() == "credit_history:credit_card_due");
        due.DataType.Should().Be(DataType.Int64);
        due.Source.Should().Be(new ImportedColumn("file", "data/credit_history.parquet", "credit_card_due", null));
        due.Freshness.Should().Be(TimeSpan.FromDays(9000));
        due.Entities.Should().Equal("dob_ssn");
        due.Team.Should().Be("unowned");

        var onDemand = imported.Features.Single(feature => feature.Key.Group == "transaction_gt_last_credit_card_due");
        onDemand.DataType.Should().Be(DataType.Bool);
        onDemand.DerivedFrom.Should().HaveCount(9).And.Contain(due.Key);
        onDemand.RequestInputs.Should().Equal("transaction:transaction_amt");
        onDemand.Entities.Should().BeEmpty();
    }

    [Fact]
    public void The_feature_services_become_models_with_manifests()
    {
        var imported = FeastMapping.Map(FeastRegistries.Read(File()), "unowned");

        imported.Models.Select(model => (model.Name, model.Team, model.Features.Length)).Should().Equal(
            ("credit_score_v1", "tony", 8),
            ("credit_score_v2", "tony", 9),
            ("credit_score_v3", "tony", 10),
            ("zipcode_model", "amanda", 6),
            ("zipcode_model_v2", "amanda", 2));
        imported.Models.Select(model => model.Version)
            .Should().OnlyHaveUniqueItems().And.AllSatisfy(version => version.Should().MatchRegex("^feast-[0-9a-f]{12}$"));
        imported.Entities.Select(entity => (entity.Name, entity.DataType)).Should().Equal(("dob_ssn", DataType.String), ("zipcode", DataType.Int64));
        imported.Notes.Should().BeEmpty();
    }

    [Fact]
    public void The_same_registry_as_JSON_maps_to_the_same_registrations()
    {
        var json = JsonFormatter.Default.Format(Server.Registry.Feast.Wire.Registry.Parser.ParseFrom(File()));

        var fromJson = FeastRegistries.Read(Encoding.UTF8.GetBytes(json));

        fromJson.Form.Should().Be(FeastForm.Json);
        Written(fromJson).Should().Be(Written(FeastRegistries.Read(File())));
    }

    [Fact]
    public void A_registry_cut_short_anywhere_is_refused_or_holds_what_came_before_the_cut()
    {
        var file = File();
        var whole = FeastRegistries.Read(file);
        var readable = 0;
        for (var length = 0; length < file.Length; length++)
        {
            var reading = FeastRegistryFile.Read(file.AsMemory(0, length));
            if (!reading.Succeeded)
                continue;

            readable++;
            reading.Registry.Groups.Length.Should().BeLessThanOrEqualTo(whole.Groups.Length);
            FeastMapping.Map(reading.Registry, "unowned");
        }

        // Between two of its 22 top-level fields a message may end without a trace.
        readable.Should().BeLessThan(22);
    }

    [Fact]
    public void A_damaged_registry_is_read_or_refused_and_never_fails()
    {
        var random = new Random(20201123);
        var file = File();
        for (var round = 0; round < 1_000; round++)
        {
            var damaged = (byte[])file.Clone();
            for (var hit = random.Next(1, 6); hit > 0; hit--)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);

            var reading = FeastRegistryFile.Read(damaged);
            if (reading.Succeeded)
                FeastMapping.Map(reading.Registry, "unowned");
            else if (reading.Refusal.Code is not ("not-a-feast-registry" or "feast-registry-cut-short"))
                Assert.Fail(reading.Refusal.Detail);
        }
    }

    private static string Written(FeastRegistry registry) => JsonSerializer.Serialize(FeastMapping.Map(registry, "unowned"));
}
