using FeatureGovernance.Server.Access;
using FeatureGovernance.ServerTests.Fixtures;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace FeatureGovernance.ServerTests.Access;

public sealed class AccessTests(ApiServer server) : IClassFixture<ApiServer>
{
    [Fact]
    public void Every_endpoint_of_the_api_says_what_it_needs()
    {
        var endpoints = server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText?.StartsWith("/api/", StringComparison.Ordinal) == true).ToList();

        endpoints.Should().NotBeEmpty();
        endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<Needs>() is null).Select(endpoint => endpoint.DisplayName).Should().BeEmpty();
    }

    [Fact]
    public async Task Nobody_gets_in_without_a_token()
    {
        (await server.As(null).GetAsync("features")).ExpectProblem(401, "not-signed-in");
        (await server.As("wrong").GetAsync("features")).ExpectProblem(401, "not-signed-in");
    }

    [Fact]
    public async Task A_revoked_token_stops_working_at_once()
    {
        var created = (await server.Admin.PostAsync("tokens", new { name = "short-lived", role = "viewer" })).Expect(201);
        var viewer = server.As(created.Text("token"));
        (await viewer.GetAsync("features")).Expect(200);

        (await server.Admin.DeleteAsync($"tokens/{created.Number("id")}")).Expect(204);

        (await viewer.GetAsync("features")).ExpectProblem(401, "not-signed-in");
    }

    [Fact]
    public async Task A_secret_is_shown_once_and_kept_nowhere()
    {
        var secret = (await server.Admin.PostAsync("tokens", new { name = "secretive", role = "viewer" })).Expect(201).Text("token");

        (await server.Admin.GetAsync("tokens?limit=1000")).Raw.Should().NotContain(secret);
        (await server.QueryAsync<long>($"select count(*) from audit.event where after::text like '%{secret}%'")).Should().Be(0);
    }

    [Theory]
    [InlineData("ci")]
    [InlineData("ingest")]
    public async Task Machine_roles_read_nothing(string role) =>
        (await (await server.As(role, null)).GetAsync("features")).ExpectProblem(403, "not-allowed");

    [Fact]
    public async Task An_engineer_changes_the_features_of_his_own_team_only()
    {
        await server.Admin.TeamAsync("own", members: ["engineer-own"]);
        await server.Admin.TeamAsync("other");
        var engineer = await server.As("engineer", "engineer-own");

        (await engineer.PutAsync("features/own:a", new { team = "own" })).Expect(201);
        (await engineer.PutAsync("features/other:a", new { team = "other" })).ExpectProblem(403, "not-your-team");
        (await engineer.PatchAsync("features/own:a", new { team = "other" })).ExpectProblem(403, "not-your-team");
        (await engineer.PutAsync("teams/own", new { members = new[] { "engineer-own" } })).ExpectProblem(403, "not-allowed");
    }

    [Fact]
    public async Task A_lead_of_a_parent_team_acts_for_the_teams_under_it()
    {
        await server.Admin.TeamAsync("parent", leads: ["lead-parent"]);
        await server.Admin.TeamAsync("child", parent: "parent");
        var lead = await server.As("lead", "lead-parent");

        (await lead.PutAsync("features/child:a", new { team = "child" })).Expect(201);
        (await lead.GetAsync("me")).Expect(200).Items("leadOf").Select(team => team.GetString()).Should().Equal("child", "parent");
    }

    [Fact]
    public async Task A_refused_write_leaves_no_trace()
    {
        await server.Admin.TeamAsync("quiet", members: ["engineer-quiet"]);
        var engineer = await server.As("engineer", "engineer-quiet");
        var before = await server.QueryAsync<long>("select sequence from audit.head");

        (await engineer.PutAsync("models/unknown-team-model", new { team = "nope", kind = "ranking" })).Expect(400);
        (await engineer.PutAsync("features/quiet:a", new { team = "nope" }, ("Idempotency-Key", "refused"))).Expect(400);

        (await server.QueryAsync<long>("select sequence from audit.head")).Should().Be(before);
        (await server.QueryAsync<long>("select count(*) from access.idempotency where key = 'refused'")).Should().Be(0);
    }

    [Fact]
    public async Task The_job_dashboard_is_for_administrators()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var anonymous = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = server.Address };
        (await anonymous.GetAsync("/hangfire", cancellation)).Headers.Location?.ToString().Should().StartWith("/sign-in");

        var page = await anonymous.GetStringAsync("/sign-in", cancellation);
        var antiforgery = System.Text.RegularExpressions.Regex.Match(page, "name=\"antiforgery\" value=\"([^\"]+)\"").Groups[1].Value;
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["token"] = ApiServer.AdminToken, ["returnUrl"] = "//elsewhere.invalid", ["antiforgery"] = antiforgery,
        });
        var signedIn = await anonymous.PostAsync("/sign-in", form, cancellation);
        signedIn.Headers.Location?.ToString().Should().Be("/", "a sign-in leads only to pages of this server");
        (await anonymous.GetAsync("/hangfire", cancellation)).StatusCode.Should().Be(System.Net.HttpStatusCode.OK);

        var viewer = (await server.Admin.PostAsync("tokens", new { name = "looker", role = "viewer" })).Text("token");
        using var asViewer = new HttpRequestMessage(HttpMethod.Get, "/hangfire") { Headers = { Authorization = new("Bearer", viewer) } };
        using var plain = new HttpClient { BaseAddress = server.Address };
        ((int)(await plain.SendAsync(asViewer, cancellation)).StatusCode).Should().BeOneOf(401, 403);
    }
}
