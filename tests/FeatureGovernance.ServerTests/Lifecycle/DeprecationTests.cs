using System.Globalization;
using System.Text.Json;
using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Lifecycle;

public sealed class DeprecationTests(LifecycleServer server) : IClassFixture<LifecycleServer>
{
    [Fact]
    public async Task A_feature_goes_from_draft_to_removed()
    {
        var key = await server.FeatureAtAsync("adopted");
        var successor = await server.FeatureAtAsync("adopted");
        var model = await server.LiveModelAsync(key);
        var proposal = (await server.OwnerLead.PostAsync("deprecations", new
        {
            features = new object[] { new { key, replacement = successor } }, reason = "The successor is better.",
            plan = new { noticeDays = 14, brownout = new { steps = new[] { new { after = "PT0S", share = 0.5 }, new { after = "P1D", share = 0.0 } }, hold = "P1D" } },
        })).Expect(201).Number("id");
        await server.ApproveAsync(proposal);

        server.Wait(0.01);
        await server.RunJobAsync();
        (await server.StageAsync(key)).Should().Be("deprecated");
        var read = await server.Admin.GetAsync($"features/{key}");
        read.Headers.GetValues("Deprecation").Should().Equal($"@{server.Clock.GetUtcNow().ToUnixTimeSeconds()}");
        DateTimeOffset.ParseExact(read.Headers.GetValues("Sunset").Single(), "R", CultureInfo.InvariantCulture)
            .Should().BeAfter(server.Clock.GetUtcNow().AddDays(15));
        read.Headers.GetValues("Link").Should().Equal($"</api/v1/features/{Uri.EscapeDataString(successor)}>; rel=\"successor-version\"");

        server.Wait(13);
        await server.RunJobAsync();
        (await server.StageAsync(key)).Should().Be("deprecated", "notice is not over");
        server.Wait(1.5);
        await server.RunJobAsync();
        (await server.StageAsync(key)).Should().Be("brownout");
        await ServedShareAsync(key, 0.5);
        server.Wait(1.1);
        await ServedShareAsync(key, 0);

        server.Wait(2);
        await server.ReportAsync(key, model, 3, 40);
        LifecycleServer.Unmet(await server.AdvanceAsync(proposal)).Should().BeEquivalentTo("no-live-reader", "serving-quiet");
        await server.Admin.ManifestAsync(model, "v2", [successor]);
        server.Wait(8);
        await server.ReportAsync(successor, model, 8, 40);
        await server.RunJobAsync();
        (await server.StageAsync(key)).Should().Be("disabled");

        server.Wait(29);
        await server.ReportAsync(successor, model, 32, 40);
        LifecycleServer.Unmet(await server.AdvanceAsync(proposal)).Should().Equal("disabled-long-enough");
        server.Wait(1.5);
        await server.ReportAsync(successor, model, 32, 40);
        await server.RunJobAsync();
        (await server.StageAsync(key)).Should().Be("removed");
        (await server.StateAsync(proposal)).Should().Be("removed");
        (await server.Admin.GetAsync($"features/{key}/history")).Items().Select(entry => entry.GetProperty("action").GetString())
            .Should().ContainInOrder("feature.removed", "feature.disabled", "feature.brownout", "feature.deprecated", "feature.adopted");
        (await server.Admin.GetAsync("audit/verify")).Body.GetProperty("intact").GetBoolean().Should().BeTrue();
    }

    [Fact]
    public async Task What_was_known_is_frozen_with_the_proposal_under_a_digest()
    {
        var key = await server.FeatureAtAsync("adopted");
        var model = await server.LiveModelAsync(key);
        await server.ReportAsync(key, model, 3, 50);
        var id = await server.ProposalAsync(key);
        await server.ReportAsync(key, model, 3, 9_000);

        var read = (await server.Admin.GetAsync($"deprecations/{id}")).Expect(200);

        var evidence = read.Body.GetProperty("evidence").GetProperty("features")[0];
        evidence.GetProperty("owner").GetString().Should().Be("owners");
        evidence.GetProperty("liveReaders")[0].GetProperty("model").GetString().Should().Be(model);
        evidence.GetProperty("usage").EnumerateArray().Sum(usage => usage.GetProperty("reads").GetInt64()).Should().Be(300);
        var kept = await server.QueryAsync<string>($"select encode(sha256(convert_to(evidence::text, 'UTF8')), 'hex') from lifecycle.proposal where id = {id}");
        read.Text("evidenceDigest").Should().Be(kept);
    }

    [Fact]
    public async Task A_feature_is_in_one_open_proposal_at_most()
    {
        var key = await server.FeatureAtAsync("adopted");
        var first = await server.ProposalAsync(key);

        (await server.Admin.PostAsync("deprecations", LifecycleServer.Wish(key))).ExpectProblem(422, "unfit-proposal").Raw.Should().Contain("already-proposed");
        (await server.OwnerLead.PostAsync($"deprecations/{first}/withdraw", new { reason = "Not now." })).Expect(200).Text("state").Should().Be("withdrawn");
        (await server.Admin.PostAsync("deprecations", LifecycleServer.Wish(key))).Expect(201);
    }

    [Fact]
    public async Task Two_proposals_for_one_feature_at_the_same_moment_do_not_both_stand()
    {
        var key = await server.FeatureAtAsync("adopted");

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => server.OwnerLead.PostAsync("deprecations", LifecycleServer.Wish(key))));

        answers.Count(answer => (int)answer.Status == 201).Should().Be(1);
        answers.Where(answer => (int)answer.Status != 201).Should().OnlyContain(answer => (int)answer.Status == 422);
    }

    [Fact]
    public async Task An_open_proposal_follows_its_features_and_teams_through_renames()
    {
        await server.Admin.TeamAsync("before", leads: ["bea"]);
        await server.Admin.FeatureAsync("user:before", "before");
        await server.ExecuteAsync("update registry.feature set stage = 3 where key = 'user:before'");
        var id = (await server.OwnerLead.PostAsync("deprecations", LifecycleServer.Wish("user:before"))).Expect(201).Number("id");
        (await server.Admin.PostAsync("features/user:before/rename", new { to = "user:after" })).Expect(200);
        (await server.Admin.PostAsync("teams/before/rename", new { to = "after" })).Expect(200);
        var bea = await server.As("lead", "bea");

        (await bea.PostAsync($"deprecations/{id}/reviews", new { decision = "approve" })).Expect(200).Text("state").Should().Be("approved");
        server.Wait(0.01);
        await server.RunJobAsync();

        (await server.StageAsync("user:after")).Should().Be("deprecated");
    }

    [Fact]
    public async Task Lists_are_filtered_and_paged()
    {
        await server.Admin.TeamAsync("listers", leads: ["lisa"]);
        var lisa = await server.As("lead", "lisa");
        var ids = new List<int>();
        for (var i = 0; i < 5; i++)
        {
            await server.Admin.FeatureAsync($"list:f{i}", "listers");
            await server.ExecuteAsync($"update registry.feature set stage = 3 where key = 'list:f{i}'");
            ids.Add((await server.OwnerLead.PostAsync("deprecations", LifecycleServer.Wish($"list:f{i}"))).Expect(201).Number("id"));
        }

        var seen = new List<int>();
        string? cursor = null;
        do
        {
            var page = (await lisa.GetAsync($"deprecations?mine=true&limit=2{(cursor is null ? "" : $"&cursor={cursor}")}")).Expect(200);
            seen.AddRange(page.Items().Select(item => item.GetProperty("id").GetInt32()));
            cursor = page.Body.TryGetProperty("nextCursor", out var next) && next.ValueKind == JsonValueKind.String ? next.GetString() : null;
        }
        while (cursor is not null);

        seen.Should().Equal(ids.OrderDescending());
        (await server.Admin.GetAsync("deprecations?feature=list:f3")).Items().Should().ContainSingle().Which.GetProperty("id").GetInt32().Should().Be(ids[3]);
        (await server.Admin.GetAsync("deprecations?team=listers&state=approved")).Items().Should().BeEmpty();
        (await server.Admin.GetAsync("deprecations?state=nonsense&limit=0&cursor=x&feature=%20"))
            .Expect(400).FaultyFields.Should().BeEquivalentTo("state", "limit", "cursor", "feature[0]");
    }

    [Fact]
    public async Task Bad_proposals_are_refused_with_every_fault_and_write_nothing()
    {
        var before = await server.QueryAsync<long>("select count(*) from lifecycle.proposal");

        (await server.OwnerLead.PostAsync("deprecations", new { })).Expect(400).FaultyFields.Should().BeEquivalentTo("features", "reason");
        (await server.OwnerLead.PostAsync("deprecations", new { features = new object?[] { "no key", null, new { key = "a:b", replacement = "\u202e" } }, reason = "x" }))
            .Expect(400).FaultyFields.Should().BeEquivalentTo("features[0]", "features[1]", "features[2].replacement");
        (await server.OwnerLead.PostAsync("deprecations", new { features = new[] { new { key = "a:b", note = 1 } }, reason = "x" })).Expect(400);
        (await server.OwnerLead.PostAsync("deprecations", new { features = "a:b", reason = "x" })).Expect(400);
        (await server.OwnerLead.PostAsync("deprecations", new { features = Enumerable.Range(0, 501).Select(i => $"a:f{i}"), reason = "x" }))
            .Expect(400).FaultyFields.Should().Equal("features");
        (await server.OwnerLead.PostAsync("deprecations", new { features = new[] { "a:b" }, reason = "x", plan = new { noticeDays = -1, brownout = new { windows = new[] { new { opens = "soon", closes = "P1Y9000D" } } } } }))
            .Expect(400).FaultyFields.Should().Contain("plan.noticeDays");
        (await server.OwnerLead.PostAsync("deprecations", new { features = new[] { "a:b" }, reason = "x", plan = new { brownout = new { windows = new[] { new { opens = "soon", closes = "-P1D" } } } } }))
            .Expect(400).FaultyFields.Should().BeEquivalentTo("plan.brownout.windows[0].opens", "plan.brownout.windows[0].closes");
        (await server.OwnerLead.PostAsync("deprecations", new { features = new[] { "a:b" }, reason = "x", plan = new { noticeDays = 2, sunset = "2031-05-06T00:00:00Z" } }))
            .ExpectProblem(422, "unfit-proposal").FaultyFields.Should().BeEquivalentTo("plan.noticeDays", "features[0]");
        (await server.OwnerLead.PostAsync("deprecations", new { features = new[] { "a:b" }, reason = "x", plan = new { sunset = "0001-01-01T00:00:00Z" } }))
            .Expect(400).FaultyFields.Should().Equal("plan.sunset");
        (await server.ReaderEngineer.PostAsync("deprecations", LifecycleServer.Wish(await server.FeatureAtAsync("adopted"))))
            .ExpectProblem(403, "not-your-proposal");
        (await server.Admin.GetAsync("deprecations/999999")).ExpectProblem(404, "unknown-deprecation");
        (await server.Admin.GetAsync("deprecations/nine")).Expect(404);

        (await server.QueryAsync<long>("select count(*) from lifecycle.proposal")).Should().Be(before);
    }

    private async Task ServedShareAsync(string key, double share)
    {
        var answer = (await server.Admin.GetAsync("brownouts/current")).Expect(200);
        answer.Items().Single(item => item.GetProperty("feature").GetString() == key).GetProperty("share").GetDouble().Should().Be(share);
        (await server.Admin.GetAsync("brownouts/current", ("If-None-Match", answer.ETag!))).Expect(304);
    }
}
