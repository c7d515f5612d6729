using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Core.Registry;

namespace FeatureGovernance.UnitTests.Lifecycle;

public class ChasingTests
{
    private static readonly FeatureFacts Read = Given.Feature(Stage.Adopted) with { LiveReaders = [Given.Reader] };

    [Fact]
    public void A_silent_team_is_reminded_then_its_parent_is_told_then_administrators_and_nothing_is_approved_by_it()
    {
        var proposal = Approve(Given.Submitted(Read), Given.OwnerLead, 0);
        var heard = new List<(int Day, NudgeKind Kind, string Team)>();
        for (var day = 0; day <= 40; day++)
        {
            var chased = Chasing.Chase(proposal, Given.Policy, Given.Monday.AddDays(day));
            heard.AddRange(chased.Nudges.Select(nudge => (day, nudge.Kind, nudge.Team)));
            Chasing.Chase(chased.Proposal, Given.Policy, Given.Monday.AddDays(day)).Nudges.Should().BeEmpty("each is told once");
            proposal = chased.Proposal;
        }

        heard.Should().Equal((11, NudgeKind.Reminder, "readers"), (14, NudgeKind.Parent, "readers"), (21, NudgeKind.Administrators, "readers"));
        proposal.State.Should().Be(ProposalState.Submitted, "silence is not consent");
        Chasing.Next(proposal, Given.Policy).Should().BeNull();
        Approve(proposal, Given.Admin, 40).State.Should().Be(ProposalState.Approved, "an administrator may stand in now, and says so");
    }

    [Fact]
    public void The_next_moment_to_look_is_known_in_advance()
    {
        var proposal = Given.Submitted(Read);
        for (var looks = 0; Chasing.Next(proposal, Given.Policy) is { } next; looks++)
        {
            looks.Should().BeLessThan(10);
            Chasing.Chase(proposal, Given.Policy, next.AddTicks(-1)).Nudges.Should().BeEmpty();
            var chased = Chasing.Chase(proposal, Given.Policy, next);
            chased.Nudges.Should().NotBeEmpty();
            proposal = chased.Proposal;
        }
    }

    [Fact]
    public void Who_objected_has_spoken()
    {
        var objected = Reviewing.Vote(Given.Submitted(Read), Given.ReaderLead, ReviewDecision.Object, "we read it", Given.Monday).Must();
        Chasing.Chase(objected, Given.Policy, Given.Monday.AddDays(30)).Nudges.Select(nudge => nudge.Team).Should().Equal("owners");
    }

    [Fact]
    public void A_team_that_is_asked_later_has_its_own_time()
    {
        var late = Given.Monday.AddDays(10);
        var asked = Quorum.WithNewReviewers(Given.Submitted(Given.Feature(Stage.Adopted)), Given.At(late, Read).RequiredReviews());
        asked.Reviews.Select(review => (review.Team, review.DueAt)).Should().Equal(("owners", Given.Monday.AddDays(14)), ("readers", late.AddDays(14)));
    }

    [Fact]
    public void A_rule_asks_a_team_for_features_of_its_sort_and_only_those()
    {
        var privacy = new ReviewerRule("privacy", Sensitivity.Confidential);
        privacy.Matches(Sensitivity.Personal, "g", null, null).Should().BeTrue();
        privacy.Matches(Sensitivity.Internal, "g", null, null).Should().BeFalse();
        new ReviewerRule("platform", SourceTable: "events").Matches(Sensitivity.Public, "g", "hive", "events").Should().BeTrue();
        new ReviewerRule("platform", Group: "h", SourceTable: "events").Matches(Sensitivity.Public, "g", "hive", "events").Should().BeFalse();

        var ruled = Given.Submitted(Read with { RuledReviewers = ["privacy", "readers"] });
        ruled.Reviews.Select(review => (review.Team, review.Cause)).Should().Equal(
            ("owners", ReviewCause.Owner), ("privacy", ReviewCause.Rule), ("readers", ReviewCause.Reader));
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
