using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Http;

/// <summary>What no endpoint may be broken by: each gives a precise 4xx and leaves the database as it was.</summary>
public sealed class BadInputTests(ApiServer server) : IClassFixture<ApiServer>
{
    public static TheoryData<string, string> Endpoints => new()
    {
        { "PUT", "teams/bad" },
        { "PUT", "features/bad:input" },
        { "PATCH", "features/bad:input" },
        { "PUT", "models/bad" },
        { "PUT", "models/bad/versions/v1" },
        { "POST", "tokens" },
    };

    [Theory]
    [MemberData(nameof(Endpoints))]
    public async Task A_bad_body_is_refused_with_a_problem(string method, string path)
    {
        string[] bodies =
        [
            "", "{", "null", "[]", "3", "\"text\"", "{\"team\":", "{\"a\":1,}", "\u0000", "{\"nested\":" + new string('[', 200) + new string(']', 200) + "}",
            """{"team":{}}""", """{"name":3}""", """{"leads":"me"}""", """{"features":{}}""", """{"weight":"heavy"}""", """{"role":7}""",
            """{"team":"a","team":"b"}""", """{"name":"a","name":"b","role":"viewer"}""", """{"surprise":true}""",
        ];
        var before = await server.QueryAsync<long>("select sequence from audit.head");
        foreach (var body in bodies)
        {
            var answer = await server.Admin.SendTextAsync(new HttpMethod(method), path, body);

            ((int)answer.Status).Should().BeInRange(400, 422, "the body was {0} and the answer {1}", body, answer.Raw);
            answer.Code.Should().NotBeNull("the body was {0}", body);
            answer.Raw.Should().NotContain("   at ").And.NotContain("System.");
        }

        (await server.QueryAsync<long>("select sequence from audit.head")).Should().Be(before);
    }

    [Theory]
    [InlineData("features/%D0%B0ge:x")]
    [InlineData("features/user:a%00b")]
    [InlineData("features/user:a%E2%80%8Bb")]
    [InlineData("features/user:%20a")]
    [InlineData("features/no-colon")]
    [InlineData("features/%2e%2e:x")]
    [InlineData("teams/a%20b")]
    [InlineData("models/%F0%9F%98%80")]
    public async Task A_name_that_only_looks_well_formed_is_refused(string path) =>
        (await server.Admin.PutAsync(path, new { team = "x", kind = path.StartsWith("models", StringComparison.Ordinal) ? "ranking" : null })).Expect(400);

    [Theory]
    [InlineData("features")]
    [InlineData("teams")]
    [InlineData("models")]
    public async Task A_name_of_ten_thousand_characters_is_refused(string collection) =>
        ((int)(await server.Admin.PutAsync($"{collection}/{new string('a', 5_000)}:{new string('b', 2_000)}", new { team = "x", kind = "ranking" })).Status)
            .Should().BeInRange(400, 414);

    [Theory]
    [InlineData("features?cursor=%00")]
    [InlineData("teams?cursor=AAAA")]
    [InlineData("models?cursor=eyJ9")]
    [InlineData("tokens?cursor=eyJzb3J0Ijoia2V5In0")]
    [InlineData("audit?cursor=x")]
    [InlineData("people?cursor=x")]
    [InlineData("groups?cursor=x")]
    [InlineData("entities?cursor=x")]
    [InlineData("sources?cursor=x")]
    [InlineData("features?limit=-1")]
    [InlineData("features?limit=many")]
    [InlineData("audit?limit=99999999999")]
    public async Task A_bad_query_is_refused(string path) => (await server.Admin.GetAsync(path)).ExpectProblem(400, "malformed-request");

    [Theory]
    [InlineData("features/user:none")]
    [InlineData("features/user:none/history")]
    [InlineData("features/user:none/lineage")]
    [InlineData("features/user:none/dependants")]
    [InlineData("features/user:none/versions")]
    [InlineData("teams/none")]
    [InlineData("models/none")]
    [InlineData("models/none/versions")]
    [InlineData("models/none/versions/v1")]
    public async Task What_does_not_exist_is_not_found(string path) => (await server.Admin.GetAsync(path)).Expect(404);

    [Fact]
    public async Task A_body_over_the_limit_is_refused()
    {
        // The server answers before it has read the body, so the request waits for leave to send it.
        using var request = new HttpRequestMessage(HttpMethod.Put,
            "teams/huge") { Content = new ByteArrayContent(new byte[17 << 20]), Headers = { ExpectContinue = true } };
        request.Content.Headers.ContentType = new("application/json");

        using var answer = await server.Admin.Http.SendAsync(request, TestContext.Current.CancellationToken);

        ((int)answer.StatusCode).Should().Be(413);
    }

    [Fact]
    public async Task A_text_with_control_characters_is_refused()
    {
        await server.Admin.TeamAsync("texts");

        (await server.Admin.SendTextAsync(HttpMethod.Put, "features/texts:a", """{"team":"texts","description":"a\u0000b"}""")).ExpectProblem(400, "malformed-request")
            .FaultyFields.Should().Equal("description");
        (await server.Admin.SendTextAsync(HttpMethod.Put, "features/texts:a", """{"team":"texts","description":"\ud800"}""")).Expect(400);
        (await server.Admin.SendTextAsync(HttpMethod.Put, "features/texts:a", """{"team":"texts","tags":{"a\u0000":"b"}}""")).Expect(400);
        (await server.Admin.SendTextAsync(HttpMethod.Put, "features/texts:a", """{"team":"texts","default":"a\u0000"}""")).Expect(400);
        (await server.Admin.SendTextAsync(HttpMethod.Put, "features/texts:a", """{"team":"texts","default":1e999}""")).Expect(400);
    }

    [Fact]
    public async Task A_bad_precondition_header_is_refused()
    {
        await server.Admin.TeamAsync("texts");

        (await server.Admin.PutAsync("features/texts:etag", new { team = "texts" }, ("If-Match", "unquoted"))).ExpectProblem(400, "malformed-request");
        (await server.Admin.PutAsync("features/texts:etag", new { team = "texts" }, ("If-Match", "\"1\""))).ExpectProblem(412, "stale-version");
        (await server.Admin.PutAsync("features/texts:etag", new { team = "texts" }, ("Idempotency-Key", "with space"))).ExpectProblem(400, "malformed-request");
    }

    [Fact]
    public async Task The_wrong_verb_and_the_wrong_content_type_are_refused()
    {
        (await server.Admin.SendTextAsync(HttpMethod.Delete, "features/user:a", "")).ExpectProblem(405, "no-such-verb");
        (await server.Admin.SendTextAsync(HttpMethod.Put, "teams/bad", "<xml/>", "application/xml")).ExpectProblem(415, "unsupported-body");
        (await server.Admin.GetAsync("nothing/here")).ExpectProblem(404, "no-such-path");
    }
}
