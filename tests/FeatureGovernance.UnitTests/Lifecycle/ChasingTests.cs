using FeatureGovernance.Core.Lifecycle;

namespace FeatureGovernance.UnitTests.Lifecycle;

public class ChasingTests
{
    private static readonly FeatureFacts Read = Given.Feature(Stage.Adopted) with { LiveReaders = [Given.Reader] };
    private static readonly SilencePolicy ReadersConsent = new([ReviewCause.Reader], 7);

    [Fact]
    public void A_silent_team_is_reminded_then_its_parent_is_told_then_administrators_and_nothing_is_approved_by_it()
    {
        var proposal = Approve(Given.Submitted(Read), Given.OwnerLead, 0);
        var heard = new List<(int Day, NudgeKind Kind, string Team)>();
        for (var day = 0; day <= 40; day++)
        {
            var chased = Chasing.Chase(proposal, Given.Policy, SilencePolicy.Blocks, Given.Monday.AddDays(day));
            heard.AddRange(chased.Nudges.Select(nudge => (day, nudge.Kind, nudge.Team)));
            Chasing.Chase(chased.Proposal, Given.Policy, SilencePolicy.Blocks, Given.Monday.AddDays(day)).Nudges.Should().BeEmpty("each is told once");
            proposal = chased.Proposal;
        }

        heard.Should().Equal((11, NudgeKind.Reminder, "readers"), (14, NudgeKind.Parent, "readers"), (21, NudgeKind.Administrators, "readers"));
        proposal.State.Should().Be(ProposalState.Submitted, "silence is not consent");
        Chasing.Next(proposal, Given.Policy, SilencePolicy.Blocks).Should().BeNull();
        Approve(proposal, Given.Admin, 40).State.Should().Be(ProposalState.Approved, "an administrator may stand in now, and says so");
    }

    [Fact]
    public void The_next_moment_to_look_is_known_in_advance()
    {
        var proposal = Given.Submitted(Read);
        for (var looks = 0; Chasing.Next(proposal, Given.Policy, SilencePolicy.Blocks) is { } next; looks++)
        {
            looks.Should().BeLessThan(10);
            Chasing.Chase(proposal, Given.Policy, SilencePolicy.Blocks, next.AddTicks(-1)).Nudges.Should().BeEmpty();
            var chased = Chasing.Chase(proposal, Given.Policy, SilencePolicy.Blocks, next);
            chased.Nudges.Should().NotBeEmpty();
            proposal = chased.Proposal;
        }
    }

    [Fact]
    public void Who_objected_has_spoken()
    {
        var objected = Reviewing.Vote(Given.Submitted(Read), Given.ReaderLead, ReviewDecision.Object, "we read it", Given.Monday).Must();
        Chasing.Chase(objected, Given.Policy, SilencePolicy.Blocks, Given.Monday.AddDays(30)).Nudges.Select(nudge => nudge.Team).Should().Equal("owners");
    }

    [Fact]
    public void A_team_that_is_asked_later_has_its_own_time()
    {
        var late = Given.Monday.AddDays(10);
        var asked = Quorum.WithNewReviewers(Given.Submitted(Given.Feature(Stage.Adopted)), Given.At(late, Read).RequiredReviews());
        asked.Reviews.Select(review => (review.Team, review.DueAt)).Should().Equal(("owners", Given.Monday.AddDays(14)), ("readers", late.AddDays(14)));
    }

    [Fact]
    public void A_team_that_a_rule_names_is_asked_once_and_as_a_reader_where_it_reads()
    {
        var ruled = Given.Submitted(Read with { RuledReviewers = ["privacy", "readers"] });
        ruled.Reviews.Select(review => (review.Team, review.Cause)).Should().Equal(
            ("owners", ReviewCause.Owner), ("privacy", ReviewCause.Rule), ("readers", ReviewCause.Reader));
    }

    [Fact]
    public void Silence_agrees_only_for_the_causes_and_after_the_days_that_a_standard_states()
    {
        var proposal = Approve(Given.Submitted(Read), Given.OwnerLead, 0);

        var early = Chasing.Chase(proposal, Given.Policy, ReadersConsent, Given.Monday.AddDays(20));
        var onTime = Chasing.Chase(early.Proposal, Given.Policy, ReadersConsent, Given.Monday.AddDays(21));

        early.Proposal.State.Should().Be(ProposalState.Submitted);
        onTime.Proposal.State.Should().Be(ProposalState.Approved);
        onTime.Nudges.Select(nudge => (nudge.Kind, nudge.Team)).Should().Equal((NudgeKind.Silence, "readers"));
        Chasing.Chase(onTime.Proposal, Given.Policy, ReadersConsent, Given.Monday.AddDays(22)).Nudges.Should().BeEmpty();
        Chasing.Chase(Given.Submitted(Read), Given.Policy, new([ReviewCause.Rule], 0),
            Given.Monday.AddDays(90)).Proposal.State.Should().Be(ProposalState.Submitted);
    }

    [Fact]
    public void A_team_that_spoke_or_cannot_speak_does_not_agree_by_silence()
    {
        var late = Given.Monday.AddDays(60);
        var approved = Approve(Given.Submitted(Read), Given.OwnerLead, 0);
        var objected = Reviewing.Vote(approved, Given.ReaderLead, ReviewDecision.Object, "we read it", Given.Monday).Must();
        var answered = Reviewing.ResolveObjection(objected, 1, Given.ReaderLead, "Moved.", Given.Monday).Must();
        var abstained = Reviewing.Vote(approved, Given.ReaderLead, ReviewDecision.Abstain, "", Given.Monday).Must();
        var leaderless = approved with { Reviews = [.. approved.Reviews.Select(review => review.Team == "readers" ? review with { Leads = [] } : review)] };

        foreach (var spoken in (Proposal[])[objected, answered, abstained, leaderless])
            Quorum.Reached(Chasing.Chase(spoken, Given.Policy, ReadersConsent, late).Proposal).Should().BeFalse();
    }

    [Fact]
    public void A_word_after_silence_takes_its_place()
    {
        var silent = Chasing.Chase(Approve(Given.Submitted(Read), Given.OwnerLead, 0), Given.Policy, ReadersConsent, Given.Monday.AddDays(21)).Proposal;
        Quorum.Reached(silent).Should().BeTrue();

        var objected = Reviewing.Vote(silent, Given.ReaderLead, ReviewDecision.Object, "wait", Given.Monday.AddDays(22)).Must();
        Quorum.Reached(objected).Should().BeFalse();
        var answered = Reviewing.ResolveObjection(objected, 1, Given.ReaderLead, "Moved.", Given.Monday.AddDays(23)).Must();
        Quorum.MissingTeams(answered).Should().Equal("readers");
    }

    [Fact]
    public void An_objection_is_resolved_by_who_raised_it_or_an_administrator()
    {
        var other = new Actor("other-reader-lead", ["readers"], []);
        var objected = Reviewing.Vote(Given.Submitted(Read), Given.ReaderLead, ReviewDecision.Object, "we read it", Given.Monday).Must();
        Reviewing.ResolveObjection(objected, 1, other, "fine", Given.Monday).Refusal!.Code.Should().Be("not-your-proposal");
        Reviewing.ResolveObjection(objected, 1, Given.Admin, "They moved in v12.", Given.Monday).Must().Objections.Single().Resolution!.By.Should().Be("admin");
    }

    private static Proposal Approve(Proposal proposal, Actor actor, int day) =>
        Reviewing.Vote(proposal, actor, ReviewDecision.Approve, "", Given.Monday.AddDays(day)).Must();
}
