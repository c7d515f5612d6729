using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Notifications;

/// <summary>What reaches whom, when and how, as he wants it.</summary>
public sealed class PreferenceTests(TestCluster cluster)
{
    [Fact]
    public async Task In_quiet_hours_nothing_goes_out_until_they_end()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        await using var server = await NoticeServer.StartAsync(cluster, NoticeServer.LoopbackAllowed);
        await NoticeServer.ChannelAsync(server.Ann, "webhook", receiver.Url);
        // It is 12:00 UTC, and so 14:00 in Vienna in May.
        (await server.Ann.PutAsync("notices/preferences", new { timeZone = "Europe/Vienna", quietFrom = "13:30",
            quietTo = "15:00" })).Expect(200);
        await server.AskAsync();

        (await server.DeliverAsync()).Should().Be(0);
        server.Clock.Advance(TimeSpan.FromMinutes(59));
        (await server.DeliverAsync()).Should().Be(0);
        server.Clock.Advance(TimeSpan.FromMinutes(1));
        await server.DeliverAsync();

        receiver.Requests.Should().ContainSingle();
    }

    [Fact]
    public async Task A_retry_wakes_nobody_either()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        await using var server = await NoticeServer.StartAsync(cluster, NoticeServer.LoopbackAllowed);
        await NoticeServer.ChannelAsync(server.Ann, "webhook", receiver.Url);
        (await server.Ann.PutAsync("notices/preferences", new { quietFrom = "12:01", quietTo = "13:00" })).Expect(200);
        receiver.Answer = HttpReceiver.Status(500);
        await server.AskAsync();
        await server.DeliverAsync();
        receiver.Answer = HttpReceiver.Status(204);
        server.Clock.Advance(TimeSpan.FromMinutes(5));
        await server.DeliverAsync();
        receiver.Requests.Should().ContainSingle();
        server.Clock.Advance(TimeSpan.FromMinutes(55));
        await server.DeliverAsync();

        receiver.Requests.Should().HaveCount(2);
        (await server.QueryAsync<int>("select attempts from notices.delivery where state = 1")).Should().Be(2,
            "to be put off is no attempt");
    }

    [Fact]
    public async Task A_digest_gathers_the_day_in_one_message()
    {
        await using var receiver = new SmtpReceiver();
        await using var server = await NoticeServer.StartAsync(cluster,
            ("Smtp:Host", "localhost"), ("Smtp:Port", $"{receiver.Port}"), ("Smtp:Security", "none"),
            ("Smtp:From", "features@example.com"));
        var channel = (await NoticeServer.ChannelAsync(server.Ann, "email", "ann@example.com")).Number("id");
        (await server.Ann.PutAsync("notices/preferences", new
        {
            timeZone = "America/New_York", digestAt = "17:00",
            channels = new[] { new { channel, kinds = new Dictionary<string, string> { ["adoptionRequested"] = "digest",
                ["featureMoved"] = "off" } } },
        })).Expect(200);
        string[] keys = [await server.AskAsync(), await server.AskAsync(), await server.AskAsync()];

        (await server.DeliverAsync()).Should().Be(0);
        // 17:00 in New York is 21:00 UTC in May.
        server.Clock.Advance(TimeSpan.FromHours(9) - TimeSpan.FromSeconds(1));
        (await server.DeliverAsync()).Should().Be(0);
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        await server.DeliverAsync();
        await server.AskAsync();
        (await server.DeliverAsync()).Should().Be(0, "the next digest is tomorrow's");

        var mail = receiver.Mails.Should().ContainSingle().Which.Message;
        mail.Subject.Should().Contain("3 notices of the day");
        mail.TextBody.Should().ContainAll(keys);
    }

    [Fact]
    public async Task A_digest_whose_sending_has_begun_takes_nothing_more()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        await using var server = await NoticeServer.StartAsync(cluster, NoticeServer.LoopbackAllowed);
        var channel = (await NoticeServer.ChannelAsync(server.Ann, "webhook", receiver.Url)).Number("id");
        (await server.Ann.PutAsync("notices/preferences", new
        {
            digestAt = "13:00", channels = new[] { new { channel, kinds = new Dictionary<string, string> { ["adoptionRequested"] = "digest",
                ["featureMoved"] = "off" } } },
        })).Expect(200);
        await server.AskAsync();
        await server.FanOutAsync();
        // A server that lags behind by an hour and more adds to what another has begun to send.
        await server.ExecuteAsync("update notices.delivery set attempts = 1");
        await server.AskAsync();
        await server.FanOutAsync();

        (await server.QueryAsync<long>("select count(*) from notices.delivery")).Should().Be(2);
        (await server.QueryAsync<double>("select extract(epoch from max(digest_for) - min(digest_for))::float8 from notices.delivery")).Should().Be(86_400);
    }

    [Fact]
    public async Task A_receiver_with_a_long_queue_leaves_room_for_others()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        await using var server = await NoticeServer.StartAsync(cluster, NoticeServer.LoopbackAllowed);
        await NoticeServer.ChannelAsync(server.Ann, "webhook", $"{receiver.Url}/long");
        for (var i = 0; i < 6; i++)
            await server.AskAsync();
        await server.FanOutAsync();
        await NoticeServer.ChannelAsync(server.Ann, "webhook", $"{receiver.Url}/short");
        await server.AskAsync();

        await server.DeliverAsync();

        receiver.Requests.Should().HaveCount(8, "all of them go out in the end");
        receiver.Requests.Take(5).Should().Contain(request => request.Path.EndsWith("short"),
            "four of the long queue, and then the other's turn");
    }

    [Fact]
    public async Task A_kind_turned_off_is_listed_and_not_sent()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        await using var server = await NoticeServer.StartAsync(cluster, NoticeServer.LoopbackAllowed);
        var channel = (await NoticeServer.ChannelAsync(server.Ann, "webhook", receiver.Url)).Number("id");
        var set = await server.Ann.PutAsync("notices/preferences",
            new { channels = new[] { new { channel, kinds = new { adoptionRequested = "off" } } } });
        set.Expect(200).Items("channels")[0].GetProperty("kinds").GetProperty("adoptionRequested").GetString().Should().Be("off");
        await server.AskAsync();

        (await server.DeliverAsync()).Should().Be(0);

        (await server.Ann.GetAsync("notices?kind=adoptionRequested")).Items().Should().ContainSingle();
    }

    [Fact]
    public async Task Preferences_of_others_and_nonsense_are_refused()
    {
        await using var server = await NoticeServer.StartAsync(cluster);
        (await server.Ann.PutAsync("notices/preferences", new
        {
            timeZone = "Mars/Olympus", quietFrom = "25:00", digestAt = "noon",
                channels = new object[] { new { channel = 1, kinds = new { birthdays = "daily" } }, new { channel = 1 } },
        })).ExpectProblem(400, "malformed-request").FaultyFields.Should()
            .Contain(["timeZone", "quietFrom", "quietTo", "digestAt", "channels[0].kinds.birthdays", "channels[1].kinds"]);
        (await server.Ann.PutAsync("notices/preferences", new { channels = new[] { new { channel = 77, kinds = new { other = "off" } } } }))
            .ExpectProblem(400, "malformed-request").FaultyFields.Should().Equal("channels[0].channel");
        (await server.Bob.PutAsync("notices/preferences?team=owners", new { })).ExpectProblem(403, "not-your-team");
        (await server.Ann.PutAsync("notices/preferences?team=owners", new { digestAt = "08:00" })).Expect(200);
        (await server.Bob.GetAsync("notices/preferences?person=ann")).ExpectProblem(403, "not-yours");
        (await server.Admin.GetAsync("notices/preferences")).ExpectProblem(422, "no-person");
        (await server.Admin.GetAsync("notices/preferences?person=ann")).Expect(200).Number("revision").Should().Be(0);
        (await server.Ann.PutAsync("notices/preferences", new { digestAt = "08:00" }, ("If-Match", "\"7\""))).ExpectProblem(412,
            "stale-version");
        (await server.Ann.GetAsync("notices/channels/1")).ExpectProblem(404, "unknown-channel");
        (await server.Ann.GetAsync("notices?team=no-such")).ExpectProblem(404, "unknown-team");
        (await server.Ann.GetAsync("notices?limit=0&cursor=x&kind=y")).ExpectProblem(400,
            "malformed-request").FaultyFields.Should().Equal("kind", "limit", "cursor");
    }
}
