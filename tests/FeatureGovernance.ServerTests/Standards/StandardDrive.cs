using FeatureGovernance.Server.Standards;
using FeatureGovernance.ServerTests.Fixtures;
using FeatureGovernance.ServerTests.Lifecycle;
using Microsoft.Extensions.DependencyInjection;

namespace FeatureGovernance.ServerTests.Standards;

/// <summary>What tests of standards do, in words.</summary>
internal static class StandardDrive
{
    public static Task<Answer> PutStandardAsync(this Api api, string name, string rules, string head = "", params (string Name, string Value)[] headers) =>
        api.SendTextAsync(HttpMethod.Put, $"standards/{name}", Document(name, rules, head), "application/yaml", headers);

    public static Task<Answer> DryRunAsync(this Api api, string name, string rules, string query = "", string head = "") =>
        api.SendTextAsync(HttpMethod.Post, $"standards/{name}/dry-run{query}", Document(name, rules, head), "application/yaml");

    public static string Document(string name, string rules, string head = "") => $"name: {name}\n{head}\nrules:\n{rules}\n";

    /// <summary>The rules that the feature fails, with their levels.</summary>
    public static async Task<string[]> FailingAsync(this Api api, string key, string? entering = null) =>
        [.. (await api.GetAsync($"features/{key}/standing{(entering is null ? "" : $"?entering={entering}")}")).Expect(200).Items("findings")
            .Where(finding => finding.GetProperty("standing").GetString() == "failed" && finding.GetProperty("level").GetString() != "info")
            .Select(finding => $"{finding.GetProperty("rule").GetString()} {finding.GetProperty("level").GetString()}")];

    public static Task TickAsync(this LifecycleServer server) => server.Services.GetRequiredService<StandardsClock>().RunAsync(CancellationToken.None);

    /// <summary>What the adoption check says of the feature by the standards; null where nothing.</summary>
    public static async Task<string?> CheckedAsync(this LifecycleServer server, string key)
    {
        var now = await server.QueryAsync<long>("select sequence from audit.head");
        var answer = (await server.Admin.PostAsync("checks/adoption", new { model = "no-such-model", features = new[] { key }, minimumVersion = now })).Expect(200);
        return answer.Items("findings").Where(finding => finding.GetProperty("rule").GetString() == "standard")
            .Select(finding => $"{finding.GetProperty("level").GetString()}: {finding.GetProperty("message").GetString()}").SingleOrDefault();
    }
}
