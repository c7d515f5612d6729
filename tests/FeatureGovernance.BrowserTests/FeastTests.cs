using FeatureGovernance.BrowserTests.Fixtures;
using FeatureGovernance.ServerTests.Fixtures;
using FeatureGovernance.Tests;
using Microsoft.Playwright;

namespace FeatureGovernance.BrowserTests;

/// <summary>A registry of Feast, imported, with a model that reads from it: as real as test data can be.</summary>
public sealed class FeastTests(FeastTests.Imported server, Browser browser) : IClassFixture<FeastTests.Imported>
{
    private const string Feature = "zipcode_features:location_type";
    private const string Model = "default-risk";

    [Theory]
    [InlineData("viewer")]
    [InlineData("engineer")]
    [InlineData("lead")]
    [InlineData("planner")]
    [InlineData("admin")]
    public async Task Everybody_finds_what_was_imported_and_who_reads_it(string role)
    {
        await using var visitor = await browser.VisitAsync(server.Address, await server.TokenAsync(role));
        await visitor.Page.GotoAsync("/features?q=location");
        await visitor.Page.GetByRole(AriaRole.Link, new() { Name = Feature }).ClickAsync();
        await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(Feature);
        await Assertions.Expect(visitor.Page.GetByText("file · data/zipcode_table.parquet")).ToBeVisibleAsync();
        await visitor.Page.GetByRole(AriaRole.Cell, new() { Name = Model, Exact = true }).GetByRole(AriaRole.Link).ClickAsync();
        await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(Model);
        await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Link, new() { Name = "credit_history:mortgage_due", Exact = true }).First).ToBeVisibleAsync();
        foreach (var path in (string[])["/", "/models", "/value", "/teams", "/teams/credit", "/standards", "/capacity", "/incidents", "/labels", "/reports"])
            (await visitor.Page.GotoAsync(path))!.Status.Should().Be(200, path);
        visitor.Complaints.Should().BeEmpty();
    }

    [Theory]
    [InlineData("viewer")]
    [InlineData("engineer")]
    [InlineData("lead")]
    [InlineData("planner")]
    [InlineData("admin")]
    public Task A_role_does_what_it_may_and_nothing_else(string role) => server.Story.WalkAsync(browser, role);

    [Fact]
    public Task Another_team_decides_on_none_of_it() => server.Story.StrangerAsync(browser, "engineer", "risk");

    public sealed class Imported(TestCluster cluster) : ApiServer(cluster)
    {
        internal RoleStory Story { get; private set; } = null!;

        public override async ValueTask InitializeAsync()
        {
            var registry = SharedData.Path("feast", "registry.db");
            await base.InitializeAsync();
            await Admin.TeamAsync("credit", leads: ["credit-lead"], members: ["credit-engineer"]);
            await Admin.TeamAsync("risk", leads: ["risk-lead"], members: ["risk-engineer"]);
            await Admin.CommandAsync(0, $"import feast {registry} --team credit".Split(' '));
            await Admin.ModelAsync(Model, "risk");
            await Admin.ManifestAsync(Model, "v1", [Feature, "credit_history:mortgage_due"]);
            var hurt = (await Admin.GetAsync("features?q=credit_history&kind=feature&limit=50")).Items().Select(one => one.GetProperty("key").GetString()!)
                .First(key => key != "credit_history:mortgage_due");
            await Admin.NumbersAsync(hurt, DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime));
            await Admin.DetectAsync();
            var incident = (await Admin.GetAsync($"incidents?feature={hurt}&order=severity&limit=1")).Items()[0].GetProperty("id").GetInt32();
            var engineer = As(await TokenAsync("engineer"));
            var proposal = (await engineer.PostAsync("deprecations", new { features = (string[])[Feature], reason = "The newer table says more." }))
                .Expect(201).Number("id");
            Story = new(this, "credit_history:mortgage_due", "credit", proposal, incident, "credit");
        }

        public async Task<string> TokenAsync(string role) => role == "admin"
            ? AdminToken
            : (await Admin.PostAsync("tokens", new { name = role, role, person = role is "engineer" or "lead" ? $"credit-{role}" : null }))
                .Expect(201).Text("token");
    }
}
