using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Capacity;

/// <summary>What a plan would say under assumptions that are being typed.</summary>
public sealed class PreviewTests(ApiServer server) : IClassFixture<ApiServer>
{
    [Fact]
    public async Task A_preview_says_what_a_plan_with_the_scenario_says_and_keeps_nothing()
    {
        await server.Admin.PoolAsync("near", unitPrice: 2);
        await server.Admin.PoolAsync("far", unitPrice: null);
        await server.Admin.ObservedAsync("near", 400, ago => 100 + (ago % 7), supply: 110);
        await server.Admin.ObservedAsync("far", 400, ago => 50 + (ago % 7));
        var parts = new[] { new { kind = "growth", rate = 0.5 } };
        (await server.Admin.PostAsync("capacity/scenarios", new { name = "grow", parts })).Expect(201);
        var plain = await server.Admin.PlanAsync();
        var grown = await server.Admin.PlanAsync("grow");
        var plans = await server.QueryAsync<long>("select count(*) from capacity.plan");

        var preview = (await server.Admin.PostAsync($"capacity/plans/{plain.Number("id")}/preview", new { parts })).Expect(200);

        var pool = preview.Items("pools").Single(one => one.GetProperty("pool").GetString() == "near");
        foreach (var (period, at) in pool.GetProperty("periods").EnumerateArray().Select((period, at) => (period, at)))
        {
            var (was, would) = (plain.Pool("near").GetProperty("periods")[at], grown.Pool("near").GetProperty("periods")[at]);
            period.GetProperty("period").GetString().Should().Be(was.GetProperty("period").GetString());
            foreach (var figure in (string[])["p10", "p50", "p90", "mean"])
            {
                period.At($"demand.plan.{figure}").Should().BeApproximately(was.At($"demand.{figure}"), 1e-6);
                period.At($"demand.other.{figure}").Should().BeApproximately(would.At($"demand.{figure}"), 1e-6);
            }

            period.At("demandChange").Should().BeApproximately(would.At("demand.mean") - was.At("demand.mean"), 1e-6);
            period.At("demandChange").Should().BeApproximately(period.GetProperty("effects")[0].At("change"), 1e-6);
            period.At("shortfallProbability.plan").Should().Be(was.At("shortfall.probability"));
            period.At("shortfallProbability.other").Should().Be(would.At("shortfall.probability"));
            period.At("cost.other").Should().BeApproximately(would.At("cost.demand.mean"), 1e-6);
            preview.Items("money")[at].At("demand.other.mean").Should().BeApproximately(2 * would.At("demand.mean"), 1e-6);
        }

        (await server.QueryAsync<long>("select count(*) from capacity.plan")).Should().Be(plans);
        var saved = (await server.Admin.PostAsync($"capacity/plans/{plain.Number("id")}/preview", new { scenarios = new[] { "grow" }, pools = new[] { "near" } })).Expect(200);
        saved.Body.GetProperty("isPartial").GetBoolean().Should().BeTrue();
        saved.Items("pools").Single().GetProperty("periods")[0].At("demand.other.mean").Should().Be(pool.GetProperty("periods")[0].At("demand.other.mean"));

        await server.ExecuteAsync("update capacity.plan_pool set forecast = null where pool = 'far'");
        (await server.Admin.PostAsync($"capacity/plans/{plain.Number("id")}/preview", new { parts, pools = new[] { "far" } }))
            .ExpectProblem(422, "plan-keeps-no-forecast");
    }

    [Fact]
    public async Task A_preview_that_cannot_be_is_refused_by_its_field()
    {
        await server.Admin.PoolAsync("one", unitPrice: null);
        await server.Admin.ObservedAsync("one", 20, _ => 10);
        var id = (await server.Admin.PlanAsync()).Number("id");

        (await PreviewAsync(id, new { })).Expect(400).FaultyFields.Should().Equal("parts");
        (await PreviewAsync(id, new { parts = new[] { new { kind = "growth" } } })).Expect(400).FaultyFields.Should().Equal("parts[0].rate");
        (await PreviewAsync(id, new { parts = new[] { new { kind = "growth", rate = 0.1, pools = new[] { "nowhere" } } } }))
            .Expect(400).FaultyFields.Should().Contain("parts[0].pools");
        (await PreviewAsync(id, new { scenarios = new[] { "nothing" } })).Expect(400).FaultyFields.Should().Equal("scenarios");
        (await PreviewAsync(id, new { parts = new[] { new { kind = "growth", rate = 0.1 } }, pools = Enumerable.Range(0, 51).Select(i => $"p{i}") })).Expect(400)
            .FaultyFields.Should().Contain("pools");
        (await PreviewAsync(id, new { parts = Enumerable.Repeat(new { kind = "growth", rate = 100 }, 50), pools = new[] { "one" } })).Expect(200).Items("pools").Single()
            .GetProperty("periods")[22].At("demand.other.p50")
            .Should().BeGreaterThan(1e15).And.BeLessThan(1e22, "what no number could hold is cut");
        (await PreviewAsync(999_999, new { parts = new[] { new { kind = "growth", rate = 0.1 } } })).ExpectProblem(404, "unknown-plan");
    }

    private Task<Answer> PreviewAsync(int plan, object body) => server.Admin.PostAsync($"capacity/plans/{plan}/preview", body);
}
