using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Lifecycle;

public sealed class GuardrailTests(LifecycleServer server) : IClassFixture<LifecycleServer>
{
    [Fact]
    public async Task A_crossed_limit_ends_the_brownout_at_once_and_once()
    {
        var (id, feature, model) = await InBrownoutAsync();
        var ingest = await server.As("ingest", null);
        (await ReportAsync(ingest, model, "auc", 0.71)).Should().BeEmpty();
        (await ReportAsync(ingest, model, "errors", 1_000)).Should().BeEmpty("no limit was set on it");
        (await server.StateAsync(id)).Should().Be("brownout");

        (await ReportAsync(ingest, model, "auc", 0.69)).Should().Equal(id);

        (await server.StateAsync(id)).Should().Be("rolledBack");
        (await server.StageAsync(feature)).Should().Be("adopted");
        var aborted = (await server.AnnouncedAsync("deprecation.aborted", id)).Single();
        aborted.GetProperty("data").GetProperty("report").GetProperty("value").GetDouble().Should().Be(0.69);
        aborted.GetProperty("recipients").GetProperty("people")[0].GetString().Should().Be("owner-lead");
        var events = await server.QueryAsync<long>("select count(*) from audit.event");
        (await ReportAsync(ingest, model, "auc", 0.69)).Should().BeEmpty("it is over");
        (await server.QueryAsync<long>("select count(*) from audit.event")).Should().Be(events, "the same report changes nothing");
        (await server.Admin.GetAsync("brownouts/current")).Items().Should().NotContain(item => item.GetProperty("proposal").GetInt32() == id);
    }

    [Fact]
    public async Task What_was_measured_before_the_brownout_does_not_end_it()
    {
        var (id, _, model) = await InBrownoutAsync();
        (await (await server.As("ingest", null)).PostAsync("telemetry/guardrails",
            new { model, metric = "auc", value = 0.1, at = server.Clock.GetUtcNow().AddDays(-1) })).Expect(200).Items("aborted").Should().BeEmpty();
        (await server.StateAsync(id)).Should().Be("brownout");
    }

    [Fact]
    public async Task Two_crossing_reports_at_once_abort_once()
    {
        var (id, _, model) = await InBrownoutAsync();
        var ingest = await server.As("ingest", null);
        var all = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => ReportAsync(ingest, model, "auc", 0.5 + (i * 0.01), i)));
        all.SelectMany(one => one).Should().Equal(id);
        (await server.AnnouncedAsync("deprecation.aborted", id)).Should().ContainSingle();
    }

    [Fact]
    public async Task Bad_reports_and_limits_name_their_fields()
    {
        var ingest = await server.As("ingest", null);
        (await ingest.PostAsync("telemetry/guardrails", new { })).Expect(400).FaultyFields.Should().Equal("model", "metric", "value", "at");
        (await ingest.PostAsync("telemetry/guardrails", new { model = "nobody", metric = "auc", value = 1, at = server.Clock.GetUtcNow() }))
            .Expect(400).FaultyFields.Should().Equal("model");
        (await ingest.PostAsync("telemetry/guardrails", new { model = "m", metric = "auc", value = 1, at = server.Clock.GetUtcNow().AddDays(2) }))
            .Expect(400).FaultyFields.Should().Equal("at");
        (await server.ReaderLead.PostAsync("telemetry/guardrails", new { })).ExpectProblem(403, "not-allowed");
        var key = await server.FeatureAtAsync("adopted");
        (await server.OwnerLead.PostAsync("deprecations", new { features = new[] { key }, reason = "x", plan = new { guardrails = new[] { new { model = "nobody", metric = "auc", min = 1 } } } }))
            .Expect(400).FaultyFields.Should().Equal("plan.guardrails[0].model");
        var model = await server.LiveModelAsync(key);
        (await server.OwnerLead.PostAsync("deprecations", new { features = new[] { key }, reason = "x", plan = new { guardrails = new[] { new { model, metric = "auc" } } } }))
            .Expect(422).Raw.Should().Contain("guardrail-without-limit");
    }

    [Fact]
    public async Task Announced_brownouts_are_seen_in_advance_and_nothing_is_cached_past_a_change()
    {
        var (id, feature, _) = await InBrownoutAsync();
        var scheduled = (await server.Admin.GetAsync("brownouts/scheduled?limit=1000")).Items()
            .Single(item => item.GetProperty("deprecation").GetInt32() == id);
        scheduled.GetProperty("changes")[0].GetProperty("share").GetDouble().Should().Be(1, "the window of a day closes next");
        (await server.AnnouncedAsync("deprecation.brownout-announced", id)).Should().ContainSingle();

        var current = await server.Admin.GetAsync("brownouts/current");
        var item = current.Items().Single(one => one.GetProperty("feature").GetString() == feature);
        item.GetProperty("share").GetDouble().Should().Be(0);
        item.GetProperty("nextChangeAt").GetDateTimeOffset().Should().Be(scheduled.GetProperty("changes")[0].GetProperty("at").GetDateTimeOffset());
        (await server.Admin.GetAsync("brownouts/current", ("If-None-Match", current.ETag!))).Expect(304);
        server.Clock.Advance(item.GetProperty("nextChangeAt").GetDateTimeOffset() - server.Clock.GetUtcNow() - TimeSpan.FromSeconds(4));
        (await server.Admin.GetAsync("brownouts/current")).Headers.CacheControl!.MaxAge.Should().Be(TimeSpan.FromSeconds(4));
    }

    private async Task<int[]> ReportAsync(Api ingest, string model, string metric, double value, int second = 0) =>
        [.. (await ingest.PostAsync("telemetry/guardrails", new { model, metric, value, at = server.Clock.GetUtcNow().AddSeconds(second) })).Expect(200)
            .Items("aborted").Select(id => id.GetInt32())];

    private async Task<(int Proposal, string Feature, string Model)> InBrownoutAsync()
    {
        var key = await server.FeatureAtAsync("adopted");
        var model = await server.LiveModelAsync(key);
        var id = (await server.OwnerLead.PostAsync("deprecations", new
        {
            features = new[] { key }, reason = "Unused.", plan = new { noticeDays = 7, guardrails = new[] { new { model, metric = "auc", min = 0.7 } } },
        })).Expect(201).Number("id");
        await server.ApproveAsync(id);
        foreach (var days in (double[])[0.01, 7.1])
        {
            server.Wait(days);
            await server.RunJobAsync();
        }

        (await server.StateAsync(id)).Should().Be("brownout");
        return (id, key, model);
    }
}
