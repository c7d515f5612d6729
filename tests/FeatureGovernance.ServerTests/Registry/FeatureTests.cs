using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Registry;

public sealed class FeatureTests(ApiServer server) : IClassFixture<ApiServer>
{
    [Fact]
    public async Task A_registered_feature_reads_back_with_its_etag()
    {
        await server.Admin.TeamAsync("growth");
        var created = await server.Admin.PutAsync("features/user:age", new { team = "growth", dataType = "int64", freshness = "P1D" });

        created.Expect(201);
        var read = (await server.Admin.GetAsync("features/user:age")).Expect(200);
        read.ETag.Should().Be("\"1\"");
        read.Text("stage").Should().Be("draft");
        read.Text("freshness").Should().Be("P1D");
    }

    [Fact]
    public async Task Registering_the_same_definition_again_changes_nothing()
    {
        await server.Admin.TeamAsync("growth");
        var body = new { team = "growth", dataType = "double", tags = new Dictionary<string, string> { ["zz"] = "1", ["a"] = "2" }, @default = 0.5, expected = new { min = 0.0, max = 1.0 } };
        (await server.Admin.PutAsync("features/user:ctr", body)).Expect(201);

        var again = (await server.Admin.PutAsync("features/user:ctr", body)).Expect(200);

        again.Number("revision").Should().Be(1);
    }

    [Fact]
    public async Task A_changed_definition_makes_a_new_version_and_a_changed_description_does_not()
    {
        await server.Admin.TeamAsync("growth");
        await server.Admin.FeatureAsync("user:sessions_7d", "growth");

        (await server.Admin.PatchAsync("features/user:sessions_7d", new { description = "Sessions in the last seven days." })).Expect(200)
            .Number("version").Should().Be(1);
        (await server.Admin.PatchAsync("features/user:sessions_7d", new { dataType = "int64" })).Expect(200).Number("version").Should().Be(2);
        (await server.Admin.GetAsync("features/user:sessions_7d/versions")).Expect(200).Body.GetArrayLength().Should().Be(2);
    }

    [Fact]
    public async Task A_write_on_an_older_version_is_refused()
    {
        await server.Admin.TeamAsync("growth");
        await server.Admin.FeatureAsync("user:stale", "growth");
        (await server.Admin.PatchAsync("features/user:stale", new { description = "First." }, ("If-Match", "\"1\""))).Expect(200);

        (await server.Admin.PatchAsync("features/user:stale", new { description = "Second." }, ("If-Match", "\"1\""))).ExpectProblem(412, "stale-version");
    }

    [Fact]
    public async Task A_retry_under_the_same_idempotency_key_answers_the_same_and_writes_once()
    {
        await server.Admin.TeamAsync("growth");
        var body = new { team = "growth", dataType = "double" };
        var first = await server.Admin.PutAsync("features/user:retried", body, ("Idempotency-Key", "k-1"));
        var second = await server.Admin.PutAsync("features/user:retried", body, ("Idempotency-Key", "k-1"));

        first.Expect(201);
        second.Expect(201).Raw.Should().Be(first.Raw);
        (await server.QueryAsync<long>("select count(*) from audit.event where subject = 'user:retried'")).Should().Be(1);
        (await server.Admin.PutAsync("features/user:other", body, ("Idempotency-Key", "k-1"))).ExpectProblem(422, "idempotency-key-reused");
    }

    [Fact]
    public async Task A_renamed_feature_keeps_its_history_and_answers_to_its_old_key()
    {
        await server.Admin.TeamAsync("growth");
        await server.Admin.FeatureAsync("user:old_name", "growth");

        (await server.Admin.PostAsync("features/user:old_name/rename", new { to = "user:new_name" })).Expect(200);

        (await server.Admin.GetAsync("features/user:old_name")).Expect(200).Text("key").Should().Be("user:new_name");
        (await server.Admin.GetAsync("features/user:new_name/history")).Expect(200).Items().Should().HaveCount(2);
        (await server.Admin.PutAsync("features/user:old_name", new { team = "growth" })).ExpectProblem(409, "renamed-key");
    }

    [Fact]
    public async Task Lineage_runs_from_source_column_to_surface()
    {
        await server.Admin.TeamAsync("growth");
        await server.Admin.FeatureAsync("user:clicks", "growth");
        (await server.Admin.PutAsync("features/user:ctr_derived", new { team = "growth", dataType = "double", derivedFrom = new[] { "user:clicks" } })).Expect(201);
        await server.Admin.ModelAsync("feed-rank", "growth");
        await server.Admin.ManifestAsync("feed-rank", "v1", ["user:ctr_derived"]);

        var lineage = (await server.Admin.GetAsync("features/user:clicks/lineage")).Expect(200);

        var edges = lineage.Items("edges").Select(edge => $"{edge.GetProperty("from")} > {edge.GetProperty("to")}");
        edges.Should().BeEquivalentTo(
            "source/hive.events.clicks > feature/user:clicks", "feature/user:clicks > feature/user:ctr_derived",
            "feature/user:ctr_derived > model/feed-rank", "model/feed-rank > surface/home");
    }

    [Fact]
    public async Task A_feature_cannot_come_to_derive_from_itself()
    {
        await server.Admin.TeamAsync("growth");
        (await server.Admin.PutAsync("features/loop:a", new { team = "growth" })).Expect(201);
        (await server.Admin.PutAsync("features/loop:b", new { team = "growth", derivedFrom = new[] { "loop:a" } })).Expect(201);

        (await server.Admin.PutAsync("features/loop:a", new { team = "growth", derivedFrom = new[] { "loop:b" } })).ExpectProblem(422, "derivation-cycle");
        (await server.Admin.GetAsync("features/loop:a")).Number("revision").Should().Be(1);
    }

    [Fact]
    public async Task Every_fault_of_a_body_is_named_at_once()
    {
        var answer = await server.Admin.PutAsync("features/user:bad",
            new { team = "no spaces allowed", kind = "blob", freshness = "soon", expected = new { min = 2, max = 1 } });

        answer.ExpectProblem(400, "malformed-request").FaultyFields.Should().BeEquivalentTo("team", "kind", "freshness", "expected.max");
    }
}
