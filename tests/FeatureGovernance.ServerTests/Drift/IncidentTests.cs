using FeatureGovernance.ServerTests.Fixtures;
using FeatureGovernance.ServerTests.Telemetry;

namespace FeatureGovernance.ServerTests.Drift;

public sealed class IncidentTests(ApiServer server) : IClassFixture<ApiServer>
{
    private const int History = 70;

    [Fact]
    public async Task A_burst_of_missing_values_is_one_serious_incident_and_found_again_stays_the_same()
    {
        var org = await ReadAsync("burst");
        await server.ValuesAsync($"{org}:f0", History, 1, ago => new(NullRate: ago <= 4 ? 0.5 : 0.01));
        await server.ValuesAsync($"{org}:f1", History, 1, _ => new());

        var run = await server.DetectAsync();
        run.Body.GetProperty("counts").GetProperty("profiles").GetInt64().Should().BeGreaterThanOrEqualTo(2 * History);

        var incident = (await server.IncidentsAsync($"team={org}")).Should().ContainSingle().Which;
        incident.GetProperty("feature").GetString().Should().Be($"{org}:f0");
        incident.GetProperty("cause").GetString().Should().Be("dataQuality");
        incident.GetProperty("fault").GetString().Should().Be("missing");
        incident.GetProperty("severity").GetString().Should().Be("serious");
        incident.GetProperty("ongoing").GetBoolean().Should().BeTrue();
        incident.GetProperty("start").GetDateTime().Should().Be(Midnight(4));
        incident.GetProperty("end").GetDateTime().Should().Be(Midnight(0));
        var id = incident.GetProperty("id").GetInt32();
        var whole = (await server.Admin.GetAsync($"incidents/{id}")).Expect(200);
        whole.Raw.Should().Contain("% of the values are missing, usually");
        whole.Body.GetProperty("causes").EnumerateObject().Sum(cause => cause.Value.GetDouble()).Should().BeApproximately(1, 1e-3);

        (await server.DetectAsync()).Body.GetProperty("counts").GetProperty("found").GetInt64().Should().Be(0);

        var again = (await server.IncidentsAsync($"team={org}")).Should().ContainSingle().Which;
        again.GetProperty("id").GetInt32().Should().Be(id);
        again.GetProperty("revision").GetInt32().Should().Be(1);
    }

    [Fact]
    public async Task Late_data_prolong_an_incident_or_explain_it_away()
    {
        var org = await ReadAsync("late");
        await server.ValuesAsync($"{org}:f0", History, 2, ago => new(Mean: ago <= 4 ? 150 : 100));
        await server.ValuesAsync($"{org}:f1", History, 2, ago => new(NullRate: ago <= 4 ? 0.6 : 0.01));
        await server.DetectAsync();
        var before = await server.IncidentsAsync($"team={org}");
        before.Should().HaveCount(2);

        await server.ValuesAsync($"{org}:f0", 1, 1, _ => new(Mean: 150));
        await server.ValuesAsync($"{org}:f1", 4, 1, _ => new());
        await server.DetectAsync();

        var longer = (await server.IncidentsAsync($"feature={org}:f0")).Should().ContainSingle().Which;
        longer.GetProperty("id").GetInt32().Should().Be(Id(before, $"{org}:f0"));
        longer.GetProperty("end").GetDateTime().Should().Be(Midnight(0));
        longer.GetProperty("revision").GetInt32().Should().Be(2);
        var gone = (await server.IncidentsAsync($"feature={org}:f1")).Should().ContainSingle().Which;
        gone.GetProperty("status").GetString().Should().Be("resolved");
        gone.GetProperty("reason").GetString().Should().StartWith("Found no longer");
        (await server.QueryAsync<long>($"select count(*) from audit.event where action = 'incident.closed' and subject_id = {gone.GetProperty("id").GetInt32()}")).Should().Be(1);
    }

    [Fact]
    public async Task Sites_segments_and_features_of_one_source_that_fail_alike_are_one_incident()
    {
        var org = await ReadAsync("alike");
        foreach (var feature in (string[])["f0", "f1"])
        {
            foreach (var segment in (string[])["country=se", "country=no"])
                await server.ValuesAsync($"{org}:{feature}", History, 1, ago => new(DefaultRate: ago is <= 9 and >= 6 ? 0.4 : 0.01), segment: segment);
        }

        await server.DetectAsync();

        var incident = (await server.IncidentsAsync($"team={org}")).Should().ContainSingle().Which;
        incident.GetProperty("features").GetInt32().Should().Be(2);
        incident.GetProperty("fault").GetString().Should().Be("defaultFilled");
        incident.GetProperty("ongoing").GetBoolean().Should().BeFalse();
        incident.GetProperty("sources").EnumerateArray().Select(source => source.GetString()).Should().Equal($"hive.{org}");
        incident.GetProperty("segments").EnumerateArray().Select(segment => segment.GetString()).Should().Equal("country=no", "country=se");
    }

    [Fact]
    public async Task Training_that_disagrees_with_serving_is_told_as_skew()
    {
        var org = await ReadAsync("skew");
        await server.ValuesAsync($"{org}:f0", History, 1, _ => new());
        await server.ValuesAsync($"{org}:f0", History, 1, _ => new(Mean: 115), site: "training");

        await server.DetectAsync();

        var incident = (await server.IncidentsAsync($"team={org}")).Should().ContainSingle().Which;
        incident.GetProperty("fault").GetString().Should().Be("trainingServingSkew");
    }

    [Fact]
    public async Task A_feature_whose_profiles_stop_coming_is_stale()
    {
        var org = await ReadAsync("stops");
        await server.ValuesAsync($"{org}:f0", History, 8, _ => new());

        await server.DetectAsync();

        var incident = (await server.IncidentsAsync($"team={org}")).Should().ContainSingle().Which;
        (await server.Admin.GetAsync($"incidents/{incident.GetProperty("id").GetInt32()}")).Raw.Should().Contain("No profile for 7 windows");
    }

    [Fact]
    public async Task What_is_expected_is_not_told_again_unless_it_is_larger()
    {
        var org = await ReadAsync("expected");
        await server.ValuesAsync($"{org}:f0", History, 1, ago => new(NullRate: ago is 20 or 19 ? 0.3 : 0.01));
        await server.DetectAsync();
        var id = (await server.IncidentsAsync($"team={org}")).Should().ContainSingle().Which.GetProperty("id").GetInt32();
        (await server.Admin.PatchAsync($"incidents/{id}", new { status = "expected", reason = "The yearly purge." })).Expect(200).Text("status")
            .Should().Be("expected");

        await server.ValuesAsync($"{org}:f0", 8, 7, _ => new(NullRate: 0.2));
        await server.DetectAsync();
        (await server.IncidentsAsync($"team={org}")).Should().ContainSingle().Which.GetProperty("status").GetString().Should().Be("expected");

        await server.ValuesAsync($"{org}:f0", 8, 7, _ => new(NullRate: 0.8));
        await server.DetectAsync();
        (await server.IncidentsAsync($"team={org}&status=open")).Should().ContainSingle();
        (await server.Admin.PatchAsync($"incidents/{id}", new { status = "open", reason = "It was no purge." })).Expect(200);
        (await server.QueryAsync<long>($"select count(*) from drift.expected_change where incident_id = {id}")).Should().Be(0);
    }

    [Fact]
    public async Task Decisions_are_the_owners_and_are_audited()
    {
        var org = await ReadAsync("owners");
        await server.Admin.TeamAsync("strangers", members: ["stranger"]);
        await server.Admin.TeamAsync(org, members: ["owner"]);
        await server.ValuesAsync($"{org}:f0", History, 1, ago => new(NullRate: ago <= 3 ? 0.5 : 0.01));
        await server.DetectAsync();
        var id = (await server.IncidentsAsync($"team={org}"))[0].GetProperty("id").GetInt32();
        var path = $"incidents/{id}";

        (await (await server.As("engineer", "stranger")).PatchAsync(path, new { status = "acknowledged" })).ExpectProblem(403, "not-your-team");
        (await (await server.As("viewer", "owner")).PatchAsync(path, new { status = "acknowledged" })).ExpectProblem(403, "not-allowed");
        var owner = await server.As("engineer", "owner");
        (await owner.PatchAsync(path, new { status = "acknowledged" }, ("If-Match", "\"9\""))).ExpectProblem(412, "stale-version");
        (await owner.PatchAsync(path, new { status = "acknowledged" }, ("If-Match", "\"1\""))).Expect(200).ETag.Should().Be("\"2\"");
        (await owner.PatchAsync(path, new { status = "acknowledged" })).ExpectProblem(409, "incident-is-so-already");
        (await owner.PatchAsync(path, new { status = "resolved" })).Expect(400).FaultyFields.Should().Contain("reason");
        (await owner.PatchAsync(path, new { status = "snoozed", reason = "Later." })).Expect(400).FaultyFields.Should().Contain("until");
        (await owner.PatchAsync(path, new { status = "gone" })).Expect(400).FaultyFields.Should().Contain("status");
        (await owner.PatchAsync(path, new { })).Expect(400).FaultyFields.Should().Contain("status");
        (await owner.PatchAsync(path, new { status = "resolved", reason = "Fixed." })).Expect(200);
        (await owner.PatchAsync(path, new { status = "snoozed", until = TimeProvider.System.GetUtcNow().AddDays(2), reason = "Later." }))
            .ExpectProblem(409, "incident-closed");
        (await owner.PatchAsync("incidents/999999", new { status = "acknowledged" })).ExpectProblem(404, "unknown-incident");

        (await server.QueryAsync<string>($"select string_agg(action, ' ' order by sequence) from audit.event where subject_kind = 'incident' and subject_id = {id}"))
            .Should().Be("incident.found incident.serious incident.acknowledged incident.resolved");
        await server.DetectAsync();
        (await server.Admin.GetAsync(path)).Text("status").Should().Be("resolved", "nothing began after it was resolved");
    }

    [Fact]
    public async Task Lists_are_filtered_and_paged()
    {
        var org = await ReadAsync("paged");
        await server.ValuesAsync($"{org}:f0", History, 1, ago => new(NullRate: ago is 40 or 25 or 10 ? 0.5 : 0.01));

        await server.DetectAsync();

        foreach (var order in (string[])["newest", "severity"])
        {
            var seen = new List<int>();
            string? cursor = null;
            do
            {
                var page = (await server.Admin.GetAsync($"incidents?model={org}_model&active=false&limit=1&order={order}{(cursor is null ? "" : "&cursor=" + cursor)}")).Expect(200);
                seen.AddRange(page.Items().Select(item => item.GetProperty("id").GetInt32()));
                cursor = page.Body.TryGetProperty("nextCursor", out var next) ? next.GetString() : null;
            }
            while (cursor is not null);
            seen.Should().OnlyHaveUniqueItems();
        }

        (await server.IncidentsAsync($"feature={org}:f0")).Should().HaveCount(3);
        (await server.Admin.GetAsync("incidents?status=lost&limit=0&cause=x&cursor=abc&severity=huge&order=up")).Expect(400).FaultyFields
            .Should().BeEquivalentTo("status", "limit", "cause", "cursor", "severity", "order");
        (await server.Admin.GetAsync("incidents?feature=no:such")).Expect(200).Items().Should().BeEmpty();
        (await server.Admin.GetAsync("drift/runs/999999")).ExpectProblem(404, "unknown-drift-run");
    }

    private static int Id(System.Text.Json.JsonElement[] incidents, string feature) =>
        incidents.Single(incident => incident.GetProperty("feature").GetString() == feature).GetProperty("id").GetInt32();

    private static DateTime Midnight(int ago) => ValueHistory.Today.AddDays(-ago).ToDateTime(TimeOnly.MinValue);

    private async Task<string> ReadAsync(string name)
    {
        var org = await server.OrganisationAsync(name);
        // A source of their own: what fails alike in one source is one incident, and the tests share a database.
        foreach (var feature in (string[])["f0", "f1"])
            (await server.Admin.PatchAsync($"features/{org}:{feature}", new { source = new { table = org } })).Expect(200);
        await server.Admin.ManifestAsync($"{org}_model", "v1", [$"{org}:f0", $"{org}:f1"]);
        return org;
    }
}
