using FeatureGovernance.BrowserTests.Fixtures;
using FeatureGovernance.ServerTests.Fixtures;
using Microsoft.Playwright;

namespace FeatureGovernance.BrowserTests;

/// <summary>Somebody finds features, keeps how they were found, and holds them against each other.</summary>
public sealed class CatalogueTests(ApiServer server, Browser browser) : IClassFixture<ApiServer>
{
    [Fact]
    public async Task Filters_are_kept_by_name_for_their_owner_alone_and_forgotten()
    {
        var page = await VisitAsync("kept");
        await page.GotoAsync("/features?q=rate&stage=draft");
        await page.GetByLabel("Name of the view").FillAsync("Drafts of rates");
        await page.GetByRole(AriaRole.Button, new() { Name = "Keep", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByText("Your view “Drafts of rates”")).ToBeVisibleAsync();

        await page.GotoAsync("/features");
        await page.GetByRole(AriaRole.Link, new() { Name = "Drafts of rates" }).ClickAsync();
        await page.WaitForURLAsync(url => url.Contains("q=rate", StringComparison.Ordinal) && url.Contains("stage=draft", StringComparison.Ordinal));
        await using (var other = await browser.VisitAsync(server.Address, ApiServer.AdminToken))
        {
            await other.Page.GotoAsync("/features");
            (await other.Page.GetByRole(AriaRole.Link, new() { Name = "Drafts of rates" }).CountAsync()).Should().Be(0);
        }

        await page.GetByRole(AriaRole.Button, new() { Name = "Forget it" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Catalogue" })).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "Drafts of rates" })).ToHaveCountAsync(0);
        (await server.QueryAsync<string>("select string_agg(action, ' ' order by sequence) from audit.event where subject_kind = 'saved-view'"))
            .Should().Be("view.saved view.forgotten");
        await page.Context.DisposeAsync();
    }

    [Fact]
    public async Task Chosen_features_stand_side_by_side()
    {
        var page = await VisitAsync("sides");
        await page.GotoAsync("/features?q=sides");
        await page.GetByLabel("Choose sides:like_rate", new() { Exact = true }).CheckAsync();
        await page.GetByLabel("Choose sides:share_rate", new() { Exact = true }).CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Compare the chosen" }).ClickAsync();

        var row = page.Locator("tr", new() { Has = page.GetByRole(AriaRole.Rowheader, new() { NameRegex = new("Says of itself") }) });
        await Assertions.Expect(row).ToHaveAttributeAsync("data-differs", "");
        await Assertions.Expect(row.Locator("td")).ToHaveTextAsync(["Likes by views.", "Shares by views."]);
        await page.GetByRole(AriaRole.Link, new() { Name = "Leave sides:share_rate out" }).ClickAsync();
        await Assertions.Expect(page.Locator("thead th[scope=col]")).ToHaveCountAsync(1);
        (await page.GotoAsync("/compare?feature=no:such&feature=nonsense"))!.Status.Should().Be(200);
        await Assertions.Expect(page.GetByText("Not registered: no:such")).ToBeVisibleAsync();
        await page.Context.DisposeAsync();
    }

    private async Task<IPage> VisitAsync(string group)
    {
        await server.Admin.TeamAsync("ranking", leads: ["ada"]);
        await server.Admin.FeatureAsync($"{group}:like_rate", "ranking", description: "Likes by views.");
        await server.Admin.FeatureAsync($"{group}:share_rate", "ranking", description: "Shares by views.");
        var token = (await server.Admin.PostAsync("tokens", new { name = $"viewer of {group}", role = "viewer" })).Expect(201).Text("token");
        return (await browser.VisitAsync(server.Address, token)).Page;
    }
}
