using System.Text.Json;
using FeatureGovernance.ServerTests.Fixtures;
using FeatureGovernance.ServerTests.Value;

namespace FeatureGovernance.ServerTests.Drift;

public sealed class ImpactTests(ApiServer server) : IClassFixture<ApiServer>
{
    private const int History = 70;
    private const int Permutation = 1;

    [Fact]
    public async Task Of_incidents_as_serious_the_costliest_comes_first()
    {
        await server.Admin.TeamAsync("thrift", leads: ["saver"]);
        foreach (var key in (string[])["order:dear", "order:cheap"])
            await server.Admin.FeatureAsync(key, "thrift");
        await server.Admin.ModelAsync("ordered", "thrift");
        await server.Admin.ManifestAsync("ordered", "v1", ["order:dear", "order:cheap"]);
        await server.SettledAsync();
        await server.ImportanceAsync("ordered", 20, Permutation, ("order:dear", 0.06, 0.002), ("order:cheap", 0.002, 0.0002));
        await server.ScoreAsync();
        await server.ValuesAsync("order:dear", History, 1, ago => new(NullRate: ago is <= 40 and >= 38 ? 0.5 : 0.01));
        await server.ValuesAsync("order:cheap", History, 2, ago => new(NullRate: ago is <= 25 and >= 23 ? 0.5 : 0.01));

        await server.DetectAsync();

        var first = (await server.Admin.GetAsync("incidents?model=ordered&order=severity&limit=1")).Expect(200);
        var second = (await server.Admin.GetAsync($"incidents?model=ordered&order=severity&limit=1&cursor={first.Text("nextCursor")}")).Expect(200);
        var (dear, cheap) = (first.Items().Single(), second.Items().Single());
        dear.GetProperty("feature").GetString().Should().Be("order:dear");
        cheap.GetProperty("feature").GetString().Should().Be("order:cheap");
        dear.GetProperty("id").GetInt32().Should().BeLessThan(cheap.GetProperty("id").GetInt32(), "else they would come in this order anyway");
        cheap.GetProperty("severity").GetString().Should().Be(dear.GetProperty("severity").GetString());
        var impact = (await server.Admin.GetAsync($"incidents/{dear.GetProperty("id")}")).Expect(200).Body.GetProperty("impact");
        dear.GetProperty("loss").GetDouble().Should().BeApproximately(impact.GetProperty("loss").GetDouble(), 1e-12)
            .And.BeGreaterThan(cheap.GetProperty("loss").GetDouble());
        second.Body.TryGetProperty("nextCursor", out _).Should().BeFalse();
    }

    [Fact]
    public async Task An_incident_tells_what_it_costs_each_model_and_is_judged_by_what_they_report()
    {
        await server.Admin.TeamAsync("own", leads: ["owner"]);
        await server.Admin.TeamAsync("rank", leads: ["ranker"]);
        foreach (var key in (string[])["i:a", "i:b", "i:c"])
            await server.Admin.FeatureAsync(key, "own");
        // Of two models that lose alike the heavier comes first, and one that hardly uses the feature last.
        foreach (var (model, weight) in ((string, double)[])[("light", 1), ("heavy", 4), ("indifferent", 5)])
        {
            await server.Admin.ModelAsync(model, "rank", weight: weight);
            await server.Admin.ManifestAsync(model, "v1", ["i:a", "i:b"]);
        }

        await server.SettledAsync();
        await server.ImportanceAsync("light", 20, Permutation, ("i:a", 0.06, 0.002), ("i:b", 0.02, 0.002));
        await server.ImportanceAsync("heavy", 20, Permutation, ("i:a", 0.06, 0.002), ("i:b", 0.02, 0.002));
        await server.ImportanceAsync("indifferent", 20, Permutation, ("i:a", 0.0001, 0.00005), ("i:b", 0.1, 0.002));
        await server.ScoreAsync();
        await server.ValuesAsync("i:a", History, 1, ago => new(NullRate: ago is <= 9 and >= 3 ? 0.5 : 0.01, DefaultRate: 0.1), lagSeconds: 7_200);
        foreach (var (ago, value) in ((int, double)[])[(20, 0.80), (15, 0.80), (8, 0.772), (5, 0.768)])
            (await server.Admin.PostAsync("telemetry/guardrails", new { model = "heavy", metric = "auc", value, at = TimeProvider.System.GetUtcNow().AddDays(-ago) })).Status.Should().BeOneOf(System.Net.HttpStatusCode.OK, System.Net.HttpStatusCode.Created, System.Net.HttpStatusCode.NoContent);

        await server.DetectAsync();

        var id = (await server.IncidentsAsync("feature=i:a")).Should().ContainSingle().Which.GetProperty("id").GetInt32();
        var impact = (await server.Admin.GetAsync($"incidents/{id}")).Expect(200).Body.GetProperty("impact");
        var models = impact.GetProperty("byModel").EnumerateArray().ToList();
        models.Select(model => model.GetProperty("model").GetString()).Should().Equal("heavy", "light", "indifferent");
        impact.GetProperty("models").GetInt32().Should().Be(3);
        impact.GetProperty("loss").GetDouble()
            .Should().BeApproximately(models.Sum(model => model.GetProperty("weight").GetDouble() * model.GetProperty("loss").GetDouble()), 1e-9);
        var heavy = models[0];
        heavy.GetProperty("weight").GetDouble().Should().BeInRange(0.3, 0.41);
        heavy.GetProperty("metric").GetString().Should().Be("auc");
        heavy.GetProperty("metricChange").GetDouble().Should().BeInRange(-0.035, -0.02, "half of the values are gone, and all of them are worth 0.06");
        heavy.GetProperty("metricLower").GetDouble().Should().BeLessThan(heavy.GetProperty("metricChange").GetDouble());
        heavy.GetProperty("observedChange").GetDouble().Should().BeApproximately(-0.03, 1e-9);
        models[1].TryGetProperty("observedChange", out _).Should().BeFalse("it reports nothing");

        var record = (await server.Admin.GetAsync("incidents/impact-record")).Expect(200);
        (record.Number("judged"), record.Number("within")).Should().Be((1, 1));

        // The owner and the readers are told once.
        await server.DetectAsync();
        var told = await server.QueryAsync<string>($"select after::text from audit.event where action = 'incident.serious' and subject_id = {id}");
        var recipients = JsonDocument.Parse(told).RootElement.GetProperty("recipients").GetProperty("teams").EnumerateArray().Select(team => team.GetString());
        recipients.Should().BeEquivalentTo("own", "rank");
    }

    [Fact]
    public async Task Profiles_are_evidence_for_standards_and_a_serious_incident_freezes_deprecation()
    {
        await server.Admin.TeamAsync("frozen", leads: ["cold"]);
        await server.Admin.FeatureAsync("z:a", "frozen");
        (await server.Admin.PatchAsync("features/z:a", new { source = new { table = "frozen" } })).Expect(200);
        await server.Admin.ModelAsync("reader", "frozen");
        await server.Admin.ManifestAsync("reader", "v1", ["z:a"]);
        await server.ValuesAsync("z:a", History, 1, ago => new(NullRate: ago <= 7 ? 0.4 : 0, DefaultRate: 0.1, Rows: 1_000), lagSeconds: 3_600);

        (await server.DetectAsync()).Body.GetProperty("counts").GetProperty("facts").GetInt64().Should().BeGreaterThanOrEqualTo(3);

        var evidence = (await server.Admin.GetAsync("features/z:a/evidence")).Expect(200).Raw;
        evidence.Should().Contain("nullRate").And.Contain("coverage").And.Contain("freshness").And.Contain("system:drift");
        (await server.QueryAsync<double>("select value from standards.evidence e join registry.feature f on f.id = e.feature_id where f.key = 'z:a' and e.kind = 0")).Should().Be(3_600);
        (await server.QueryAsync<double>("select value from standards.evidence e join registry.feature f on f.id = e.feature_id where f.key = 'z:a' and e.kind = 1")).Should().BeApproximately(0.5, 0.03);

        foreach (var to in (string[])["proposed", "experimental", "adopted"])
            await server.Admin.PostAsync("features/z:a/transitions", new { to, reason = "It is time." });
        var refused = await server.Admin.PostAsync("features/z:a/transitions", new { to = "deprecated", reason = "It goes." });
        refused.Raw.Should().Contain("A serious incident of the feature is open");
        var id = (await server.IncidentsAsync("feature=z:a&severity=serious"))[0].GetProperty("id").GetInt32();
        (await server.Admin.PatchAsync($"incidents/{id}", new { status = "resolved", reason = "Repaired." })).Expect(200);
        (await server.Admin.PostAsync("features/z:a/transitions", new { to = "deprecated", reason = "It goes." })).Raw
            .Should().NotContain("A serious incident of the feature is open");
    }
}
