using FeatureGovernance.Core.Lifecycle;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace FeatureGovernance.UnitTests.Lifecycle;

public class LifecycleProperties
{
    private const int Commands = 22;
    private const int Choices = 240;

    [Property(MaxTest = 300)]
    public Property No_sequence_of_commands_disables_what_is_read_removes_what_is_not_reviewed_or_approves_without_quorum()
    {
        var command = Gen.Choose(0, Commands - 1).SelectMany(what => Gen.Choose(0, Choices - 1).Select(choice => (what, choice)));
        return Prop.ForAll(command.ListOf(80).ToArbitrary(), commands =>
        {
            var world = new LifecycleWorld();
            foreach (var (what, choice) in commands)
                world.Obey(what, choice);
        });
    }

    [Fact]
    public void Random_commands_reach_every_stage_and_state_so_that_the_property_is_not_vacuous()
    {
        var random = new Random(7);
        var stages = new HashSet<Stage>();
        var states = new HashSet<ProposalState>();
        for (var run = 0; run < 300; run++)
        {
            var world = new LifecycleWorld();
            for (var step = 0; step < 80; step++)
                world.Obey(random.Next(Commands), random.Next(Choices));
            stages.UnionWith(world.Reached);
            states.UnionWith(world.Seen);
        }

        stages.Should().Contain([Stage.Deprecated, Stage.Brownout, Stage.Disabled, Stage.Removed, Stage.Adopted]);
        states.Should().Contain(Enum.GetValues<ProposalState>().Except([ProposalState.Rejected]));
    }
}
