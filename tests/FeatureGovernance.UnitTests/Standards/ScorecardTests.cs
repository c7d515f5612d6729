using FeatureGovernance.Core.Standards;

namespace FeatureGovernance.UnitTests.Standards;

public class ScorecardTests
{
    private static readonly StandardBook Book = Records.Book(Records.Standard("""
          - {id: one, kind: required, fields: [entity], remedy: x, for: bronze, effort: 2}
          - {id: two, kind: required, fields: [tier], remedy: x, for: silver, effort: 5}
          - {id: three, kind: coverage, remedy: x, for: silver, effort: 1}
          - {id: four, kind: tests, remedy: x, for: gold}
          - {id: five, kind: ownerActive, minimumLeads: 9, remedy: x}
        """, "name: org\nscorecard: {levels: [bronze, silver, gold], quota: 0.5}"));

    private static FeatureScorecard Of(FeatureRecord feature) => FeatureScorecard.Of(feature.Key, Book.Ladder, Book.Judge(feature));

    [Fact]
    public void A_level_needs_all_of_its_rules_and_all_below_and_ignorance_is_not_meeting()
    {
        var none = Of(Records.Feature());
        none.Level.Should().Be(-1);
        none.PathTo(0).Select(step => step.Rule).Should().Equal("one");
        none.PathTo(1).Select(step => step.Rule).Should().Equal("one", "three", "two");
        none.EffortTo(1).Should().Be(8);
        var silver = Of(Records.Feature().With(EvidenceKind.Coverage, 1) with { Entity = "user", Tier = "a" });
        silver.Level.Should().Be(1);
        silver.PathTo(2).Select(step => step.Rule).Should().Equal("four");
        Of(Records.Feature().With(EvidenceKind.Coverage, 1).With(EvidenceKind.Test, 1) with { Entity = "user", Tier = "a" }).Level.Should().Be(2);
        Of(Records.Feature().With(EvidenceKind.Coverage, 1) with { Tier = "a" }).Level.Should().Be(-1);
    }

    [Fact]
    public void A_team_is_lifted_by_its_cheapest_features()
    {
        var bronze = Records.Feature("g:bronze") with { Entity = "user" };
        var near = Records.Feature("g:near") with { Entity = "user", Tier = "a" };
        var far = Records.Feature("g:far");
        var joint = JointScorecard.Of(Book.Ladder, [Of(bronze), Of(near), Of(far)]);
        joint.Level.Should().Be(0);
        joint.Counts.Should().Equal(1, 2, 0, 0);
        joint.Path.Select(feature => feature.Key).Should().Equal("g:near", "g:bronze");
        joint.Effort.Should().Be(1 + 6);
        JointScorecard.Of(Book.Ladder, []).Should().BeEquivalentTo(new { Level = -1, Features = 0 });
    }
}
