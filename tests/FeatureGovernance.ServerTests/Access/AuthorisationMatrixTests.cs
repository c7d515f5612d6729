using System.Net.Http.Headers;
using System.Net.Http.Json;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Http;
using FeatureGovernance.ServerTests.Fixtures;
using FeatureGovernance.ServerTests.Lifecycle;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace FeatureGovernance.ServerTests.Access;

/// <summary>Walks every endpoint there is, as its metadata tells, so that one added later is walked as well.</summary>
public sealed class AuthorisationMatrixTests(LifecycleServer server) : IClassFixture<LifecycleServer>
{
    private static readonly Role[] Roles = Enum.GetValues<Role>();

    private sealed record Door(string Method, string Route, Permission Permission, bool Writes, string ContentType);

    private IEnumerable<Door> Doors => server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/api/v1/", StringComparison.Ordinal))
        .SelectMany(endpoint => endpoint.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods.Select(method => new Door(
            method, endpoint.RoutePattern.RawText!["/api/v1/".Length..].TrimEnd('/'), endpoint.Metadata.GetRequiredMetadata<Needs>().Permission,
            endpoint.Metadata.GetMetadata<MutatesAttribute>() is not null,
            endpoint.Metadata.GetMetadata<IAcceptsMetadata>() is { ContentTypes: [var type, ..] } ? type : "application/json")));

    [Fact]
    public async Task Every_endpoint_opens_to_the_roles_of_the_table_and_to_no_other()
    {
        var callers = new Dictionary<Role, Api>();
        foreach (var role in Roles)
            callers[role] = await server.As(role.ToString().ToLowerInvariant(), role is Role.Engineer or Role.Lead ? "other-lead" : null);

        var wrong = new List<string>();
        foreach (var door in Doors)
        {
            if ((await KnockAsync(server.As(null), door, Nowhere, new { })).Code != "not-signed-in")
                wrong.Add($"{door.Method} {door.Route} lets in who has no token");
            foreach (var (role, caller) in callers)
            {
                var answer = await KnockAsync(caller, door, Nowhere, new { });
                var refused = answer.Code == "not-allowed" && answer.Raw.Contains("lacks the permission", StringComparison.Ordinal);
                if (refused != (Permissions.Of(role, door.Permission) == Reach.None) || (int)answer.Status is 401 or >= 500)
                    wrong.Add($"{door.Method} {door.Route} answers {role} with {(int)answer.Status} {answer.Code}");
            }
        }

        wrong.Should().BeEmpty();
        Doors.Should().HaveCountGreaterThan(70);
    }

    [Fact]
    public async Task What_belongs_to_a_team_is_not_for_the_leads_and_engineers_of_another()
    {
        var scene = await AuthorisationScene.SetAsync(server);
        var before = await server.QueryAsync<long>("select sequence from audit.head");
        var wrong = new List<string>();
        foreach (var door in Doors.Where(door => door.Writes))
        {
            foreach (var (role, outsider) in ((Role, Api)[])[(Role.Lead, scene.OtherLead), (Role.Engineer, scene.OtherEngineer)])
            {
                if (Permissions.Of(role, door.Permission) is not (Reach.MemberTeams or Reach.LedTeams)
                    || AuthorisationScene.IsForEveryLead(door.Method, door.Route, role) || AuthorisationScene.IsOnesOwn(door.Method, door.Route))
                    continue;
                var body = scene.BodyFor(door.Method, door.Route);
                var answer = await KnockAsync(outsider, door, scene.Place, body ?? new { });
                // Of lines, each is refused in the answer; that nothing of them is kept shows below.
                if (door.ContentType == "application/x-ndjson")
                    continue;
                // A body that is not known here may be refused for its form; one that is whole is refused for whose it is.
                if ((int)answer.Status < 400 || (body is not null && (int)answer.Status != 403))
                    wrong.Add($"{door.Method} {door.Route} answers another team's {role} with {(int)answer.Status} {answer.Code}");
            }
        }

        wrong.Should().BeEmpty();
        (await server.QueryAsync<long>("select sequence from audit.head")).Should().Be(before, "what is refused leaves no trace");
    }

    [Fact]
    public async Task What_belongs_to_a_team_is_for_its_own_leads_and_engineers_as_far_as_their_role_reaches()
    {
        var scene = await AuthorisationScene.SetAsync(server);
        var wrong = new List<string>();
        foreach (var door in Doors.Where(door => door.Writes))
        {
            foreach (var (role, insider) in ((Role, Api)[])[(Role.Engineer, scene.OwnEngineer), (Role.Lead, scene.OwnLead)])
            {
                if (Permissions.Of(role, door.Permission) is not (Reach.MemberTeams or Reach.LedTeams)
                    || scene.BodyFor(door.Method, door.Route) is not { } body)
                    continue;
                var answer = await KnockAsync(insider, door, scene.Place, body);
                // An engineer acts on proposals of his own only; a lead on all of his team's, but reviews none that he wrote or amended.
                if (answer.Code is "not-allowed" or "not-your-team" || (role == Role.Lead && (int)answer.Status == 403 && answer.Code != "own-proposal")
                    || (int)answer.Status is 400 or 401 or >= 500)
                    wrong.Add($"{door.Method} {door.Route} answers its own team's {role} with {(int)answer.Status} {answer.Code}: {answer.Raw}");
            }
        }

        wrong.Should().BeEmpty();
    }

    [Fact]
    public void Machines_write_nothing_but_telemetry_and_only_administrators_hand_out_tokens()
    {
        foreach (var permission in Enum.GetValues<Permission>())
        {
            Permissions.Of(Role.Ci, permission).Should().Be(permission is Permission.CheckAdoption or Permission.ReadBrownouts ? Reach.Everything : Reach.None);
            Permissions.Of(Role.Ingest, permission)
                .Should().Be(permission is Permission.IngestTelemetry or Permission.ReportCapacity ? Reach.Everything : Reach.None);
        }

        Roles.Where(role => Permissions.Of(role, Permission.ManageTokens) != Reach.None).Should().Equal(Role.Admin);
    }

    private static string Nowhere(string route, string parameter) => parameter.Split(':') switch
    {
        [_, "int"] => "999999999",
        [_, "guid"] => Guid.Empty.ToString(),
        _ => "nowhere",
    };

    private static Task<Answer> KnockAsync(Api caller, Door door, Func<string, string, string> place, object body)
    {
        var path = string.Join('/', door.Route.Split('/').Select(part =>
            part.StartsWith('{') ? Uri.EscapeDataString(place(door.Route, part.Trim('{', '}', '*'))) : part));
        var content = door.Method is "GET" or "DELETE" ? null : JsonContent.Create(body, new MediaTypeHeaderValue(door.ContentType));
        return caller.SendAsync(new HttpMethod(door.Method), path, content, []);
    }
}
