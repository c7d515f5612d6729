using System.Text.Json;
using FeatureGovernance.BrowserTests.Fixtures;

namespace FeatureGovernance.BrowserTests;

/// <summary>The tests that look at the tour, one after the other, share it: to generate and score it takes longer than most of them.</summary>
[CollectionDefinition(nameof(Tour))]
public sealed class SharedTour : ICollectionFixture<Tour>;

/// <summary>A generated organisation in which something is under review, and the pages that show it.</summary>
public sealed class Tour(ServerTests.Fixtures.TestCluster cluster) : IAsyncLifetime
{
    public DemoServer Server { get; } = new(cluster);

    /// <summary>The address of every page, by a name for its picture.</summary>
    public IReadOnlyList<(string Name, string Path)> Pages { get; private set; } = [];

    /// <summary>The incident of the numbers of which a quarter went missing.</summary>
    public int Incident { get; private set; }

    /// <summary>The feature that it shows in.</summary>
    public string Hurt { get; private set; } = "";

    /// <summary>What every role walks through.</summary>
    internal RoleStory Story { get; private set; } = null!;

    /// <summary>A team that has nothing to do with that.</summary>
    public string Stranger { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        await Server.InitializeAsync();
        var worst = (await Server.Admin.GetAsync("scores?recommendation=deprecate&sort=-saving&limit=4")).Items();
        var best = (await Server.Admin.GetAsync("scores?sort=-value&limit=1")).Items()[0].GetProperty("feature").GetString()!;
        var goner = worst[0].GetProperty("feature").GetString()!;
        var engineer = Server.As(await Server.TokenAsync("engineer", $"{worst[0].GetProperty("team").GetString()}-engineer"));
        var proposal = (await engineer.PostAsync("deprecations", new { features = (string[])[goner], reason = "Nobody has read it for a month, and it is computed every day." })).Expect(201).Number("id");
        var model = (await Server.Admin.GetAsync("models?limit=1")).Items()[0].GetProperty("model").GetString()!;
        var team = worst[0].GetProperty("team").GetString()!;
        var request = await RequestAsync(model, team);
        var label = await Server.Admin.MeasuredLabelAsync(team);
        var asked = (await Server.Admin.GetAsync($"deprecations/{proposal}")).Body.GetProperty("reviewers").EnumerateArray()
            .Select(review => review.GetProperty("team").GetString()!);
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        await Server.Admin.NumbersAsync(best, today);
        var worded = worst[1].GetProperty("feature").GetString()!;
        await Server.Admin.WordsAsync(worded, today);
        var embedded = worst[2].GetProperty("feature").GetString()!;
        await Server.Admin.EmbeddingsAsync(embedded, today);
        await Server.Admin.DetectAsync();
        (Hurt, Incident) = (best, (await Server.Admin.GetAsync($"incidents?feature={best}&order=severity&limit=1")).Items()[0].GetProperty("id").GetInt32());
        var hit = (await Server.Admin.GetAsync($"incidents/{Incident}")).Text("team");
        var idle = (await Server.Admin.GetAsync($"scores?recommendation=deprecate&team={team}&sort=-saving&limit=100")).Items()
            .Select(score => score.GetProperty("feature").GetString()!).First(key => key != goner && key != worded);
        Story = new(Server, idle, team, proposal, Incident, hit);
        Stranger = (await Server.Admin.GetAsync("teams")).Items().Select(one => one.GetProperty("team").GetString()!)
            .First(one => one != team && one != hit && !asked.Contains(one));
        var (plain, grown) = await Server.Admin.CapacityAsync(today);
        var quarter = Core.Reports.Quarter.Of(today);
        Pages =
        [
            ("home", "/"), ("catalogue", "/features"), ("catalogue-search", "/features?q=rate&stage=adopted"),
            ("catalogue-empty", "/features?q=nothinglikethis"),
            ("feature", $"/features/{best}"), ("feature-going", $"/features/{goner}"),
            ("feature-words", $"/features/{worded}?span=31"), ("feature-embeddings", $"/features/{embedded}?span=92"),
            ("feature-segment", $"/features/{best}?segment=country%3Dno&span=92"), ("models", "/models"), ("model", $"/models/{model}"),
            ("incidents", "/incidents"), ("incidents-none", "/incidents?severity=minor&status=snoozed"), ("incident", $"/incidents/{Incident}"),
            ("deprecations", "/deprecations"), ("proposing", $"/deprecations/new?feature={worst[1].GetProperty("feature").GetString()}"),
            ("proposal", $"/deprecations/{proposal}"), ("adoptions", "/adoptions"), ("adoption", $"/adoptions/{request}"), ("value", "/value"),
            ("labels", $"/labels?label={Uri.EscapeDataString(label)}"),
            ("value-group", "/value?by=group&recommendation=deprecate"), ("teams", "/teams"), ("team", $"/teams/{team}"), ("standards", "/standards"),
            ("capacity", "/capacity"), ("capacity-plan", $"/capacity/plans/{plain}"), ("capacity-beside", $"/capacity/plans/{grown}?beside={plain}&by=month"),
            ("capacity-scenario", "/capacity/scenarios/new?from=busy-year"),
            ("standard", "/standards/default"), ("standard-new", "/standards/new"), ("compare", $"/compare?feature={best}&feature={worded}&feature={goner}"), ("reports", "/reports"), ("review", $"/reports/{quarter}?team={team}"), ("audit", "/audit"), ("admin", "/admin"), ("people", "/admin/people"), ("channels", "/channels"), ("missing", "/features/no:such"),
        ];
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    private async Task<int> RequestAsync(string model, string team)
    {
        var read = (await Server.Admin.GetAsync($"features?model={model}&limit=1000")).Items().Select(Key).ToHashSet();
        var others = (await Server.Admin.GetAsync($"features?team={team}&stage=adopted&kind=feature&limit=200")).Items().Select(Key)
            .Where(key => !read.Contains(key)).Take(3);
        var owner = (await Server.Admin.GetAsync($"models/{model}")).Text("team");
        var engineer = Server.As(await Server.TokenAsync("engineer", $"{owner}-engineer"));
        return (await engineer.PostAsync("adoptions", new { model, features = others.ToArray(), justification = "Cold-start users lack these signals." }))
            .Expect(201).Number("id");
    }

    private static string Key(JsonElement feature) => feature.GetProperty("key").GetString()!;
}
