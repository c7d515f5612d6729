using FeatureGovernance.Server.Standards;
using FeatureGovernance.ServerTests.Fixtures;
using FeatureGovernance.ServerTests.Lifecycle;
using Microsoft.Extensions.DependencyInjection;

namespace FeatureGovernance.ServerTests.Standards;

public sealed class ScorecardTests(LifecycleServer server) : IClassFixture<LifecycleServer>
{
    [Fact]
    public async Task Levels_rise_with_what_is_mended_and_are_recorded_by_day()
    {
        await server.Admin.TeamAsync("climbers", leads: ["climber"]);
        foreach (var name in (string[])["a", "b", "c", "d"])
            await server.Admin.FeatureAsync($"climb:{name}", "climbers", description: name == "d" ? null : "It says what it means and in what unit.");
        (await server.Admin.GetAsync("features/climb:a/scorecard")).Expect(200).Text("level").Should().Be("silver", "nobody knows what it costs");
        var bare = (await server.Admin.GetAsync("features/climb:d/scorecard")).Expect(200);
        (bare.Text("level"), bare.Text("next"), bare.Body.GetProperty("effort").GetDouble()).Should().Be(("none", "bronze", 1));
        bare.Items("path").Single().GetProperty("rule").GetString().Should().Be("described");

        var before = (await server.Admin.GetAsync("scorecards/teams/climbers")).Expect(200);
        (before.Text("level"), before.Number("features"), before.Number("featuresToLift")).Should().Be(("none", 4, 1));
        before.Items("path").Single().GetProperty("feature").GetString().Should().Be("climb:d");
        before.Body.GetProperty("counts").GetProperty("silver").GetInt32().Should().Be(3);
        await RecordAsync();
        server.Wait(1);
        (await server.Admin.PatchAsync("features/climb:d", new { description = "It says what it means and in what unit." })).Expect(200);
        await RecordAsync();
        await RecordAsync();

        (await server.Admin.GetAsync("scorecards/teams/climbers")).Expect(200).Text("level").Should().Be("silver");
        (await server.Admin.GetAsync("scorecards/groups/climb")).Expect(200).Text("next").Should().Be("gold");
        (await server.Admin.GetAsync("scorecards/teams/climbers/trend")).Expect(200).Items("days").Select(day => day.GetProperty("level").GetString())
            .Should().Equal("none", "silver");
        (await server.Admin.GetAsync("scorecards/groups/climb/trend")).Expect(200).Items("days").Should().HaveCount(2);
        (await server.Admin.GetAsync("scorecards/teams")).Expect(200).Items().Should().Contain(item => item.GetProperty("subject").GetString() == "climbers");
        (await server.Admin.GetAsync("scorecards/groups?limit=1")).Expect(200).Items().Should().ContainSingle();
    }

    [Fact]
    public async Task What_does_not_exist_or_is_malformed_is_refused()
    {
        (await server.Admin.GetAsync("scorecards/teams/nosuch")).Expect(404);
        (await server.Admin.GetAsync("scorecards/teams/a%20b")).Expect(400);
        (await server.Admin.GetAsync("scorecards/groups/x/trend?from=soon")).Expect(400).FaultyFields.Should().Equal("from");
        (await server.Admin.GetAsync("scorecards/groups/x/trend?from=2031-01-01&to=2030-01-01")).Expect(400);
        (await server.Admin.GetAsync("features/no:such/scorecard")).Expect(404);
        (await server.Admin.GetAsync("scorecards/teams?cursor=x")).Expect(400);
    }

    private Task RecordAsync() => server.Services.GetRequiredService<ScorecardJob>().RunAsync(CancellationToken.None);
}
