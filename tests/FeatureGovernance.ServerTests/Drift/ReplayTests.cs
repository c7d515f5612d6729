using System.Text;
using System.Text.Json;
using FeatureGovernance.Server.Drift;
using FeatureGovernance.ServerTests.Fixtures;
using FeatureGovernance.ServerTests.Value;
using Microsoft.Extensions.DependencyInjection;

namespace FeatureGovernance.ServerTests.Drift;

/// <summary>Estimates of impact where a model's evaluation sample is kept.</summary>
public sealed class ReplayTests(ApiServer server) : IClassFixture<ApiServer>
{
    private const int History = 70;

    [Fact]
    public async Task An_incident_is_replayed_through_models_fitted_on_the_sample_that_a_valuation_left()
    {
        await server.Admin.TeamAsync("own", leads: ["owner"]);
        foreach (var key in (string[])["r:a", "r:b", "r:c"])
            await server.Admin.FeatureAsync(key, "own");
        foreach (var model in (string[])["sampled", "unsampled"])
        {
            await server.Admin.ModelAsync(model, "own");
            await server.Admin.ManifestAsync(model, "v1", ["r:a", "r:b", "r:c"]);
        }

        await ValueAsync("sampled");
        (await server.QueryAsync<int>("select rows from value.replay_sample s join registry.model m on m.id = s.model_id where m.name = 'sampled'")).Should().Be(600);
        await server.ImportanceAsync("unsampled", 20, 1, ("r:a", 0.06, 0.002), ("r:b", 0.02, 0.002));
        await server.ScoreAsync();
        await server.ValuesAsync("r:a", History, 1, ago => new(Mean: 0.5, Deviation: 0.2, NullRate: ago is <= 6 and >= 3 ? 0.6 : 0.01));

        await server.DetectAsync();
        await ReplayedAsync();

        var id = (await server.IncidentsAsync("feature=r:a")).Should().ContainSingle().Which.GetProperty("id").GetInt32();
        var (replayed, byProfiles) = (await ImpactAsync(id, "sampled"), await ImpactAsync(id, "unsampled"));
        byProfiles.GetProperty("method").GetString().Should().Be("profiles");
        replayed.GetProperty("method").GetString().Should().Be("replay");
        replayed.GetProperty("loss").GetDouble().Should().BeInRange(0.1, 2, "most of what the model goes by is missing");
        replayed.GetProperty("metricChange").GetDouble().Should().BeNegative();
        replayed.GetProperty("metricLower").GetDouble().Should().BeLessThan(replayed.GetProperty("metricChange").GetDouble());

        // As long as the incident is as it was, the estimate stands, and nothing is replayed again.
        await server.DetectAsync();
        await ReplayAsync();
        (await ImpactAsync(id, "sampled")).GetRawText().Should().Be(replayed.GetRawText());
        (await server.QueryAsync<long>($"select count(*) from audit.event where action = 'incident.replayed' and subject_id = {id}")).Should().Be(1);
    }

    private async Task<JsonElement> ImpactAsync(int id, string model) =>
        (await server.Admin.GetAsync($"incidents/{id}")).Expect(200).Body.GetProperty("impact").GetProperty("byModel").EnumerateArray()
            .Single(one => one.GetProperty("model").GetString() == model);

    private async Task ValueAsync(string model)
    {
        var random = new Random(1);
        var csv = new StringBuilder("r__a,b,c,label\n");
        for (var row = 0; row < 600; row++)
        {
            double a = random.NextDouble(), b = random.NextDouble(), c = random.NextDouble();
            csv.AppendLine(FormattableString.Invariant($"{a},{b},{c},{((2 * a) + b + (0.5 * random.NextDouble()) > 1.7 ? 1 : 0)}"));
        }

        var submitted = await server.Admin.SendBytesAsync(HttpMethod.Post, $"valuations?label=label&model={model}&metric=auc&ablations=0",
            Encoding.UTF8.GetBytes(csv.ToString()), "text/csv");
        var id = submitted.Expect(202).Number("id");
        (await server.MeasuredAsync(id)).ExpectState("succeeded");
    }

    private async Task ReplayedAsync()
    {
        for (var attempt = 0; attempt < 1_200 && !await server.QueryAsync<bool>("select exists (select from drift.impact where method = 1)"); attempt++)
            await Task.Delay(100, TestContext.Current.CancellationToken);
    }

    // The server replays by itself after detection; whoever comes first, the other finds nothing left.
    private async Task ReplayAsync()
    {
        await using var scope = server.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<ImpactReplay>().RunAsync(TestContext.Current.CancellationToken);
    }
}
