using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Lifecycle;

public sealed class SelectionTests(LifecycleServer server) : IClassFixture<LifecycleServer>
{
    [Fact]
    public async Task A_proposal_takes_what_the_feature_list_shows_for_the_same_filters_and_says_what_it_left_out()
    {
        var going = await AdoptedAsync("query:old_a", "query:old_b");
        await server.Admin.FeatureAsync("query:old_draft", "owners");
        await AdoptedAsync("query:new");

        var answer = (await server.OwnerLead.PostAsync("deprecations", new
        {
            query = new { q = "old", group = "query", team = "owners" }, replacements = new Dictionary<string, string> { ["query:old_a"] = "query:new" },
            reason = "Legacy.",
        })).Expect(201);

        answer.Text("selection").Should().Be("query q=old&team=owners&group=query");
        answer.Items("features").Select(Key).Should().Equal(going);
        var evidence = (await server.Admin.GetAsync($"deprecations/{answer.Number("id")}")).Body.GetProperty("evidence");
        evidence.GetProperty("skipped")[0].GetProperty("feature").GetString().Should().Be("query:old_draft");
        evidence.GetProperty("features")[0].GetProperty("replacement").GetString().Should().Be("query:new");
    }

    [Fact]
    public async Task A_group_and_a_source_table_stand_for_their_features()
    {
        await AdoptedAsync("whole:a", "whole:b");
        var group = (await server.OwnerLead.PostAsync("deprecations", new { group = "whole", reason = "The group goes." })).Expect(201);
        group.Items("features").Should().HaveCount(2);
        (await server.OwnerLead.PostAsync("deprecations", new { group = "whole", reason = "Again." })).Expect(400).FaultyFields.Should().Equal("features");

        await AdoptedAsync("tabled:a");
        await server.Admin.PatchAsync("features/tabled:a", new { source = new { system = "hive", table = "leaving", column = "a" } });
        var table = (await server.OwnerLead.PostAsync("deprecations", new { sourceTable = new { system = "hive", table = "leaving" }, reason = "The table goes." })).Expect(201);
        table.Items("features").Select(Key).Should().Equal("tabled:a");
        table.Text("selection").Should().Be("source hive.leaving");
    }

    [Fact]
    public async Task The_impact_is_frozen_with_what_is_unknown_left_unknown()
    {
        var keys = await AdoptedAsync("impact:a", "impact:b", "impact:c");
        await server.Admin.PutAsync("features/impact:sum", new { team = "owners", dataType = "double", derivedFrom = new[] { "impact:a" } });
        await server.Admin.PutAsync("features/impact:ratio", new { team = "owners", dataType = "double", derivedFrom = new[] { "impact:sum" } });
        await server.LiveModelAsync("impact:a", "impact:c");
        var model = await server.LiveModelAsync("impact:a");
        await server.ScoreAsync("impact:a", 0.02, 0.01, 0.03, 5);

        var id = (await server.OwnerLead.PostAsync("deprecations", new
        {
            features = new object[] { new { key = "impact:a", replacement = "impact:c" }, "impact:b" }, reason = "Replaced.",
        })).Expect(201).Number("id");

        var evidence = (await server.Admin.GetAsync($"deprecations/{id}")).Body.GetProperty("evidence");
        var impact = evidence.GetProperty("impact");
        impact.GetProperty("reads").GetInt32().Should().Be(2);
        impact.GetProperty("value").GetDouble().Should().BeApproximately(0.02, 1e-12);
        impact.GetProperty("valueLower").GetDouble().Should().BeLessThan(0.02);
        impact.GetProperty("valueUpper").GetDouble().Should().BeGreaterThan(0.02);
        impact.GetProperty("valueUnknown").GetInt32().Should().Be(1);
        impact.GetProperty("savingPerDay").GetDouble().Should().Be(5);
        impact.GetProperty("replacementCoverage").GetDouble().Should().Be(0.5);
        impact.GetProperty("derived").EnumerateArray().Select(key => key.GetString()).Should().Equal("impact:ratio", "impact:sum");
        evidence.GetProperty("features")[1].GetProperty("feature").GetString().Should().Be(keys[1]);
        evidence.GetProperty("features")[1].TryGetProperty("value", out _).Should().BeFalse("unknown is not zero");

        await server.ScoreAsync("impact:a", 0.5, 0.4, 0.6, 50);
        await server.Admin.ManifestAsync(model, "v2", ["impact:c"]);
        (await server.Admin.GetAsync($"deprecations/{id}")).Body.GetProperty("evidence").GetRawText().Should().Be(evidence.GetRawText());
    }

    [Fact]
    public async Task Bad_choices_name_their_fields()
    {
        await AdoptedAsync("bad:a");
        (await server.OwnerLead.PostAsync("deprecations", new { features = new[] { "bad:a" }, group = "bad", reason = "x" }))
            .Expect(400).FaultyFields.Should().Contain("features");
        (await server.OwnerLead.PostAsync("deprecations", new { query = new { }, reason = "x" })).Expect(400).FaultyFields.Should().Equal("query");
        (await server.OwnerLead.PostAsync("deprecations", new { query = new { stage = "gone", kind = "thing" }, reason = "x" })).Expect(400)
            .FaultyFields.Should().Equal("query.stage", "query.kind");
        (await server.OwnerLead.PostAsync("deprecations", new { group = "none such", reason = "x" })).Expect(400).FaultyFields.Should().Equal("features");
        (await server.OwnerLead.PostAsync("deprecations", new { sourceTable = new { system = "hive" }, reason = "x" }))
            .Expect(400).FaultyFields.Should().Equal("sourceTable.table");
        (await server.OwnerLead.PostAsync("deprecations", new { group = "bad", replacements = new Dictionary<string, string> { ["no:such"] = "bad:a" }, reason = "x" }))
            .Expect(400).FaultyFields.Should().Equal("replacements.no:such");
        (await server.OwnerEngineer.PostAsync("deprecations", new { group = "bad", reason = "Mine." })).Expect(201);
    }

    private async Task<string[]> AdoptedAsync(params string[] keys)
    {
        foreach (var key in keys)
        {
            await server.Admin.FeatureAsync(key, "owners");
            foreach (var stage in (string[])["proposed", "experimental", "adopted"])
                await server.MoveAsync(key, stage);
        }

        return keys;
    }

    private static string? Key(System.Text.Json.JsonElement feature) =>
        feature.ValueKind == System.Text.Json.JsonValueKind.String ? feature.GetString() : feature.GetProperty("key").GetString();
}
