using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Core.Value;

namespace FeatureGovernance.UnitTests.Lifecycle;

public class EvidenceTests
{
    private static readonly Belief Then = new(0.010, 0.008, 0.012, 4);

    public static TheoryData<double?, double?, double?, double?, bool> Later => new()
    {
        { 0.011, 0.009, 0.013, 4, false },
        { 0.020, 0.0101, 0.030, 4, true },
        { 0.002, 0.001, 0.0099, 4, true },
        { 0.010, 0.008, 0.012, 4.99, false },
        { 0.010, 0.008, 0.012, 5, true },
        { 0.010, 0.008, 0.012, 3, true },
        { null, null, null, null, false },
    };

    [Theory]
    [MemberData(nameof(Later))]
    public void Evidence_changes_materially_with_an_interval_that_excludes_the_old_value_or_with_cost(
        double? value, double? lower, double? upper, double? cost, bool changed) =>
        Materiality.Changed(Then, new(value, lower, upper, cost), 0.25).Should().Be(changed);

    [Fact]
    public void What_was_unknown_and_is_known_is_new_evidence()
    {
        Materiality.Changed(new(null, null, null, 4), Then, 0.25).Should().BeTrue();
        Materiality.Changed(Then with { CostPerDay = null }, Then, 0.25).Should().BeTrue();
        Materiality.Changed(Then with { CostPerDay = 0 }, Then with { CostPerDay = 0 }, 0.25).Should().BeFalse();
    }

    [Fact]
    public void Impact_adds_what_is_known_and_counts_what_is_not()
    {
        LiveReader ranker = new("ranker", "readers"), finder = new("finder", "others");
        var value = ValueEstimate.LogNormal(0.02, 0.01);
        var impact = Impact.Of(
        [
            new("g:a", [ranker, finder], ["g:sum", "g:b"], value.Mean, value.Lower80, value.Upper80, 3, "g:z", ["ranker"]),
            new("g:b", [ranker], [], null, null, null, null, null, []),
        ]);

        impact.Should().BeEquivalentTo(new
        {
            Reads = 3, Value = 0.02, ValueUnknown = 1, SavingPerDay = 3.0, CostUnknown = 1, ReplacementCoverage = 0.5, ReadsWithoutReplacement = 1,
        });
        impact.ValueLower.Should().BeApproximately(value.Lower80, 1e-12);
        impact.ValueUpper.Should().BeApproximately(value.Upper80, 1e-12);
        impact.Models.Should().Equal("finder", "ranker");
        impact.Teams.Should().Equal("others", "readers");
        impact.Derived.Should().Equal("g:sum");
    }

    [Fact]
    public void Coverage_without_a_replacement_is_unknown_not_none()
    {
        var impact = Impact.Of([new("g:a", [new("m", "t")], [], null, null, null, null, null, [])]);
        impact.ReplacementCoverage.Should().BeNull();
        impact.Value.Should().BeNull();
        impact.SavingPerDay.Should().BeNull();
    }

    [Fact]
    public void A_guardrail_speaks_only_during_the_brownout_and_of_what_was_measured_in_it()
    {
        var proposal = Given.ApprovedByOwner(Given.Feature(Stage.Adopted));
        proposal = proposal with
        {
            State = ProposalState.Brownout,
            BrownoutBegan = Given.Monday,
            Plan = proposal.Plan with { Guardrails = [new("ranker", "auc", 0.7, null), new("ranker", "errors", null, 10)] },
        };

        GuardrailChecks.Crossed(proposal, new("ranker", "auc", 0.69, Given.Monday))!.Min.Should().Be(0.7);
        GuardrailChecks.Crossed(proposal, new("ranker", "auc", 0.7, Given.Monday)).Should().BeNull();
        GuardrailChecks.Crossed(proposal, new("ranker", "errors", 11, Given.Monday.AddHours(1)))!.Max.Should().Be(10);
        GuardrailChecks.Crossed(proposal, new("finder", "auc", 0.1, Given.Monday)).Should().BeNull();
        GuardrailChecks.Crossed(proposal, new("ranker", "auc", 0.1, Given.Monday.AddTicks(-1))).Should().BeNull();
        GuardrailChecks.Crossed(proposal with { State = ProposalState.Notice }, new("ranker", "auc", 0.1, Given.Monday)).Should().BeNull();
        (proposal.Plan with { Guardrails = [new("m", "auc", null, null), new("m", "auc", 2, 1)] }).Faults(Given.Policy, Given.Monday)
            .Select(fault => fault.Code).Should().Equal("guardrail-without-limit", "guardrail-out-of-order");
    }

    [Fact]
    public void The_record_of_removals_corrects_savings_only_once_enough_were_seen()
    {
        RemovalOutcome[] removals = [new(0.01, 0.02, 10, 0.005, 8), new(0.01, 0.02, 10, 0.05, 4), new(null, null, 10, null, null)];
        Outcomes.Record(removals).Should().Be(new TrackRecord(3, 2, 1, 2, null));
        Outcomes.Record([.. removals, new(0.01, 0.02, 10, null, 6)]).SavingRatio.Should().BeApproximately(0.6, 1e-12);
    }

    [Fact]
    public void Loss_is_relative_weighted_and_looks_the_right_way()
    {
        MetricShift auc = new("ranker", "auc", true, 3, 0.80, 0.76), entropy = new("finder", "ne", false, 1, 0.50, 0.45);
        Outcomes.Loss([auc, entropy]).Should().BeApproximately(((3 * 0.05) - 0.1) / 4, 1e-12);
        Outcomes.Loss([auc with { Before = 0 }]).Should().BeNull();
        Outcomes.Loss([]).Should().BeNull();
    }

    [Fact]
    public void A_schedule_announces_every_change_of_share()
    {
        var proposal = Given.ApprovedByOwner(Given.Feature(Stage.Adopted)) with { State = ProposalState.Notice, NoticeBegan = Given.Monday };
        var begin = Given.Monday.AddDays(14);
        proposal.ChangesOfShare().Should().Equal(
            new ShareChange(begin, 0), new ShareChange(begin.AddHours(4), 1), new ShareChange(begin.AddDays(1), 0), new ShareChange(begin.AddDays(2), 1));
    }
}
