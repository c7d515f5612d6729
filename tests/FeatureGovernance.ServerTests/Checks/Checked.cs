using System.Text.Json;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Server.Storage;
using FeatureGovernance.ServerTests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace FeatureGovernance.ServerTests.Checks;

/// <summary>States and questions of the tests of checks.</summary>
internal static class Checked
{
    /// <summary>A led team with a live model and features at every stage; the model holds the approval of <c>g:adopted</c> and <c>g:leaving</c>.</summary>
    public static async Task RegistryAsync(this ApiServer server)
    {
        await server.Admin.TeamAsync("growth", leads: ["growth-lead"]);
        await server.Admin.ModelAsync("ranker", "growth");
        foreach (var name in (string[])["adopted", "leaving", "fresh", "unasked", "trialled", "gone", "off", "browned", "first", "nameless"])
            await server.Admin.FeatureAsync($"g:{name}", "growth");
        await server.Admin.FeatureAsync("g:clicked", "growth", kind: "label");
        await server.Admin.FeatureAsync("g:bare", "growth", description: null);
        foreach (var name in (string[])["adopted", "leaving", "unasked", "bare", "clicked", "nameless"])
            await server.StageAsync($"g:{name}", Stage.Adopted);
        (await server.Admin.PostAsync("adoptions", new { model = "ranker", features = new[] { "g:adopted", "g:leaving" }, justification = "Ranking gains." })).Expect(201);
        await server.Admin.ManifestAsync("ranker", "v1", ["g:adopted", "g:leaving"]);
        await server.StageAsync("g:leaving", Stage.Deprecated, replacement: "g:adopted");
        await server.StageAsync("g:browned", Stage.Brownout);
        await server.StageAsync("g:off", Stage.Disabled);
        await server.StageAsync("g:gone", Stage.Removed);
        await server.StageAsync("g:trialled", Stage.Experimental);
    }

    /// <summary>Moves a feature as the lifecycle does: the row, and an event that names it.</summary>
    public static async Task StageAsync(this ApiServer server, string key, Stage stage, string? replacement = null)
    {
        await server.ExecuteAsync($"""
            update registry.feature set stage = {(short)stage}, stage_since = '2026-03-01T00:00:00Z',
                   replacement_id = (select id from registry.feature where key = '{replacement}') where key = '{key}'
            """);
        await server.TouchAsync(key);
    }

    /// <summary>A recorded write of the feature; answers with the version that holds it.</summary>
    public static async Task<long> TouchAsync(this ApiServer server, string key)
    {
        var id = await server.QueryAsync<int>($"select id from registry.feature where key = '{key}'");
        await using var scope = server.Services.CreateAsyncScope();
        var write = scope.ServiceProvider.GetRequiredService<WriteTransaction>();
        await write.BeginAsync(TestContext.Current.CancellationToken);
        write.Record(new("feature.touched", "feature", id, key, null, null));
        await write.CommitAsync(TestContext.Current.CancellationToken);
        return write.CommittedSequence;
    }

    public static long VersionOf(Answer written) => long.Parse(written.Expect(200).Headers.GetValues("Registry-Version").Single());

    /// <summary>A check that knows everything written so far.</summary>
    public static async Task<Answer> CheckAsync(
        this ApiServer server, string[] features, string[]? baseline = null, string model = "ranker", string accept = "application/json")
    {
        var now = await server.QueryAsync<long>("select sequence from audit.head");
        return await server.Admin.PostAsync("checks/adoption", new { model, features, baseline, minimumVersion = now }, ("Accept", accept));
    }

    public static string[] Rules(this Answer answer) => [.. answer.Items("findings").Select(finding => $"{finding.Text("rule")} {finding.Text("level")}")];

    public static string Text(this JsonElement element, string property) => element.GetProperty(property).GetString()!;
}
