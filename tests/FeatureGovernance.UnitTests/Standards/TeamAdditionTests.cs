using FeatureGovernance.Core.Standards;

namespace FeatureGovernance.UnitTests.Standards;

public class TeamAdditionTests
{
    private static readonly Standard Organisation = Records.Standard("""
          - {id: covered, kind: coverage, minimum: 0.8, level: warn, remedy: x}
          - {id: cheap, kind: costCeiling, maximumPerDay: 10, level: error, remedy: x, whenUnknown: fail, exemptible: false}
          - {id: filled, kind: required, fields: [entity, description], remedy: x, scope: {stages: [adopted]}}
          - {id: late, kind: ownerActive, remedy: x, effectiveFrom: 2031-01-01, graceDays: 10}
          - {id: whole, kind: parity, remedy: x}
          - {id: named, kind: naming, pattern: '^[a-z]+$', remedy: x}
        """);

    [Theory]
    [InlineData("{id: covered, kind: coverage, minimum: 0.9, level: error, remedy: x}", null)]
    [InlineData("{id: fresh-one, kind: ownerActive, level: info, remedy: x}", null)]
    [InlineData("{id: filled, kind: required, fields: [entity, description, tier], remedy: x}", null)]
    [InlineData("{id: covered, kind: coverage, minimum: 0.7, remedy: x}", "rules[0].minimum")]
    [InlineData("{id: whole, kind: parity, minimum: 0.9, remedy: x}", "rules[0].minimum")]
    [InlineData("{id: covered, kind: tests, remedy: x}", "rules[0].kind")]
    [InlineData("{id: covered, kind: coverage, minimum: 0.8, level: info, remedy: x}", "rules[0].level")]
    [InlineData("{id: covered, kind: coverage, minimum: 0.8, remedy: x, scope: {kinds: [label]}}", "rules[0].scope")]
    [InlineData("{id: covered, kind: coverage, minimum: 0.8, remedy: x, effectiveFrom: 2040-01-01}", "rules[0].effectiveFrom")]
    [InlineData("{id: cheap, kind: costCeiling, maximumPerDay: 11, level: error, remedy: x, whenUnknown: fail, exemptible: false}", "rules[0].maximumPerDay")]
    [InlineData("{id: cheap, kind: costCeiling, maximumPerDay: 9, level: error, remedy: x, exemptible: false}", "rules[0].whenUnknown")]
    [InlineData("{id: cheap, kind: costCeiling, maximumPerDay: 9, level: error, remedy: x, whenUnknown: fail}", "rules[0].exemptible")]
    [InlineData("{id: filled, kind: required, fields: [entity], remedy: x}", "rules[0].fields")]
    [InlineData("{id: late, kind: ownerActive, remedy: x, effectiveFrom: 2031-01-01, graceDays: 11}", "rules[0].graceDays")]
    [InlineData("{id: named, kind: naming, pattern: '.', remedy: x}", "rules[0].pattern")]
    public void A_team_may_only_be_stricter(string rule, string? fault)
    {
        var addition = Records.Standard($"  - {rule}", "name: ours\nteam: owners");
        var faults = TeamAdditions.Faults(addition, Organisation.Rules);
        faults.Select(one => one.Field).Should().Equal(fault is null ? [] : [fault]);
        faults.All(one => one.Line > 0 && one.Remedy != null && one.Code == "weaker-than-organisation").Should().BeTrue();
    }

    [Fact]
    public void Of_a_restated_rule_the_graver_verdict_stands_and_other_teams_are_not_touched()
    {
        var addition = Records.Standard("  - {id: covered, kind: coverage, minimum: 0.9, level: error, remedy: x}", "name: ours\nteam: owners");
        var book = Records.Book(Records.Standard("  - {id: covered, kind: coverage, minimum: 0.8, level: warn, remedy: x}"), addition);
        book.Failing(Records.Feature().With(EvidenceKind.Coverage, 0.85)).Should().Equal("covered Error");
        book.Failing(Records.Feature().With(EvidenceKind.Coverage, 0.85) with { Teams = ["others"] }).Should().BeEmpty();
        book.Failing(Records.Feature().With(EvidenceKind.Coverage, 0.5) with { Teams = ["others"] }).Should().Equal("covered Warn");
    }

    [Fact]
    public void A_difference_is_told_by_rule_and_field()
    {
        var after = Records.Standard("  - {id: covered, kind: coverage, minimum: 0.9, level: error, remedy: x}\n  - {id: added, kind: ownerActive, remedy: y}");
        var before = Records.Standard("  - {id: gone, kind: ownerActive, remedy: y}\n  - {id: covered, kind: coverage, minimum: 0.8, level: warn, remedy: x}");
        var changes = StandardDiff.Between(before, after);
        changes.Should().Contain(new StandardChange("rules.covered.minimum", "0.8",
            "0.9")).And.Contain(new StandardChange("rules.covered.level", "warn", "error"));
        changes.Should().Contain(new StandardChange("rules.added.kind", null, "ownerActive")).And.Contain(new StandardChange("rules.gone.kind",
            "ownerActive", null));
        StandardDiff.Between(before, before).Should().BeEmpty();
    }
}
