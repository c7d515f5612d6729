using FeatureGovernance.ServerTests.Drift;
using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Cli;

public sealed class IncidentCommandTests(ApiServer server) : IClassFixture<ApiServer>
{
    [Fact]
    public async Task Its_owner_handles_an_incident_from_the_terminal()
    {
        await server.Admin.TeamAsync("owners", leads: ["owner-lead"]);
        await server.Admin.TeamAsync("strangers", leads: ["stranger"]);
        await server.Admin.FeatureAsync("c:a", "owners");
        await server.Admin.ModelAsync("reader", "owners");
        await server.Admin.ManifestAsync("reader", "v1", ["c:a"]);
        await server.ValuesAsync("c:a", 70, 1, ago => new(NullRate: ago <= 4 ? 0.5 : 0.01));
        var (owner, stranger) = (await server.As("lead", "owner-lead"), await server.As("lead", "stranger"));

        (await RunAsync(await server.As("admin", "owner-lead"), 0, "incidents", "detect", "--wait")).Should().Contain("succeeded");
        var id = (await server.IncidentsAsync("feature=c:a")).Single().GetProperty("id").ToString();

        (await RunAsync(owner, 0, "incidents", "list", "--feature", "c:a")).Should().Contain("c:a").And.Contain("missing");
        (await RunAsync(owner, 0, "incidents", "show", id)).Should().Contain("of the values are missing").And.Contain("reader");
        (await RunAsync(stranger, 2, "incidents", "ack", id)).Should().Contain("owners");
        (await RunAsync(owner, 0, "incidents", "ack", id)).Should().Contain("acknowledged");
        (await RunAsync(owner, 0, "incidents", "snooze", id, "--days", "3", "--reason", "Repair is under way.")).Should().Contain("snoozed");
        (await RunAsync(owner, 0, "incidents", "list", "--status", "snoozed")).Should().Contain("c:a");
        (await RunAsync(owner, 0, "incidents", "resolve", id, "--reason", "Repaired.")).Should().Contain("resolved");
        (await RunAsync(owner, 0, "incidents", "list")).Should().NotContain("c:a");
        (await RunAsync(owner, 0, "incidents", "list", "--all")).Should().Contain("c:a");
        (await RunAsync(owner, 0, "incidents", "reopen", id, "--reason", "Not quite.")).Should().Contain("open");
        (await RunAsync(owner, 0, "incidents", "expect", id, "--reason", "A test of ours.")).Should().Contain("expected");

        foreach (var (words, told) in ((string, string)[])[
            ("snooze {0} --days NaN --reason x", "--days"), ("snooze {0} --days 91 --reason x", "--days"), ("snooze {0} --days -1 --reason x", "--days"),
            ("snooze {0} --days 3", "--reason"),
            ("show 999999", "999999"), ("show x", "x"), ("resolve {0}", "--reason"), ("list --status asleep", "status"), ("list --cause fate", "cause")])
        {
            (await RunAsync(owner, 2, ["incidents", .. words.Replace("{0}", id, StringComparison.Ordinal).Split(' ')])).Should().Contain(told, "of {0}", words);
        }
    }

    private static Task<string> RunAsync(Api person, int code, params string[] words) => person.CommandAsync(code, words);
}
