using System.Security.Cryptography;
using System.Text;
using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Notifications;

/// <summary>From a write to what real receivers get.</summary>
public sealed class DeliveryTests(TestCluster cluster)
{
    [Fact]
    public async Task A_webhook_is_signed_as_the_standard_has_it_and_says_what_happened()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        await using var server = await NoticeServer.StartAsync(cluster, NoticeServer.LoopbackAllowed);
        var secret = (await NoticeServer.ChannelAsync(server.Ann, "webhook", receiver.Url)).Text("secret");
        var key = await server.AskAsync();

        await server.DeliverAsync();

        var got = receiver.Requests.Should().ContainSingle().Which;
        got.Headers["webhook-signature"].Should().Be($"v1,{Signature(secret, got)}");
        got.Headers["webhook-timestamp"].Should().Be($"{server.Clock.GetUtcNow().ToUnixTimeSeconds()}");
        got.Json.GetProperty("type").GetString().Should().Be("adoptionRequested");
        got.Json.GetProperty("data").GetProperty("text").GetString().Should().Contain(key).And.Contain("It ranks.");
    }

    [Fact]
    public async Task While_a_secret_changes_either_one_verifies()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        await using var server = await NoticeServer.StartAsync(cluster, NoticeServer.LoopbackAllowed);
        var channel = await NoticeServer.ChannelAsync(server.Ann, "webhook", receiver.Url);
        var fresh = (await server.Ann.PostAsync($"notices/channels/{channel.Number("id")}/rotate",
            new { overlapHours = 24 })).Expect(200).Text("secret");
        await server.AskAsync();
        await server.DeliverAsync();
        server.Clock.Advance(TimeSpan.FromHours(25));
        await server.AskAsync();
        await server.DeliverAsync();

        var requests = receiver.Requests.ToArray();
        requests[0].Headers["webhook-signature"].Split(' ').Should().Equal($"v1,{Signature(fresh, requests[0])}",
            $"v1,{Signature(channel.Text("secret"), requests[0])}");
        requests[^1].Headers["webhook-signature"].Should().Be($"v1,{Signature(fresh, requests[^1])}");
    }

    [Fact]
    public async Task Slack_gets_text_that_addresses_nobody_and_its_address_is_never_shown_again()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        await using var server = await NoticeServer.StartAsync(cluster, NoticeServer.LoopbackAllowed,
            ("Notices:PublicUrl", "https://features.example.com"));
        var opened = await NoticeServer.ChannelAsync(server.Ann, "slack", receiver.Url + "/T000/secret", new { team = "owners" });
        var key = await server.FeatureAsync();
        (await server.Cat.PostAsync("adoptions", new { model = "feed", features = new[] { key },
            justification = "<!channel> & now" })).Expect(201);

        await server.DeliverAsync();

        var got = receiver.Requests.Should().ContainSingle().Which;
        got.Path.Should().EndWith("/T000/secret");
        got.Json.GetProperty("text").GetString().Should().Contain("&lt;!channel&gt; &amp; now").And.Contain("<https://features.example.com/api/v1/adoptions/");
        opened.Raw.Should().NotContain("T000");
        (await server.Admin.GetAsync("audit?subjectKind=notice-channel")).Expect(200).Raw.Should().NotContain("T000");
        (await server.QueryAsync<string>("select encode(secret, 'escape') || address from notices.channel")).Should().NotContain("T000");
    }

    [Fact]
    public async Task A_receiver_that_fails_is_tried_again_later_under_the_same_id()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        await using var server = await NoticeServer.StartAsync(cluster, NoticeServer.LoopbackAllowed);
        await NoticeServer.ChannelAsync(server.Ann, "webhook", receiver.Url);
        receiver.Answer = HttpReceiver.Status(503);
        await server.AskAsync();

        (await server.DeliverAsync()).Should().Be(1);
        (await server.DeliverAsync()).Should().Be(0, "it is not tried again before its time");
        server.Clock.Advance(TimeSpan.FromSeconds(10));
        (await server.DeliverAsync()).Should().Be(1);
        receiver.Answer = HttpReceiver.Status(200);
        server.Clock.Advance(TimeSpan.FromSeconds(20));
        (await server.DeliverAsync()).Should().Be(1);
        server.Clock.Advance(TimeSpan.FromHours(8));
        (await server.DeliverAsync()).Should().Be(0, "once is enough");

        receiver.Requests.Should().HaveCount(3);
        receiver.Requests.Select(request => request.Id).Distinct().Should().ContainSingle();
        receiver.Requests.Select(request => Encoding.UTF8.GetString(request.Body)).Distinct().Should().ContainSingle();
    }

    [Fact]
    public async Task What_was_given_up_is_listed_and_replayed_under_the_same_id()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        await using var server = await NoticeServer.StartAsync(cluster, NoticeServer.LoopbackAllowed, ("Notices:Attempts", "2"));
        await NoticeServer.ChannelAsync(server.Ann, "webhook", receiver.Url);
        receiver.Answer = HttpReceiver.Status(500);
        await server.AskAsync();
        await server.DeliverAsync();
        (await server.Ann.GetAsync("notices/dead-letters")).Items().Should().BeEmpty();
        server.Clock.Advance(TimeSpan.FromMinutes(1));
        await server.DeliverAsync();

        var dead = (await server.Ann.GetAsync("notices/dead-letters")).Expect(200).Items().Should().ContainSingle().Subject;
        dead.GetProperty("fault").GetString().Should().Contain("500");
        dead.GetProperty("attempts").GetInt32().Should().Be(2);
        var id = dead.GetProperty("id").GetString();
        (await server.Cat.GetAsync("notices/dead-letters")).Items().Should().BeEmpty("it is not hers");
        (await server.Cat.PostAsync($"notices/dead-letters/{id}/replay", new { })).ExpectProblem(404, "unknown-dead-letter");
        receiver.Answer = HttpReceiver.Status(204);
        (await server.Ann.PostAsync($"notices/dead-letters/{id}/replay", new { })).Expect(200);
        await server.DeliverAsync();

        receiver.Requests.Select(request => request.Id).Should().HaveCount(3).And.AllBe($"msg_{Guid.Parse(id!):N}");
        (await server.Ann.GetAsync("notices/dead-letters")).Items().Should().BeEmpty();
        (await server.Ann.PostAsync($"notices/dead-letters/{id}/replay", new { })).ExpectProblem(404, "unknown-dead-letter");
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        await using var server = await NoticeServer.StartAsync(cluster, NoticeServer.LoopbackAllowed, ("Notices:Attempts", "1"));
        await NoticeServer.ChannelAsync(server.Ann, "webhook", receiver.Url);
        receiver.Answer = context =>
        {
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = "/elsewhere";
            return Task.CompletedTask;
        };
        await server.AskAsync();

        await server.DeliverAsync();

        receiver.Requests.Should().ContainSingle();
        (await server.Ann.GetAsync("notices/dead-letters")).Items()[0].GetProperty("fault").GetString().Should().Contain("307");
    }

    [Theory]
    [InlineData("http://127.0.0.1:9/hook")]
    [InlineData("https://127.0.0.1/hook")]
    [InlineData("https://10.1.2.3/hook")]
    [InlineData("https://169.254.169.254/latest/meta-data")]
    [InlineData("https://[::1]/hook")]
    [InlineData("https://[::ffff:192.168.1.1]/hook")]
    [InlineData("https://2130706433/hook")]
    [InlineData("http://example.com/hook")]
    [InlineData("ftp://example.com/hook")]
    [InlineData("https://ann:pass@example.com/hook")]
    public async Task A_webhook_to_where_none_may_go_is_refused(string address)
    {
        await using var server = await NoticeServer.StartAsync(cluster);

        (await server.Ann.PostAsync("notices/channels", new { type = "webhook", address })).ExpectProblem(400,
            "malformed-request").FaultyFields.Should().Equal("address");
    }

    [Fact]
    public async Task A_name_that_leads_to_a_private_address_is_refused_when_it_is_connected_to()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        await using var server = await NoticeServer.StartAsync(cluster);
        await NoticeServer.ChannelAsync(server.Ann, "webhook", $"https://localhost:{receiver.Port}/hook");
        await server.AskAsync();

        await server.DeliverAsync();

        receiver.Requests.Should().BeEmpty();
        (await server.Ann.GetAsync("notices/dead-letters")).Items().Should().ContainSingle()
            .Which.GetProperty("fault").GetString().Should().Contain("not of the public internet");
    }

    private static string Signature(string secret, Received got)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{got.Id}.{got.Headers["webhook-timestamp"]}."), .. got.Body];
        return Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(secret["whsec_".Length..]), signed));
    }
}
