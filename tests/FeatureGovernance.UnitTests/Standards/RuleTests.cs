using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Core.Registry;
using FeatureGovernance.Core.Standards;

namespace FeatureGovernance.UnitTests.Standards;

public class RuleTests
{
    private static readonly FeatureRecord Sound = Records.Feature();

    public static TheoryData<string, FeatureRecord, FeatureRecord> Kinds() => new()
    {
        { "required, fields: [entity, source.table]", Sound with { Entity = "user" }, Sound },
        { "wellFormed, field: source.table, pattern: '^[a-z]+$'", Sound, Sound with { SourceTable = "People 2" } },
        { "naming, pattern: '^[a-z]+$'", Sound, Records.Feature("user:Age") },
        { "ownerActive, minimumLeads: 2", Sound with { Leads = 2 }, Sound },
        { "descriptionQuality, minimumWords: 4", Sound, Sound with { Description = "Age." } },
        { "descriptionQuality, minimumWords: 1, notOnlyName: true", Sound, Sound with { Description = "User age" } },
        { "freshness, maximum: PT2H", Sound with { FreshnessSeconds = 7_200 }, Sound with { FreshnessSeconds = 7_201 } },
        { "freshness, measured: true", Sound.With(EvidenceKind.Freshness, 60) with { FreshnessSeconds = 60 }, Sound.With(EvidenceKind.Freshness, 61) with { FreshnessSeconds = 60 } },
        { "coverage, minimum: 0.9", Sound.With(EvidenceKind.Coverage, 0.9), Sound.With(EvidenceKind.Coverage, 0.89) },
        { "nullRate, maximum: 0.1", Sound.With(EvidenceKind.NullRate, 0.1), Sound.With(EvidenceKind.NullRate, 0.11) },
        { "nullRate", Sound.With(EvidenceKind.NullRate, 0.1) with { ExpectedMaxNullRate = 0.2 }, Sound.With(EvidenceKind.NullRate, 0.1) with { ExpectedMaxNullRate = 0.05 } },
        { "sensitivityReview", Sound.With(EvidenceKind.SensitivityReview, 1) with { Sensitivity = Sensitivity.Personal }, Sound with { Sensitivity = Sensitivity.Personal } },
        { "sensitivityReview, maximumAgeDays: 365", Sound, Sound.With(EvidenceKind.SensitivityReview, 1, daysAgo: 366) with { Sensitivity = Sensitivity.Personal } },
        { "costCeiling, maximumPerDay: 5", Sound with { CostPerDay = 5, DeclaredCostPerDay = 9 }, Sound with { DeclaredCostPerDay = 9 } },
        { "valueFloor, minimumPercentile: 10", Sound with { Percentile = 10 }, Sound with { Percentile = 9 } },
        { "valueFloor, minimumPercentile: 10, afterDays: 60", Sound with { Percentile = 1 }, Sound with { Percentile = 1, StageSince = Records.Now.AddDays(-61) } },
        { "tests", Sound.With(EvidenceKind.Test, 1), Sound.With(EvidenceKind.Test, 0.99) },
        { "parity, minimum: 0.99", Sound.With(EvidenceKind.Parity, 0.995), Sound.With(EvidenceKind.Parity, 0.9) },
        { "labelDelay, maximum: P1D", Sound, Sound.With(EvidenceKind.LabelDelay, 90_000) with { Kind = FeatureKind.Label } },
        { "noDeprecatedSources", Sound, Sound with { LeavingParents = ["user:old"] } },
        { "lookAlikesExplained", Sound with { UnexplainedLookAlikes = 0 }, Sound with { UnexplainedLookAlikes = 2 } },
        { "expression, condition: 'parents < 3'", Sound, Sound with { Parents = 3 } },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Each_kind_tells_what_meets_it_from_what_does_not(string kind, FeatureRecord meets, FeatureRecord fails)
    {
        var book = Records.Book(Records.Standard($"  - {{id: a, remedy: x, level: error, kind: {kind}}}"));
        book.Judge(meets).Should().BeEmpty();
        book.Judge(fails).Single().Should().BeEquivalentTo(new { Failed = true, Level = RuleLevel.Error, Standing = Standing.Failed });
    }

    [Fact]
    public void What_is_unknown_passes_unless_the_rule_says_otherwise()
    {
        Records.Book(Records.Standard("  - {id: a, kind: coverage, remedy: x, level: error}")).Judge(Sound).Single()
            .Should().BeEquivalentTo(new { Failed = false, Level = RuleLevel.Info, HoldsBack = true });
        Records.Book(Records.Standard("  - {id: a, kind: coverage, remedy: x, level: error, whenUnknown: fail}")).Failing(Sound).Should().Equal("a Error");
        Records.Book(Records.Standard("  - {id: a, kind: tests, maximumAgeDays: 30, remedy: x, whenUnknown: fail}"))
            .Failing(Sound.With(EvidenceKind.Test, 1, daysAgo: 31)).Should().Equal("a Warn");
    }

    [Theory]
    [InlineData("kinds: [label]", false)]
    [InlineData("kinds: [feature, label]", true)]
    [InlineData("teams: [above]", true)]
    [InlineData("teams: [elsewhere]", false)]
    [InlineData("groups: ['us*']", true)]
    [InlineData("groups: [users]", false)]
    [InlineData("tiers: [critical]", true)]
    [InlineData("tiers: [other]", false)]
    [InlineData("stages: [adopted]", true)]
    [InlineData("stages: [draft]", false)]
    [InlineData("transitions: [adopted]", false)]
    public void A_scope_confines_by_kind_team_group_tier_and_stage(string scope, bool fits)
    {
        var book = Records.Book(Records.Standard($"  - {{id: a, kind: required, fields: [entity], remedy: x, scope: {{{scope}}}}}"));
        book.Failing(Sound with { Tier = "critical" }).Should().HaveCount(fits ? 1 : 0);
    }

    [Fact]
    public void A_transition_rule_holds_for_entering_alone_and_a_stage_rule_for_entering_and_being()
    {
        var book = Records.Book(Records.Standard("""
              - {id: on-entry, kind: required, fields: [entity], remedy: x, scope: {transitions: [adopted]}}
              - {id: standing, kind: required, fields: [entity], remedy: x, scope: {stages: [adopted]}}
            """));
        book.Failing(Sound).Should().Equal("standing Warn");
        book.Failing(Sound with { Stage = Stage.Experimental }).Should().BeEmpty();
        book.Failing(Sound with { Stage = Stage.Experimental }, Stage.Adopted).Should().Equal("on-entry Warn", "standing Warn");
    }

    [Fact]
    public void A_rule_begins_on_its_day_and_only_warns_older_features_while_grace_runs()
    {
        StandardBook From(string day, int grace) => Records.Book(Records.Standard($"  - {{id: a, kind: required, fields: [entity], remedy: x, level: error, effectiveFrom: {day}, graceDays: {grace}}}"));
        From("2031-05-06", 0).Failing(Sound).Should().BeEmpty();
        From("2031-05-05", 0).Failing(Sound).Should().Equal("a Error");
        From("2031-05-01", 10).Failing(Sound).Should().Equal("a Warn");
        From("2031-05-01", 10).Failing(Sound with { CreatedAt = Records.Now.AddDays(-1) }).Should().Equal("a Error");
        From("2031-05-01", 4).Failing(Sound).Should().Equal("a Error");
    }

    [Fact]
    public void An_exemption_covers_its_rule_and_feature_until_it_expires()
    {
        var standard = Records.Standard("  - {id: a, kind: required, fields: [entity], remedy: x, level: error}\n  - {id: b, kind: required, fields: [entity], remedy: x, exemptible: false}");
        Records.Book(standard, new Exemption(1, "a", "user:age", null, null, Records.Now.AddDays(1)),
            new Exemption(2, "b", "user:age", null, null, Records.Now.AddDays(1)))
            .Failing(Sound).Should().Equal("b Warn");
        Records.Book(standard, new Exemption(1, "a", null, null, "above", Records.Now.AddDays(1))).Failing(Sound).Should().Equal("b Warn");
        Records.Book(standard, new Exemption(1, "a", null, "user", null, Records.Now)).Failing(Sound).Should().Equal("a Error", "b Warn");
        Records.Book(standard, new Exemption(1, "a", "user:other", null, null, Records.Now.AddDays(1))).Failing(Sound).Should().Equal("a Error", "b Warn");
    }
}
