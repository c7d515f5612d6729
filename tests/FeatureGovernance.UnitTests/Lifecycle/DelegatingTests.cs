using FeatureGovernance.Core.Lifecycle;

namespace FeatureGovernance.UnitTests.Lifecycle;

public class DelegatingTests
{
    private static readonly FeatureFacts Read = Given.Feature(Stage.Adopted) with { LiveReaders = [Given.Reader] };

    [Fact]
    public void A_delegate_votes_for_the_team_and_the_vote_says_for_whom()
    {
        var approved = Approve(Approve(Hand(Given.Submitted(Read), Given.ReaderLead, Given.NewReaderLead), Given.NewReaderLead), Given.OwnerLead);

        approved.State.Should().Be(ProposalState.Approved);
        approved.Votes.Single(vote => vote.Team == "readers").Should().BeEquivalentTo(
            new { Voter = Given.NewReaderLead.Id, OnBehalfOf = Given.ReaderLead.Id, StandIn = false });
    }

    [Fact]
    public void Who_handed_his_vote_on_has_none_until_he_takes_it_back()
    {
        var handed = Hand(Given.Submitted(Read), Given.ReaderLead, Given.NewReaderLead);

        Reviewing.Vote(handed, Given.ReaderLead, ReviewDecision.Approve, "", Given.Monday).Refusal!.Code.Should().Be("vote-delegated");
        Try(handed, Given.ReaderLead, Given.OwnerLead).Should().Be("vote-delegated");
        var back = Delegating.TakeBack(handed, Given.ReaderLead, "readers").Must();
        Approve(back, Given.ReaderLead).Votes.Should().ContainSingle().Which.OnBehalfOf.Should().BeNull();
        Reviewing.Vote(back, Given.NewReaderLead, ReviewDecision.Approve, "", Given.Monday).Refusal!.Code.Should().Be("not-a-reviewer");
        Delegating.TakeBack(back, Given.ReaderLead, "readers").Refusal!.Code.Should().Be("unknown-delegation");
    }

    [Fact]
    public void A_vote_goes_to_no_proposer_no_outsider_and_never_in_a_circle()
    {
        var submitted = Given.Submitted(Read);
        Try(submitted, Given.ReaderLead, Given.OwnerEngineer).Should().Be("delegate-is-proposer");
        Try(submitted, Given.ReaderLead, Given.Stranger).Should().Be("delegate-may-not-review");
        Try(submitted, Given.ReaderLead, Given.ReaderLead).Should().Be("delegation-cycle");
        Try(submitted, Given.Stranger, Given.OwnerLead).Should().Be("not-a-reviewer");
        Try(submitted, Given.OwnerEngineer, Given.OwnerLead).Should().Be("own-proposal");
        Delegating.Delegate(submitted, Given.ReaderLead, "elsewhere", Given.OwnerLead, "away", Given.Monday).Refusal!.Code.Should().Be("not-required");
        Delegating.Delegate(submitted, Given.ReaderLead, "readers", Given.OwnerLead, " ", Given.Monday).Refusal!.Code.Should().Be("blank-text");

        var twice = Hand(Hand(submitted, Given.ReaderLead, Given.NewReaderLead), Given.NewReaderLead, Given.OwnerLead);
        Try(twice, Given.OwnerLead, Given.ReaderLead).Should().Be("delegation-cycle");
        Approve(twice, Given.OwnerLead).State.Should().Be(ProposalState.Approved, "the owner's lead speaks for both teams now");
    }

    [Fact]
    public void A_delegation_ends_with_the_lead_it_came_from()
    {
        var handed = Hand(Given.Submitted(Read), Given.ReaderLead, Given.NewReaderLead);
        var changed = handed with { Reviews = [.. handed.Reviews.Select(review => review.Team == "readers" ? review with { Leads = ["another"] } : review)] };

        Reviewing.Vote(changed, Given.NewReaderLead, ReviewDecision.Approve, "", Given.Monday).Refusal!.Code.Should().Be("not-a-reviewer");
    }

    private static Proposal Hand(Proposal proposal, Actor from, Actor to) =>
        Delegating.Delegate(proposal, from, "readers", to, "away", Given.Monday).Must();

    private static string Try(Proposal proposal, Actor from, Actor to) =>
        Delegating.Delegate(proposal, from, "readers", to, "away", Given.Monday).Refusal!.Code;

    private static Proposal Approve(Proposal proposal, Actor actor) => Reviewing.Vote(proposal, actor, ReviewDecision.Approve, "", Given.Monday).Must();
}
