using FeatureGovernance.Core;
using FeatureGovernance.Core.Lifecycle;

namespace FeatureGovernance.UnitTests.Lifecycle;

public class AdvancingTests
{
    private Proposal proposal = Given.ApprovedByOwner(Given.Feature(Stage.Adopted));
    private FeatureFacts feature = Given.Feature(Stage.Adopted);

    [Fact]
    public void An_approved_proposal_goes_through_notice_brownout_and_disabled_to_removed_in_its_time()
    {
        Run(1).Due.Single().To.Should().Be(Stage.Deprecated);
        Run(14).Blocked.Select(fault => fault.Code).Should().Equal("notice-ended");
        Run(15).Due.Single().To.Should().Be(Stage.Brownout);
        Run(16).Blocked.Select(fault => fault.Code).Should().Equal("brownout-finished");
        Run(17).Due.Single().To.Should().Be(Stage.Disabled);
        Run(46).Blocked.Select(fault => fault.Code).Should().Equal("disabled-long-enough");
        Run(47).Due.Single().To.Should().Be(Stage.Removed);
        proposal.State.Should().Be(ProposalState.Removed);
        proposal.IsOpen.Should().BeFalse();
    }

    [Fact]
    public void A_late_job_takes_one_step_at_a_time_so_that_no_promised_period_is_skipped()
    {
        Run(300).Due.Single().To.Should().Be(Stage.Deprecated);
        Run(300).Due.Should().BeEmpty();
        Run(301).Blocked.Select(fault => fault.Code).Should().Equal("notice-ended");
    }

    [Fact]
    public void A_step_whose_storing_was_cut_off_is_named_again()
    {
        var first = Advancing.Advance(proposal, Facts(1));
        var again = Advancing.Advance(first.Proposal, Facts(2));
        again.Due.Select(change => (change.Feature, change.To)).Should().Equal((feature.Key, Stage.Deprecated));
        again.Proposal.StateSince.Should().Be(first.Proposal.StateSince);
    }

    [Fact]
    public void A_new_reader_adds_its_team_to_the_reviewers_and_holds_every_step()
    {
        Run(1);
        feature = feature with { LiveReaders = [new("newcomer", "newcomers")] };
        Run(15).Blocked.Select(fault => fault.Code).Should().Equal("proposal-approved", "review-missing");
        proposal.Reviews.Select(review => review.Team).Should().Equal("newcomers", "owners");

        proposal = Reviewing.Vote(proposal, Given.NewReaderLead, ReviewDecision.Approve, "leaving", Given.Monday.AddDays(16)).Must();
        Run(16).Due.Single().To.Should().Be(Stage.Brownout);
        Run(30).Blocked.Select(fault => fault.Code).Should().Equal("no-live-reader");
        feature = feature with { LiveReaders = [] };
        Run(31).Due.Single().To.Should().Be(Stage.Disabled);
    }

    [Fact]
    public void An_objection_raised_during_notice_holds_the_next_step()
    {
        Run(1);
        proposal = Reviewing.Vote(proposal, Given.OwnerLead, ReviewDecision.Object, "the twin is broken", Given.Monday.AddDays(3)).Must();
        Run(20).Blocked.Select(fault => fault.Code).Should().Equal("proposal-approved", "review-missing", "objection-open");
    }

    [Fact]
    public void An_administrator_ends_a_notice_early_with_a_reason()
    {
        Run(1);
        var progress = Advancing.Advance(proposal, Facts(2), Given.Admin, new("legal order"));
        progress.Due.Single().Should().BeEquivalentTo(new { To = Stage.Brownout, By = "admin", OverrideReason = "legal order" });
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(15, true)]
    [InlineData(17, true)]
    public void Rollback_restores_from_every_step_before_removed(int days, bool acted)
    {
        foreach (var day in new[] { 1, 15, 17 }.Where(day => day <= days))
            Run(day);
        var undone = Advancing.Rollback(proposal, Given.OwnerLead, "it was needed", Facts(days)).Must();
        undone.Proposal.State.Should().Be(ProposalState.RolledBack);
        undone.Restored.Any().Should().Be(acted);
        feature.After(undone.Restored).Stage.Should().Be(Stage.Adopted);
    }

    [Fact]
    public void A_removed_feature_is_beyond_rollback()
    {
        foreach (var day in new[] { 1, 15, 17, 47 })
            Run(day);
        Advancing.Rollback(proposal, Given.Admin, "oops", Facts(48)).Refusal!.Kind.Should().Be(RefusalKind.Conflict);
    }

    [Fact]
    public void A_stranger_rolls_back_nothing() =>
        Advancing.Rollback(proposal, Given.Stranger, "why not", Facts(1)).Refusal!.Kind.Should().Be(RefusalKind.Forbidden);

    [Fact]
    public void All_features_of_a_proposal_move_together()
    {
        var (a, b) = (Given.Feature(Stage.Adopted, "g:a"), Given.Feature(Stage.Adopted, "g:b") with { HasSeriousIncident = true });
        var both = Given.ApprovedByOwner(a, b);
        var held = Advancing.Advance(both, Given.At(Given.Monday.AddDays(1), a, b));
        held.Due.Should().BeEmpty();
        held.Blocked.Should().ContainSingle().Which.Field.Should().Be("g:b");
    }

    [Fact]
    public void A_fade_says_which_share_of_requests_still_reads()
    {
        var fade = new BrownoutFade([new(TimeSpan.Zero, 0.5), new(TimeSpan.FromDays(2), 0)], TimeSpan.FromDays(1));
        fade.Faults().Should().BeEmpty();
        var fading = proposal with { Plan = proposal.Plan with { Brownout = fade }, State = ProposalState.Brownout, BrownoutBegan = Given.Monday };
        fading.ShareStillReading(Given.Monday.AddDays(1)).Should().Be(0.5);
        fading.ShareStillReading(Given.Monday.AddDays(2)).Should().Be(0);
        fade.Length.Should().Be(TimeSpan.FromDays(3));
    }

    [Fact]
    public void Windows_refuse_reads_while_open_and_serve_them_between()
    {
        var schedule = Given.Plan(Given.Monday).Brownout;
        schedule.ShareAt(TimeSpan.FromHours(3)).Should().Be(0);
        schedule.ShareAt(TimeSpan.FromHours(5)).Should().Be(1);
        new BrownoutWindows([new(TimeSpan.FromHours(2), TimeSpan.FromHours(3)), new(TimeSpan.FromHours(1), TimeSpan.FromHours(4))])
            .Faults().Should().ContainSingle().Which.Field.Should().Be("plan.brownout.windows[1]");
    }

    private ProposalContext Facts(int day)
    {
        var now = Given.Monday.AddDays(day);
        return Given.At(now, feature with { ServingUsage = Given.Silent(now), TrainingUsage = Given.Silent(now) });
    }

    private Progress Run(int day)
    {
        var progress = Advancing.Advance(proposal, Facts(day));
        (proposal, feature) = (progress.Proposal, feature.After(progress.Due));
        return progress;
    }
}
