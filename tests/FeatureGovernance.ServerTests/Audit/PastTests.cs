using System.Text.Json;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.ServerTests.Notifications;
using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Audit;

/// <summary>The past as the trail keeps it: read as of a moment, exported, and checked against an anchor.</summary>
public sealed class PastTests(TestCluster cluster)
{
    [Fact]
    public async Task A_feature_is_shown_as_it_was_under_the_name_that_it_had()
    {
        await using var server = await NoticeServer.StartAsync(cluster);
        var before = Moment(server);
        server.Clock.Advance(TimeSpan.FromHours(1));
        await server.Admin.FeatureAsync("user:age", "owners", description: "First.");
        var first = Moment(server);
        server.Clock.Advance(TimeSpan.FromHours(1));
        (await server.Admin.SendTextAsync(HttpMethod.Patch, "features/user:age", """{"description":"Second."}""", "application/merge-patch+json")).Expect(200);
        server.Clock.Advance(TimeSpan.FromHours(1));
        (await server.Admin.PostAsync("features/user:age/rename", new { to = "user:age_years" })).Expect(200);
        var last = Moment(server);

        (await server.Ann.GetAsync($"features/user:age?asOf={before}")).ExpectProblem(404, "unknown-feature");
        var then = (await server.Ann.GetAsync($"features/user:age?asOf={first}")).Expect(200);
        then.Text("description").Should().Be("First.");
        then.Number("revision").Should().Be(1);
        then.Headers.GetValues("Memento-Datetime").Should().ContainSingle();
        (await server.Ann.GetAsync($"features/user:age_years?asOf={first}")).Expect(200).Text("key").Should().Be("user:age");
        (await server.Ann.GetAsync($"features/user:age?asOf={last}")).Expect(200).Raw.Should().Be((await server.Ann.GetAsync("features/user:age")).Raw);
        (await server.Ann.GetAsync("features/user:age?asOf=yesterday")).ExpectProblem(400, "malformed-request");
        (await server.Ann.GetAsync("features/user:age?asOf=2099-01-01")).ExpectProblem(400, "malformed-request");
    }

    [Fact]
    public async Task A_model_is_shown_with_the_version_that_was_live()
    {
        await using var server = await NoticeServer.StartAsync(cluster);
        await server.Admin.FeatureAsync("user:age", "owners");
        string[] moments = [Moment(server), "", ""];
        for (var i = 1; i <= 2; i++)
        {
            server.Clock.Advance(TimeSpan.FromHours(1));
            await server.Admin.ManifestAsync("feed", $"v{i}", ["user:age"]);
            moments[i] = Moment(server);
        }

        (await server.Ann.GetAsync($"models/feed?asOf={moments[0]}")).Expect(200).Body.TryGetProperty("liveVersion",
            out _).Should().BeFalse();
        (await server.Ann.GetAsync($"models/feed?asOf={moments[1]}")).Expect(200).Text("liveVersion").Should().Be("v1");
        var now = (await server.Ann.GetAsync("models/feed")).Expect(200);
        var same = (await server.Ann.GetAsync($"models/feed?asOf={moments[2]}")).Expect(200);
        foreach (var property in now.Body.EnumerateObject())
            same.Body.GetProperty(property.Name).GetRawText().Should().Be(property.Value.GetRawText());
    }

    [Fact]
    public async Task A_proposal_is_shown_as_it_stood()
    {
        await using var server = await NoticeServer.StartAsync(cluster);
        var key = await server.FeatureAsync();
        var id = (await server.Ann.PostAsync("deprecations", new
        {
            features = new[] { key }, reason = "Nobody gains by it.", plan = new { noticeDays = 7,
                brownout = new { windows = new[] { new { opens = "PT0S", closes = "P1D" } } } },
        })).Expect(201).Number("id");
        var submitted = Moment(server);
        server.Clock.Advance(TimeSpan.FromHours(1));
        (await server.Ann.PostAsync($"deprecations/{id}/withdraw", new { reason = "I was wrong." })).Expect(200);

        (await server.Ann.GetAsync($"deprecations/{id}?asOf={submitted}")).Expect(200).Text("state").Should().Be("submitted");
        (await server.Ann.GetAsync($"deprecations/{id}?asOf={Moment(server)}")).Expect(200).Text("state").Should().Be("withdrawn");
        (await server.Ann.GetAsync($"deprecations/999?asOf={submitted}")).ExpectProblem(404, "unknown-deprecation");
    }

    [Fact]
    public async Task The_export_holds_what_every_hash_is_made_of()
    {
        await using var server = await NoticeServer.StartAsync(cluster);
        await server.AskAsync();

        var export = (await server.Ann.GetAsync("audit", ("Accept", AuditExport.MediaType))).Expect(200);

        var hash = new byte[32];
        long sequence = 0;
        foreach (var line in export.Raw.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var one = JsonSerializer.Deserialize<JsonElement>(line);
            string? Text(string name) => one.TryGetProperty(name, out var text) ? text.GetString() : null;
            string? Document(string name) => one.TryGetProperty(name, out var document) ? document.GetRawText() : null;
            one.GetProperty("sequence").GetInt64().Should().Be(++sequence);
            hash = AuditTrail.Chain(hash, sequence, one.GetProperty("at").GetDateTimeOffset(),
                new(Text("actor")!, Text("requestId"), Text("address")),
                new(Text("action")!, Text("subjectKind")!, one.GetProperty("subjectId").GetInt32(), Text("subject")!, Document("before"),
                    Document("after"), Text("reason")));
            Text("hash").Should().Be(Convert.ToHexStringLower(hash));
        }

        sequence.Should().Be(await server.QueryAsync<long>("select count(*) from audit.event"));
    }

    [Fact]
    public async Task The_export_keeps_to_its_filters_and_to_those_who_may()
    {
        await using var server = await NoticeServer.StartAsync(cluster);
        var start = Moment(server);
        server.Clock.Advance(TimeSpan.FromHours(1));
        await server.AskAsync();

        (await Lines(server.Ann, "audit?actor=cat")).Should().OnlyContain(one =>
            one.GetProperty("actor").GetString() == "cat").And.ContainSingle();
        (await Lines(server.Ann, $"audit?to={start}")).Should().BeEmpty();
        (await Lines(server.Ann, $"audit?from={Moment(server)}&action=feature.adopted")).Should().ContainSingle();
        var all = await Lines(server.Ann, "audit");
        (await Lines(server.Ann, $"audit?afterSequence={all.Length - 1}")).Should().ContainSingle();
        (await server.Ann.GetAsync("audit?from=x&subject=a%00b", ("Accept", AuditExport.MediaType))).ExpectProblem(400, "malformed-request")
            .FaultyFields.Should().BeEquivalentTo("subject", "from");
        (await server.Bob.GetAsync("audit", ("Accept", AuditExport.MediaType))).ExpectProblem(403, "not-allowed");
    }

    [Fact]
    public async Task A_trail_that_was_written_anew_is_found_out_by_an_anchor()
    {
        await using var server = await NoticeServer.StartAsync(cluster);
        await server.AskAsync();
        var whole = (await server.Ann.GetAsync("audit/verify")).Expect(200);
        var anchor = $"anchorSequence={whole.Body.GetProperty("events").GetInt64()}&anchorHash={whole.Text("lastHash")}";
        await server.AskAsync();
        (await server.Ann.GetAsync($"audit/verify?{anchor}")).Body.GetProperty("intact").GetBoolean().Should().BeTrue("more came after it");
        // The trail ends earlier, head and all, as if nothing more had ever been.
        await server.ExecuteAsync("""
            alter table audit.event disable trigger append_only;
            delete from audit.event where sequence > 3;
            update audit.head set (sequence, hash) = (select sequence, hash from audit.event where sequence = 3);
            """);

        (await server.Ann.GetAsync("audit/verify")).Body.GetProperty("intact").GetBoolean().Should().BeTrue("within itself it is");
        (await server.Ann.GetAsync($"audit/verify?{anchor}")).Body.GetProperty("intact").GetBoolean().Should().BeFalse();
        (await server.Ann.GetAsync("audit/verify?anchorSequence=3")).ExpectProblem(400,
            "malformed-request").FaultyFields.Should().Equal("anchorHash");
        (await server.Ann.GetAsync($"audit/verify?anchorSequence=2&anchorHash={new string('0', 64)}")).Body.GetProperty("firstFault").GetInt64().Should().Be(2);
    }

    [Fact]
    public async Task An_event_says_from_where_and_a_stranger_cannot_say_otherwise()
    {
        await using var plain = await NoticeServer.StartAsync(cluster);
        await using var proxied = await NoticeServer.StartAsync(cluster, ("FEATGOV_TRUSTED_PROXIES", "127.0.0.0/8"));
        foreach (var server in (NoticeServer[])[plain, proxied])
            (await server.Admin.PutAsync("teams/proxied", new { leads = new[] { "ann" } }, ("X-Forwarded-For", "203.0.113.7"))).Expect(201);

        (await plain.Admin.GetAsync("audit?subject=proxied")).Items()[0].GetProperty("address").GetString().Should().Be("127.0.0.1");
        (await proxied.Admin.GetAsync("audit?subject=proxied")).Items()[0].GetProperty("address").GetString().Should().Be("203.0.113.7");
    }

    private static string Moment(NoticeServer server) => server.Clock.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ");

    private static async Task<JsonElement[]> Lines(Api who, string path) =>
        [.. (await who.GetAsync(path, ("Accept", AuditExport.MediaType))).Expect(200).Raw.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonSerializer.Deserialize<JsonElement>(line))];
}
