using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Notifications;

/// <summary>Notices as one meets them at a terminal.</summary>
public sealed class NoticeCommandTests(TestCluster cluster)
{
    [Fact]
    public async Task Channels_preferences_and_dead_letters_are_managed_from_the_command_line()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        await using var server = await NoticeServer.StartAsync(cluster, NoticeServer.LoopbackAllowed, ("Notices:Attempts", "1"));
        receiver.Answer = HttpReceiver.Status(500);

        (await RunAsync(server, 0, "channel open webhook", receiver.Url, "--name", "Mine")).Should().Contain("whsec_");
        (await RunAsync(server, 0, "channel list")).Should().Contain("Mine").And.NotContain("whsec_");
        (await RunAsync(server, 0, "preferences --zone Europe/Vienna --quiet 22:00-07:00 --tell 1:featureMoved=off")).Should().Contain("22:00 to 07:00");
        (await RunAsync(server, 2, "preferences --quiet late")).Should().Contain("22:00-07:00");
        (await RunAsync(server, 2, "preferences --tell 1:featureMoved=later")).Should().Contain("immediate, digest, off");
        (await RunAsync(server, 0, "kinds")).Should().Contain("deprecation.submitted");
        var key = await server.AskAsync();
        await server.DeliverAsync();
        (await RunAsync(server, 0, "list --kind adoptionRequested")).Should().Contain(key);
        (await RunAsync(server, 0, "dead")).Should().Contain("500");
        receiver.Answer = HttpReceiver.Status(204);
        (await RunAsync(server, 2, "replay")).Should().Contain("--all");
        (await RunAsync(server, 0, "replay --all")).Should().Contain("1 to be delivered");
        await server.DeliverAsync();
        receiver.Requests.Should().HaveCount(2);
        (await RunAsync(server, 0, "channel rotate 1")).Should().Contain("whsec_");
        (await RunAsync(server, 0, "channel pause 1")).Should().Contain("no");
        (await RunAsync(server, 0, "channel close 1")).Should().Contain("closed");
    }

    private static Task<string> RunAsync(NoticeServer server, int code, string words, params string[] more) =>
        server.Ann.CommandAsync(code, ["notice", .. words.Split(' '), .. more]);
}
