using System.Diagnostics;
using FeatureGovernance.ServerTests.Fixtures;
using FeatureGovernance.Tests;
using Microsoft.AspNetCore.Builder;

namespace FeatureGovernance.ServerTests;

/// <summary>A server whose waits are as short as the walkthrough needs.</summary>
public sealed class PromptServer(TestCluster cluster) : ApiServer(cluster)
{
    protected override void Configure(WebApplicationBuilder builder)
    {
        foreach (var wait in (string[])["MinimumNoticeDays", "QuietDays", "DisabledDays"])
            builder.Configuration[$"Lifecycle:{wait}"] = "0";
    }
}

public sealed class WalkthroughTests(PromptServer server) : IClassFixture<PromptServer>
{
    [Fact]
    public async Task The_story_of_the_walkthrough_runs_from_a_feast_registry_to_a_removed_feature()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var registry = SharedData.Path("feast", "registry.db");
        var start = new ProcessStartInfo("bash", [Path.Combine(SharedData.ProjectRoot(), "docs", "walkthrough.sh"), registry])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["FEATGOV"] = Path.Combine(AppContext.BaseDirectory, "featgov"),
                ["FEATGOV_URL"] = server.Address.ToString().TrimEnd('/'),
                ["FEATGOV_TOKEN"] = ApiServer.AdminToken,
            },
        };
        using var story = Process.Start(start)!;
        var told = story.StandardOutput.ReadToEndAsync(cancellation);
        var faults = await story.StandardError.ReadToEndAsync(cancellation);
        await story.WaitForExitAsync(cancellation);

        story.ExitCode.Should().Be(0, "the story ended with {0} after {1}", faults, await told);
        (await server.Admin.GetAsync("features/zipcode_features:location_type")).Expect(200).Text("stage").Should().Be("removed");
        (await server.Admin.GetAsync("audit/verify")).Expect(200).Body.GetProperty("intact").GetBoolean().Should().BeTrue();
    }
}
