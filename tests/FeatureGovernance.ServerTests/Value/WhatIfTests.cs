using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Value;

/// <summary>Questions asked of the newest scores: what if, by whom, at what cost.</summary>
public sealed class WhatIfTests(ApiServer server) : IClassFixture<ApiServer>, IAsyncLifetime
{
    public async ValueTask InitializeAsync()
    {
        if (await server.QueryAsync<long>("select count(*) from registry.model") > 0)
            return;
        var api = server.Admin;
        await api.OrganisationAsync(m1: ["g:a", "g:a_copy", "h:b"], m2: ["h:b", "h:c"], "g:alone");
        // The same column by a cast: lineage says they are one.
        (await api.PatchAsync("features/g:a_copy", new { source = new { system = "hive", table = "events", column = "a", expression = "cast(a as double)" } })).Expect(200);
        (await api.PutAsync("features/g:label", new { team = "core", kind = "label", dataType = "int64", description = "Clicked." })).Expect(201);
        await api.ManifestAsync("m2", "v2", ["h:b", "h:c"], label: "g:label");
        await server.SettledAsync();
        await server.ImportanceAsync("m1", 0, 1, ("g:a", 0.03, 0.0003), ("g:a_copy", 0.03, 0.0004), ("h:b", 0.04, 0.0003));
        await server.ImportanceAsync("m2", 0, 1, ("h:b", 0.01, 0.0001), ("h:c", 0.03, 0.0001));
        for (var day = 0; day < 20; day++)
        {
            foreach (var (feature, model) in new[] { ("g:a", "m1"), ("g:a_copy", "m1"), ("h:b", "m1"), ("h:b", "m2"), ("h:c", "m2") })
                await server.UsageAsync(feature, model, day, reads: 500);
        }

        await server.CostAsync("g:a", "cpu", 1, 4);
        await server.CostAsync("g:a_copy", "cpu", 1, 2);
        await server.CostAsync("h:b", "cpu", 1, 6);
        await server.PriceAsync("cpu", 1);
        await server.ScoreAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_copy_is_told_to_move_to_its_twin()
    {
        var copy = (await server.Admin.GetAsync("features/g:a_copy/score")).Expect(200);
        copy.Text("recommendation").Should().Be("migrate");
        copy.Text("class").Should().Be("redundant");
        copy.Text("twin").Should().Be("g:a");
        copy.Body.GetProperty("similarity").GetDouble().Should().BeGreaterThan(0.99);
        var original = (await server.Admin.GetAsync("features/g:a/score")).Expect(200);
        original.Text("recommendation").Should().Be("keep", "the representative stays");
        original.Body.TryGetProperty("twin", out _).Should().BeFalse();
    }

    [Fact]
    public async Task A_look_alike_that_stays_makes_good_the_loss()
    {
        var one = (await AskAsync("g:a_copy")).Body;
        one.GetProperty("credit").GetDouble().Should().BeApproximately(0.75 * 0.3, 0.03);
        one.GetProperty("loss").GetDouble().Should().BeLessThan(0.01, "g:a says the same");
        one.GetProperty("savingPerDay").GetDouble().Should().BeApproximately(2, 1e-9);

        var both = (await AskAsync("g:a_copy", "g:a")).Body;
        both.GetProperty("loss").GetDouble().Should().BeApproximately(both.GetProperty("credit").GetDouble(), 1e-12, "nothing stays that says it");
        both.GetProperty("lower").GetDouble().Should().BeLessThan(both.GetProperty("loss").GetDouble());
        both.GetProperty("upper").GetDouble().Should().BeGreaterThan(both.GetProperty("loss").GetDouble());
        both.GetProperty("savingPerDay").GetDouble().Should().BeApproximately(6, 1e-9);
        var model = both.GetProperty("models").EnumerateArray().Single();
        model.GetProperty("model").GetString().Should().Be("m1");
        model.GetProperty("metricLoss").GetDouble().Should().BeApproximately(0.06, 1e-9);
        model.GetProperty("metricStandardError").GetDouble().Should().BeApproximately(0.0005, 1e-9);
        model.GetProperty("costPerDay").GetDouble().Should().BeApproximately(6, 1e-9);
    }

    [Fact]
    public async Task What_another_model_still_reads_saves_nothing()
    {
        var answer = (await server.Admin.PostAsync("valuations/removal", new { features = new[] { "h:b", "h:c", "g:alone" }, model = "m2" })).Expect(200);
        answer.Items("stillRead").Select(f => f.GetString()).Should().Equal("h:b");
        answer.Items("unscored").Select(f => f.GetString()).Should().Equal("g:alone");
        answer.Items("unknownCost").Select(f => f.GetString()).Should().Equal("g:alone", "h:c");
        answer.Body.GetProperty("savingPerDay").GetDouble().Should().Be(0);
        answer.Items("models").Single().GetProperty("loss").GetDouble().Should().BeApproximately(1, 1e-9, "the model reads nothing else");
        var everywhere = (await server.Admin.PostAsync("valuations/removal", new { features = new[] { "h:b" } })).Expect(200);
        everywhere.Items("models").Sum(m => m.GetProperty("costPerDay").GetDouble()).Should().BeApproximately(6, 1e-9);
        everywhere.Items("stillRead").Should().BeEmpty();
    }

    [Theory]
    [InlineData("{}", 400, "features")]
    [InlineData("""{"features":[]}""", 400, "features")]
    [InlineData("""{"features":[null,"no:such\u0000"]}""", 422, "features[0]")]
    [InlineData("""{"features":["g:a"],"model":"nobody"}""", 422, "model")]
    [InlineData("""{"features":["g:a"],"model":"\r\n"}""", 400, "model")]
    public async Task A_question_that_makes_no_sense_is_refused(string body, int status, string field) =>
        (await server.Admin.SendTextAsync(HttpMethod.Post, "valuations/removal", body)).Expect(status).FaultyFields.Should().Contain(field);

    [Theory]
    [InlineData("group", 2)]
    [InlineData("team", 1)]
    [InlineData("source", 1)]
    [InlineData("surface", 2)]
    public async Task Roll_ups_add_up(string by, int sets)
    {
        var rolled = (await server.Admin.GetAsync($"scores/rollups?by={by}")).Expect(200).Items();
        rolled.Should().HaveCount(sets, by);
        rolled.Sum(r => r.GetProperty("value").GetDouble()).Should().BeApproximately(1, 1e-9);
        rolled.Sum(r => r.GetProperty("costPerDay").GetDouble()).Should().BeApproximately(12, 1e-9);
        var first = (await server.Admin.GetAsync($"scores/rollups?by={by}&limit=1")).Expect(200);
        if (sets > 1)
            (await server.Admin.GetAsync($"scores/rollups?by={by}&limit=1&cursor={first.Text("nextCursor")}")).Expect(200).Items().Single().GetRawText()
                .Should().Be(rolled[1].GetRawText());
    }

    [Theory]
    [InlineData("scores/rollups", "by")]
    [InlineData("scores/rollups?by=moon", "by")]
    [InlineData("scores/rollups?by=team&limit=0", "limit")]
    [InlineData("scores/rollups?by=team&cursor=x", "cursor")]
    public async Task A_roll_up_of_nothing_is_refused(string path, string field) =>
        (await server.Admin.GetAsync(path)).Expect(400).FaultyFields.Should().Contain(field);

    [Fact]
    public async Task The_front_holds_what_no_other_beats()
    {
        var answer = (await server.Admin.GetAsync("scores/pareto")).Expect(200);
        answer.Number("features").Should().Be(3);
        answer.Number("leftOut").Should().Be(2);
        answer.Items("front").Select(f => f.GetProperty("feature").GetString()).Should().StartWith("g:a_copy").And.EndWith("h:b");
        answer.Body.GetProperty("knee").GetProperty("valueShare").GetDouble()
            .Should().BeGreaterThan(answer.Body.GetProperty("knee").GetProperty("costShare").GetDouble());
    }

    [Fact]
    public async Task A_label_is_scored_by_what_is_reported_of_it()
    {
        (await server.Admin.PutAsync("features/g:label/evidence/labelDelay", new { value = 3600 })).Expect(200);
        (await server.Admin.PutAsync("features/g:label/evidence/nullRate", new { value = 0.25 })).Expect(200);
        var score = (await server.Admin.GetAsync("labels/g:label/score")).Expect(200);
        score.Body.GetProperty("coverage").GetDouble().Should().Be(0.75);
        score.Body.GetProperty("delaySeconds").GetDouble().Should().Be(3600);
        score.Body.GetProperty("weightServed").GetDouble().Should().BeApproximately(0.25, 1e-9);
        score.Items("models").Single().GetProperty("live").GetBoolean().Should().BeTrue();
        score.Items("unknown").Select(u => u.GetString()).Should().Equal("baseRate", "noise", "leaks");
        (await server.Admin.GetAsync("labels/g:a/score")).ExpectProblem(404, "not-a-label");
        (await server.Admin.GetAsync("labels/no:such/score")).ExpectProblem(404, "unknown-label");
    }

    private async Task<Answer> AskAsync(params string[] features) => (await server.Admin.PostAsync("valuations/removal", new { features })).Expect(200);
}
