using FeatureGovernance.ServerTests.Fixtures;
using FeatureGovernance.ServerTests.Value;

namespace FeatureGovernance.ServerTests.Capacity;

public sealed class CoherenceTests(ApiServer server) : IClassFixture<ApiServer>
{
    private static readonly (string Pool, string? Region, double Price)[] Priced = [("a", "eu", 1), ("b", "eu", 2), ("c", "us", 3), ("d", null, 4)];

    [Fact]
    public async Task Totals_by_region_and_class_add_up_to_everything_in_every_period()
    {
        foreach (var (pool, region, price) in Priced)
        {
            (await server.Admin.PutAsync($"capacity/pools/{pool}", new { unit = "hour", unitPrice = price, region, resourceClass = "gpu" })).Expect(201);
            await server.Admin.ObservedAsync(pool, 900, ago => 100 + ((900 - ago) * price / 20) + (ago % 5), supply: 200);
        }

        var plan = await server.Admin.PlanAsync();

        var totals = plan.Body.GetProperty("totals").EnumerateArray().ToList();
        totals.Select(total => $"{total.GetProperty("by").GetString()} {total.GetProperty("of").GetString()}")
            .Should().Equal("all money", "unit hour", "region eu", "region none", "region us", "resourceClass gpu");
        for (var period = 0; period < 23; period++)
        {
            var all = totals[0].GetProperty("periods")[period].At("demand.mean");
            totals.Where(total => total.GetProperty("by").GetString() == "region").Sum(total => total.GetProperty("periods")[period].At("demand.mean"))
                .Should().BeApproximately(all, 1e-6 * all);
            totals[5].GetProperty("periods")[period].At("demand.mean").Should().BeApproximately(all, 1e-6 * all);
            var gap = totals[0].GetProperty("periods")[period].At("cost.gap");
            Priced.Sum(one => plan.Pool(one.Pool).GetProperty("periods")[period].At("cost.gap")).Should().BeApproximately(gap, 1e-6 * Math.Max(1, gap));
        }
    }

    [Fact]
    public async Task Demand_follows_from_costs_and_from_reads_and_is_not_reported_beside_that()
    {
        await server.Admin.OrganisationAsync(["g:read"], ["g:read"]);
        for (var daysAgo = 1; daysAgo <= 3; daysAgo++)
        {
            await server.CostAsync("g:read", "cpu", daysAgo, 30);
            await server.UsageAsync("g:read", "m1", daysAgo, 5_000_000, 5_000_000);
            await server.UsageAsync("g:read", "m2", daysAgo, 1_000_000, 5_000_000, samplingRate: 0.5);
        }

        (await server.Admin.PutAsync("capacity/pools/by-cost", new { unit = "hour", resource = "cpu", demandFrom = new { source = "costs" } })).Expect(201);
        (await server.Admin.PutAsync("capacity/pools/by-reads", new { unit = "core", demandFrom = new { source = "reads", unitsPerMillionReads = 2.5, environment = "serving" } })).Expect(201);

        await server.Admin.PlanAsync();

        (await server.Admin.GetAsync("capacity/pools/by-cost/observations?limit=1")).Expect(200).Items().Single().At("demand")
            .Should().BeApproximately(30, 1e-9);
        (await server.Admin.GetAsync("capacity/pools/by-reads/observations?limit=1")).Expect(200).Items().Single().At("demand")
            .Should().BeApproximately(17.5, 1e-6, "a million reads at a rate of one half are two million");
        var refused = await server.Admin.ObserveAsync($$"""{"pool":"by-reads","day":"{{Planned.Today.AddDays(-1):yyyy-MM-dd}}","demand":1}""");
        refused.Expect(400).Raw.Should().Contain("follows from telemetry");
        (await server.Admin.PutAsync("capacity/pools/odd", new { unit = "core", demandFrom = new { source = "reads" } }))
            .Expect(400).Raw.Should().Contain("unitsPerMillionReads");
        (await server.Admin.PutAsync("capacity/pools/odd", new { unit = "core", demandFrom = new { source = "costs" } }))
            .Expect(400).Raw.Should().Contain("resource");
    }
}
