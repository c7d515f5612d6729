using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Lifecycle;

public sealed class TransitionTests(LifecycleServer server) : IClassFixture<LifecycleServer>
{
    [Fact]
    public async Task A_refused_transition_names_every_condition_that_is_not_met()
    {
        await server.Admin.TeamAsync("leaderless", members: ["lone"]);
        await server.Admin.FeatureAsync("user:bare", "leaderless", description: null);
        await server.ExecuteAsync("update registry.feature set stage = 1 where key = 'user:bare'");

        var refused = await server.Admin.PostAsync("features/user:bare/transitions", new { to = "experimental", reason = "Try it." });

        refused.ExpectProblem(422, "unmet-guards");
        refused.Items("errors").Select(error => error.GetProperty("code").GetString()).Should().BeEquivalentTo("has-description", "team-has-lead");
        (await server.StageAsync("user:bare")).Should().Be("proposed");
    }

    [Fact]
    public async Task An_administrator_goes_past_conditions_with_a_reason_that_is_kept()
    {
        await server.Admin.FeatureAsync("user:undescribed", "owners", description: null);

        (await server.OwnerLead.PostAsync("features/user:undescribed/transitions", new { to = "proposed", reason = "Now.", @override = true }))
            .ExpectProblem(403, "override-by-admin-only");
        (await server.Admin.PostAsync("features/user:undescribed/transitions", new { to = "proposed", reason = "Documented elsewhere.", @override = true }))
            .Expect(200).Text("stage").Should().Be("proposed");

        (await server.QueryAsync<string>("select override_reason || ':' || overridden[1] from lifecycle.stage_change order by id desc limit 1"))
            .Should().Be("Documented elsewhere.:has-description");
    }

    [Fact]
    public async Task A_step_that_the_table_lacks_is_a_conflict_that_says_where_one_may_go()
    {
        var key = await server.FeatureAtAsync("draft");

        var refused = await server.OwnerLead.PostAsync($"features/{key}/transitions", new { to = "adopted", reason = "Now." });

        refused.ExpectProblem(409, "illegal-transition").Raw.Should().Contain("it may go to proposed");
    }

    [Fact]
    public async Task Engineers_propose_and_only_a_lead_of_the_team_takes_a_feature_further()
    {
        var key = await server.FeatureAtAsync("draft");

        (await server.ReaderEngineer.PostAsync($"features/{key}/transitions", new { to = "proposed", reason = "Now." }))
            .ExpectProblem(403, "not-yours-to-move");
        (await server.OwnerEngineer.PostAsync($"features/{key}/transitions", new { to = "proposed", reason = "Now." })).Expect(200);
        (await server.OwnerEngineer.PostAsync($"features/{key}/transitions", new { to = "experimental", reason = "Now." }))
            .ExpectProblem(403, "not-yours-to-move");
        (await server.ReaderLead.PostAsync($"features/{key}/transitions", new { to = "experimental", reason = "Now." }))
            .ExpectProblem(403, "not-yours-to-move");
        (await server.OwnerLead.PostAsync($"features/{key}/transitions", new { to = "experimental", reason = "Now." })).Expect(200);
    }

    [Fact]
    public async Task A_lead_who_signs_in_as_an_engineer_acts_as_one()
    {
        var key = await server.FeatureAtAsync("proposed");
        var engineer = await server.As("engineer", "owner-lead");

        (await engineer.PostAsync($"features/{key}/transitions", new { to = "experimental", reason = "Now." })).ExpectProblem(403, "not-yours-to-move");
    }

    [Fact]
    public async Task Deprecation_happens_only_through_a_proposal_not_even_by_override()
    {
        var key = await server.FeatureAtAsync("adopted");

        var refused = await server.Admin.PostAsync($"features/{key}/transitions", new { to = "deprecated", reason = "Now.", @override = true });

        refused.ExpectProblem(422, "unmet-guards").Raw.Should().Contain("proposal-approved");
    }

    [Fact]
    public async Task A_transition_on_an_older_revision_is_refused()
    {
        var key = await server.FeatureAtAsync("proposed");

        (await server.OwnerLead.PostAsync($"features/{key}/transitions", new { to = "experimental", reason = "Now." }, ("If-Match", "\"1\"")))
            .ExpectProblem(412, "stale-version");
    }

    [Fact]
    public async Task Bad_bodies_name_the_field_and_move_nothing()
    {
        var key = await server.FeatureAtAsync("draft");
        var path = $"features/{key}/transitions";

        (await server.OwnerLead.PostAsync(path, new { to = "gone", reason = "" }))
            .ExpectProblem(400, "malformed-request").FaultyFields.Should().BeEquivalentTo("to", "reason");
        (await server.OwnerLead.PostAsync(path, new { })).ExpectProblem(400, "malformed-request").FaultyFields.Should().BeEquivalentTo("to", "reason");
        (await server.OwnerLead.PostAsync(path, new { to = "proposed", reason = "x", why = 1 }))
            .ExpectProblem(400, "malformed-request").FaultyFields.Should().Equal("why");
        (await server.OwnerLead.PostAsync(path, new { to = 3, reason = "x" })).Expect(400);
        (await server.OwnerLead.PostAsync(path, new { to = "proposed", reason = new string('x', 5_000) })).Expect(400).FaultyFields.Should().Equal("reason");
        (await server.OwnerLead.PostAsync(path, new { to = "proposed", reason = "a\0b" })).Expect(400).FaultyFields.Should().Equal("reason");
        (await server.OwnerLead.PostAsync("features/user:nothing/transitions", new { to = "proposed", reason = "x" })).ExpectProblem(404, "unknown-feature");
        (await server.OwnerLead.PostAsync($"features/{new string('a', 4_000)}/transitions", new { to = "proposed", reason = "x" })).Expect(404);
        (await server.OwnerLead.SendTextAsync(HttpMethod.Post, path, "{")).Expect(400);
        (await server.StageAsync(key)).Should().Be("draft");
    }
}
