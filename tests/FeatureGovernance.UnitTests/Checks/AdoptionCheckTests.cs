using FeatureGovernance.Core.Checks;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Core.Registry;

namespace FeatureGovernance.UnitTests.Checks;

public class AdoptionCheckTests
{
    private static readonly DateTimeOffset Sunset = new(2026, 9, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly FeatureEntry OnNotice = SnapshotBuilder.Entry("g:old", Stage.Deprecated) with
    {
        Replacement = "g:new", Deadline = Sunset, OnNoticeSince = Sunset.AddDays(-60), Reason = "a twin costs less",
    };

    [Fact]
    public void Granted_adopted_features_pass_and_the_answer_says_which_registry_it_asked()
    {
        var report = new SnapshotBuilder().With("g:a").With("g:b").Check("g:a", "g:b@2");
        report.Verdict.Should().Be(Verdict.Pass);
        report.RegistryVersion.Should().Be(42);
        report.Findings.Should().BeEmpty();
    }

    [Fact]
    public void An_unknown_feature_fails_with_the_nearest_names()
    {
        var report = new SnapshotBuilder().With("clicks:rate_7d").With("clicks:rate_28d").With("views:total").Check("clicks:rate_7dd");
        var finding = Only(report, CheckRules.UnknownFeature, RuleLevel.Error);
        finding.Replacement.Should().Be("clicks:rate_7d");
        finding.Suggestions.Should().Equal("clicks:rate_7d", "clicks:rate_28d");
        finding.Remedy.Should().Contain("clicks:rate_7d or clicks:rate_28d");
    }

    [Theory]
    [InlineData("no group")]
    [InlineData("")]
    [InlineData("g:a@0")]
    [InlineData("g:a@x")]
    [InlineData("g:\u0430")]
    public void A_malformed_reference_fails(string reference) =>
        Only(new SnapshotBuilder().With("g:a").Check(reference), CheckRules.Malformed, RuleLevel.Error).Feature.Should().Be(reference);

    [Fact]
    public void Ten_thousand_characters_are_not_quoted_back() =>
        Only(new SnapshotBuilder().Check(new string('x', 10_000)), CheckRules.Malformed, RuleLevel.Error).Message.Length.Should().BeLessThan(200);

    [Fact]
    public void A_version_that_does_not_exist_fails() =>
        Only(new SnapshotBuilder().With("g:a").Check("g:a@4"), CheckRules.UnknownVersion, RuleLevel.Error).Remedy.Should().Contain("g:a@3");

    [Fact]
    public void The_same_version_twice_warns_and_two_versions_side_by_side_do_not()
    {
        Only(new SnapshotBuilder().With("g:a").Check("g:a", "g:a@3"), CheckRules.Duplicated, RuleLevel.Warn);
        new SnapshotBuilder().With("g:a").Check("g:a", "g:a@2").Verdict.Should().Be(Verdict.Pass);
    }

    [Fact]
    public void An_old_name_answers_with_the_new_one()
    {
        var report = new SnapshotBuilder().With("g:a").WithRename("g:a", "g:b").WithRename("g:b", "g:c").Check("g:a@2");
        Only(report, CheckRules.Renamed, RuleLevel.Warn).Replacement.Should().Be("g:c@2");
    }

    [Theory]
    [InlineData(Stage.Draft)]
    [InlineData(Stage.Proposed)]
    public void What_is_not_yet_experimental_fails_for_any_model(Stage stage) =>
        Only(new SnapshotBuilder().WithModelKind(ModelKind.Other).With("g:a", stage).Check("g:a"), CheckRules.WrongStage, RuleLevel.Error);

    [Theory]
    [InlineData(ModelKind.Ranking, false, RuleLevel.Error)]
    [InlineData(ModelKind.Retrieval, false, RuleLevel.Error)]
    [InlineData(ModelKind.Ranking, true, RuleLevel.Warn)]
    [InlineData(ModelKind.Other, false, RuleLevel.Warn)]
    public void An_experimental_feature_needs_a_trial_in_a_serving_ranking_or_retrieval_model(ModelKind kind, bool trial, RuleLevel level) =>
        Only(new SnapshotBuilder().WithModelKind(kind).With(SnapshotBuilder.Entry("g:a", Stage.Experimental), onTrial: trial).Check("g:a"),
            CheckRules.WrongStage, level);

    [Fact]
    public void A_present_reader_of_a_feature_on_notice_is_warned_with_replacement_and_deadline()
    {
        var finding = Only(new SnapshotBuilder().With(OnNotice, isRead: true).Check("g:old"), CheckRules.Deprecated, RuleLevel.Warn);
        finding.Should().BeEquivalentTo(new { Replacement = "g:new", Deadline = Sunset });
        finding.Message.Should().Contain("2026-09-01").And.Contain("a twin costs less");
        finding.Remedy.Should().Contain("g:new");
    }

    [Theory]
    [InlineData(Stage.Deprecated, CheckRules.Deprecated)]
    [InlineData(Stage.Brownout, CheckRules.Brownout)]
    public void A_feature_on_notice_is_never_newly_read(Stage stage, string rule)
    {
        var report = new SnapshotBuilder().With(OnNotice with { Stage = stage }).Check("g:old");
        report.Findings.Select(finding => (finding.Rule, finding.Level)).Should().Equal((rule, RuleLevel.Warn), (CheckRules.NewReadOnNotice, RuleLevel.Error));
        report.Verdict.Should().Be(Verdict.Fail);
    }

    [Fact]
    public void A_disabled_feature_fails_even_a_present_reader() =>
        Only(new SnapshotBuilder().With(OnNotice with { Stage = Stage.Disabled }, isRead: true).Check("g:old"), CheckRules.Disabled, RuleLevel.Error);

    [Fact]
    public void A_tombstone_explains_what_became_of_the_feature()
    {
        var finding = Only(new SnapshotBuilder().With(OnNotice with { Stage = Stage.Removed }, isGranted: false).Check("g:old"),
            CheckRules.Removed, RuleLevel.Error);
        finding.Message.Should().Contain("2026-09-01").And.Contain("a twin costs less").And.Contain("reserved");
    }

    [Fact]
    public void A_feature_that_was_not_granted_to_this_model_fails() =>
        Only(new SnapshotBuilder().With(SnapshotBuilder.Entry("g:a"), isGranted: false).Check("g:a"), CheckRules.NotApproved, RuleLevel.Error);

    [Fact]
    public void What_a_live_model_already_reads_without_approval_warns() =>
        Only(new SnapshotBuilder().With(SnapshotBuilder.Entry("g:a"), isGranted: false, isRead: true).Check("g:a"), CheckRules.NotApproved, RuleLevel.Warn);

    [Fact]
    public void A_label_is_no_input() =>
        Only(new SnapshotBuilder().With(SnapshotBuilder.Entry("g:y") with { Kind = FeatureKind.Label }).Check("g:y"), CheckRules.LabelAsInput, RuleLevel.Error);

    [Theory]
    [InlineData(RuleLevel.Error, Verdict.Fail)]
    [InlineData(RuleLevel.Warn, Verdict.Warn)]
    [InlineData(RuleLevel.Info, Verdict.Pass)]
    public void A_failing_standard_is_as_serious_as_the_standard_says(RuleLevel level, Verdict verdict)
    {
        var entry = SnapshotBuilder.Entry("g:a") with { StandardFault = "No owner.", StandardLevel = level };
        var report = new SnapshotBuilder().With(entry).Check("g:a");
        Only(report, CheckRules.Standard, level);
        report.Verdict.Should().Be(verdict);
    }

    [Theory]
    [InlineData(Stage.Deprecated, RuleLevel.Warn)]
    [InlineData(Stage.Disabled, RuleLevel.Error)]
    public void A_feature_derived_at_any_remove_from_one_that_leaves_is_found(Stage stage, RuleLevel level)
    {
        var registry = new SnapshotBuilder().With("g:source", stage);
        registry.With(SnapshotBuilder.Entry("g:middle") with { Upstream = [registry.Slot("g:source")] });
        registry.With(SnapshotBuilder.Entry("g:derived") with { Upstream = [registry.Slot("g:middle")] });
        Only(registry.Check("g:derived"), CheckRules.DerivedFromDeprecated, level).Message.Should().Contain("g:source");
    }

    [Fact]
    public void A_circle_of_derivations_ends()
    {
        var registry = new SnapshotBuilder().With("g:a").With("g:b");
        registry.With(SnapshotBuilder.Entry("g:a") with { Upstream = [registry.Slot("g:b")] });
        registry.With(SnapshotBuilder.Entry("g:b") with { Upstream = [registry.Slot("g:a")] });
        registry.Check("g:a", "g:b").Verdict.Should().Be(Verdict.Pass);
    }

    [Fact]
    public void Only_what_the_change_adds_can_fail_it()
    {
        var registry = new SnapshotBuilder().With("g:a", Stage.Draft).With("g:b", Stage.Disabled).With("g:c", Stage.Draft);
        var report = registry.CheckChange(["g:a", "g:b", "g:missing", "bad"], "g:a", "g:b", "g:missing", "bad");
        report.Verdict.Should().Be(Verdict.Warn);
        report.Findings.Select(finding => finding.Rule).Should()
            .Equal(CheckRules.WrongStage, CheckRules.Disabled, CheckRules.UnknownFeature, CheckRules.Malformed);
        registry.CheckChange(["g:a"], "g:a", "g:c").Findings.Select(finding => finding.Level).Should().Equal(RuleLevel.Warn, RuleLevel.Error);
    }

    [Fact]
    public void Pinning_another_version_is_a_change() =>
        Only(new SnapshotBuilder().With("g:a").CheckChange(["g:a@1"], "g:a@9"), CheckRules.UnknownVersion, RuleLevel.Error);

    [Fact]
    public void An_unregistered_model_fails_once_and_its_features_are_still_looked_at()
    {
        var report = AdoptionCheck.Run(new("nobody", ["g:a", "g:b"]), new SnapshotBuilder().With("g:a").With("g:b", Stage.Draft).Build());
        report.Findings.Select(finding => finding.Rule).Should().Equal(CheckRules.UnknownModel, CheckRules.WrongStage);
    }

    [Fact]
    public void Suggestions_are_searched_for_twenty_unknown_names_and_no_more()
    {
        var registry = new SnapshotBuilder().With("clicks:rate_7d");
        var report = registry.Check([.. Enumerable.Range(0, 30).Select(i => $"clicks:rate_7d{i}")]);
        report.Findings.Should().HaveCount(30);
        report.Findings.Count(finding => !finding.Suggestions.IsEmpty).Should().Be(20);
    }

    private static Finding Only(CheckReport report, string rule, RuleLevel level)
    {
        var finding = report.Findings.Should().ContainSingle().Subject;
        finding.Should().BeEquivalentTo(new { Rule = rule, Level = level });
        finding.Remedy.Should().NotBeEmpty();
        return finding;
    }
}
