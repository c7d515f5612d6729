namespace FeatureGovernance.ServerTests.Fixtures;

/// <summary>The states that tests start from, by name.</summary>
public static class Given
{
    public static async Task TeamAsync(this Api api, string team, string[]? leads = null, string[]? members = null, string? parent = null) =>
        (await api.PutAsync($"teams/{team}", new { leads = leads ?? [], members = members ?? [], parent })).Status.Should().BeOneOf(System.Net.HttpStatusCode.OK, System.Net.HttpStatusCode.Created);

    public static async Task FeatureAsync(this Api api, string key, string team, string kind = "feature", string? description = "What it says.") =>
        (await api.PutAsync($"features/{key}", new
        {
            team, kind, dataType = "double", description, entity = "user",
            source = new { system = "hive", table = "events", column = key.Split(':')[1] },
        })).Expect(201);

    public static async Task ModelAsync(this Api api, string model, string team, string kind = "ranking", double weight = 1) =>
        (await api.PutAsync($"models/{model}", new
        {
            team, kind, surface = "home", weight, trafficPerDay = 1000, metric = new { name = "auc", higherIsBetter = true },
        })).Expect(201);

    public static async Task ManifestAsync(this Api api, string model, string version, string[] features, string? label = null) =>
        (await api.PutAsync($"models/{model}/versions/{version}", new { features, label })).Expect(201);
}
