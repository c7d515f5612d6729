using System.Globalization;
using System.Text;
using System.Text.Json;
using FeatureGovernance.Cli.Running;
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
        var truth = JsonSerializer.Deserialize<JsonElement>(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).GetProperty("features")
            .EnumerateObject().ToDictionary(feature => feature.Name, feature => feature.Value.GetProperty("class").GetString()!);
        File.Delete(file);
        var found = JsonSerializer.Deserialize<Dictionary<string, string?>>(await server.QueryAsync<string>(
            "select json_object_agg(f.key, s.judgement -> 'classes' ->> 0)::text from value.feature_score s join registry.feature f on f.id = s.feature_id"))!;
        var everyClass = JsonSerializer.Deserialize<Dictionary<string, string[]>>(await server.QueryAsync<string>(
            "select json_object_agg(f.key, s.judgement -> 'classes')::text from value.feature_score s join registry.feature f on f.id = s.feature_id"))!;

        foreach (var pair in truth.Select(feature => $"{feature.Value} → {found[feature.Key] ?? "none"}").CountBy(pair => pair).OrderBy(pair => pair.Key, StringComparer.Ordinal))
            output.WriteLine($"{pair.Key}: {pair.Value}");
        foreach (var planted in (string[])["unused", "redundant", "legacy", "decaying", "overpriced", "epsilon"])
        {
            string[] truly = [.. truth.Where(feature => feature.Value == planted).Select(feature => feature.Key)];
            // Recall counts every class that holds; precision those features that the class leads, and bundled is a kind of epsilon.
            var recall = (double)truly.Count(key => everyClass[key].Contains(planted)) / truly.Length;
            string[] led = [.. found.Where(feature => feature.Value == planted).Select(feature => feature.Key)];
            var precision = led.Length == 0 ? 0 : (double)led.Count(truly.Contains) / led.Length;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{planted}: {truly.Length} planted, precision {precision:0.00}, recall {recall:0.00}"));
            precision.Should().BeGreaterThanOrEqualTo(0.8, planted);
            recall.Should().BeGreaterThanOrEqualTo(0.8, planted);
        }

        string[] useful = [.. truth.Where(feature => feature.Value == "useful").Select(feature => feature.Key)];
        ((double)useful.Count(key => found[key] is null) / useful.Length).Should().BeGreaterThanOrEqualTo(0.9, "useful features are left alone");
    }

    private async Task RunAsync(params string[] words)
    {
        using var text = new StringWriter();
        var code = await FeatureGovernance.Cli.Program.RunAsync(words, new Surroundings
        {
            Output = text,
            Errors = text,
            Input = () => new MemoryStream(Encoding.UTF8.GetBytes("")),
            Variable = name => name switch { "FEATGOV_URL" => server.Address.AbsoluteUri, "FEATGOV_TOKEN" => ApiServer.AdminToken, "HOME" => Path.GetTempPath(), _ => null },
            Clock = TimeProvider.System,
        });
        code.Should().Be(0, "it said {0}", text);
    }
}
