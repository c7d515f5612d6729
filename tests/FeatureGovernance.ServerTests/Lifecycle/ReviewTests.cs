using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Lifecycle;

public sealed class ReviewTests(LifecycleServer server) : IClassFixture<LifecycleServer>
{
    [Fact]
    public async Task Nobody_approves_their_own_proposal()
    {
        var id = await server.ProposalAsync(await server.FeatureAtAsync("adopted"));

        (await server.OwnerLead.PostAsync($"deprecations/{id}/reviews", new { decision = "approve" })).ExpectProblem(403, "own-proposal");
        (await server.StateAsync(id)).Should().Be("submitted");
    }

    [Fact]
    public async Task A_lead_of_every_team_whose_model_reads_the_feature_is_required()
    {
        var key = await server.FeatureAtAsync("adopted");
        await server.LiveModelAsync(key);
        var id = await server.ProposalAsync(key);
        (await server.Admin.PostAsync($"deprecations/{id}/reviews", new { decision = "approve", team = "readers" })).ExpectProblem(403, "not-a-reviewer");
        (await server.OtherLead.PostAsync($"deprecations/{id}/reviews", new { decision = "approve" })).ExpectProblem(403, "not-a-reviewer");
        (await server.ReaderEngineer.PostAsync($"deprecations/{id}/reviews", new { decision = "approve" })).ExpectProblem(403, "not-allowed");

        (await server.Admin.PostAsync($"deprecations/{id}/reviews", new { decision = "approve" })).Expect(200).Text("state").Should().Be("submitted");
        (await server.ReaderLead.PostAsync($"deprecations/{id}/reviews", new { decision = "approve" })).Expect(200).Text("state").Should().Be("approved");
    }

    [Fact]
    public async Task A_reader_that_appears_during_notice_adds_its_team_and_holds_the_next_step()
    {
        var (id, key) = await server.ProposalAtAsync("notice");
        await server.Admin.TeamAsync("late", leads: ["lara"]);
        await server.Admin.ModelAsync("late-model", "late");
        await server.Admin.ManifestAsync("late-model", "v1", [key]);

        await server.RunJobAsync();
        (await server.Admin.GetAsync($"deprecations/{id}")).Items("missingTeams").Select(team => team.GetString()).Should().Equal("late");
        server.Wait(8);
        LifecycleServer.Unmet(await server.AdvanceAsync(id)).Should().Contain(["proposal-approved", "review-missing"]);

        (await (await server.As("lead", "lara")).PostAsync($"deprecations/{id}/reviews", new { decision = "approve" })).Expect(200);
        await server.RunJobAsync();
        (await server.StateAsync(id)).Should().Be("brownout");
    }

    [Fact]
    public async Task An_amended_proposal_has_no_votes_and_new_evidence()
    {
        var id = await server.ProposalAsync(await server.FeatureAtAsync("adopted"));
        var digest = (await server.Admin.GetAsync($"deprecations/{id}")).Text("evidenceDigest");
        await server.ApproveAsync(id);
        server.Wait(0.01);

        var amended = (await server.OwnerLead.PatchAsync($"deprecations/{id}", new { plan = new { noticeDays = 30, sunset = "2031-12-01T00:00:00Z" } })).Expect(200);

        amended.Text("state").Should().Be("submitted");
        amended.Number("revision").Should().Be(2);
        amended.Items("missingTeams").Should().ContainSingle();
        amended.Body.GetProperty("plan").GetProperty("brownout").GetProperty("windows").GetArrayLength().Should().Be(1, "what was not amended stays");
        amended.Text("evidenceDigest").Should().NotBe(digest);
        await server.ApproveAsync(id);
        (await server.StateAsync(id)).Should().Be("approved");
    }

    [Fact]
    public async Task An_objection_blocks_until_its_team_accepts_an_answer()
    {
        var key = await server.FeatureAtAsync("adopted");
        await server.LiveModelAsync(key);
        var id = await server.ProposalAsync(key);
        (await server.ReaderLead.PostAsync($"deprecations/{id}/reviews", new { decision = "object" })).ExpectProblem(400, "blank-text");
        (await server.ReaderLead.PostAsync($"deprecations/{id}/reviews", new { decision = "object", comment = "What will we read?" })).Expect(200);
        (await server.Admin.PostAsync($"deprecations/{id}/reviews", new { decision = "approve", team = "owners" })).Expect(200);
        (await server.ReaderLead.PostAsync($"deprecations/{id}/reviews", new { decision = "approve" })).Expect(200).Text("state").Should().Be("submitted");

        (await server.OwnerLead.PostAsync($"deprecations/{id}/objections/1/resolution", new { answer = "Never mind." }))
            .ExpectProblem(403, "not-your-proposal");
        (await server.ReaderLead.PostAsync($"deprecations/{id}/objections/2/resolution", new { answer = "Fine." })).ExpectProblem(404, "unknown-objection");
        (await server.ReaderLead.PostAsync($"deprecations/{id}/objections/1/resolution", new { answer = "We will read the other." })).Expect(200).Text("state")
            .Should().Be("approved");
    }

    [Fact]
    public async Task A_review_of_a_version_that_has_changed_is_refused_where_the_reviewer_says_which_he_saw()
    {
        var id = await server.ProposalAsync(await server.FeatureAtAsync("adopted"));
        var seen = (await server.Admin.GetAsync($"deprecations/{id}")).ETag!;
        (await server.OwnerLead.PatchAsync($"deprecations/{id}", new { reason = "Another reason." })).Expect(200);

        (await server.Admin.PostAsync($"deprecations/{id}/reviews", new { decision = "approve" }, ("If-Match", seen))).ExpectProblem(412, "stale-version");
    }

    [Fact]
    public async Task Strangers_neither_amend_nor_withdraw_nor_advance_nor_undo()
    {
        var id = await server.ProposalAsync(await server.FeatureAtAsync("adopted"));

        (await server.OtherLead.PatchAsync($"deprecations/{id}", new { reason = "Mine." })).ExpectProblem(403, "not-your-proposal");
        (await server.OtherLead.PostAsync($"deprecations/{id}/withdraw", new { reason = "Mine." })).ExpectProblem(403, "not-your-proposal");
        (await server.OtherLead.PostAsync($"deprecations/{id}/advance", new { })).ExpectProblem(403, "not-your-proposal");
        (await server.OtherLead.PostAsync($"deprecations/{id}/reject", new { reason = "Mine." })).ExpectProblem(403, "not-your-proposal");
        await server.ApproveAsync(id);
        (await server.OtherLead.PostAsync($"deprecations/{id}/rollback", new { reason = "Mine." })).ExpectProblem(403, "not-your-proposal");
    }

    [Fact]
    public async Task Bad_reviews_name_their_fields()
    {
        var id = await server.ProposalAsync(await server.FeatureAtAsync("adopted"));

        (await server.Admin.PostAsync($"deprecations/{id}/reviews", new { decision = "maybe", comment = new string('x', 4_001), team = "no team" }))
            .Expect(400).FaultyFields.Should().BeEquivalentTo("decision", "comment", "team");
        (await server.Admin.PostAsync($"deprecations/{id}/reviews", new { })).Expect(400).FaultyFields.Should().Equal("decision");
        (await server.Admin.PostAsync("deprecations/999999/reviews", new { decision = "approve" })).Expect(404);
        (await server.Admin.PatchAsync($"deprecations/{id}", new { })).Expect(400).FaultyFields.Should().Equal("body");
        (await server.Admin.PostAsync($"deprecations/{id}/rollback", new { reason = " " })).Expect(400).FaultyFields.Should().Equal("reason");
    }
}
