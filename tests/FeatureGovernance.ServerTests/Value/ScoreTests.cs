using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Value;

public sealed class ScoreTests(ApiServer server) : IClassFixture<ApiServer>
{
    [Fact]
    public async Task A_small_organisation_is_scored_as_by_hand()
    {
        var api = server.Admin;
        await api.OrganisationAsync(m1: ["g:a", "g:b", "h:quiet"], m2: ["g:a", "g:c"], "g:lonely", "g:old");
        await server.SettledAsync();
        // Precise ablations leave little to shrink: shares 0.6, 0.4, 0 and 0.25, 0.75.
        await server.ImportanceAsync("m1", 0, 0, ("g:a", 6, 0.01), ("g:b", 4, 0.01), ("h:quiet", -1, 0.01));
        await server.ImportanceAsync("m2", 0, 0, ("g:a", 1, 0.01), ("g:c", 3, 0.01));
        for (var day = 0; day < 20; day++)
        {
            await server.UsageAsync("g:a", "m1", day, reads: 500);
            await server.UsageAsync("g:a", "m2", day, reads: 1000);
            await server.UsageAsync("g:b", "m1", day, reads: 100, samplingRate: 0.5);
            await server.UsageAsync("h:quiet", "m1", day, reads: 0);
            await server.UsageAsync("g:old", "m1", day + 60, reads: 10);
        }

        await server.CostAsync("g:a", "cpu", 1, 4);
        await server.CostAsync("g:a", "cpu", 2, 8);
        await server.PriceAsync("cpu", 0.5);
        await server.CostAsync("g:b", "unpriced", 1, 1);

        await server.ScoreAsync();

        var a = (await api.GetAsync("features/g:a/score")).Expect(200);
        a.Body.GetProperty("value").GetDouble().Should().BeApproximately((0.75 * 0.6) + (0.25 * 0.25), 0.03);
        a.Body.GetProperty("lower").GetDouble().Should().BeLessThan(a.Body.GetProperty("value").GetDouble());
        a.Body.GetProperty("upper").GetDouble().Should().BeGreaterThan(a.Body.GetProperty("value").GetDouble());
        a.Body.GetProperty("percentile").GetDouble().Should().Be(87.5);
        a.Body.GetProperty("readsPerDay").GetDouble().Should().BeApproximately(1500, 1e-6);
        a.Body.GetProperty("usage").GetDouble().Should().BeApproximately(0.75, 1e-9);
        a.Body.GetProperty("costPerDay").GetDouble().Should().BeApproximately(3, 1e-9);
        a.Body.GetProperty("efficiency").GetDouble().Should().BeApproximately(a.Body.GetProperty("value").GetDouble() / 3, 1e-12);
        a.Text("recommendation").Should().Be("keep");
        a.Items("components").Select(c => c.GetProperty("model").GetString()).Should().Equal("m1", "m2");
        a.Items("components")[0].GetProperty("share").GetDouble().Should().BeApproximately(0.6, 0.04);
        a.Items("components")[0].GetProperty("weight").GetDouble().Should().Be(0.75);

        var b = (await api.GetAsync("features/g:b/score")).Expect(200);
        b.Body.GetProperty("readsPerDay").GetDouble().Should().BeApproximately(200, 1e-6, "half of the reads were counted");
        b.Items("unknown").Select(u => u.GetString()).Should().Contain("cost", "its resource has no price").And.NotContain("usage");

        var quiet = (await api.GetAsync("features/h:quiet/score")).Expect(200);
        quiet.Text("recommendation").Should().Be("deprecate");
        quiet.Text("class").Should().Be("unused");
        quiet.Items("reasons").Select(r => r.GetProperty("code").GetString()).Should().Contain("unused");

        var c = (await api.GetAsync("features/g:c/score")).Expect(200);
        c.Items("unknown").Select(u => u.GetString()).Should().Contain("usage", "its reader reported none");

        var lonely = (await api.GetAsync("features/g:lonely/score")).Expect(200);
        lonely.Text("recommendation").Should().Be("review");
        lonely.Items("reasons").Select(r => r.GetProperty("code").GetString()).Should().Contain(["importance-unknown", "usage-unknown"]);
        lonely.Body.TryGetProperty("value", out _).Should().BeFalse("unknown is not zero");
        lonely.Body.TryGetProperty("readsPerDay", out _).Should().BeFalse();

        var old = (await api.GetAsync("features/g:old/score")).Expect(200);
        old.Items("unknown").Select(u => u.GetString()).Should().Contain("usage", "its last report is two months old");

        (await server.QueryAsync<double>("select sum(value) from value.feature_score")).Should().BeApproximately(1, 1e-9);
        (await server.QueryAsync<long>("select count(*) from audit.event where action = 'scoring.finished'")).Should().Be(1);
        (await server.QueryAsync<long>("select count(*) from value.score_history")).Should().Be(6);

        var first = (await api.GetAsync("scores?limit=2&sort=-value")).Expect(200);
        first.Items().Select(s => s.GetProperty("feature").GetString()).Should().Equal("g:a", "g:b");
        var second = (await api.GetAsync($"scores?limit=2&sort=-value&cursor={first.Text("nextCursor")}")).Expect(200);
        second.Items().Select(s => s.GetProperty("feature").GetString()).Should().Equal("g:c", "h:quiet");
        (await api.GetAsync("scores?model=m2")).Items().Should().HaveCount(2);
        (await api.GetAsync("scores?recommendation=deprecate&team=core")).Items().Should().ContainSingle();
        (await api.GetAsync("features?recommendation=deprecate")).Items().Should().ContainSingle();
    }

    [Theory]
    [InlineData("scores?sort=nonsense", "sort")]
    [InlineData("scores?sort=--value", "sort")]
    [InlineData("scores?limit=0", "limit")]
    [InlineData("scores?limit=100000", "limit")]
    [InlineData("scores?cursor=%00%ff", "cursor")]
    [InlineData("scores?recommendation=burn", "recommendation")]
    [InlineData("scores?team=%0d%0a", "team")]
    [InlineData("scoring/runs?cursor=x", "cursor")]
    [InlineData("scoring/runs?limit=-1", "limit")]
    public async Task A_bad_question_is_refused_by_its_field(string path, string field) =>
        (await server.Admin.GetAsync(path)).Expect(400).FaultyFields.Should().Contain(field);

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        (await server.Admin.GetAsync("features/no:such/score")).ExpectProblem(404, "unknown-feature");
        (await server.Admin.GetAsync($"features/{new string('x', 1_000)}/score")).ExpectProblem(404, "unknown-feature");
        (await server.Admin.GetAsync("scoring/runs/2000000")).ExpectProblem(404, "unknown-scoring-run");
        (await server.Admin.PostAsync("scoring/runs/2000000/cancel", new { })).ExpectProblem(404, "unknown-scoring-run");
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"full":"yes"}""")]
    [InlineData("""{"full":true,"fast":true}""")]
    public async Task A_malformed_request_starts_no_run(string body)
    {
        var runs = await server.QueryAsync<long>("select count(*) from value.score_run");
        (await server.Admin.SendTextAsync(HttpMethod.Post, "scoring/runs", body)).Expect(400);
        (await server.QueryAsync<long>("select count(*) from value.score_run")).Should().Be(runs);
    }

    [Fact]
    public async Task A_viewer_reads_scores_and_starts_nothing()
    {
        var viewer = await server.As("viewer", null);
        (await viewer.GetAsync("scores")).Expect(200);
        (await viewer.PostAsync("scoring/runs", new { })).ExpectProblem(403, "not-allowed");
    }
}
