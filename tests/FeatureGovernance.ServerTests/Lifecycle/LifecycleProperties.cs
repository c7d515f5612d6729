using FsCheck;
using FsCheck.Fluent;

namespace FeatureGovernance.ServerTests.Lifecycle;

public sealed class LifecycleProperties(LifecycleServer server) : IClassFixture<LifecycleServer>
{
    private const int Commands = 18;
    private const int Choices = 240;

    [Fact]
    public async Task No_sequence_of_requests_breaks_what_the_lifecycle_promises()
    {
        var command = Gen.Choose(0, Commands - 1).SelectMany(what => Gen.Choose(0, Choices - 1).Select(choice => (what, choice)));
        var property = Prop.ForAll(command.ListOf(25).ToArbitrary(), commands => DriveAsync(commands).GetAwaiter().GetResult());

        await Task.Run(() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(4), property), TestContext.Current.CancellationToken);

        (await server.Admin.GetAsync("audit/verify")).Body.GetProperty("intact").GetBoolean().Should().BeTrue();
    }

    [Fact]
    public async Task The_commands_reach_every_stage_so_that_the_property_is_not_vacuous()
    {
        var drive = new LifecycleDrive(server);
        await drive.StartAsync();
        foreach (var (what, choice) in (ValueTuple<int, int>[])[(0, 0), (10, 1), (2, 2), (2, 1), (13, 1), (13, 7), (13, 7), (13, 16), (13, 2), (13, 16)])
            await drive.ObeyAsync(what, choice);

        drive.Reached.Should().Contain(["adopted", "deprecated", "brownout", "disabled", "removed"]);
    }

    private async Task DriveAsync(IEnumerable<(int What, int Choice)> commands)
    {
        var drive = new LifecycleDrive(server);
        await drive.StartAsync();
        foreach (var (what, choice) in commands)
            await drive.ObeyAsync(what, choice);
    }
}
