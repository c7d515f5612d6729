using System.Text.Json;
using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Telemetry;

/// <summary>What these tests report on: features and models of their own, by prefix, so that tests of a class do not meet.</summary>
internal static class Organisation
{
    public static readonly string Yesterday = TimeProvider.System.GetUtcNow().AddDays(-1).ToString("yyyy-MM-dd");

    public static async Task<string> OrganisationAsync(this ApiServer server, string name, int features = 2)
    {
        await server.Admin.TeamAsync(name);
        await server.Admin.ModelAsync($"{name}_model", name);
        for (var i = 0; i < features; i++)
            await server.Admin.FeatureAsync($"{name}:f{i}", name);
        return name;
    }

    public static string Usage(string name, int feature = 0, string? day = null, long reads = 10, string environment = "serving") =>
        JsonSerializer.Serialize(new { feature = $"{name}:f{feature}", model = $"{name}_model", day = day ?? Yesterday, environment, reads, requests = 100 });

    public static Task<Answer> ReportAsync(this Api api, string kind, string body, string contentType = "application/x-ndjson", string? key = null) =>
        api.SendTextAsync(HttpMethod.Post, $"telemetry/{kind}", body, contentType, key is null ? [] : [("Idempotency-Key", key)]);

    public static Task<long> ReadsAsync(this ApiServer server, string name) => server.QueryAsync<long>(
        $"select coalesce(sum(reads), 0)::bigint from telemetry.usage_daily where feature_id in (select id from registry.feature where group_name = '{name}')");

    public static Task<string> ImportanceAsync(this ApiServer server, string name) => server.QueryAsync<string>(
        $"select coalesce(string_agg(f.key || '=' || i.value, ' ' order by f.key), '') from telemetry.importance i join registry.feature f on f.id = i.feature_id where f.group_name = '{name}'");
}
