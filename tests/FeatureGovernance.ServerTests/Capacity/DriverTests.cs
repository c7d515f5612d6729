using FeatureGovernance.ServerTests.Fixtures;
using FeatureGovernance.ServerTests.Value;

namespace FeatureGovernance.ServerTests.Capacity;

public sealed class DriverTests(ApiServer server) : IClassFixture<ApiServer>
{
    [Fact]
    public async Task Next_years_demand_is_divided_by_what_last_years_growth_came_from()
    {
        await server.Admin.OrganisationAsync(["g:old", "g:new"], ["g:old"]);
        await server.CostAsync("g:old", "gpu", 1, 40);
        await server.CostAsync("g:new", "gpu", 1, 15);
        await server.CostAsync("g:old", "gpu", 200, 20);
        await server.UsageAsync("g:old", "m1", 200, 100);
        await server.UsageAsync("g:old", "m1", 1, 300);
        await server.UsageAsync("g:old", "m2", 1, 100);
        (await server.Admin.PutAsync("capacity/pools/driven", new { unit = "hour", unitPrice = 2, resource = "gpu" })).Expect(201);
        await server.Admin.ObservedAsync("driven", 900, ago => 100 + ((900 - ago) / 5.0) + (ago % 3));

        var plan = await server.Admin.PlanAsync();

        var year = plan.Pool("driven").GetProperty("periods")[20];
        var parts = year.GetProperty("drivers").EnumerateArray().ToDictionary(part => part.GetProperty("name").GetString()!, part => part.At("amount"));
        parts.Keys.Should().Equal("today", "features", "models", "traffic");
        parts.Values.Sum().Should().BeApproximately(year.At("demand.mean"), 1e-3);
        // Of 35 more, 15 are the new feature's, 10 the new reader's quarter of 40, 10 the old reader's.
        (parts["features"] / (parts["features"] + parts["models"] + parts["traffic"])).Should().BeApproximately(15 / 35.0, 1e-6);
        (parts["models"] / parts["traffic"]).Should().BeApproximately(1, 1e-6);
    }
}
