using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.BrowserTests.Fixtures;

/// <summary>The service with a generated organisation, scored: what a person would see after a few weeks.</summary>
public sealed class DemoServer(TestCluster cluster) : ApiServer(cluster)
{
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await Admin.CommandAsync(0, "demo --features 120 --models 8 --teams 6 --days 30".Split(' '));
        await Admin.CommandAsync(0, "score run --wait".Split(' '));
    }

    /// <summary>A token for the first lead or engineer of the generated teams, by role.</summary>
    public async Task<string> TokenAsync(string role, string? person = null) =>
        (await Admin.PostAsync("tokens", new { name = $"{role} {person} {Guid.CreateVersion7():N}", role, person })).Expect(201).Text("token");
}
