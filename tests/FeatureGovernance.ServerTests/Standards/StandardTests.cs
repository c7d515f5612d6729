using System.Text;
using FeatureGovernance.Core.Standards;
using FeatureGovernance.ServerTests.Fixtures;
using FeatureGovernance.ServerTests.Lifecycle;

namespace FeatureGovernance.ServerTests.Standards;

/// <summary>Each test confines its standard to a group of its own, for they share the server.</summary>
public sealed class StandardTests(LifecycleServer server) : IClassFixture<LifecycleServer>
{
    [Fact]
    public async Task The_shipped_standard_holds_until_another_is_put_in_its_place_and_each_version_stays_readable()
    {
        (await server.Admin.GetAsync("standards")).Expect(200).Items().Should().Contain(item => item.GetProperty("name").GetString() == "default");
        var shipped = (await server.Admin.GetAsync("standards/default?version=0")).Expect(200);
        shipped.Text("document").Should().Be(ShippedStandard.Text);

        var first = (await server.Admin.PutStandardAsync("versions", Rule("versions-a", "versions"))).Expect(201);
        first.ETag.Should().Be("\"1\"");
        (await server.Admin.PutStandardAsync("versions", Rule("versions-a", "versions"))).Expect(200).Number("version").Should().Be(1);
        (await server.Admin.PutStandardAsync("versions", Rule("versions-a", "versions", "error"), "", ("If-Match", "\"7\"")))
            .ExpectProblem(412, "stale-version");
        (await server.Admin.PutStandardAsync("versions", Rule("versions-a", "versions", "error"), "", ("If-Match", "\"1\""))).Expect(200)
            .Number("version").Should().Be(2);
        (await server.Admin.GetAsync("standards/versions?version=1")).Expect(200).Items("rules").Single().GetProperty("level").GetString().Should().Be("warn");
        var changes = (await server.Admin.GetAsync("standards/versions/diff")).Expect(200).Items("changes");
        changes.Select(change => change.GetProperty("path").GetString()).Should().Equal("rules.versions-a.level");
        (await server.Admin.GetAsync("standards/versions/diff?from=9")).Expect(400);
        (await server.Admin.GetAsync("standards/nosuch")).ExpectProblem(404, "unknown-standard");
        (await server.QueryAsync<long>("select count(*) from audit.event where subject = 'versions'")).Should().Be(2);
        var page = (await server.Admin.GetAsync("standards?limit=1")).Expect(200);
        (await server.Admin.GetAsync($"standards?cursor={page.Text("nextCursor")}")).Expect(200).Items()
            .Should().NotContain(item => item.GetProperty("name").GetString() == page.Items()[0].GetProperty("name").GetString());
    }

    [Fact]
    public async Task Faults_of_a_document_are_named_by_path_and_line()
    {
        (await PutTextAsync("bad", "name: bad\nrules:\n  - a: [\n")).Expect(400).Code.Should().Be("malformed-standard");
        var many = (await PutTextAsync("bad", "name: bad\nrules:\n  - {id: a, kind: nosuch, remedy: x}\n  - {id: b, kind: coverage, minimum: much, remedy: x}")).Expect(400);
        many.FaultyFields.Should().Equal("rules[0].kind", "rules[1].minimum");
        many.Items("errors").Select(error => error.GetProperty("line").GetInt64()).Should().Equal(3, 4);
        (await PutTextAsync("bad", "name: other\nrules: []")).Expect(400).FaultyFields.Should().Equal("name");
        (await PutTextAsync("bad", "")).Expect(400).FaultyFields.Should().Equal("document");
        (await PutTextAsync("bad", "name: bad\nrules: []\0")).Expect(400);
        (await PutTextAsync("bad", "name: bad\nx: " + new string('x', 300_000))).Expect(400).FaultyFields.Should().Equal("document");
        (await PutTextAsync("bad", "name: bad\nx: " + new string('x', 3_000_000))).Expect(400).FaultyFields.Should().Equal("document");
        (await server.Admin.SendBytesAsync(HttpMethod.Put, "standards/bad", [0xff, 0xfe, 0x41], "application/yaml")).Expect(400);
        (await PutTextAsync("bad", "a: &a [x]\nb: [*a, *a]")).Expect(400).FaultyFields.Should().Equal("document");
        (await PutTextAsync("bad", new string('[', 10_000))).Expect(400).FaultyFields.Should().Equal("document");
        (await PutTextAsync("bad", "{\"name\": \"bad\", \"rules\": [}")).Expect(400).FaultyFields.Should().Equal("document");
        (await PutTextAsync("bad", "name: bad\nrules:\n  - {id: a, kind: ownerActive, remedy: x, for: platinum}")).ExpectProblem(422, "unknown-level");
        (await server.Admin.DryRunAsync("bad", "  - {id: a, kind: nosuch, remedy: x}")).Expect(400).FaultyFields.Should().Equal("rules[0].kind");
        (await server.Admin.DryRunAsync("bad", Rule("bad-a", "none"), "?on=soon&limit=0&cursor=x"))
            .Expect(400).FaultyFields.Should().BeEquivalentTo("on", "limit", "cursor");
    }

    [Theory]
    [InlineData("System.IO.File.ReadAllText('/etc/passwd') == ''")]
    [InlineData("key.GetType().Assembly.FullName == 'x'")]
    [InlineData("typeof(System.Environment) == key")]
    [InlineData("matches(name, '(?<=a)b')")]
    [InlineData("key == 'a'; drop table standards.standard")]
    public async Task Hostile_expressions_are_refused(string expression) =>
        (await PutTextAsync("hostile", $"name: hostile\nrules:\n  - id: a\n    kind: expression\n    condition: \"{expression}\"\n    remedy: x")).Expect(400)
            .FaultyFields.Should().Equal("rules[0].condition");

    [Fact]
    public async Task An_expression_that_nests_without_end_is_refused_and_the_server_lives()
    {
        foreach (var expression in (string[])[new('(', 19_000), new('!', 1_900), string.Concat(Enumerable.Repeat("true?", 390))])
            (await PutTextAsync("hostile", $"name: hostile\nrules:\n  - {{id: a, kind: expression, condition: \"{expression}\", remedy: x}}"))
                .Expect(400).FaultyFields.Should().Equal("rules[0].condition");
        (await server.Admin.GetAsync("standards")).Expect(200);
    }

    [Fact]
    public async Task An_error_blocks_the_stage_it_is_about_and_a_warning_does_not()
    {
        await server.Admin.FeatureAsync("gated:one", "owners");
        (await server.Admin.PutStandardAsync("gated", """
              - {id: gated-warned, kind: required, fields: [tier], level: warn, remedy: Set the tag tier., scope: {groups: [gated]}}
              - {id: gated-entry, kind: required, fields: [expected.min], level: error, remedy: State expected.min., scope: {groups: [gated], transitions: [experimental]}}
              - {id: gated-draft, kind: expression, condition: "tag('cadence') != 'never'", level: error, remedy: x, scope: {groups: [gated], transitions: [proposed]}}
            """)).Expect(201);
        (await server.OwnerLead.PostAsync("features/gated:one/transitions", new { to = "proposed", reason = "Now." })).Expect(200);
        var refused = (await server.OwnerLead.PostAsync("features/gated:one/transitions", new { to = "experimental", reason = "Now." }))
            .ExpectProblem(422, "unmet-guards");
        refused.Items("errors").Single().GetProperty("code").GetString().Should().Be("standard-met");
        refused.Raw.Should().Contain("gated-entry");
        (await server.Admin.FailingAsync("gated:one", "experimental")).Should().Equal("gated-entry error", "gated-warned warn");
        (await server.Admin.FailingAsync("gated:one")).Should().Equal("gated-warned warn");
        (await server.Admin.PatchAsync("features/gated:one", new { expected = new { min = 0 } })).Expect(200);
        (await server.OwnerLead.PostAsync("features/gated:one/transitions", new { to = "experimental", reason = "Now." })).Expect(200);

        await server.Admin.FeatureAsync("gated:two", "owners");
        (await server.Admin.PatchAsync("features/gated:two", new { tags = new { cadence = "never" } })).Expect(200);
        (await server.OwnerLead.PostAsync("features/gated:two/transitions", new { to = "proposed", reason = "Now." })).ExpectProblem(422, "unmet-guards");
    }

    [Fact]
    public async Task The_check_follows_a_standard_a_feature_and_a_parent_as_they_change()
    {
        await server.Admin.FeatureAsync("watched:one", "owners");
        (await server.CheckedAsync("watched:one")).Should().BeNull();
        (await server.Admin.PutStandardAsync("watched", "  - {id: watched-tier, kind: required, fields: [tier], level: error, message: it has no tier, remedy: x, scope: {groups: [watched]}}")).Expect(201);
        (await server.CheckedAsync("watched:one")).Should().Be("error: The feature fails the watched standard: it has no tier.");
        (await server.Admin.PatchAsync("features/watched:one", new { tags = new { tier = "one" } })).Expect(200);
        (await server.CheckedAsync("watched:one")).Should().BeNull();

        (await server.Admin.PutStandardAsync("watched", "  - {id: watched-parents, kind: noDeprecatedSources, level: warn, remedy: x, scope: {groups: [watched]}}")).Expect(200);
        await server.Admin.FeatureAsync("watched:parent", "owners");
        (await server.Admin.PatchAsync("features/watched:one", new { derivedFrom = new[] { "watched:parent" } })).Expect(200);
        (await server.CheckedAsync("watched:one")).Should().BeNull();
        await Checks.Checked.StageAsync(server, "watched:parent", Core.Lifecycle.Stage.Deprecated);
        (await server.CheckedAsync("watched:one")).Should().Contain("watched:parent");
    }

    [Fact]
    public async Task A_lead_adds_to_the_standard_for_his_team_and_only_more_strictly()
    {
        (await server.Admin.PutStandardAsync("organisation", "  - {id: org-cost, kind: costCeiling, maximumPerDay: 10, level: warn, remedy: x, scope: {groups: [costly]}}")).Expect(201);
        (await server.OwnerEngineer.PutStandardAsync("ours", "  - {id: a, kind: ownerActive, remedy: x}", "team: owners")).ExpectProblem(403, "not-allowed");
        (await server.ReaderLead.PutStandardAsync("ours", "  - {id: a, kind: ownerActive, remedy: x}", "team: owners")).ExpectProblem(403, "not-your-team");
        (await server.OwnerLead.PutStandardAsync("ours", "  - {id: a, kind: ownerActive, remedy: x}")).ExpectProblem(403, "not-yours-to-set");
        (await server.OwnerLead.PutStandardAsync("ours", "  - {id: a, kind: ownerActive, remedy: x}", "team: nobody"))
            .Expect(400).FaultyFields.Should().Equal("team");
        var weaker = (await server.OwnerLead.PutStandardAsync("ours", "  - {id: org-cost, kind: costCeiling, maximumPerDay: 11, level: info, remedy: x}", "team: owners"))
            .ExpectProblem(422, "weaker-than-organisation");
        weaker.FaultyFields.Should().BeEquivalentTo("rules[0].level", "rules[0].maximumPerDay");
        weaker.Items("errors").Should().OnlyContain(error => error.GetProperty("line").GetInt64() == 4);
        (await server.OwnerLead.PutStandardAsync("ours", "  - {id: org-cost, kind: costCeiling, maximumPerDay: 5, level: error, remedy: x}", "team: owners")).Expect(201);
        (await server.Admin.PutStandardAsync("ours", Rule("b", "none"))).ExpectProblem(422, "standard-changes-hands");
        (await server.Admin.PutStandardAsync("another", "  - {id: org-cost, kind: ownerActive, remedy: x}")).ExpectProblem(422, "repeated-rule");

        foreach (var (key, team) in (List<(string, string)>)[("costly:ours", "owners"), ("costly:theirs", "others")])
        {
            await server.Admin.FeatureAsync(key, team);
            (await server.Admin.PatchAsync($"features/{key}", new { cost = new { computePerDay = 7 } })).Expect(200);
        }

        (await server.Admin.FailingAsync("costly:ours")).Should().Equal("org-cost error");
        (await server.Admin.FailingAsync("costly:theirs")).Should().BeEmpty();
    }

    [Fact]
    public async Task A_standard_begins_on_its_day_and_grace_ends_on_its_own()
    {
        await server.Admin.FeatureAsync("later:one", "owners");
        var today = DateOnly.FromDateTime(server.Clock.GetUtcNow().UtcDateTime);
        (await server.Admin.PutStandardAsync("later", Rule("later-a", "later", "error"), $"effectiveFrom: {today.AddDays(2):yyyy-MM-dd}")).Expect(201);
        (await server.Admin.PutStandardAsync("graced",
            $"  - {{id: graced-a, kind: required, fields: [tier], level: error, message: it has no tier, remedy: x, effectiveFrom: {today:yyyy-MM-dd}, graceDays: 3, scope: {{groups: [later]}}}}")).Expect(201);
        await server.ExecuteAsync("update registry.feature set created_at = created_at - interval '10 days' where key = 'later:one'");
        await server.TickAsync();
        (await server.CheckedAsync("later:one")).Should().StartWith("warn: The feature fails the graced standard");
        server.Wait(2);
        await server.TickAsync();
        (await server.CheckedAsync("later:one")).Should().StartWith("error: The feature fails the graced and the later standards");
        (await server.Admin.FailingAsync("later:one")).Should().Equal("later-a error", "graced-a warn");
        server.Wait(1);
        (await server.Admin.FailingAsync("later:one")).Should().BeEquivalentTo("later-a error", "graced-a error");
    }

    [Fact]
    public async Task A_dry_run_lists_who_would_newly_fail_page_by_page_and_changes_nothing()
    {
        foreach (var name in (string[])["a", "b", "c", "d"])
            await server.Admin.FeatureAsync($"dry:{name}", "owners");
        (await server.Admin.PatchAsync("features/dry:d", new { tags = new { tier = "one" } })).Expect(200);
        var rules = "  - {id: dry-tier, kind: required, fields: [tier], level: error, remedy: x, scope: {groups: [dry]}}\n  - {id: dry-info, kind: required, fields: [tier], level: info, remedy: x, scope: {groups: [dry]}}";
        var first = (await server.OwnerEngineer.DryRunAsync("dry", rules, "?limit=2")).Expect(200);
        (first.Number("newlyFailing"), first.Number("newlyFailingErrors"), first.Number("noLongerFailing")).Should().Be((3, 3, 0));
        Features(first).Should().Equal("dry:a", "dry:b");
        first.Items("rules").Select(rule =>
            (rule.GetProperty("rule").GetString(), rule.GetProperty("fails").GetInt32(), rule.GetProperty("newlyFails").GetInt32()))
            .Should().Equal(("dry-tier", 3, 3), ("dry-info", 3, 3));
        Features((await server.OwnerEngineer.DryRunAsync("dry", rules, $"?limit=2&cursor={first.Text("nextCursor")}")).Expect(200)).Should().Equal("dry:c");
        (await server.Admin.GetAsync("standards/dry")).Expect(404);

        (await server.Admin.PutStandardAsync("dry", rules)).Expect(201);
        (await server.Admin.DryRunAsync("dry", rules)).Expect(200).Number("newlyFailing").Should().Be(0);
        (await server.Admin.DryRunAsync("dry", Rule("dry-none", "nothing"))).Expect(200).Number("noLongerFailing").Should().Be(3);
        (await server.Admin.DryRunAsync("dry", rules.Replace("kind: required, fields: [tier], level: error", "kind: required, fields: [tier, expected.max], level: error"))).Expect(200)
            .Number("newlyFailing").Should().Be(1);
    }

    [Fact]
    public async Task The_schema_is_served()
    {
        var schema = (await server.Admin.GetAsync("standards/schema")).Expect(200);
        schema.Body.GetProperty("properties").GetProperty("rules").GetProperty("items").GetProperty("oneOf").GetArrayLength().Should().Be(RuleKinds.All.Length);
    }

    private Task<Answer> PutTextAsync(string name, string text) =>
        server.Admin.SendBytesAsync(HttpMethod.Put, $"standards/{name}", Encoding.UTF8.GetBytes(text), "application/yaml");

    private static string Rule(string id, string group, string level = "warn") =>
        $"  - {{id: {id}, kind: required, fields: [tier], level: {level}, remedy: Set the tag tier., scope: {{groups: [{group}]}}}}";

    private static IEnumerable<string> Features(Answer report) => report.Items("items").Select(item => item.GetProperty("feature").GetString()!);
}
