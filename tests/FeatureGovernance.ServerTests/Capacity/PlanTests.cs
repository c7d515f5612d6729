using FeatureGovernance.ServerTests.Fixtures;
using FeatureGovernance.ServerTests.Value;

namespace FeatureGovernance.ServerTests.Capacity;

public sealed class PlanTests(ApiServer server) : IClassFixture<ApiServer>, IAsyncLifetime
{
    public async ValueTask InitializeAsync()
    {
        // The class shares one database, whichever test comes first.
        if (await server.QueryAsync<long>("select count(*) from capacity.pool") > 0)
            return;
        await server.Admin.PoolAsync("steady", unitPrice: 2, headroom: 0.1, resource: "cpu");
        await server.Admin.PoolAsync("growing", unitPrice: 3);
        await server.Admin.PoolAsync("young", unit: "terabyte", unitPrice: null);
        await server.Admin.PoolAsync("unseen");
        await server.Admin.ObservedAsync("steady", 120, _ => 100, supply: 105);
        await server.Admin.ObservedAsync("growing", 900, ago => 200 + ((900 - ago) / 10.0) + (ago % 7), supply: 5_000);
        await server.Admin.ObservedAsync("young", 1, _ => 40);
        await server.Admin.OrganisationAsync(["g:a", "g:b", "g:c"], ["g:a"]);
        foreach (var (feature, amount, value) in ((string, double, double)[])[("g:a", 30, 0.5), ("g:b", 6, 0.2), ("g:c", 5, 0.15)])
        {
            await server.CostAsync(feature, "cpu", 3, amount);
            await server.ExecuteAsync(FormattableString.Invariant($"""
                insert into value.feature_score (feature_id, value, recommendation, confidence, judgement, run_id, scored_at)
                select id, {value}, {(feature == "g:a" ? 0 : 4)}, 0.9, '{"{}"}', 1, now() from registry.feature where key = '{feature}'
                """));
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_plan_made_again_says_the_same_to_the_last_bit_however_its_observations_lie()
    {
        var first = await server.Admin.PlanAsync();
        await server.ExecuteAsync("""
            create table capacity.shuffled as table capacity.observation;
            truncate capacity.observation;
            insert into capacity.observation select * from capacity.shuffled order by md5(day::text);
            drop table capacity.shuffled;
            analyze capacity.observation
            """);

        var second = await server.Admin.PlanAsync();

        for (var period = 0; period < 23; period++)
        {
            second.Pool("growing").GetProperty("periods")[period].GetProperty("demand").GetRawText()
                .Should().Be(first.Pool("growing").GetProperty("periods")[period].GetProperty("demand").GetRawText());
        }
    }

    [Fact]
    public async Task A_plan_covers_every_pool_and_the_total_and_is_frozen()
    {
        var plan = await server.Admin.PlanAsync();

        plan.Number("pools").Should().Be(3);
        plan.Body.GetProperty("leftOut").EnumerateArray().Select(pool => pool.GetString()).Should().Equal("unseen");
        var steady = plan.Pool("steady").NextQuarter();
        var days = DateOnly.Parse(steady.GetProperty("to").GetString()!).DayNumber - DateOnly.Parse(steady.GetProperty("from").GetString()!).DayNumber + 1;
        steady.At("demand.p50").Should().BeApproximately(100 * days, 1e-6);
        steady.At("supply.p10").Should().BeApproximately(105 * days, 1e-6);
        steady.At("shortfall.probability").Should().Be(1, "110 are needed and 105 are there");
        steady.At("shortfall.toAdd").Should().BeApproximately(5, 1e-6);
        var growing = plan.Pool("growing");
        growing.GetProperty("step").GetString().Should().Be("month");
        growing.NextQuarter().At("demand.p10").Should().BeLessThan(growing.NextQuarter().At("demand.p90"));
        growing.NextQuarter().At("shortfall.probability").Should().Be(0);
        plan.Pool("young").NextQuarter().TryGetProperty("supply", out _).Should().BeFalse("unknown is not zero");

        var money = plan.Body.GetProperty("totals")[0];
        (money.GetProperty("of").GetString(), money.GetProperty("isPartial").GetBoolean()).Should().Be(("money", true));
        for (var period = 0; period < 23; period++)
        {
            money.GetProperty("periods")[period].At("demand.mean").Should().BeApproximately(
                (2 * plan.Pool("steady").GetProperty("periods")[period].At("demand.mean")) + (3 * growing.GetProperty("periods")[period].At("demand.mean")), 1e-3);
        }

        await server.Admin.ObservedAsync("young", 3, _ => 4_000);
        (await server.Admin.GetAsync($"capacity/plans/{plan.Number("id")}")).Raw.Should().Be(plan.Raw);
        var page = (await server.Admin.GetAsync($"capacity/plans/{plan.Number("id")}?limit=1")).Expect(200).Body.GetProperty("poolPlans");
        page.GetProperty("items").GetArrayLength().Should().Be(1);
        page.TryGetProperty("nextCursor", out _).Should().BeTrue();
        (await server.Admin.GetAsync("capacity/plans")).Expect(200).Items().Should().NotBeEmpty();
        foreach (var year in growing.GetProperty("periods").EnumerateArray().Where(period => period.TryGetProperty("drivers", out _)))
            year.GetProperty("drivers").EnumerateArray().Sum(part => part.At("amount")).Should().BeApproximately(year.At("demand.mean"), 1e-3);
    }

    [Fact]
    public async Task Scenarios_are_saved_combined_and_compared()
    {
        await SavedAsync("double", new { kind = "growth", pools = new[] { "growing" }, rate = 1.0 },
            new { kind = "efficiency", pools = new[] { "steady" }, share = 0.25 });
        await SavedAsync("wave", new { kind = "deprecation", recommended = true });
        await SavedAsync("launch", new { kind = "launch", pools = new[] { "growing" }, amount = 50 });
        var plain = await server.Admin.PlanAsync();
        var changed = await server.Admin.PlanAsync("double", "wave", "launch");

        var steady = changed.Pool("steady").NextQuarter();
        var before = plain.Pool("steady").NextQuarter();
        steady.At("demand.p50").Should().BeApproximately(before.At("demand.p50") * 0.64, 1e-6, "a quarter goes, then the 11 that g:b and g:c take");
        steady.GetProperty("effects").EnumerateArray().Sum(effect => effect.At("change"))
            .Should().BeApproximately(steady.At("demand.mean") - before.At("demand.mean"), 1e-6);
        steady.At("shortfall.probability").Should().Be(0);

        var comparison = (await server.Admin.GetAsync($"capacity/plans/{plain.Number("id")}/compare/{changed.Number("id")}")).Expect(200);
        var pool = comparison.Body.GetProperty("pools").GetProperty("items").EnumerateArray().Single(one => one.GetProperty("pool").GetString() == "growing");
        pool.GetProperty("periods")[12].At("demandChange").Should().BeGreaterThan(0);
        comparison.Body.GetProperty("money").GetArrayLength().Should().Be(23);
        (await server.Admin.GetAsync($"capacity/plans/{plain.Number("id")}/compare/999")).ExpectProblem(404, "unknown-plan");
    }

    [Fact]
    public async Task Scenarios_that_say_nothing_or_contradict_themselves_are_refused()
    {
        var bad = await server.Admin.PostAsync("capacity/scenarios", new
        {
            name = "bad",
            parts = new object[] { new { kind = "growth" }, new { kind = "launch", model = "m1", amount = 3 }, new { kind = "efficiency", share = 2, days = 3 }, new { kind = "magic" }, new { kind = "deprecation" } },
        });
        bad.ExpectProblem(400, "malformed-request").FaultyFields.Should()
            .BeEquivalentTo("parts[0].rate", "parts[1].model", "parts[2].share", "parts[2].days", "parts[3].kind", "parts[4].features");
        (await server.Admin.PostAsync("capacity/scenarios", new
        {
            name = "bad",
            parts = new object[] { new { kind = "launch", model = "none", pools = new[] { "nowhere" } }, new { kind = "deprecation", features = new[] { "g:none" } } },
        })).Expect(400).FaultyFields.Should().BeEquivalentTo("parts[0].pools", "parts[0].model", "parts[1].features");
        (await server.Admin.PostAsync("capacity/plans", new { scenarios = new[] { "none" }, pools = new[] { "nowhere" } }))
            .Expect(400).FaultyFields.Should().BeEquivalentTo("scenarios", "pools");
        (await server.Admin.GetAsync("capacity/scenarios/none")).ExpectProblem(404, "unknown-scenario");
    }

    [Fact]
    public async Task The_gap_is_closed_by_the_features_of_least_value()
    {
        var plan = await server.Admin.PlanAsync();
        var id = plan.Number("id");
        var quarter = plan.Pool("steady").NextQuarter().GetProperty("period").GetString();

        var answer = (await server.Admin.PostAsync($"capacity/plans/{id}/close-gap", new { pool = "steady", quarter })).Expect(200);

        answer.Body.At("needed").Should().BeApproximately(5 / 1.1, 1e-6, "what goes frees its headroom too");
        answer.Items("features").Select(feature => feature.GetProperty("feature").GetString()).Should().Equal("g:c");
        answer.Body.GetProperty("isExact").GetBoolean().Should().BeTrue();
        (await server.Admin.PostAsync($"capacity/plans/{id}/close-gap", new { pool = "steady", quarter, keep = new[] { "g:c" } })).Expect(200)
            .Items("features").Select(feature => feature.GetProperty("feature").GetString()).Should().Equal("g:b");
        (await server.Admin.PostAsync($"capacity/plans/{id}/close-gap", new { pool = "steady", quarter, keep = new[] { "g:a", "g:b", "g:c" } }))
            .ExpectProblem(422, "gap-too-large");
        (await server.Admin.PostAsync($"capacity/plans/{id}/close-gap", new { pool = "steady", quarter, keep = new[] { "g:a", null, "g:none" } }))
            .Expect(400).FaultyFields.Should().Equal("keep[1]");
        (await server.Admin.PostAsync($"capacity/plans/{id}/close-gap", new { pool = "steady", quarter, keep = new[] { "g:none" } }))
            .Expect(400).FaultyFields.Should().Equal("keep");
        (await server.Admin.PostAsync($"capacity/plans/{id}/close-gap", new { pool = "growing", quarter })).ExpectProblem(422, "no-resource");
        (await server.Admin.PostAsync($"capacity/plans/{id}/close-gap", new { pool = "young", quarter })).ExpectProblem(422, "supply-unknown");
        (await server.Admin.PostAsync($"capacity/plans/{id}/close-gap", new { pool = "steady", quarter = "1999Q1" }))
            .Expect(400).FaultyFields.Should().Equal("quarter");
        (await server.Admin.PostAsync("capacity/plans/999999/close-gap", new { pool = "steady", quarter })).ExpectProblem(404, "unknown-plan");
    }

    [Fact]
    public async Task Plans_are_judged_by_what_came()
    {
        var plan = await server.Admin.PlanAsync();
        var id = plan.Number("id");
        (await server.Admin.GetAsync($"capacity/plans/{id}/accuracy")).Expect(200).Number("judged").Should().Be(0, "nothing is over");

        // As if it had been made a hundred days ago for the last sixty.
        await server.ExecuteAsync(FormattableString.Invariant($$"""
            update capacity.plan_pool set outlook = jsonb_set(outlook::jsonb, '{periods}', jsonb_build_array(jsonb_build_object('period', 'past',
                'from', '{{Planned.Today.AddDays(-60):yyyy-MM-dd}}', 'to', '{{Planned.Today.AddDays(-1):yyyy-MM-dd}}',
                'demand', jsonb_build_object('p10', 5000, 'p50', 5500, 'p90', 6100, 'mean', 5500), 'effects', '[]'::jsonb)))::json
            where plan_id = {{id}} and pool = 'steady';
            update capacity.plan set as_of = as_of - 100 where id = {{id}}
            """));
        var accuracy = (await server.Admin.GetAsync($"capacity/plans/{id}/accuracy")).Expect(200);

        accuracy.Number("judged").Should().Be(1);
        accuracy.Items()[0].At("actual").Should().BeApproximately(6_000, 1e-6);
        accuracy.Body.At("coverage").Should().Be(1);
        accuracy.Body.At("bias").Should().BeApproximately(6_000 / 5_500.0 - 1, 1e-9);
    }

    [Fact]
    public async Task A_plan_that_has_ended_is_not_cancelled()
    {
        var plan = await server.Admin.PlanAsync();

        (await server.Admin.PostAsync($"capacity/plans/{plan.Number("id")}/cancel", new { })).ExpectProblem(409, "plan-ended");
        (await server.Admin.PostAsync("capacity/plans/999999/cancel", new { })).ExpectProblem(404, "unknown-plan");
    }

    [Fact]
    public async Task A_plan_nobody_works_on_is_cancelled_at_once_and_says_nothing()
    {
        var id = await server.QueryAsync<int>("insert into capacity.plan (as_of, scenarios, requested_by, requested_at) values ('2026-01-01', '[]', 'test', now()) returning id");

        (await server.Admin.PostAsync($"capacity/plans/{id}/cancel", new { })).Expect(202).Text("state").Should().Be("cancelled");

        (await server.Admin.GetAsync($"capacity/plans/{id}", ("Accept", "text/csv"))).ExpectProblem(409, "plan-not-ready");
        (await server.Admin.GetAsync($"capacity/plans/{id}/accuracy")).ExpectProblem(409, "plan-not-ready");
    }

    private async Task SavedAsync(string name, params object[] parts) =>
        (await server.Admin.PostAsync("capacity/scenarios", new { name, parts })).Expect(201).Text("savedBy").Should().NotBeEmpty();
}
