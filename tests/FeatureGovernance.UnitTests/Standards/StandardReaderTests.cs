using System.Text;
using System.Text.Json.Nodes;
using FeatureGovernance.Core.Standards;

namespace FeatureGovernance.UnitTests.Standards;

public class StandardReaderTests
{
    private const string Rule = "  - {id: a, kind: required, fields: [entity], remedy: Do it.}";

    [Fact]
    public void The_shipped_standard_reads_and_an_ordinary_feature_has_no_error_of_it()
    {
        ShippedStandard.Standard.Name.Should().Be(ShippedStandard.Name);
        Records.Book(ShippedStandard.Standard).Judge(Records.Feature()).Should().NotContain(verdict => verdict.Level > Core.Lifecycle.RuleLevel.Info);
        Records.Book(ShippedStandard.Standard).Failing(Records.Feature() with { Description = null, Leads = 0, DataType = 0 })
            .Should().StartWith(["described Warn", "owned Warn", "typed Warn"]);
    }

    [Fact]
    public void Yaml_and_json_say_the_same()
    {
        var yaml = StandardReader.Read($"name: org\nrules:\n{Rule}").Standard;
        var json = StandardReader.Read("{\n\t\"name\": \"org\",\n\t\"rules\": [{\"id\": \"a\", \"kind\": \"required\", \"fields\": [\"entity\"], \"remedy\": \"Do it.\"}]}").Standard;
        StandardDiff.Between(yaml, json).Should().BeEmpty();
    }

    [Fact]
    public void A_reviewer_is_asked_where_scope_and_condition_hold_and_where_the_condition_is_unknown()
    {
        var policy = StandardReader.Read("""
            name: org
            review:
              reviewers:
                - {team: privacy, when: sensitivity == 'personal'}
                - {team: platform, groups: ['user*']}
                - {team: finance, when: score.costPerDay > 10}
                - {team: nobody, when: score.costPerDay > 10, groups: [other]}
              silence: {consents: [reader, rule], daysOverdue: 3}
            rules: []
            """).Standard!.Review!;
        var feature = Records.Feature() with { Group = "user_clicks", CostPerDay = null, Sensitivity = Core.Registry.Sensitivity.Personal };

        policy.TeamsFor(feature).Should().Equal("privacy", "platform", "finance");
        policy.TeamsFor(feature with { CostPerDay = 3, Sensitivity = Core.Registry.Sensitivity.Public, Group = "item" }).Should().BeEmpty();
        policy.Silence.DaysOverdue.Should().Be(3);
    }

    [Theory]
    [InlineData("name: org\nrules:\n  - {id: a, kind: nosuch, remedy: x}", "rules[0].kind", 3)]
    [InlineData("name: org\nrules:\n  - {id: a, kind: coverage, minimum: '0.5', remedy: x}", "rules[0].minimum", 3)]
    [InlineData("name: org\nrules:\n  - id: a\n    kind: coverage\n    minimum: 7\n    remedy: x", "rules[0].minimum", 5)]
    [InlineData("name: org\nrules:\n  - id: a\n    kind: coverage\n    minimun: 1\n    remedy: x", "rules[0].minimun", 5)]
    [InlineData("name: org\nrules:\n  - {id: a, kind: required, fields: [nosuch], remedy: x}", "rules[0].fields", 3)]
    [InlineData("name: org\nrules:\n  - {id: a, kind: naming, pattern: '(', remedy: x}", "rules[0].pattern", 3)]
    [InlineData("name: org\nrules:\n  - {id: a, kind: labelDelay, maximum: 3 days, remedy: x}", "rules[0].maximum", 3)]
    [InlineData("name: org\nrules:\n  - {id: a, kind: expression, condition: 'key.Length > 1', remedy: x}", "rules[0].condition", 3)]
    [InlineData("name: org\nrules:\n  - {id: a, kind: ownerActive}", "rules[0].remedy", 3)]
    [InlineData("name: org\nrules:\n  - {id: A b, kind: ownerActive, remedy: x}", "rules[0].id", 3)]
    [InlineData("name: org\nrules:\n  - {id: a, kind: ownerActive, remedy: x, level: fatal}", "rules[0].level", 3)]
    [InlineData("name: org\nrules:\n  - {id: a, kind: ownerActive, remedy: x, scope: {stages: [nowhere]}}", "rules[0].scope.stages", 3)]
    [InlineData("name: org\nrules:\n  - {id: a, kind: ownerActive, remedy: x}\n  - {id: a, kind: ownerActive, remedy: x}", "rules.a", 4)]
    [InlineData("name: org\nrules: 7", "rules", 2)]
    [InlineData("name: org", "rules", 1)]
    [InlineData("name: [a]\nrules: []", "name", 1)]
    [InlineData("name: org\nteam: x\nscorecard: {levels: [a]}\nrules: []", "scorecard", 3)]
    [InlineData("name: org\nteam: x\nreview: {silence: {consents: [reader]}}\nrules: []", "review", 3)]
    [InlineData("name: org\nreview: {silence: {consents: [owner]}}\nrules: []", "review.silence.consents", 2)]
    [InlineData("name: org\nreview: {reviewers: [{when: 'true'}]}\nrules: []", "review.reviewers[0].team", 2)]
    [InlineData("name: org\nreview: {reviewers: [{team: a, when: 'nosuch > 1'}]}\nrules: []", "review.reviewers[0].when", 2)]
    [InlineData("name: org\neffectiveFrom: tomorrow\nrules: []", "effectiveFrom", 2)]
    [InlineData("- a\n- b", "document", 1)]
    [InlineData("name: org\nrules:\n  - a: b\n   c: d", "document", 4)]
    [InlineData("name: org\nname: twice\nrules: []", "document", 2)]
    [InlineData("name: &n org\nrules: []", "document", 1)]
    [InlineData("name: !!str org\nrules: []", "document", 1)]
    [InlineData("name: org\nrules: []\n---\nname: two", "document", 3)]
    [InlineData("", "document", 1)]
    [InlineData("{\"name\": \"org\",\n \"rules\": [}", "document", 2)]
    [InlineData("{\"name\": \"org\",\n \"name\": \"two\", \"rules\": []}", "document", 2)]
    public void A_fault_is_named_by_path_and_line(string text, string path, int line)
    {
        var read = StandardReader.Read(text);
        read.Standard.Should().BeNull();
        read.Faults.Should().Contain(fault => fault.Field == path && fault.Line == line && fault.Remedy != null);
    }

    [Fact]
    public void A_bomb_of_aliases_is_refused_at_its_first_anchor()
    {
        var bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 30; i++)
            bomb.Append($"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        StandardReader.Read(bomb.ToString()).Faults.Single().Should().BeEquivalentTo(new { Field = "document", Line = 1L });
    }

    [Fact]
    public void Huge_deep_and_crowded_documents_are_refused()
    {
        StandardReader.Read("name: " + new string('x', 300_000)).Faults.Single().Message.Should().Contain("long");
        StandardReader.Read(new string('[', 5_000)).Faults.Single().Message.Should().Contain("deeper");
        StandardReader.Read("{\"a\":" + new string('[', 5_000)).Faults.Should().ContainSingle();
        StandardReader.Read("rules: [" + string.Join(',', Enumerable.Repeat("1", 30_000)) + "]").Faults.Single().Message.Should().Contain("values");
        StandardReader.Read("name: org\nrules:\n" + string.Concat(Enumerable.Repeat(Rule + "\n", 501))).Faults.Should().Contain(fault =>
            fault.Field == "rules");
    }

    [Fact]
    public void The_schema_knows_every_kind_and_its_parameters()
    {
        var kinds = (JsonArray)StandardSchema.Build()["properties"]!["rules"]!["items"]!["oneOf"]!;
        kinds.Should().HaveCount(RuleKinds.All.Length);
        foreach (var (schema, kind) in kinds.Zip(RuleKinds.All))
        {
            var properties = (JsonObject)schema!["properties"]!;
            properties["kind"]!["const"]!.GetValue<string>().Should().Be(kind.Name);
            kind.Parameters.All(parameter => properties.ContainsKey(parameter.Name)).Should().BeTrue();
        }
    }
}
