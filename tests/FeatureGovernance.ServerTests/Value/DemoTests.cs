using System.Globalization;
using System.Text.Json;
using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Value;

/// <summary>An organisation in which the truth is known: what scoring finds is held against what was planted.</summary>
public sealed class DemoTests(ApiServer server, ITestOutputHelper output) : IClassFixture<ApiServer>
{
    [Fact]
    public async Task What_is_planted_in_an_organisation_is_found()
    {
        var file = Path.GetTempFileName();
        await RunAsync("demo", "--features", "300", "--models", "20", "--teams", "6", "--days", "120", "--truth", file);
        await RunAsync("score", "run", "--wait");
        var planted = JsonSerializer.Deserialize<JsonElement>(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        var truth = planted.GetProperty("features").EnumerateObject()
            .ToDictionary(feature => feature.Name, feature => feature.Value.GetProperty("class").GetString()!);
        File.Delete(file);
        var found = JsonSerializer.Deserialize<Dictionary<string, string?>>(await server.QueryAsync<string>(
            "select json_object_agg(f.key, s.judgement -> 'classes' ->> 0)::text from value.feature_score s join registry.feature f on f.id = s.feature_id"))!;
        var everyClass = JsonSerializer.Deserialize<Dictionary<string, string[]>>(await server.QueryAsync<string>(
            "select json_object_agg(f.key, s.judgement -> 'classes')::text from value.feature_score s join registry.feature f on f.id = s.feature_id"))!;

        var values = await TrueValuesAsync(planted.GetProperty("models"));
        var worthless = values.Where(value => value.Value < 0.1 / truth.Count).Select(value => value.Key).ToHashSet();
        foreach (var pair in truth.Select(feature => $"{feature.Value} → {found[feature.Key] ?? "none"}").CountBy(pair => pair).OrderBy(pair => pair.Key, StringComparer.Ordinal))
            output.WriteLine($"{pair.Key}: {pair.Value}");
        foreach (var name in (string[])["unused", "redundant", "legacy", "decaying", "overpriced", "epsilon"])
        {
            // What only other than ranking and retrieval models read has no value that could be judged; disuse shows without.
            string[] truly = [.. truth.Where(feature => feature.Value == name && (name == "unused" || values.ContainsKey(feature.Key)))
                .Select(feature => feature.Key)];
            // Recall counts every class that holds; precision those features that the class leads. Whatever class it was planted in, a
            // feature that truly carries less than the floor is epsilon, such as an old form that only light models read.
            var recall = (double)truly.Count(key => everyClass[key].Contains(name)) / truly.Length;
            string[] led = [.. found.Where(feature => feature.Value == name).Select(feature => feature.Key)];
            var precision = led.Length == 0 ? 0 : (double)led.Count(key => truly.Contains(key) || (name == "epsilon" && worthless.Contains(key))) / led.Length;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {truly.Length} planted, precision {precision:0.00}, recall {recall:0.00}"));
            precision.Should().BeGreaterThanOrEqualTo(0.8, name);
            recall.Should().BeGreaterThanOrEqualTo(0.8, name);
        }

        string[] useful = [.. truth.Where(feature => feature.Value == "useful").Select(feature => feature.Key)];
        ((double)useful.Count(key => found[key] is null || worthless.Contains(key)) / useful.Length)
            .Should().BeGreaterThanOrEqualTo(0.9, "useful features are left alone");
    }

    /// <summary>The true value of each feature over ranking and retrieval models.</summary>
    private async Task<Dictionary<string, double>> TrueValuesAsync(JsonElement models)
    {
        var weights = JsonSerializer.Deserialize<Dictionary<string, double>>(await server.QueryAsync<string>(
            "select json_object_agg(name, weight / (select sum(weight) from registry.model where kind in (0, 1)))::text from registry.model where kind in (0, 1)"))!;
        return models.EnumerateObject().Where(model => weights.ContainsKey(model.Name))
            .SelectMany(model => model.Value.EnumerateObject().Select(share => (Feature: share.Name, Value: weights[model.Name] * share.Value.GetDouble())))
            .GroupBy(part => part.Feature).ToDictionary(group => group.Key, group => group.Sum(part => part.Value));
    }

    private Task<string> RunAsync(params string[] words) => server.Admin.CommandAsync(0, words);
}
