using System.Globalization;
using FeatureGovernance.ServerTests.Fixtures;
using FeatureGovernance.ServerTests.Lifecycle;

namespace FeatureGovernance.ServerTests.Cli;

public sealed class DeprecateCommandTests(LifecycleServer server) : IClassFixture<LifecycleServer>
{
    [Fact]
    public async Task A_lead_runs_a_deprecation_from_the_terminal()
    {
        var (key, stays) = (await server.FeatureAtAsync("adopted"), await server.FeatureAtAsync("adopted"));
        var model = await server.LiveModelAsync(key);
        var owner = await server.As("lead", "owner-lead");
        var reader = await server.As("lead", "reader-lead");
        var other = await server.As("lead", "other-lead");

        var proposed = await RunAsync(owner, 0, "deprecate", "propose", "--query", $"q={key}", "--query", "team=owners", "--reason", "Nobody reads it.");
        proposed.Should().Contain($"query q={key}&team=owners");
        var id = (await server.Admin.GetAsync($"deprecations?feature={key}")).Items().Single().GetProperty("id").ToString();
        await RunAsync(owner, 2, "deprecate", "propose", "--source-table", "hive:no_such", "--reason", "It goes.");
        await RunAsync(reader, 0, "deprecate", "review", id, "object", "--comment", "We read it.");
        await RunAsync(owner, 2, "deprecate", "resolve", id, "1", "--answer", "Never mind.");
        (await RunAsync(reader, 0, "deprecate", "resolve", id, "1", "--answer", "We move.")).Should().Contain("1 of readers (resolved): We read it.");
        (await RunAsync(reader, 0, "deprecate", "delegate", id, "--team", "readers", "--to", "other-lead", "--reason", "Away."))
            .Should().Contain("readers: reader-lead to other-lead");
        await RunAsync(reader, 0, "deprecate", "take-back", id, "--team", "readers");
        await RunAsync(reader, 0, "deprecate", "delegate", id, "--team", "readers", "--to", "other-lead", "--reason", "Away.");
        await RunAsync(other, 0, "deprecate", "review", id, "approve");
        await server.ApproveAsync(int.Parse(id, CultureInfo.InvariantCulture));
        server.Wait(0.01);

        await RunAsync(owner, 0, "deprecate", "advance", id);
        (await RunAsync(reader, 0, "deprecate", "migrate", "list", "--deprecation", id)).Should().Contain(model);
        (await RunAsync(reader, 0, "deprecate", "migrate", "set", "1", "--status", "inProgress", "--replacement", stays)).Should().Contain("inProgress");
        (await RunAsync(reader, 0, "deprecate", "migrate", "progress", id)).Should().Contain("[....................] 0 %");
        (await RunAsync(reader, 0, "deprecate", "brownout", "--scheduled")).Should().Contain(key);
        server.Wait(7.1);
        await RunAsync(owner, 0, "deprecate", "advance", id);
        (await RunAsync(reader, 0, "deprecate", "brownout")).Should().Contain(key);
        (await RunAsync(reader, 1, "deprecate", "verify", id)).Should().Contain("unknown");
        await RunAsync(reader, 0, "deprecate", "outcome");
    }

    [Fact]
    public async Task A_lead_decides_on_a_draft_from_the_terminal()
    {
        var (a, b) = (await server.FeatureAtAsync("adopted"), await server.FeatureAtAsync("adopted"));
        await server.ScoreAsync(a, 0.001, 0.0005, 0.002, 4);
        await server.ScoreAsync(b, 0.001, 0.0005, 0.002, 3);
        await server.RunDraftingAsync();
        var owner = await server.As("lead", "owner-lead");

        (await RunAsync(owner, 0, "deprecate", "draft", "list")).Should().Contain("owners");
        (await RunAsync(owner, 0, "deprecate", "draft", "show", "1")).Should().Contain(a).And.Contain(b);
        await RunAsync(owner, 0, "deprecate", "draft", "reject", "1", "--features", a, "--reason", "Needed.");
        (await RunAsync(owner, 0, "deprecate", "draft", "submit", "1", "--notice-days", "9")).Should().Contain(b).And.NotContain(a);
        await RunAsync(owner, 2, "deprecate", "draft", "reject", "1", "--reason", "Too late.");
    }

    private static Task<string> RunAsync(Api person, int code, params string[] words) => person.CommandAsync(code, words);
}
