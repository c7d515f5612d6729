using FeatureGovernance.ServerTests.Fixtures;
using FeatureGovernance.ServerTests.Value;

namespace FeatureGovernance.ServerTests.Capacity;

/// <summary>Scenarios as they are saved, changed and named.</summary>
public sealed class ScenarioTests(ApiServer server) : IClassFixture<ApiServer>
{
    [Fact]
    public async Task A_saved_scenario_is_not_overwritten_by_who_has_not_read_it()
    {
        (await SaveAsync("shared", 0.1, ("If-Match", "\"1\""))).ExpectProblem(412, "stale-version");
        (await SaveAsync("shared", 0.1, ("If-None-Match", "*"))).Expect(201).ETag.Should().Be("\"1\"");
        (await SaveAsync("shared", 0.2, ("If-None-Match", "*"))).ExpectProblem(412, "already-exists");
        (await SaveAsync("shared", 0.2, ("If-Match", "\"1\""))).Expect(200).ETag.Should().Be("\"2\"");
        (await SaveAsync("shared", 0.3, ("If-Match", "\"1\""))).ExpectProblem(412, "stale-version");
        (await SaveAsync("shared", 0.3, ("If-Match", "1"))).Expect(400).FaultyFields.Should().Equal("If-Match");

        var kept = (await server.Admin.GetAsync("capacity/scenarios/shared")).Expect(200);
        (kept.ETag, kept.Number("revision"), kept.Items("parts")[0].At("rate")).Should().Be(("\"2\"", 2, 0.2));
    }

    [Fact]
    public async Task Words_are_kept_as_they_are_told()
    {
        var saved = await server.Admin.PostAsync("capacity/scenarios", new { name = "spelled", parts = new[] { new { kind = "delivery_slip", days = 3 } } });

        saved.Expect(201).Items("parts")[0].GetProperty("kind").GetString().Should().Be("deliverySlip");
        (await PageAsync("/capacity/scenarios/new?from=spelled")).Should().MatchRegex("""<option value="deliverySlip"[^>]* selected""");
    }

    [Fact]
    public async Task The_form_has_room_for_all_that_a_scenario_assumes_and_one_part_more()
    {
        await server.Admin.PostAsync("capacity/scenarios", new { name = "long", parts = Enumerable.Range(1, 7).Select(i => new { kind = "growth", rate = i / 100.0 }) });

        var form = await PageAsync("/capacity/scenarios/new?from=long");

        form.Should().Contain("name=\"kind 7\"").And.NotContain("name=\"kind 8\"").And.MatchRegex("name=\"rate 6\"[^>]* value=\"7\"");
        (await PageAsync("/capacity/scenarios/new")).Should().Contain("name=\"kind 4\"").And.NotContain("name=\"kind 5\"");
    }

    [Fact]
    public async Task What_would_count_twice_or_for_nothing_is_refused()
    {
        await server.Admin.PoolAsync("any");
        await server.Admin.ObservedAsync("any", 30, _ => 10);
        await SaveAsync("again", 0.1);
        var plan = await server.Admin.PlanAsync();

        (await server.Admin.PostAsync("capacity/plans", new { scenarios = new[] { "again", "again" } })).Expect(400).FaultyFields.Should().Equal("scenarios");
        (await server.Admin.PostAsync($"capacity/plans/{plan.Number("id")}/preview", new { scenarios = new[] { "again", "again" } }))
            .Expect(400).FaultyFields.Should().Equal("scenarios");
        (await server.Admin.PostAsync("capacity/scenarios",
            new { name = "odd", parts = new[] { new { kind = "launch", pools = new[] { "any" }, amount = 5, traffic = 7 } } }))
            .Expect(400).FaultyFields.Should().Equal("parts[0].traffic");
    }

    [Fact]
    public async Task A_launch_says_where_the_traffic_of_its_model_is_not_known()
    {
        await server.Admin.OrganisationAsync(["g:a"], ["g:a"]);
        await server.ExecuteAsync("update registry.model set traffic_per_day = null where name = 'm1'");
        await server.UsageAsync("g:a", "m1", 1, 300);
        await server.CostAsync("g:a", "gpu", 1, 40);
        await server.ScoreAsync();
        await server.Admin.PoolAsync("trained", resource: "gpu");
        await server.Admin.ObservedAsync("trained", 30, _ => 40);
        var plan = await server.Admin.PlanAsync();

        var preview = await server.Admin.PostAsync($"capacity/plans/{plan.Number("id")}/preview",
            new { parts = new[] { new { kind = "launch", model = "m1", traffic = 9_000 } }, pools = new[] { "trained" } });

        preview.Expect(200).Items("pools").Single().GetProperty("notes").EnumerateArray().Select(note => note.GetString())
            .Should().Equal("preview: launch like m1: the traffic of m1 is not known, so the new one is taken to have the same.");
    }

    private Task<Answer> SaveAsync(string name, double rate, params (string Name, string Value)[] headers) =>
        server.Admin.PostAsync("capacity/scenarios", new { name, parts = new[] { new { kind = "growth", rate } } }, headers);

    private async Task<string> PageAsync(string path) =>
        (await server.Admin.SendAsync(HttpMethod.Get, path, null, [("Accept", "text/html")])).Expect(200).Raw;
}
