using System.Globalization;
using FeatureGovernance.ServerTests.Fixtures;
using FeatureGovernance.ServerTests.Value;

namespace FeatureGovernance.ServerTests.Capacity;

/// <summary>Plans that rest on what telemetry and past deliveries say.</summary>
public sealed class TelemetryPlanTests(ApiServer server) : IClassFixture<ApiServer>, IAsyncLifetime
{
    public async ValueTask InitializeAsync()
    {
        if (await server.QueryAsync<long>("select count(*) from capacity.pool") > 0)
            return;
        await server.Admin.OrganisationAsync(["g:shared", "g:own"], ["g:shared"]);
        for (var ago = 1; ago <= 5; ago++)
        {
            await server.UsageAsync("g:shared", "m1", ago, 300);
            await server.UsageAsync("g:shared", "m2", ago, 100);
            await server.UsageAsync("g:own", "m1", ago, 50);
            await server.CostAsync("g:shared", "gpu", ago, 40);
            await server.CostAsync("g:own", "gpu", ago, 10);
            await server.CostAsync("g:own", "disk", ago, 10);
        }

        await server.ScoreAsync();
        await server.Admin.PoolAsync("training", unitPrice: 2, resource: "gpu");
        await server.Admin.ObservedAsync("training", 120, _ => 50, supply: 100);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_launch_like_a_live_model_is_priced_by_what_that_model_takes()
    {
        // Model m1 has 1,000 requests a day, reads three quarters of what is read of g:shared and all of g:own: 40 a day of the resource.
        (await server.Admin.PostAsync("capacity/scenarios", new { name = "twice-m1", parts = new[] { new { kind = "launch", model = "m1", traffic = 2_000 } } })).Expect(201);
        var plain = (await server.Admin.PlanAsync()).Pool("training").NextQuarter();
        var launched = (await server.Admin.PlanAsync("twice-m1")).Pool("training").NextQuarter();

        var days = Days(launched);
        (launched.At("demand.mean") - plain.At("demand.mean")).Should().BeApproximately(80 * days, 0.01 * days);
        (launched.At("cost.demand.mean") - plain.At("cost.demand.mean")).Should().BeApproximately(160 * days, 0.02 * days);
        plain.At("shortfall.probability").Should().Be(0);
        launched.At("shortfall.probability").Should().Be(1, "130 are needed and 100 are there");
        launched.At("shortfall.toAdd").Should().BeApproximately(30, 0.01);
        launched.GetProperty("effects").EnumerateArray().Single().At("change").Should().BeApproximately(80 * days, 0.01 * days);
    }

    [Fact]
    public async Task Deliveries_of_a_plan_are_as_late_as_reported_ones_were()
    {
        await server.Admin.PoolAsync("supplied");
        await server.Admin.ObservedAsync("supplied", 120, _ => 50, supply: 60);
        var quarter = (await server.Admin.PlanAsync()).Pool("supplied").NextQuarter();
        for (var i = 0; i < 9; i++)
        {
            // Six of nine came 400 days late.
            (await server.Admin.PutAsync($"capacity/pools/supplied/supply/past-{i}",
                new { kind = "delivery", amount = 1, due = Day(-900 + i), doneOn = Day(-900 + i + (i % 3 == 0 ? 0 : 400)) })).Expect(201);
        }

        (await server.Admin.PutAsync("capacity/pools/supplied/supply/coming", new { kind = "delivery", amount = 40, due = quarter.GetProperty("from").GetString() })).Expect(201);

        var supply = (await server.Admin.PlanAsync()).Pool("supplied").NextQuarter();

        var days = Days(supply);
        // Late with probability (6 + ½) / (9 + 1), and then beyond the quarter.
        supply.At("supply.p10").Should().BeApproximately(60 * days, 1e-6);
        supply.At("supply.p90").Should().BeApproximately(100 * days, 100, "the week in which the quarter begins is shared with the one before");
        (((supply.At("supply.mean") / days) - 60) / 40).Should().BeApproximately(0.35, 0.07, "one in three came when promised");
    }

    [Fact]
    public async Task Derived_demand_leaves_a_trace_where_it_changed_something_and_only_there()
    {
        (await server.Admin.PutAsync("capacity/pools/derived", new { unit = "hour", resource = "disk", demandFrom = new { source = "costs" } })).Expect(201);

        await server.Admin.PlanAsync();
        var first = await EventsAsync();
        await server.Admin.PlanAsync();
        // Rows that are added up in another order, or in parts, give another last bit.
        await server.ExecuteAsync("update capacity.observation set demand = demand * (1 + 4e-16) where pool_id = (select id from capacity.pool where name = 'derived')");
        await server.Admin.PlanAsync();

        first.Should().Equal(5);
        (await EventsAsync()).Should().HaveCount(1);
        await server.CostAsync("g:own", "disk", 6, 3);
        await server.Admin.PlanAsync();
        (await EventsAsync()).Should().Equal([1, 5], "a day that telemetry told of late is a change");
        (await server.Admin.GetAsync("audit/verify")).Expect(200).Body.GetProperty("intact").GetBoolean().Should().BeTrue();
    }

    private async Task<double[]> EventsAsync() =>
        [.. (await server.Admin.GetAsync("audit?action=capacity.demand-derived")).Expect(200).Items().Select(one => one.At("after.days"))];

    private static string Day(int ahead) => Planned.Today.AddDays(ahead).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static int Days(System.Text.Json.JsonElement period) =>
        DateOnly.Parse(period.GetProperty("to").GetString()!, CultureInfo.InvariantCulture).DayNumber
        - DateOnly.Parse(period.GetProperty("from").GetString()!, CultureInfo.InvariantCulture).DayNumber + 1;
}
