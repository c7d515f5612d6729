using FeatureGovernance.Core.Standards;
using FeatureGovernance.Core.Standards.Expressions;

namespace FeatureGovernance.UnitTests.Standards;

public class ExpressionTests
{
    private static readonly FeatureRecord Known = Records.Feature() with { Percentile = 40, Tags = Records.Feature().Tags.Add("cadence", "daily") };

    [Theory]
    [InlineData("true", true)]
    [InlineData("1 + 2 * 3 == 7 && (1 + 2) * 3 == 9", true)]
    [InlineData("10 - 2 - 3 == 5 && 7 % 4 == 3 && -2 < 1.5e0", true)]
    [InlineData("!(team == 'owners')", false)]
    [InlineData("team in ['others', 'owners']", true)]
    [InlineData("team in [\"others\"]", false)]
    [InlineData("startsWith(key, 'user:') && endsWith(key, 'age') && contains(key, ':')", true)]
    [InlineData("matches(name, '^[a-z_]+$') && size(name) == 3 && words(description) == 4", true)]
    [InlineData("lower('ABC') == 'abc'", true)]
    [InlineData("tag('cadence') == 'daily' && !has(tier)", true)]
    [InlineData("has(score.percentile) ? score.percentile >= 20 : false", true)]
    [InlineData("1 > 2 ? false : 2 > 3 ? false : true", true)]
    [InlineData("min(3, 4) == 3 && max(3, 4) == 4 && abs(-2) == 2", true)]
    [InlineData("stageDays >= 40 && ageDays == 100 && leads >= 1", true)]
    [InlineData("score.usage > 0.5", null)]
    [InlineData("score.usage > 0.5 || true", true)]
    [InlineData("score.usage > 0.5 && false", false)]
    [InlineData("!(score.usage > 0.5)", null)]
    [InlineData("1 / 0 > 0", null)]
    public void An_expression_is_answered_or_unknown(string text, bool? answer)
    {
        var expression = Expression.Parse(text, ofAdoption: false, out var fault);
        fault.Should().BeNull();
        expression!.Ask(Known).Should().Be(answer);
    }

    [Theory]
    [InlineData("")]
    [InlineData("team")]
    [InlineData("1 +")]
    [InlineData("(1 < 2")]
    [InlineData("1 < 2)")]
    [InlineData("team < 3")]
    [InlineData("true && 1")]
    [InlineData("['a']")]
    [InlineData("teem == 'x'")]
    [InlineData("model.kind == 'ranking'")]
    [InlineData("matches(name, '(')")]
    [InlineData("matches(name, description)")]
    [InlineData("size(1) > 2")]
    [InlineData("nosuch(1) > 2")]
    public void What_means_nothing_is_refused_with_a_reason(string text)
    {
        Expression.Parse(text, ofAdoption: false, out var fault).Should().BeNull();
        fault.Should().NotBeNullOrEmpty();
    }

    [Theory]
    [InlineData("''.GetType().Assembly.Location == ''")]
    [InlineData("key.Length > 0")]
    [InlineData("typeof(System.IO.File) == key")]
    [InlineData("System.IO.File.ReadAllText('/etc/passwd') == ''")]
    [InlineData("System.Environment.Exit(0) == 1")]
    [InlineData("new System.Diagnostics.Process() == key")]
    [InlineData("it.key == 'x'")]
    [InlineData("key.Replace('a', 'b') == 'x'")]
    [InlineData("((x) => x)(key) == key")]
    [InlineData("key == 'x'; System.Console.WriteLine()")]
    [InlineData("key = 'x'")]
    [InlineData("${jndi:x} == key")]
    [InlineData("matches(name, '(a+)+\\\\1')")]
    [InlineData("matches(name, '(?=a)b')")]
    [InlineData("matches(name, '((a{1000}){1000}){1000}')")]
    public void Hostile_expressions_reach_nothing(string text)
    {
        Expression.Parse(text, ofAdoption: false, out var fault).Should().BeNull();
        fault.Should().NotBeNullOrEmpty();
    }

    [Fact]
    public void Size_and_nesting_are_bounded_before_anything_is_read()
    {
        foreach (var text in (string[])
            [new('(', 100_000), new('!', 2_000), new('-', 2_000), string.Concat(Enumerable.Repeat("true?", 399)), new('[', 2_000),
                string.Concat(Enumerable.Repeat("f(", 900)), new string('1', 3_000)])
        {
            Expression.Parse(text, ofAdoption: false, out var fault).Should().BeNull();
            fault.Should().MatchRegex("nested|characters");
        }
    }

    [Fact]
    public void The_longest_chain_allowed_is_answered()
    {
        var chain = string.Join('+', Enumerable.Repeat("1", 900)) + " > 0";
        Expression.Parse(chain, ofAdoption: false, out _)!.Ask(Known).Should().BeTrue();
        var nested = string.Concat(Enumerable.Repeat("(", 24)) + "true" + string.Concat(Enumerable.Repeat(")", 24));
        Expression.Parse(nested, ofAdoption: false, out _)!.Ask(Known).Should().BeTrue();
        var malformed = string.Concat(Enumerable.Repeat("(1+", 24)) + "?";
        Expression.Parse(malformed, ofAdoption: false, out var fault).Should().BeNull();
        fault.Should().NotBeNull();
    }

    [Fact]
    public void A_pattern_that_backtracking_engines_choke_on_is_answered()
    {
        var feature = Known with { Description = new string('a', 4_000) + "!" };
        Expression.Parse("matches(description, '^(a+)+$')", ofAdoption: false, out _)!.Ask(feature).Should().BeFalse();
    }

    [Fact]
    public void Every_field_and_function_is_documented()
    {
        var page = File.ReadAllText(Path.Combine(FeatureGovernance.Tests.SharedData.ProjectRoot(), "docs", "governance.md"));
        foreach (var (name, _, _) in Expression.Fields)
            page.Should().Contain($"`{name}`");
        foreach (var (form, _) in Expression.Functions)
            page.Should().Contain($"`{form}`");
        foreach (var kind in RuleKinds.All)
            page.Should().Contain($"`{kind.Name}`");
    }
}
