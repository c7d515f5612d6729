using FeatureGovernance.ServerTests.Fixtures;
using FeatureGovernance.ServerTests.Standards;

namespace FeatureGovernance.ServerTests.Lifecycle;

public sealed class ReviewerTests(LifecycleServer server) : IClassFixture<LifecycleServer>
{
    private const string OneRule = "  - {id: has-entity, kind: required, fields: [entity], level: info, remedy: State it.}";

    [Fact]
    public async Task A_lead_hands_his_vote_to_another_lead_who_votes_for_his_team()
    {
        var id = await ReadProposalAsync();
        (await server.ReaderLead.PostAsync($"deprecations/{id}/delegations", new { team = "readers", to = "other-lead", reason = "On leave." })).Expect(200);

        (await server.ReaderLead.PostAsync($"deprecations/{id}/reviews", new { decision = "approve", team = "readers" })).ExpectProblem(403, "vote-delegated");
        var voted = (await server.OtherLead.PostAsync($"deprecations/{id}/reviews", new { decision = "approve" })).Expect(200);

        voted.Items("votes")[0].GetProperty("onBehalfOf").GetString().Should().Be("reader-lead");
        voted.Items("missingTeams").Select(team => team.GetString()).Should().Equal("owners");
        (await server.AnnouncedAsync("deprecation.vote-delegated", id)).Single().GetProperty("recipients").GetProperty("people")[0].GetString()
            .Should().Be("other-lead");
        (await server.ReaderLead.DeleteAsync($"deprecations/{id}/delegations/readers")).Expect(200).Items("delegations").Should().BeEmpty();
        (await server.ReaderLead.DeleteAsync($"deprecations/{id}/delegations/readers")).ExpectProblem(404, "unknown-delegation");
    }

    [Fact]
    public async Task A_vote_is_handed_only_to_who_may_have_it()
    {
        var id = await ReadProposalAsync();
        async Task<string?> Try(Api who, string to) =>
            (await who.PostAsync($"deprecations/{id}/delegations", new { team = "readers", to, reason = "On leave." })).Code;

        (await Try(server.ReaderLead, "owner-lead")).Should().Be("delegate-is-proposer");
        (await Try(server.ReaderLead, "reader-engineer")).Should().Be("delegate-may-not-review");
        (await Try(server.ReaderLead, "reader-lead")).Should().Be("delegation-cycle");
        (await Try(server.ReaderLead, "nobody-known")).Should().Be("malformed-request");
        (await Try(server.OtherLead, "reader-lead")).Should().Be("not-a-reviewer");
        (await Try(server.OwnerLead, "other-lead")).Should().Be("own-proposal");
        (await Try(server.ReaderEngineer, "other-lead")).Should().Be("not-allowed");
        (await server.ReaderLead.PostAsync($"deprecations/{id}/delegations", new { })).Expect(400).FaultyFields.Should().Equal("team", "to", "reason");
    }

    [Fact]
    public async Task Silence_is_chased_up_to_administrators_and_approves_nothing()
    {
        await server.Admin.TeamAsync("above", leads: ["above-lead"]);
        await server.Admin.TeamAsync("silent", leads: ["silent-lead"], parent: "above");
        var key = await server.FeatureAtAsync("adopted");
        await server.Admin.ModelAsync("silent-model", "silent");
        await server.Admin.ManifestAsync("silent-model", "v1", [key]);
        var id = await server.ProposalAsync(key);
        (await server.Admin.PostAsync($"deprecations/{id}/reviews", new { decision = "approve", team = "owners" })).Expect(200);
        (await server.AnnouncedAsync("deprecation.review-requested", id)).Single().GetProperty("recipients").GetProperty("teams")
            .GetArrayLength().Should().Be(2);
        await server.RunUpkeepAsync();
        (await server.AnnouncedAsync("deprecation.review-reminder", id)).Should().BeEmpty();

        server.Wait(12);
        await server.RunUpkeepAsync();
        await server.RunUpkeepAsync();
        Teams((await server.AnnouncedAsync("deprecation.review-reminder", id)).Single()).Should().Equal("silent");

        server.Wait(3);
        await server.RunUpkeepAsync();
        Teams((await server.AnnouncedAsync("deprecation.review-escalated", id)).Single()).Should().Equal("silent", "above");
        (await server.Admin.PostAsync($"deprecations/{id}/reviews", new { decision = "approve", team = "silent" })).ExpectProblem(403, "not-a-reviewer");

        server.Wait(7);
        await server.RunUpkeepAsync();
        var told = (await server.AnnouncedAsync("deprecation.review-escalated", id)).Last();
        told.GetProperty("recipients").GetProperty("roles")[0].GetString().Should().Be("admin");
        (await server.StateAsync(id)).Should().Be("submitted", "silence is not consent");
        var approved = (await server.Admin.PostAsync($"deprecations/{id}/reviews", new { decision = "approve", team = "silent" })).Expect(200);
        approved.Text("state").Should().Be("approved");
        approved.Items("votes").Last().GetProperty("standIn").GetBoolean().Should().BeTrue();
    }

    [Fact]
    public async Task A_rule_asks_the_privacy_team_about_personal_features()
    {
        const string head = "review: {reviewers: [{team: privacy, when: \"sensitivity == 'personal'\"}]}";
        (await server.Admin.PutStandardAsync("reviews", OneRule, head)).ExpectProblem(400, "malformed-request");
        await server.Admin.TeamAsync("privacy", leads: ["privacy-lead"]);
        await server.Admin.PutStandardAsync("reviews", OneRule, head);
        var key = await server.FeatureAtAsync("adopted");
        await server.Admin.PatchAsync($"features/{key}", new { sensitivity = "personal" });

        var proposal = await server.Admin.GetAsync($"deprecations/{await server.ProposalAsync(key)}");

        proposal.Items("reviewers").Select(review => (review.GetProperty("team").GetString(), review.GetProperty("cause").GetString()))
            .Should().Equal(("owners", "owner"), ("privacy", "rule"));
    }

    [Fact]
    public async Task Silence_is_consent_where_the_standard_says_so_and_the_record_shows_it()
    {
        var id = await ReadProposalAsync();
        (await server.Admin.PostAsync($"deprecations/{id}/reviews", new { decision = "approve", team = "owners" })).Expect(200);
        await server.RunUpkeepAsync();
        await server.Admin.PutStandardAsync("reviews", OneRule, "review: {silence: {consents: [reader], daysOverdue: 2}}");

        server.Wait(15);
        await server.RunUpkeepAsync();
        (await server.StateAsync(id)).Should().Be("submitted");
        server.Wait(1.1);
        await server.RunUpkeepAsync();
        await server.RunUpkeepAsync();

        var approved = await server.Admin.GetAsync($"deprecations/{id}");
        approved.Text("state").Should().Be("approved");
        approved.Items("reviewers").Single(review => review.GetProperty("team").GetString() == "readers")
            .GetProperty("silentConsentAt").GetDateTimeOffset().Should().BeCloseTo(server.Clock.GetUtcNow(), TimeSpan.FromHours(1));
        Teams((await server.AnnouncedAsync("deprecation.silence-consented", id)).Single()).Should().Equal("readers");
        await server.Admin.PutStandardAsync("reviews", OneRule);
    }

    [Fact]
    public async Task A_changed_proposal_has_no_votes_and_asks_everyone_again_and_a_stale_change_is_refused()
    {
        var id = await ReadProposalAsync();
        var seen = (await server.ReaderLead.PostAsync($"deprecations/{id}/reviews", new { decision = "approve" })).Expect(200).ETag!;
        var amended = (await server.OwnerLead.PatchAsync($"deprecations/{id}", new { reason = "Another reason." }, ("If-Match", seen))).Expect(200);

        amended.Items("missingTeams").Should().HaveCount(2);
        (await server.AnnouncedAsync("deprecation.review-requested", id)).Should().HaveCount(2);
        (await server.OwnerLead.PatchAsync($"deprecations/{id}", new { reason = "Late." }, ("If-Match", seen))).ExpectProblem(412, "stale-version");
    }

    private static IEnumerable<string?> Teams(System.Text.Json.JsonElement announced) =>
        announced.GetProperty("recipients").GetProperty("teams").EnumerateArray().Select(team => team.GetString());

    private async Task<int> ReadProposalAsync()
    {
        var key = await server.FeatureAtAsync("adopted");
        await server.LiveModelAsync(key);
        return await server.ProposalAsync(key);
    }
}
