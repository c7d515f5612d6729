using System.Text.Json;
using FeatureGovernance.Core.Notifications;

namespace FeatureGovernance.UnitTests.Notifications;

public sealed class RoutingTests
{
    private const string Proposal = """
        {"id":7,"state":"submitted","proposer":"ann","features":["a:b",{"key":"a:c","replacement":"a:d"}],"missingTeams":["two"],
         "reviewers":[{"team":"one","cause":"owner","leads":["ann"]},{"team":"two","cause":"reader","leads":["cat"]}]}
        """;

    [Fact]
    public void An_answered_objection_is_told_to_the_leads_of_every_team_that_must_approve() =>
        Routing.Route(Happened("deprecation.objection-resolved", Proposal))!.To.Should().BeEquivalentTo(new Addressee[]
        {
            new Addressee.Team("one", LeadsOnly: true), new Addressee.Person("ann", Named: false),
            new Addressee.Team("two", LeadsOnly: true), new Addressee.Person("cat", Named: false),
        }, options => options.RespectingRuntimeTypes());

    [Theory]
    [InlineData("deprecation.review-requested", NoticeKind.ReviewRequested)]
    [InlineData("deprecation.review-reminder", NoticeKind.ReviewReminder)]
    [InlineData("deprecation.review-escalated", NoticeKind.ReviewEscalated)]
    public void An_announcement_goes_to_the_leads_people_and_roles_that_it_names(string action, NoticeKind kind)
    {
        var routed = Routing.Route(Happened(action, """
            {"recipients":{"teams":["two"],"people":["dan"],"roles":["admin"]},"data":{"features":["a:b"]}}
            """))!;

        routed.Kind.Should().Be(kind);
        routed.Text.Title.Should().EndWith("(a:b)");
        routed.To.Should().BeEquivalentTo(new Addressee[]
        {
            new Addressee.Team("two", LeadsOnly: true), new Addressee.Person("dan", Named: true), new Addressee.HoldersOf("admin"),
        }, options => options.RespectingRuntimeTypes());
    }

    [Fact]
    public void What_an_announcement_tells_is_not_told_twice() =>
        Routing.Route(Happened("deprecation.submitted", Proposal)).Should().BeNull();

    [Fact]
    public void A_step_that_no_row_names_is_told_to_everyone_concerned()
    {
        var routed = Routing.Route(Happened("deprecation.rolled-back", Proposal.Replace("submitted", "rolledBack")))!;

        routed.Kind.Should().Be(NoticeKind.ProposalMoved);
        routed.Text.Title.Should().Be("Deprecation 7 (a:b and 1 more) is now rolled back");
        routed.Text.Path.Should().Be("/api/v1/deprecations/7");
        routed.To.Should().Contain([new Addressee.Person("ann", false), new Addressee.Team("one", false),
            new Addressee.Team("two", false)]);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[1,2]")]
    [InlineData("{}")]
    [InlineData("""{"reviewers":{"team":1},"features":"all","proposer":null,"missingTeams":[7],"recipients":[{},5]}""")]
    public void Data_of_another_shape_tell_nobody_and_break_nothing(string after) =>
        NoticeRules.Table.Where(rule => !rule.Action.StartsWith("feature", StringComparison.Ordinal)).Select(rule =>
            Routing.Route(Happened(rule.Action, after)))
            .Where(routed => routed is not null).Should().BeEmpty();

    [Fact]
    public void Nothing_that_is_routed_was_passed_over_by_the_outbox()
    {
        Routing.MayConcern("deprecation.anything", null).Should().BeTrue();
        Routing.MayConcern("telemetry.usage", """{"rows":5}""").Should().BeFalse();
        Routing.MayConcern("telemetry.usage", """{"recipients":["ann"]}""").Should().BeTrue();
        Routing.Route(Happened("telemetry.usage", """{"recipients":["ann"]}"""))!.Kind.Should().Be(NoticeKind.Other);
    }

    [Fact]
    public void A_title_is_one_line() =>
        NoticeText.Of(NoticeKind.Other, Happened("incident.opened",
            "{}") with { Subject = "a\r\nBcc: eve" }).Title.Should().NotContainAny("\r", "\n");

    private static GovernanceEvent Happened(string action, string after) => new(
        12, new DateTimeOffset(2031, 5, 5, 12, 0, 0, TimeSpan.Zero), "eve", action, "deprecation", 7, "deprecation 7", "Because.", null,
        JsonSerializer.Deserialize<JsonElement>(after));
}
