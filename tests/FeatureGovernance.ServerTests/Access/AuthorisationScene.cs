using FeatureGovernance.Server.Access;
using FeatureGovernance.ServerTests.Fixtures;
using FeatureGovernance.ServerTests.Lifecycle;

namespace FeatureGovernance.ServerTests.Access;

/// <summary>One team with one of everything, its people, and people of another team.</summary>
internal sealed class AuthorisationScene
{
    private readonly Dictionary<string, int> numbers = [];
    private string team = "";
    private string feature = "";
    private string model = "";

    public Api OwnLead { get; private set; } = null!;

    public Api OwnEngineer { get; private set; } = null!;

    public Api OtherLead { get; private set; } = null!;

    public Api OtherEngineer { get; private set; } = null!;

    public static async Task<AuthorisationScene> SetAsync(LifecycleServer server)
    {
        var mark = Guid.CreateVersion7().ToString("N")[20..];
        var scene = new AuthorisationScene { team = $"own-{mark}", feature = $"own:{mark}", model = $"own-{mark}" };
        var other = $"other-{mark}";
        await server.Admin.TeamAsync(scene.team, leads: [$"lead-{scene.team}"], members: [$"engineer-{scene.team}"]);
        await server.Admin.TeamAsync(other, leads: [$"lead-{other}"], members: [$"engineer-{other}"]);
        scene.OwnLead = await server.As("lead", $"lead-{scene.team}");
        scene.OwnEngineer = await server.As("engineer", $"engineer-{scene.team}");
        scene.OtherLead = await server.As("lead", $"lead-{other}");
        scene.OtherEngineer = await server.As("engineer", $"engineer-{other}");

        string[] keys = [scene.feature, $"own:{mark}_going", $"own:{mark}_drafted"];
        foreach (var key in keys)
        {
            await server.Admin.FeatureAsync(key, scene.team);
            foreach (var to in key == scene.feature ? [] : (string[])["proposed", "experimental", "adopted"])
                (await server.Admin.PostAsync($"features/{key}/transitions", new { to, reason = "It is time." })).Expect(200);
        }

        await server.Admin.ModelAsync(scene.model, scene.team);
        await server.Admin.ManifestAsync(scene.model, "v0", [scene.feature]);
        // The administrator proposes, so that no rule about one's own proposals stands in the way.
        scene.numbers["deprecations"] = (await server.Admin.PostAsync("deprecations", LifecycleServer.Wish(keys[1]))).Expect(201).Number("id");
        scene.numbers["adoptions"] = (await server.Admin.PostAsync("adoptions", new { model = await server.LiveModelAsync(scene.feature), features = new[] { keys[2] }, justification = "It helps." })).Expect(201).Number("id");
        scene.numbers["drafts"] = await server.QueryAsync<int>($"""
            with made as (insert into lifecycle.draft (team_id, state, revision, created_at, updated_at)
                          select id, 0, 1, now(), now() from registry.team where slug = '{scene.team}' returning id)
            insert into lifecycle.draft_feature select made.id, f.id from made, registry.feature f where f.key = '{keys[2]}' returning draft_id
            """);
        scene.numbers["migrations"] = await server.QueryAsync<int>($"""
            insert into lifecycle.migration_task (proposal_id, feature_id, model_id, assignee_id, status, due_at, revision, created_at, updated_at)
            select {scene.numbers["deprecations"]}, f.id, m.id, m.team_id, 0, now(), 1, now(), now()
            from registry.feature f, registry.model m where f.key = '{scene.feature}' and m.name = '{scene.model}' returning id
            """);
        scene.numbers["incidents"] = await server.QueryAsync<int>($"""
            insert into drift.incident (length, starts, ends, ongoing, kind, cause, cause_probability, score, size, severity, lead_feature_id, sources, segments,
                                        sites, verdict, digest, found_at, updated_at, run_id)
            select 1, now(), now(), true, 0, 0, 1, 1, 1, 0, f.id, array[]::text[], array[]::text[], array[]::smallint[],
                   json_build_object('causes', json_build_object(), 'faults', json_build_object(), 'evidence', json_build_array()), '', now(), now(), 0 from registry.feature f where f.key = '{scene.feature}' returning id
            """);
        return scene;
    }

    /// <summary>The team's own thing for a parameter of a route; where there is none, one that does not exist.</summary>
    public string Place(string route, string parameter) => parameter switch
    {
        "key" => feature,
        "team" => team,
        "model" => model,
        "version" => "v9",
        "id:int" => Number(route),
        "number:int" => "1",
        "id:guid" => Guid.Empty.ToString(),
        _ => parameter.EndsWith(":int", StringComparison.Ordinal) ? "999999999" : "nowhere",
    };

    /// <summary>A whole body for the endpoint; null where none is known here.</summary>
    public object? BodyFor(string method, string route) => $"{method} {route}" switch
    {
        "POST features/bulk" => new { key = feature, team, description = "Said in bulk." },
        "PUT features/{key}" => new { team, description = "Said anew." },
        "PATCH features/{key}" => new { description = "Said once more." },
        "POST features/{key}/transitions" => new { to = "proposed", reason = "Ready." },
        "PUT models/{model}/versions/{version}" => new { features = new[] { feature } },
        "PUT teams/{team}" => new { leads = new[] { $"lead-{team}" }, members = new[] { $"engineer-{team}" } },
        "POST adoptions" => new { model, features = new[] { feature }, justification = "It helps." },
        "POST adoptions/{id:int}/decision" => new { decision = "approve" },
        "POST deprecations" => new { features = new[] { feature }, reason = "It goes." },
        "PATCH deprecations/{id:int}" => new { reason = "Said anew." },
        "POST deprecations/{id:int}/reviews" => new { decision = "abstain" },
        "POST deprecations/{id:int}/delegations" => new { team, to = "other-lead", reason = "Away." },
        "POST deprecations/{id:int}/advance" => new { },
        "PATCH migrations/{id:int}" => new { note = "Soon." },
        "POST deprecations/drafts/{id:int}/reject" => new { reason = "Needed." },
        "POST deprecations/drafts/{id:int}/submit" => new { },
        "POST features/{key}/comments" => new { text = "Why?" },
        "POST deprecations/{id:int}/reject" => new { reason = "Needed." },
        "POST deprecations/{id:int}/withdraw" => new { reason = "Needed." },
        "PATCH incidents/{id:int}" => new { status = "acknowledged" },
        _ => null,
    };

    /// <summary>Any lead may propose that another team's feature goes: its owner decides.</summary>
    public static bool IsForEveryLead(string method, string route, Role role) => role == Role.Lead && method == "POST" && route == "deprecations";

    /// <summary>What everybody sets for himself, whatever his team.</summary>
    public static bool IsOnesOwn(string method, string route) => method == "PUT" && route == "notices/preferences";

    private string Number(string route)
    {
        var parts = route.Split('/');
        var collection = parts[Array.FindIndex(parts, part => part.StartsWith('{')) - 1];
        return numbers.TryGetValue(collection, out var number) ? number.ToString(System.Globalization.CultureInfo.InvariantCulture) : "999999999";
    }
}
