using FeatureGovernance.Server.Notifications;
using FeatureGovernance.Server.Storage;
using FeatureGovernance.ServerTests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace FeatureGovernance.ServerTests.Notifications;

/// <summary>Who is told of what.</summary>
public sealed class NoticeTests(TestCluster cluster)
{
    [Fact]
    public async Task A_proposal_reaches_reviewers_and_its_votes_the_proposer()
    {
        await using var server = await NoticeServer.StartAsync(cluster);
        var key = await server.FeatureAsync();
        await server.Admin.ManifestAsync("feed", "v1", [key]);
        var proposal = (await server.Ann.PostAsync("deprecations", new
        {
            features = new[] { key }, reason = "Nobody gains by it.", plan = new { noticeDays = 7,
                brownout = new { windows = new[] { new { opens = "PT0S", closes = "P1D" } } } },
        })).Expect(201).Number("id");
        (await server.Cat.PostAsync($"deprecations/{proposal}/reviews", new { decision = "object", comment = "We read it." })).Expect(200);
        await server.FanOutAsync();

        (await KindsAsync(server.Cat)).Should().Contain("reviewRequested").And.NotContain("reviewGiven");
        (await KindsAsync(server.Ann)).Should().Contain("reviewGiven").And.NotContain("reviewRequested", "she did it herself");
        (await KindsAsync(server.Bob)).Should().NotContain(["reviewRequested", "reviewGiven"]);
        var told = (await server.Cat.GetAsync("notices?kind=reviewRequested")).Items()[0];
        told.GetProperty("title").GetString().Should().Contain(key);
        told.GetProperty("text").GetString().Should().Contain("Nobody gains by it.");
        (await server.Cat.GetAsync("notices?team=readers&kind=reviewRequested")).Items().Should().ContainSingle();
        (await server.Cat.GetAsync("notices?team=owners")).ExpectProblem(403, "not-your-team");
    }

    [Fact]
    public async Task Readers_hear_of_a_new_definition_but_not_of_a_new_description()
    {
        await using var server = await NoticeServer.StartAsync(cluster);
        var key = await server.FeatureAsync();
        await server.Admin.ManifestAsync("feed", "v1", [key]);
        (await server.Admin.SendTextAsync(HttpMethod.Patch, $"features/{key}", """{"description":"Better said."}""", "application/merge-patch+json")).Expect(200);
        await server.FanOutAsync();
        (await KindsAsync(server.Cat)).Should().NotContain("featureChanged");

        (await server.Admin.SendTextAsync(HttpMethod.Patch, $"features/{key}", """{"dataType":"float"}""", "application/merge-patch+json")).Expect(200);
        await server.FanOutAsync();

        (await KindsAsync(server.Cat)).Should().Contain("featureChanged");
        (await KindsAsync(server.Bob)).Should().NotContain("featureChanged");
    }

    [Fact]
    public async Task Whom_an_event_names_is_told_once()
    {
        await using var server = await NoticeServer.StartAsync(cluster);
        await using (var scope = server.Services.CreateAsyncScope())
        {
            var write = scope.ServiceProvider.GetRequiredService<WriteTransaction>();
            await write.BeginAsync(TestContext.Current.CancellationToken);
            write.Record(new("incident.opened", "batch", 1, "incident 1", null, """{"recipients":["bob","team:readers","leads:owners","bob","nobody-known"]}"""));
            await write.CommitAsync(TestContext.Current.CancellationToken);
        }

        await server.FanOutAsync();

        foreach (var who in (Api[])[server.Ann, server.Bob, server.Cat])
            (await KindsAsync(who)).Where(kind => kind == "other").Should().ContainSingle();
        (await server.QueryAsync<long>("select count(*) from notices.notice where action = 'incident.opened'")).Should().Be(6,
            "four people and two teams");
    }

    [Fact]
    public async Task A_write_that_is_refused_leaves_nothing_to_tell()
    {
        await using var server = await NoticeServer.StartAsync(cluster);
        await server.FanOutAsync();

        (await server.Cat.PostAsync("adoptions", new { model = "feed", features = new[] { "no:such" },
            justification = "It ranks." })).Status.Should().NotBe(System.Net.HttpStatusCode.Created);

        (await server.QueryAsync<long>("select count(*) from notices.outbox")).Should().Be(0);
    }

    [Fact]
    public async Task Pages_show_every_notice_once()
    {
        await using var server = await NoticeServer.StartAsync(cluster);
        for (var i = 0; i < 5; i++)
            await server.AskAsync();
        await server.FanOutAsync();

        var seen = new List<long>();
        string? cursor = null;
        do
        {
            var page = (await server.Ann.GetAsync($"notices?kind=adoptionRequested&limit=2{(cursor is null ? "" : $"&cursor={cursor}")}")).Expect(200);
            seen.AddRange(page.Items().Select(item => item.GetProperty("id").GetInt64()));
            cursor = page.Body.TryGetProperty("nextCursor", out var next) ? next.GetString() : null;
        }
        while (cursor is not null);

        seen.Should().HaveCount(5).And.BeInDescendingOrder().And.OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task Channels_are_opened_changed_paused_and_closed_by_their_owners()
    {
        await using var server = await NoticeServer.StartAsync(cluster);
        var opened = await NoticeServer.ChannelAsync(server.Ann, "webhook", "https://hooks.example.com/a", new { name = "Mine" });
        var id = opened.Number("id");
        (await server.Ann.GetAsync($"notices/channels/{id}")).Expect(200).Raw.Should().NotContain("whsec_");
        (await server.Bob.GetAsync($"notices/channels/{id}")).ExpectProblem(404, "unknown-channel");
        (await server.Bob.PatchAsync($"notices/channels/{id}", new { enabled = false })).ExpectProblem(404, "unknown-channel");
        (await server.Bob.PostAsync("notices/channels", new { type = "email", address = "bob@example.com",
            team = "owners" })).ExpectProblem(403, "not-your-team");
        (await server.Ann.PatchAsync($"notices/channels/{id}", new { enabled = false },
            ("If-Match", opened.ETag!))).Expect(200).Number("revision").Should().Be(2);
        (await server.Ann.PatchAsync($"notices/channels/{id}", new { name = "Other" }, ("If-Match", opened.ETag!))).ExpectProblem(412,
            "stale-version");
        (await server.Ann.PatchAsync($"notices/channels/{id}", new { })).ExpectProblem(400, "malformed-request");
        await server.AskAsync();
        (await server.DeliverAsync()).Should().Be(0, "it is paused");
        (await server.Ann.PostAsync($"notices/channels/{id}/rotate", new { secret = "whsec_short" })).ExpectProblem(400,
            "malformed-request");
        (await server.Ann.DeleteAsync($"notices/channels/{id}")).Expect(204);
        (await server.Ann.GetAsync("notices/channels")).Items().Should().BeEmpty();
        (await server.Admin.GetAsync("audit?subjectKind=notice-channel")).Items().Select(item => item.GetProperty("action").GetString())
            .Should().Equal("notice-channel.closed", "notice-channel.changed", "notice-channel.opened");
        (await server.Admin.GetAsync("audit?subjectKind=notice-channel")).Raw.Should().NotContain("whsec_");
    }

    [Fact]
    public async Task What_was_delivered_long_ago_is_forgotten_and_what_was_not_is_kept()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        await using var server = await NoticeServer.StartAsync(cluster, NoticeServer.LoopbackAllowed, ("Notices:Attempts", "1"));
        await NoticeServer.ChannelAsync(server.Ann, "webhook", receiver.Url);
        await server.AskAsync();
        await server.DeliverAsync();
        receiver.Answer = HttpReceiver.Status(500);
        await server.AskAsync();
        await server.DeliverAsync();
        var retention = server.Services.GetRequiredService<NoticeRetention>();

        server.Clock.Advance(TimeSpan.FromDays(31));
        await retention.RunAsync(TestContext.Current.CancellationToken);
        (await server.QueryAsync<long>("select count(*) from notices.delivery where state = 1 and digest_for is null")).Should().Be(0);
        (await server.QueryAsync<long>("select count(*) from notices.delivery where state = 2")).Should().Be(1);
        (await server.Ann.GetAsync("notices?kind=adoptionRequested")).Items().Should().HaveCount(2);
        await server.ExecuteAsync("delete from notices.delivery where state = 0");
        server.Clock.Advance(TimeSpan.FromDays(181));
        await retention.RunAsync(TestContext.Current.CancellationToken);

        (await server.QueryAsync<long>("select count(*) from notices.delivery")).Should().Be(0);
        (await server.QueryAsync<long>("select count(*) from notices.notice")).Should().Be(0);
    }

    private static async Task<string[]> KindsAsync(Api who) =>
        [.. (await who.GetAsync("notices?limit=1000")).Expect(200).Items().Select(item => item.GetProperty("kind").GetString()!)];
}
