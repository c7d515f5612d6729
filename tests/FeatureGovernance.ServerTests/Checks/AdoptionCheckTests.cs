using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Checks;

public sealed class AdoptionCheckTests(ApiServer server) : IClassFixture<ApiServer>, IAsyncLifetime
{
    public async ValueTask InitializeAsync()
    {
        // Once for the class: its tests share the server.
        if ((await server.Admin.GetAsync("models/ranker")).Status == System.Net.HttpStatusCode.OK)
            return;
        await server.RegistryAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Every_rule_finds_its_fault()
    {
        (string Feature, string[] Rules)[] expected =
        [
            ("g:adopted", []),
            ("g:adoptd", ["unknown-feature error"]),
            ("no key", ["malformed-reference error"]),
            ("g:adopted@7", ["unknown-version error"]),
            ("g:first", ["wrong-stage error", "not-approved error"]),
            ("g:trialled", ["wrong-stage error", "not-approved error"]),
            ("g:unasked", ["not-approved error"]),
            ("g:bare", ["not-approved error", "standard warn"]),
            ("g:clicked", ["label-as-input error", "not-approved error"]),
            ("g:leaving", ["deprecated warn"]),
            ("g:browned", ["brownout warn", "new-read-on-notice error", "not-approved error"]),
            ("g:off", ["disabled error"]),
            ("g:gone", ["removed error"]),
        ];
        foreach (var (feature, rules) in expected)
        {
            var answer = (await server.CheckAsync([feature])).Expect(200);
            answer.Rules().Should().Equal(rules, "that is what '{0}' deserves: {1}", feature, answer.Raw);
            answer.Text("verdict").Should().Be(rules.Length == 0 ? "pass" : rules.Any(rule => rule.EndsWith("error")) ? "fail" : "warn");
        }
    }

    [Fact]
    public async Task A_misspelt_name_is_answered_with_the_nearest()
    {
        var finding = (await server.CheckAsync(["g:adoptd"])).Items("findings").Single();

        finding.GetProperty("suggestions")[0].GetString().Should().Be("g:adopted");
        finding.Text("replacement").Should().Be("g:adopted");
    }

    [Fact]
    public async Task A_deprecated_feature_names_its_replacement_and_since_when()
    {
        var finding = (await server.CheckAsync(["g:leaving"])).Items("findings").Single();

        finding.Text("replacement").Should().Be("g:adopted");
        finding.Text("message").Should().Contain("2026-03-01");
    }

    [Fact]
    public async Task What_was_there_before_warns_and_only_what_the_change_adds_fails()
    {
        (await server.CheckAsync(["g:off", "g:unasked"], baseline: ["g:off", "g:unasked"])).Text("verdict").Should().Be("warn");
        (await server.CheckAsync(["g:off", "g:unasked"], baseline: ["g:off"])).Rules().Should().Equal("disabled warn", "not-approved error");
    }

    [Fact]
    public async Task A_model_nobody_registered_fails_the_check_and_is_no_error_of_the_request()
    {
        var answer = (await server.CheckAsync(["g:adopted"], model: "nobodys")).Expect(200);

        answer.Text("verdict").Should().Be("fail");
        answer.Rules().Should().Contain("unknown-model error");
    }

    [Fact]
    public async Task A_renamed_feature_answers_to_both_names()
    {
        (await server.Admin.PostAsync("features/g:nameless/rename", new { to = "g:named" })).Expect(200);

        (await server.CheckAsync(["g:nameless"])).Rules().Should().Equal("renamed warn", "not-approved error");
        (await server.CheckAsync(["g:named"])).Rules().Should().Equal("not-approved error");
    }

    [Fact]
    public async Task A_team_without_a_lead_fails_the_standard_until_it_or_a_team_above_has_one()
    {
        await server.Admin.TeamAsync("above");
        await server.Admin.TeamAsync("below", parent: "above");
        await server.Admin.FeatureAsync("g:below", "below");
        (await server.CheckAsync(["g:below"])).Rules().Should().Contain("standard warn");

        await server.Admin.TeamAsync("above", leads: ["lena"]);

        (await server.CheckAsync(["g:below"])).Rules().Should().NotContain("standard warn");
    }

    [Fact]
    public async Task A_renamed_model_is_known_by_its_new_name_only()
    {
        await server.Admin.ModelAsync("before", "growth");
        (await server.CheckAsync(["g:adopted"], model: "before")).Rules().Should().Equal("not-approved error");

        (await server.Admin.PostAsync("models/before/rename", new { to = "after" })).Expect(200);

        (await server.CheckAsync(["g:adopted"], model: "before")).Rules().Should().Contain("unknown-model error");
        (await server.CheckAsync(["g:adopted"], model: "after")).Rules().Should().Equal("not-approved error");
    }
}
