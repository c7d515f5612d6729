using System.Text.Json;
using System.Xml.Linq;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Checks;

public sealed class CheckRequestTests(ApiServer server) : IClassFixture<ApiServer>, IAsyncLifetime
{
    public async ValueTask InitializeAsync()
    {
        // Once for the class: its tests share the server.
        if ((await server.Admin.GetAsync("models/ranker")).Status == System.Net.HttpStatusCode.OK)
            return;
        await server.Admin.TeamAsync("growth", leads: ["lena"]);
        await server.Admin.ModelAsync("ranker", "growth");
        await server.Admin.FeatureAsync("g:off", "growth");
        await server.Admin.FeatureAsync("g:leaving", "growth");
        await server.StageAsync("g:off", Stage.Disabled);
        await server.StageAsync("g:leaving", Stage.Deprecated);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData("", "body")]
    [InlineData("{", "body")]
    [InlineData("[]", "body")]
    [InlineData("null", "body")]
    [InlineData("{\"model\":\"m\",\"features\":[\"a:b\"]} x", "body")]
    [InlineData("{}", "model", "features")]
    [InlineData("{\"model\":\"m\",\"features\":[]}", "features")]
    [InlineData("{\"model\":7,\"features\":\"a:b\"}", "model", "features")]
    [InlineData("{\"model\":\"m\",\"features\":[\"a:b\",null,3,{\"a\":[1]}]}", "features[1]", "features[2]", "features[3]")]
    [InlineData("{\"model\":\"m\",\"features\":[\"a:b\"],\"features\":[\"a:b\"]}", "features")]
    [InlineData("{\"model\":\"m\",\"features\":[\"a:b\"],\"Baseline\":[]}", "Baseline")]
    [InlineData("{\"model\":\"m\",\"features\":[\"a:b\"],\"baseline\":{\"a\":1}}", "baseline")]
    [InlineData("{\"model\":\"m\",\"features\":[\"\\ud800\"]}", "features[0]")]
    [InlineData("{\"model\":\"m\\u0000\",\"features\":[\"a:b\"]}", "model")]
    [InlineData("{\"model\":\"\",\"features\":[\"a:b\"]}", "model")]
    [InlineData("{\"model\":\"m\",\"features\":[\"a:b\"],\"minimumVersion\":-1}", "minimumVersion")]
    [InlineData("{\"model\":\"m\",\"features\":[\"a:b\"],\"minimumVersion\":1.5}", "minimumVersion")]
    [InlineData("{\"model\":\"m\",\"features\":[\"a:b\"],\"commit\":\"a\\u0007\"}", "commit")]
    public async Task A_faulty_body_is_refused_by_the_name_of_its_field(string body, params string[] fields)
    {
        var answer = await server.Admin.SendTextAsync(HttpMethod.Post, "checks/adoption", body);

        answer.ExpectProblem(400, "malformed-request").FaultyFields.Should().BeEquivalentTo(fields);
    }

    [Fact]
    public async Task A_name_of_ten_thousand_characters_and_a_list_without_end_are_refused()
    {
        (await server.CheckAsync([new string('k', 10_000)])).ExpectProblem(400, "malformed-request").FaultyFields.Should().Equal("features[0]");
        (await server.CheckAsync([.. Enumerable.Range(0, 50_001).Select(i => $"g:f{i}")]))
            .ExpectProblem(400, "malformed-request").FaultyFields.Should().Equal("features");
    }

    [Fact]
    public async Task Fifty_thousand_names_are_answered()
    {
        var answer = await server.CheckAsync([.. Enumerable.Range(0, 50_000).Select(i => $"g:f{i}")]);

        answer.Expect(200).Items("findings").Should().HaveCount(50_000);
    }

    [Theory]
    [InlineData("g:оff")]
    [InlineData("g:off\u200b")]
    [InlineData("g\uFF1Aoff")]
    [InlineData("g:off\u0000")]
    [InlineData("G:off")]
    public async Task A_name_that_only_looks_alike_is_not_the_feature(string name)
    {
        var finding = (await server.CheckAsync([name])).Expect(200).Items("findings").Single();

        finding.Text("rule").Should().BeOneOf("malformed-reference", "unknown-feature");
        finding.Text("feature").Should().Be(name);
    }

    [Fact]
    public async Task A_body_that_is_not_json_is_refused_by_its_type() =>
        (await server.Admin.SendTextAsync(HttpMethod.Post, "checks/adoption", "<a/>", "application/xml")).ExpectProblem(415, "unsupported-body");

    [Fact]
    public async Task A_form_that_is_not_ours_is_refused() =>
        (await server.CheckAsync(["g:off"], accept: "text/html")).ExpectProblem(406, "not-acceptable");

    [Fact]
    public async Task Sarif_has_a_result_for_each_finding_that_points_at_its_rule_and_feature()
    {
        var answer = (await server.CheckAsync(["g:off", "g:leaving"], accept: "text/html, application/sarif+json")).Expect(200);

        answer.Text("version").Should().Be("2.1.0");
        var run = answer.Items("runs").Single();
        var rules = run.GetProperty("tool").GetProperty("driver").GetProperty("rules").EnumerateArray().Select(rule => rule.Text("id")).ToArray();
        rules.Should().OnlyHaveUniqueItems();
        var results = run.GetProperty("results").EnumerateArray().ToArray();
        results.Select(result => (Feature(result), result.Text("ruleId"), result.Text("level"))).Should().Equal(
            ("g:off", "disabled", "error"), ("g:leaving", "deprecated", "warning"), ("g:leaving", "new-read-on-notice", "error"),
            ("g:leaving", "not-approved", "error"));
        results.Should().OnlyContain(result => rules[result.GetProperty("ruleIndex").GetInt32()] == result.Text("ruleId"));
        results.Should().OnlyContain(result => result.GetProperty("message").Text("text").Length > 0);
    }

    [Fact]
    public async Task Junit_has_a_case_for_each_reference_and_counts_those_that_fail()
    {
        var xml = XDocument.Parse((await server.CheckAsync(["g:off", "g:leaving", "g:\u0001", "g:off"], accept: "application/junit+xml")).Expect(200).Raw);

        var suite = xml.Root!.Element("testsuite")!;
        var cases = suite.Elements("testcase").ToArray();
        cases.Select(test => test.Attribute("name")!.Value).Should().Equal("ranker", "g:off", "g:leaving", "g:�");
        suite.Attribute("tests")!.Value.Should().Be("4");
        suite.Attribute("failures")!.Value.Should().Be("3").And.Be(cases.Count(test => test.Element("failure") is not null).ToString());
        cases[2].Element("system-out")!.Value.Should().Contain("deprecated");
    }

    [Fact]
    public async Task Ci_may_check_and_nothing_else()
    {
        var ci = await server.As("ci", null);

        (await ci.PostAsync("checks/adoption", new { model = "ranker", features = new[] { "g:off" } })).Expect(200);
        foreach (var path in (string[])["checks", "features", "models", "audit", "tokens"])
            (await ci.GetAsync(path)).ExpectProblem(403, "not-allowed");
        (await ci.PutAsync("teams/mine", new { leads = Array.Empty<string>() })).ExpectProblem(403, "not-allowed");
        (await server.As((string?)null).PostAsync("checks/adoption", new { model = "ranker", features = new[] { "g:off" } }))
            .ExpectProblem(401, "not-signed-in");
    }

    [Fact]
    public async Task Every_check_is_recorded_and_found_by_model_and_verdict()
    {
        await server.Admin.ModelAsync("recorded", "growth");
        for (var i = 0; i < 3; i++)
        {
            await server.Admin.PostAsync("checks/adoption", new
            {
                model = "recorded", features = new[] { "g:off", "g:leaving" }, repository = "https://code.example/r", commit = $"c{i}",
                minimumVersion = await server.QueryAsync<long>("select sequence from audit.head"),
            });
        }

        JsonElement[] found = [];
        for (var i = 0; i < 2_400 && found.Length < 3; i++)
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
            found = (await server.Admin.GetAsync("checks?model=recorded&verdict=fail")).Expect(200).Items();
        }

        found.Select(check => check.Text("commit")).Should().Equal("c2", "c1", "c0");
        found.Should().OnlyContain(check => check.GetProperty("errors").GetInt32() == 3 && check.GetProperty("warnings").GetInt32() == 1
            && check.GetProperty("features").GetInt32() == 2);
        var first = (await server.Admin.GetAsync("checks?model=recorded&limit=2")).Expect(200);
        var rest = (await server.Admin.GetAsync($"checks?model=recorded&limit=2&cursor={first.Text("nextCursor")}")).Expect(200);
        first.Items().Concat(rest.Items()).Select(check => check.Text("commit")).Should().Equal("c2", "c1", "c0");
        (await server.Admin.GetAsync("checks?model=recorded&verdict=pass")).Expect(200).Items().Should().BeEmpty();
        (await server.Admin.GetAsync("checks?verdict=maybe&cursor=x"))
            .ExpectProblem(400, "malformed-request").FaultyFields.Should().BeEquivalentTo("verdict", "cursor");
    }

    private static string Feature(JsonElement result) =>
        result.GetProperty("locations")[0].GetProperty("logicalLocations")[0].Text("fullyQualifiedName");
}
