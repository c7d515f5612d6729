namespace FeatureGovernance.ServerTests.Lifecycle;

public sealed class DraftTests(LifecycleServer server) : IClassFixture<LifecycleServer>
{
    [Fact]
    public async Task Recommendations_are_drafted_for_their_team_and_never_submitted_unasked()
    {
        await ClearAsync();
        var (a, b, kept) = (await RecommendedAsync(0.001, 9), await RecommendedAsync(0.002, 4), await RecommendedAsync(0.2, 1, recommendation: 0));
        await server.RunDraftingAsync();
        await server.RunDraftingAsync();

        var draft = (await server.OwnerEngineer.GetAsync("deprecations/drafts?team=owners&state=open")).Expect(200).Items().Single();
        Keys(draft).Should().Equal(a, b).And.NotContain(kept);
        draft.GetProperty("savingPerDay").GetDouble().Should().Be(13);
        draft.GetProperty("revision").GetInt32().Should().Be(1, "the second run changed nothing");
        var id = draft.GetProperty("id").GetInt32();
        (await server.AnnouncedAsync("deprecation.drafted", id)).Single().GetProperty("recipients").GetProperty("teams")[0].GetString().Should().Be("owners");
        (await server.QueryAsync<long>("select count(*) from lifecycle.proposal_feature where is_open")).Should().Be(0);

        (await server.ReaderLead.PostAsync($"deprecations/drafts/{id}/submit", new { })).ExpectProblem(403, "not-your-team");
        var proposal = (await server.OwnerEngineer.PostAsync($"deprecations/drafts/{id}/submit", new { reason = "Tidy up.", plan = new { noticeDays = 9 } })).Expect(201);
        proposal.Text("selection").Should().Be($"draft {id}");
        proposal.Text("proposer").Should().Be("owner-engineer");
        (await server.Admin.GetAsync($"deprecations/drafts/{id}")).Number("deprecation").Should().Be(proposal.Number("id"));
        (await server.OwnerEngineer.PostAsync($"deprecations/drafts/{id}/submit", new { })).ExpectProblem(409, "draft-closed");
        await server.RunDraftingAsync();
        (await server.Admin.GetAsync("deprecations/drafts?state=open")).Items().Should().BeEmpty("what a proposal holds is not drafted");
    }

    [Fact]
    public async Task What_was_rejected_is_drafted_again_only_when_its_evidence_changes_materially()
    {
        await ClearAsync();
        var (a, b) = (await RecommendedAsync(0.001, 8), await RecommendedAsync(0.001, 6));
        await server.RunDraftingAsync();
        var id = (await server.Admin.GetAsync("deprecations/drafts?state=open")).Items().Single().GetProperty("id").GetInt32();
        (await server.OwnerEngineer.PostAsync($"deprecations/drafts/{id}/reject", new { reason = "No." })).ExpectProblem(403, "not-allowed");
        (await server.OwnerLead.PostAsync($"deprecations/drafts/{id}/reject", new { reason = "Needed in spring.", features = new[] { a } })).Expect(200)
            .Text("state").Should().Be("open");
        await server.RunDraftingAsync();
        (await OpenAsync()).Should().Equal(b);
        (await server.OwnerLead.PostAsync($"deprecations/drafts/{id}/reject", new { reason = "That too." })).Expect(200).Text("state").Should().Be("rejected");

        await server.ScoreAsync(a, 0.0012, 0.0008, 0.002, 9.9);
        await server.RunDraftingAsync();
        (await OpenAsync()).Should().BeEmpty("24 % more cost and an interval around the old value are no news");

        await server.ScoreAsync(a, 0.0012, 0.0008, 0.002, 10);
        await server.ScoreAsync(b, 0.0001, 0.00005, 0.0009, 6);
        await server.RunDraftingAsync();
        (await OpenAsync()).Should().BeEquivalentTo(a, b);

        await server.ScoreAsync(a, 0.0012, 0.0008, 0.002, 10, recommendation: 0);
        await server.ScoreAsync(b, 0.0001, 0.00005, 0.0009, 6, recommendation: 0);
        await server.RunDraftingAsync();
        (await server.Admin.GetAsync("deprecations/drafts?state=lapsed")).Items().Should().NotBeEmpty("nothing in it is recommended any more");
    }

    [Fact]
    public async Task A_rejected_proposal_is_remembered_as_well()
    {
        await ClearAsync();
        var key = await RecommendedAsync(0.001, 8);
        var proposal = (await server.OwnerEngineer.PostAsync("deprecations", LifecycleServer.Wish(key))).Expect(201).Number("id");
        (await server.OwnerLead.PostAsync($"deprecations/{proposal}/reject", new { reason = "We need it." })).Expect(200);
        await server.RunDraftingAsync();
        (await OpenAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Bad_input_names_its_fields()
    {
        await ClearAsync();
        await RecommendedAsync(0.001, 8);
        await server.RunDraftingAsync();
        var id = (await server.Admin.GetAsync("deprecations/drafts?state=open")).Items().Single().GetProperty("id").GetInt32();
        (await server.OwnerLead.PostAsync($"deprecations/drafts/{id}/reject", new { })).Expect(400).FaultyFields.Should().Equal("reason");
        (await server.OwnerLead.PostAsync($"deprecations/drafts/{id}/reject", new { reason = "x", features = new[] { "no:such" } }))
            .Expect(400).FaultyFields.Should().Equal("features[0]");
        (await server.OwnerLead.PostAsync($"deprecations/drafts/{id}/submit", new { plan = new { noticeDays = -1 } }))
            .Expect(400).FaultyFields.Should().Equal("plan.noticeDays");
        (await server.OwnerLead.PostAsync($"deprecations/drafts/{id}/submit", new { }, ("If-Match", "\"77\""))).ExpectProblem(412, "stale-version");
        (await server.OwnerLead.PostAsync("deprecations/drafts/999999/submit", new { })).ExpectProblem(404, "unknown-draft");
        (await server.Admin.GetAsync("deprecations/drafts?state=odd&limit=0")).Expect(400).FaultyFields.Should().Equal("state", "limit");
    }

    private static IEnumerable<string?> Keys(System.Text.Json.JsonElement draft) =>
        draft.GetProperty("features").EnumerateArray().Select(feature => feature.GetProperty("feature").GetString());

    private async Task<IEnumerable<string?>> OpenAsync() => (await server.Admin.GetAsync("deprecations/drafts?state=open")).Items().SelectMany(Keys);

    private async Task<string> RecommendedAsync(double value, double cost, int recommendation = 4)
    {
        var key = await server.FeatureAtAsync("adopted");
        await server.ScoreAsync(key, value, value / 2, value * 2, cost, recommendation);
        return key;
    }

    // Each test begins with no recommendation of the one before.
    private async Task ClearAsync()
    {
        await server.ExecuteAsync("delete from value.feature_score");
        await server.RunDraftingAsync();
    }
}
