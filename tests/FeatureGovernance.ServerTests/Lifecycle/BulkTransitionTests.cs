using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Lifecycle;

public sealed class BulkTransitionTests(LifecycleServer server) : IClassFixture<LifecycleServer>
{
    [Fact]
    public async Task A_feature_takes_several_steps_in_one_request_and_each_is_audited()
    {
        var key = await server.FeatureAtAsync("draft");

        var result = await SendAsync(server.OwnerLead, Step(key, "proposed"), Step(key, "experimental"), Step(key, "adopted"));

        result.Expect(200).Number("moved").Should().Be(3);
        (await server.StageAsync(key)).Should().Be("adopted");
        (await server.QueryAsync<long>($"select count(*) from audit.event where subject = '{key}' and action in ('feature.proposed', 'feature.experimental', 'feature.adopted')")).Should().Be(3);
    }

    [Fact]
    public async Task What_is_refused_is_told_by_line_and_the_rest_lands()
    {
        var good = await server.FeatureAtAsync("draft");
        var adopted = await server.FeatureAtAsync("adopted");

        var result = await SendAsync(server.OwnerLead,
            Step("user:not_there", "proposed"), "{\"feature\":\"x\"}", "nonsense", Step(adopted, "proposed"), $$"""{"feature":"{{good}}","to":"gone","reason":"Now."}""", Step(good, "proposed"));

        result.Expect(200).Number("moved").Should().Be(1);
        result.Number("failed").Should().Be(5);
        result.Items("errors").Select(error => (error.GetProperty("line").GetInt64(), error.GetProperty("field").GetString())).Should().BeEquivalentTo(
            new (long, string?)[] { (1, "feature"), (2, "feature"), (2, "to"), (2, "reason"), (3, "body"), (4, "to"), (5, "to") });
        (await server.StageAsync(good)).Should().Be("proposed");
    }

    [Fact]
    public async Task Another_teams_lead_moves_nothing()
    {
        var key = await server.FeatureAtAsync("proposed");

        (await SendAsync(server.ReaderLead, Step(key, "experimental"))).Expect(200).Number("failed").Should().Be(1);

        (await server.StageAsync(key)).Should().Be("proposed");
    }

    [Fact]
    public async Task A_body_without_lines_is_refused() => (await SendAsync(server.Admin, "")).ExpectProblem(400, "malformed-request");

    private static string Step(string feature, string to) => $$"""{"feature":"{{feature}}","to":"{{to}}","reason":"Now."}""";

    private static Task<Answer> SendAsync(Api caller, params string[] lines) =>
        caller.SendTextAsync(HttpMethod.Post, "features/transitions", string.Join('\n', lines), "application/x-ndjson");
}
