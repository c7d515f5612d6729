using FeatureGovernance.Core;
using FeatureGovernance.Core.Lifecycle;

namespace FeatureGovernance.UnitTests.Lifecycle;

public class ProposalTests
{
    private static readonly FeatureFacts Unread = Given.Feature(Stage.Adopted);
    private static readonly FeatureFacts Read = Unread with { LiveReaders = [Given.Reader] };

    [Fact]
    public void Owners_and_the_teams_of_live_readers_must_review() =>
        Given.Submitted(Read).Reviews.Should().BeEquivalentTo(new[]
        {
            new { Team = "owners", Cause = ReviewCause.Owner },
            new { Team = "readers", Cause = ReviewCause.Reader },
        });

    [Fact]
    public void A_proposal_names_every_fault_at_once()
    {
        var draft = new ProposalDraft(
            [new("clicks:rate_7d"), new("clicks:rate_7d"), new("clicks:none")], " ",
            new(3, new BrownoutFade([new(TimeSpan.Zero, 0.5)], TimeSpan.Zero), Given.Monday), "sha256:00");
        var feature = Given.Feature(Stage.Draft) with { Replacement = new("clicks:old", Stage.Disabled) };
        Deprecation.Propose("p1", draft, Given.OwnerEngineer, Given.At(Given.Monday, feature)).Refusal.Codes().Should().BeEquivalentTo(
            "no-reason", "notice-out-of-range", "fade-without-end", "fade-without-hold", "not-deprecatable", "replacement-on-its-way-out",
            "duplicate-feature", "unknown-feature");
    }

    [Fact]
    public void The_sunset_leaves_room_for_notice_and_brownout()
    {
        var draft = Given.Draft(Unread) with { Plan = Given.Plan(Given.Monday) with { Sunset = Given.Monday.AddDays(15) } };
        Propose(draft, Unread).Refusal.Codes().Should().Equal("sunset-too-early");
    }

    [Fact]
    public void A_feature_is_held_by_one_proposal_at_a_time()
    {
        var held = Unread with { Proposal = Given.Submitted(Unread).Standing };
        Propose(Given.Draft(held), held).Refusal.Codes().Should().Equal("already-proposed");
    }

    [Fact]
    public void A_replacement_may_not_go_in_the_same_proposal()
    {
        var other = Given.Feature(Stage.Adopted, "clicks:rate_28d");
        var replaced = Unread with { Replacement = new(other.Key, Stage.Adopted) };
        Propose(Given.Draft(replaced, other), replaced, other).Refusal.Codes().Should().Equal("replacement-goes-too");
    }

    [Fact]
    public void A_stranger_who_leads_nothing_proposes_nothing() =>
        Deprecation.Propose("p1", Given.Draft(Unread), Given.Stranger, Given.At(Given.Monday, Unread)).Refusal!.Kind.Should().Be(RefusalKind.Forbidden);

    [Fact]
    public void It_is_approved_when_every_required_team_has_an_approving_lead()
    {
        var first = Vote(Given.Submitted(Read), Given.OwnerLead);
        first.State.Should().Be(ProposalState.Submitted);
        Quorum.MissingTeams(first).Should().Equal("readers");
        Vote(first, Given.ReaderLead).State.Should().Be(ProposalState.Approved);
    }

    [Fact]
    public void Only_leads_of_required_teams_vote()
    {
        foreach (var outsider in new[] { Given.Stranger, Given.NewReaderLead, Given.Admin })
            Reviewing.Vote(Given.Submitted(Read), outsider, ReviewDecision.Approve, "", Given.Monday).Refusal!.Code.Should().Be("not-a-reviewer");
        Reviewing.Vote(Given.Submitted(Read), Given.ReaderLead, ReviewDecision.Approve, "", Given.Monday,
            team: "owners").Refusal!.Code.Should().Be("not-a-reviewer");
    }

    [Fact]
    public void An_administrator_stands_in_where_the_proposer_is_the_only_lead()
    {
        var own = Deprecation.Propose("p1", Given.Draft(Unread), Given.OwnerLead, Given.At(Given.Monday, Unread)).Must();
        Reviewing.Vote(own, Given.OwnerLead, ReviewDecision.Approve, "", Given.Monday).Refusal!.Code.Should().Be("own-proposal");
        var approved = Vote(own, Given.Admin);
        approved.State.Should().Be(ProposalState.Approved);
        approved.Votes.Single().StandIn.Should().BeTrue();
    }

    [Fact]
    public void A_later_vote_replaces_the_earlier_one()
    {
        var abstained = Reviewing.Vote(Given.Submitted(Read), Given.OwnerLead, ReviewDecision.Abstain, "", Given.Monday).Must();
        Vote(abstained, Given.OwnerLead).Votes.Should().ContainSingle().Which.Decision.Should().Be(ReviewDecision.Approve);
    }

    [Fact]
    public void An_objection_blocks_until_it_is_resolved_with_an_answer_and_the_objector_approves()
    {
        var objected = Reviewing.Vote(Vote(Given.Submitted(Read), Given.OwnerLead), Given.ReaderLead, ReviewDecision.Object, "we read it", Given.Monday).Must();
        var still = Vote(objected, Given.ReaderLead);
        still.State.Should().Be(ProposalState.Submitted, "a changed mind is not an answer");
        Reviewing.ResolveObjection(still, 1, Given.OwnerEngineer, "no you do not", Given.Monday).Refusal!.Kind.Should().Be(RefusalKind.Forbidden);
        Reviewing.ResolveObjection(still, 1, Given.ReaderLead, " ", Given.Monday).Refusal!.Kind.Should().Be(RefusalKind.Malformed);
        Reviewing.ResolveObjection(still, 2, Given.ReaderLead, "x", Given.Monday).Refusal!.Kind.Should().Be(RefusalKind.NotFound);
        Reviewing.ResolveObjection(still, 1, Given.ReaderLead, "migrated in v12", Given.Monday).Must().State.Should().Be(ProposalState.Approved);
    }

    [Fact]
    public void An_amended_proposal_needs_new_votes_and_whoever_amended_it_may_not_approve_it()
    {
        var amended = Deprecation.Amend(Given.ApprovedByOwner(Unread), Given.Draft(Unread), Given.OwnerLead, Given.At(Given.Monday, Unread)).Must();
        amended.Should().BeEquivalentTo(new { Revision = 2, State = ProposalState.Submitted });
        Quorum.MissingTeams(amended).Should().Equal("owners");
        Reviewing.Vote(amended, Given.OwnerLead, ReviewDecision.Approve, "", Given.Monday).Refusal!.Code.Should().Be("own-proposal");
    }

    [Fact]
    public void It_can_be_withdrawn_or_rejected_only_before_it_acts()
    {
        Deprecation.Withdraw(Given.ApprovedByOwner(Unread), Given.OwnerEngineer, "kept", Given.Monday).Must().State.Should().Be(ProposalState.Withdrawn);
        Deprecation.Reject(Given.Submitted(Unread), Given.OwnerLead, "we need it", Given.Monday).Must().State.Should().Be(ProposalState.Rejected);
        Deprecation.Reject(Given.Submitted(Unread), Given.OwnerEngineer, "x", Given.Monday).Refusal!.Kind.Should().Be(RefusalKind.Forbidden);
        var acting = Given.ApprovedByOwner(Unread) with { State = ProposalState.Notice };
        Deprecation.Withdraw(acting, Given.OwnerEngineer, "kept", Given.Monday).Refusal!.Kind.Should().Be(RefusalKind.Conflict);
    }

    private static Proposal Vote(Proposal proposal, Actor actor) => Reviewing.Vote(proposal, actor, ReviewDecision.Approve, "", Given.Monday).Must();

    private static Decision<Proposal> Propose(ProposalDraft draft, params ReadOnlySpan<FeatureFacts> features) =>
        Deprecation.Propose("p1", draft, Given.OwnerEngineer, Given.At(Given.Monday, features));
}
