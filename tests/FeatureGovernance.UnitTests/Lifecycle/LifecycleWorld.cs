using FeatureGovernance.Core.Lifecycle;

namespace FeatureGovernance.UnitTests.Lifecycle;

/// <summary>
/// Two features, the people around them and a clock, driven by commands drawn at random. After every command it checks what must
/// never be broken; the rules under test decide, and the world only stores what they say.
/// </summary>
internal sealed class LifecycleWorld
{
    private static readonly Actor[] People =
        [Given.OwnerEngineer, Given.OwnerLead, Given.ReaderLead, Given.NewReaderLead, Given.Stranger, Given.Admin];

    private readonly FeatureFacts[] features = [Given.Feature(Stage.Adopted, "g:a"), Given.Feature(Stage.Experimental, "g:b")];
    private Proposal? proposal;
    private DateTimeOffset now = Given.Monday;
    private DateTimeOffset? lastRead;
    private bool telemetry = true;
    private int proposals;

    public HashSet<Stage> Reached { get; } = [];

    public HashSet<ProposalState> Seen { get; } = [];

    private ProposalContext Context => Given.At(now, [.. features.Select(Facts)]);

    /// <summary>Obeys a command; its number says what, the choice says who or which.</summary>
    public void Obey(int command, int choice)
    {
        var actor = People[choice % People.Length];
        switch (command)
        {
            case 0 when proposal is not { IsOpen: true }:
                Keep(Deprecation.Propose($"p{++proposals}",
                    Given.Draft(features) with { Plan = Given.Plan(now, 7) with { Guardrails = [new("m", "errors", null, 40)] } }, actor, Context));
                break;
            case 1 or 2 or 3 when proposal is not null:
                Keep(Reviewing.Vote(proposal, actor, ReviewDecision.Approve, "", now));
                break;
            case 4 when proposal is not null:
                Keep(Reviewing.Vote(proposal, actor, ReviewDecision.Object, "wait", now));
                break;
            case 5 when proposal is not null:
                Keep(Reviewing.ResolveObjection(proposal, 1 + (choice % 3), actor, "done", now));
                break;
            case 6 when proposal is not null:
                Keep(Deprecation.Amend(proposal,
                    Given.Draft(features) with { Plan = Given.Plan(now, 7) with { Guardrails = [new("m", "errors", null, 40)] } }, actor, Context));
                break;
            case 7 when proposal is not null && choice % 4 == 0:
                Keep(Deprecation.Withdraw(proposal, actor, "kept", now));
                break;
            case 8 when proposal is not null && choice % 4 == 0:
                Rollback(proposal, actor);
                break;
            case 9:
                var read = features[choice % 2];
                features[choice % 2] = read with { LiveReaders = read.LiveReaders.IsEmpty ? [new("m", choice % 3 == 0 ? "newcomers" : "readers")] : [] };
                break;
            case 10:
                telemetry = choice % 5 != 0;
                break;
            case 11 when choice % 3 == 0:
                lastRead = now;
                break;
            case 12:
                Move(features[choice % 2], (Stage)(choice % 8), People[choice / 8 % People.Length], choice % 3 == 0 ? new("because") : null);
                break;
            case 13 when proposal is not null:
                Keep(Delegating.Delegate(proposal, actor, choice % 2 == 0 ? "owners" : "readers", People[choice / 8 % People.Length], "away", now));
                break;
            case 14 when proposal is not null && choice % 3 == 0:
                Keep(Delegating.TakeBack(proposal, actor, choice % 2 == 0 ? "owners" : "readers"));
                break;
            case 15 when proposal is not null:
                proposal = Chasing.Chase(proposal, Given.Policy, SilencePolicy.Blocks, now).Proposal;
                break;
            case 16 when proposal is not null && choice % 5 == 0:
                if (GuardrailChecks.Crossed(proposal, new("m", "errors", choice, now)) is not null)
                    Rollback(proposal, Actor.System);
                break;
            case >= 17 when proposal is not null:
                now = now.AddDays(choice % 4 == 0 ? 31 : 1 + (choice % 8));
                Advance(proposal, choice % 7 == 0);
                break;
        }
    }

    private FeatureFacts Facts(FeatureFacts feature) => feature with
    {
        ServingUsage = telemetry ? new(Given.Monday.AddDays(-60), now, lastRead) : null,
        TrainingUsage = telemetry ? Given.Silent(now) : null,
        Proposal = proposal is { IsOpen: true } ? proposal.Standing : null,
    };

    private void Keep(Decision<Proposal> decision)
    {
        if (!decision.Accepted)
            return;
        if (proposal?.State != ProposalState.Approved && decision.Value.State == ProposalState.Approved)
            MustBeAgreed(decision.Value);
        proposal = decision.Value;
        Seen.Add(proposal.State);
    }

    private void Move(FeatureFacts feature, Stage to, Actor actor, AdminOverride? over)
    {
        if (Transitions.Decide(Facts(feature), to, actor, Given.Policy, now, over) is { Accepted: true, Value: var change })
            Store([change]);
    }

    private void Advance(Proposal before, bool overridden)
    {
        var progress = overridden ? Advancing.Advance(before, Context, Given.Admin, new("because")) : Advancing.Advance(before, Context);
        proposal = progress.Proposal;
        Seen.Add(proposal.State);
        Store(progress.Due);

        var again = Advancing.Advance(proposal, Context);
        again.Due.Should().BeEmpty("advancing twice at one moment changes nothing");
        again.Proposal.Should().BeSameAs(proposal);
    }

    private void Rollback(Proposal before, Actor actor)
    {
        if (Advancing.Rollback(before, actor, "needed", Context) is not { Accepted: true, Value: var undone })
            return;
        proposal = undone.Proposal;
        Seen.Add(proposal.State);
        Store(undone.Restored);
        features.Any(feature => feature.Stage is >= Stage.Deprecated and < Stage.Removed).Should().BeFalse("a rollback restores");
    }

    private void Store(IEnumerable<StageChange> changes)
    {
        foreach (var change in changes.ToList())
        {
            var slot = Array.FindIndex(features, feature => feature.Key == change.Feature);
            change.From.Should().Be(features[slot].Stage);
            Transitions.From(change.From).Contains(change.To).Should().BeTrue("only steps of the table happen");
            if (change.To is Stage.Disabled or Stage.Removed)
            {
                features[slot].LiveReaders.Should().BeEmpty("nothing is taken from a live reader");
                telemetry.Should().BeTrue("nothing is taken away on unknown usage");
            }

            if (change.To is >= Stage.Deprecated)
                MustBeAgreed(proposal!);
            features[slot] = features[slot].After([change]);
            Reached.Add(change.To);
        }
    }

    private static bool SpeaksFor(string team, Vote vote, Proposal proposal)
    {
        if (People.Single(person => person.Id == vote.Voter).LeadsTeam(team) || vote.Voter == "admin")
            return true;
        // A vote handed on once or more came from a lead of the team in the end; who takes it back later does not undo it.
        return vote.OnBehalfOf is { } from && from != proposal.Proposer && from != vote.Voter && People.Any(person => person.Id == from);
    }

    // Says in its own words what agreement means, so that it does not lean on the code it judges.
    private static void MustBeAgreed(Proposal proposal)
    {
        proposal.Objections.Any(objection => objection.Resolution is null).Should().BeFalse("an open objection blocks");
        foreach (var team in proposal.Reviews.Select(review => review.Team))
        {
            proposal.Votes.Any(vote =>
                    vote.Team == team
                    && vote.Decision == ReviewDecision.Approve
                    && vote.Revision == proposal.Revision
                    && vote.Voter != proposal.Proposer
                    && SpeaksFor(team, vote, proposal))
                .Should().BeTrue("team '{0}' must approve", team);
        }
    }
}
