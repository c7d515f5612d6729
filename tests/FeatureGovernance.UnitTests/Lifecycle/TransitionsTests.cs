using FeatureGovernance.Core;
using FeatureGovernance.Core.Lifecycle;

namespace FeatureGovernance.UnitTests.Lifecycle;

public class TransitionsTests
{
    private static readonly DateTimeOffset Later = Given.Monday.AddDays(90);

    [Fact]
    public void An_engineer_proposes_a_described_draft()
    {
        var change = Decide(Given.Feature(Stage.Draft), Stage.Proposed, Given.OwnerEngineer).Must();
        change.Should().BeEquivalentTo(new { From = Stage.Draft, To = Stage.Proposed, By = "owner-engineer", OverrideReason = (string?)null });
    }

    [Fact]
    public void A_step_that_is_not_in_the_table_is_a_conflict_that_names_the_legal_ones()
    {
        var refusal = Decide(Given.Feature(Stage.Draft), Stage.Adopted, Given.Admin).Refusal!;
        refusal.Kind.Should().Be(RefusalKind.Conflict);
        refusal.Errors.Single().Remedy.Should().Contain("proposed");
    }

    [Fact]
    public void A_refusal_lists_every_unmet_guard_with_its_remedy()
    {
        var feature = Given.Feature(Stage.Proposed) with { HasDescription = false, TeamLeads = [], StandardErrors = ["naming", "freshness"] };
        var refusal = Decide(feature, Stage.Experimental, Given.OwnerLead).Refusal!;
        refusal.Kind.Should().Be(RefusalKind.BrokenRule);
        refusal.Codes().Should().Equal("has-description", "team-has-lead", "standard-met");
        refusal.Errors.Should().OnlyContain(error => error.Remedy != null);
        refusal.Errors[2].Message.Should().Contain("naming, freshness");
    }

    [Fact]
    public void Only_a_lead_brings_a_feature_to_adopted()
    {
        Decide(Given.Feature(Stage.Experimental), Stage.Adopted, Given.OwnerEngineer).Refusal!.Kind.Should().Be(RefusalKind.Forbidden);
        Decide(Given.Feature(Stage.Experimental), Stage.Adopted, Given.ReaderLead).Refusal!.Kind.Should().Be(RefusalKind.Forbidden);
        Decide(Given.Feature(Stage.Experimental), Stage.Adopted, Given.OwnerLead).Accepted.Should().BeTrue();
    }

    [Fact]
    public void Nobody_deprecates_without_an_approved_proposal_not_even_by_override()
    {
        Decide(Given.Feature(Stage.Adopted), Stage.Deprecated, Given.OwnerLead).Refusal!.Kind.Should().Be(RefusalKind.Forbidden);
        Decide(Given.Feature(Stage.Adopted), Stage.Deprecated, Given.Admin, new("urgent")).Refusal.Codes().Should().Equal("proposal-approved");
    }

    [Fact]
    public void An_override_skips_overridable_guards_and_records_which_and_why()
    {
        var feature = Given.Feature(Stage.Proposed) with { HasDescription = false, TeamLeads = [] };
        var change = Decide(feature, Stage.Experimental, Given.Admin, new("migration weekend")).Must();
        change.Overridden.Should().Equal("has-description", "team-has-lead");
        change.OverrideReason.Should().Be("migration weekend");
    }

    [Fact]
    public void An_override_needs_an_administrator_and_a_reason()
    {
        var feature = Given.Feature(Stage.Experimental);
        Decide(feature, Stage.Adopted, Given.OwnerLead, new("please")).Refusal!.Code.Should().Be("override-by-admin-only");
        Decide(feature, Stage.Adopted, Given.Admin, new("  ")).Refusal!.Kind.Should().Be(RefusalKind.Malformed);
    }

    [Fact]
    public void Disabling_is_refused_while_a_live_model_reads_the_feature_even_to_an_administrator()
    {
        var feature = BrownedOut() with { LiveReaders = [Given.Reader] };
        Decide(feature, Stage.Disabled, Actor.System).Refusal.Codes().Should().Equal("no-live-reader");
        Decide(feature, Stage.Disabled, Given.Admin, new("now")).Refusal.Codes().Should().Equal("no-live-reader");
    }

    [Fact]
    public void Unknown_usage_is_not_zero_usage()
    {
        var feature = BrownedOut() with { ServingUsage = null };
        Decide(feature, Stage.Disabled, Given.Admin, new("now")).Refusal.Codes().Should().Equal("serving-usage-known");
        var stale = BrownedOut() with { ServingUsage = Given.Silent(Later.AddDays(-3)) };
        Decide(stale, Stage.Disabled, Actor.System).Refusal.Codes().Should().Equal("serving-usage-known");
    }

    [Theory]
    [InlineData(1.0, true)]
    [InlineData(0.5, true)]
    [InlineData(0.01, false)]
    [InlineData(0.0, false)]
    public void Silence_in_sampled_telemetry_counts_as_far_as_its_upper_bound_allows(double rate, bool known)
    {
        var feature = BrownedOut() with { ServingUsage = new(Later.AddDays(-7), Later, null, rate) };
        Decide(feature, Stage.Disabled, Actor.System).Accepted.Should().Be(known);
    }

    [Fact]
    public void The_bound_on_unseen_reads_is_the_largest_number_that_leaves_five_percent_for_silence()
    {
        var usage = new ObservedUsage(Later.AddDays(-10), Later, null, SamplingRate: 0.1);
        Math.Pow(1 - 0.1, usage.UnseenReads).Should().BeApproximately(0.05, 1e-12);
        usage.UnseenReadsPerDay.Should().BeApproximately(usage.UnseenReads / 10, 1e-12);
    }

    [Fact]
    public void Disabling_waits_for_seven_days_without_a_serving_read()
    {
        var read = BrownedOut() with { ServingUsage = new(Later.AddDays(-60), Later, Later.AddDays(-6.9)) };
        Decide(read, Stage.Disabled, Actor.System).Refusal.Codes().Should().Equal("serving-quiet");
        var young = BrownedOut() with { ServingUsage = new(Later.AddDays(-3), Later, null) };
        Decide(young, Stage.Disabled, Actor.System).Refusal.Codes().Should().Equal("serving-quiet");
        var quiet = BrownedOut() with { ServingUsage = new(Later.AddDays(-60), Later, Later.AddDays(-7)) };
        Decide(quiet, Stage.Disabled, Actor.System).Accepted.Should().BeTrue();
    }

    [Fact]
    public void Disabling_waits_for_the_replacement_to_be_adopted_and_for_incidents()
    {
        var feature = BrownedOut() with { Replacement = new("clicks:rate_28d", Stage.Experimental), HasSeriousIncident = true };
        Decide(feature, Stage.Disabled, Actor.System).Refusal.Codes().Should().Equal("replacement-adopted", "no-serious-incident");
    }

    [Fact]
    public void Removal_waits_for_thirty_days_disabled_training_silence_and_derived_features()
    {
        var feature = Held(Stage.Disabled, ProposalState.Disabled) with
        {
            StageSince = Later.AddDays(-29),
            TrainingUsage = null,
            DerivedFeatures = ["clicks:rate_ratio"],
        };
        Decide(feature, Stage.Removed, Actor.System).Refusal.Codes().Should().Equal("disabled-long-enough", "training-quiet", "no-derived-feature");
        var ready = feature with { StageSince = Later.AddDays(-30), TrainingUsage = Given.Silent(Later), DerivedFeatures = [] };
        Decide(ready, Stage.Removed, Actor.System).Accepted.Should().BeTrue();
    }

    [Theory]
    [InlineData(Stage.Deprecated)]
    [InlineData(Stage.Brownout)]
    [InlineData(Stage.Disabled)]
    public void A_lead_revives_from_any_stage_before_removed_once_no_proposal_holds_the_feature(Stage stage)
    {
        Decide(Given.Feature(stage), Stage.Adopted, Given.OwnerLead).Accepted.Should().BeTrue();
        Decide(Held(stage, ProposalState.Notice), Stage.Adopted, Given.OwnerLead).Refusal.Codes().Should().Equal("no-open-proposal");
    }

    [Fact]
    public void Nothing_leads_out_of_removed() => Transitions.From(Stage.Removed).Should().BeEmpty();

    [Fact]
    public void Each_pair_of_stages_has_one_row_and_each_guard_is_documented()
    {
        Transitions.Table.Select(row => (row.From, row.To)).Should().OnlyHaveUniqueItems();
        Transitions.Table.SelectMany(row => row.Guards).Should().BeSubsetOf(Guards.All);
    }

    private static FeatureFacts BrownedOut() => Held(Stage.Brownout, ProposalState.Brownout);

    private static FeatureFacts Held(Stage stage, ProposalState state) => Given.Feature(stage) with
    {
        ServingUsage = Given.Silent(Later),
        TrainingUsage = Given.Silent(Later),
        Proposal = new("p1", state, Quorum: true, Later.AddDays(-30), Later.AddDays(-20)),
    };

    private static Decision<StageChange> Decide(FeatureFacts facts, Stage to, Actor actor, AdminOverride? over = null) =>
        Transitions.Decide(facts, to, actor, Given.Policy, Later, over);
}
