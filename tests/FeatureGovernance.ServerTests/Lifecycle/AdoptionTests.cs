using System.Text.Json;
using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Lifecycle;

public sealed class AdoptionTests(LifecycleServer server) : IClassFixture<LifecycleServer>
{
    [Fact]
    public async Task Each_lead_decides_the_features_of_his_own_team()
    {
        var ours = await server.FeatureAtAsync("adopted");
        var theirs = await ForeignFeatureAsync();
        var model = await ModelAsync();
        var id = (await AskAsync(model, ours, theirs)).Expect(201).Number("id");

        (await server.ReaderLead.PostAsync($"adoptions/{id}/decision", new { decision = "approve" })).ExpectProblem(403, "own-request");
        (await server.OwnerEngineer.PostAsync($"adoptions/{id}/decision", new { decision = "approve" })).ExpectProblem(403, "not-allowed");
        var half = (await server.OwnerLead.PostAsync($"adoptions/{id}/decision", new { decision = "approve", comment = "Gladly." })).Expect(200);
        States(half).Should().BeEquivalentTo($"{ours}=approved", $"{theirs}=requested");
        (await server.OwnerLead.PostAsync($"adoptions/{id}/decision", new { decision = "reject", comment = "No.", features = new[] { theirs } }))
            .ExpectProblem(403, "not-yours-to-decide");
        States((await server.OtherLead.PostAsync($"adoptions/{id}/decision", new { decision = "reject", comment = "Too costly." })).Expect(200))
            .Should().BeEquivalentTo($"{ours}=approved", $"{theirs}=rejected");
    }

    [Fact]
    public async Task A_granted_feature_is_tried_adopted_and_withdrawn_by_the_models_team()
    {
        var feature = await server.FeatureAtAsync("adopted");
        var model = await ModelAsync();
        var id = (await AskAsync(model, feature)).Expect(201).Number("id");
        (await server.ReaderEngineer.PostAsync($"adoptions/{id}/trial", new { })).ExpectProblem(409, "illegal-adoption-step");
        (await server.OwnerLead.PostAsync($"adoptions/{id}/decision", new { decision = "approve" })).Expect(200);

        (await server.OwnerEngineer.PostAsync($"adoptions/{id}/trial", new { })).ExpectProblem(403, "not-yours-to-decide");
        States((await server.ReaderEngineer.PostAsync($"adoptions/{id}/trial", new { })).Expect(200)).Should().Equal($"{feature}=trial");
        States((await server.ReaderEngineer.PostAsync($"adoptions/{id}/adopt", new { comment = "It helps." })).Expect(200))
            .Should().Equal($"{feature}=adopted");
        (await server.QueryAsync<short>($"select a.state from lifecycle.adoption a join registry.feature f on f.id = a.feature_id where f.key = '{feature}'")).Should().Be(3);
        States((await server.ReaderEngineer.PostAsync($"adoptions/{id}/withdraw", new { })).Expect(200)).Should().Equal($"{feature}=withdrawn");
        (await AskAsync(model, feature)).Expect(201).Number("id").Should().NotBe(id);
        States(await server.Admin.GetAsync($"adoptions/{id}")).Should().Equal($"{feature}=withdrawn");
    }

    [Fact]
    public async Task A_manifest_that_goes_live_adopts_what_was_granted()
    {
        var feature = await server.FeatureAtAsync("adopted");
        var model = await ModelAsync();
        var id = (await AskAsync(model, feature)).Expect(201).Number("id");
        (await server.OwnerLead.PostAsync($"adoptions/{id}/decision", new { decision = "approve" })).Expect(200);

        await server.Admin.ManifestAsync(model, "v1", [feature]);

        States((await server.Admin.GetAsync($"adoptions/{id}")).Expect(200)).Should().Equal($"{feature}=adopted");
    }

    [Fact]
    public async Task A_feature_of_the_models_own_team_is_granted_at_once()
    {
        await server.Admin.FeatureAsync("own:feature", "readers");
        await server.ExecuteAsync("update registry.feature set stage = 3 where key = 'own:feature'");

        States((await AskAsync(await ModelAsync(), "own:feature")).Expect(201)).Should().Equal("own:feature=approved");
    }

    [Fact]
    public async Task Unfit_requests_are_refused_with_each_feature_at_fault()
    {
        var draft = await server.FeatureAtAsync("draft");
        var fit = await server.FeatureAtAsync("adopted");
        var model = await ModelAsync();
        (await AskAsync(model, fit)).Expect(201);

        (await AskAsync(model, draft, fit)).ExpectProblem(422, "unfit-adoption").FaultyFields.Should().BeEquivalentTo("features[0]", "features[1]");
        (await AskAsync(model, "user:unknown", "not a key")).Expect(400).FaultyFields.Should().Equal("features[1]");
        (await AskAsync(model, "user:unknown")).Expect(400).FaultyFields.Should().Equal("features[0]");
        (await server.OwnerLead.PostAsync("adoptions", new { model, features = new[] { fit }, justification = "x" })).ExpectProblem(403, "not-your-team");
        (await server.ReaderEngineer.PostAsync("adoptions", new { })).Expect(400).FaultyFields.Should().BeEquivalentTo("model", "features", "justification");
        (await server.ReaderEngineer.PostAsync("adoptions", new { model = "no-such-model", features = new[] { fit }, justification = "x" }))
            .Expect(400).FaultyFields.Should().Equal("model");
        (await server.OwnerLead.PostAsync("adoptions/1/decision", new { decision = "perhaps" })).Expect(400).FaultyFields.Should().Equal("decision");
        (await server.OwnerLead.PostAsync("adoptions/999999/decision", new { decision = "approve" })).ExpectProblem(404, "unknown-adoption");
    }

    [Fact]
    public async Task Requests_for_one_pair_at_the_same_moment_leave_one()
    {
        var feature = await server.FeatureAtAsync("adopted");
        var model = await ModelAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => AskAsync(model, feature)));

        answers.Count(answer => (int)answer.Status == 201).Should().Be(1);
        answers.Count(answer => (int)answer.Status == 422).Should().Be(5);
    }

    [Fact]
    public async Task Requests_are_listed_by_model_feature_owner_and_state()
    {
        var ours = await server.FeatureAtAsync("adopted");
        var theirs = await ForeignFeatureAsync();
        var model = await ModelAsync();
        var first = (await AskAsync(model, ours)).Expect(201).Number("id");
        var second = (await AskAsync(model, theirs)).Expect(201).Number("id");
        (await server.OwnerLead.PostAsync($"adoptions/{first}/decision", new { decision = "approve" })).Expect(200);

        (await IdsAsync($"model={model}")).Should().Equal(second, first);
        (await IdsAsync($"model={model}&team=others")).Should().Equal(second);
        (await IdsAsync($"model={model}&state=approved")).Should().Equal(first);
        (await IdsAsync($"feature={ours}")).Should().Equal(first);
        var page = (await server.Admin.GetAsync($"adoptions?model={model}&limit=1")).Expect(200);
        (await IdsAsync($"model={model}&limit=1&cursor={page.Text("nextCursor")}")).Should().Equal(first);
        page.Items()[0].GetProperty("states").GetProperty("requested").GetInt32().Should().Be(1);
        (await server.Admin.GetAsync("adoptions?state=x&cursor=y&limit=-1&model=%00"))
            .Expect(400).FaultyFields.Should().BeEquivalentTo("state", "cursor", "limit", "model");
    }

    private async Task<int[]> IdsAsync(string query) =>
        [.. (await server.Admin.GetAsync($"adoptions?{query}")).Expect(200).Items().Select(item => item.GetProperty("id").GetInt32())];

    private Task<Answer> AskAsync(string model, params string[] features) =>
        server.ReaderLead.PostAsync("adoptions", new { model, features, justification = "It ranks better." });

    private async Task<string> ModelAsync()
    {
        var model = $"asking-{Guid.CreateVersion7():N}";
        await server.Admin.ModelAsync(model, "readers");
        return model;
    }

    private async Task<string> ForeignFeatureAsync()
    {
        var key = $"foreign:f{Guid.CreateVersion7():N}";
        await server.Admin.FeatureAsync(key, "others");
        await server.ExecuteAsync($"update registry.feature set stage = 3 where key = '{key}'");
        return key;
    }

    private static IEnumerable<string> States(Answer answer) =>
        answer.Items("features").Select((JsonElement item) => $"{item.GetProperty("feature").GetString()}={item.GetProperty("state").GetString()}");
}
