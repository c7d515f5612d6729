using FeatureGovernance.BrowserTests.Fixtures;
using Microsoft.Playwright;

namespace FeatureGovernance.BrowserTests;

/// <summary>A planner asks what if, and sees it beside what is.</summary>
[Collection(nameof(Tour))]
public sealed class CapacityTests(Tour tour, Browser browser) 
{
    [Fact]
    public async Task A_scenario_is_built_planned_without_reload_and_compared()
    {
        await using var planner = await browser.VisitAsync(tour.Server.Address, await tour.Server.TokenAsync("planner"));
        await planner.Page.GetByRole(AriaRole.Link, new() { Name = "Capacity" }).ClickAsync();
        await Assertions.Expect(planner.Page.Locator("tr", new() { HasText = "home-page-cpu" }).Locator("[data-word=short]")).ToBeVisibleAsync();
        await planner.Page.GetByRole(AriaRole.Link, new() { Name = "New scenario" }).ClickAsync();
        await planner.Page.GetByLabel("Name", new() { Exact = true }).FillAsync("leaner");
        await planner.Page.GetByLabel("Kind").First.SelectOptionAsync("efficiency");
        (await planner.Page.Locator("#rate-0").IsVisibleAsync()).Should().BeFalse("growth alone takes a rate");
        await planner.Page.Locator("#share-0").FillAsync("a lot");
        await planner.Page.GetByRole(AriaRole.Button, new() { Name = "Save and compare" }).ClickAsync();
        await Assertions.Expect(planner.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("parts[0].share");
        (await planner.Page.GetByLabel("Name", new() { Exact = true }).InputValueAsync()).Should().Be("leaner");
        await planner.Page.Locator("#share-0").FillAsync("25");
        await planner.Page.GetByRole(AriaRole.Button, new() { Name = "Save and compare" }).ClickAsync();

        await Assertions.Expect(planner.Page.GetByText("demand of the other plan").First).ToBeVisibleAsync();
        (await planner.Page.GetByRole(AriaRole.Img, new() { NameRegex = new("Demand and supply of home-page-cpu") }).GetAttributeAsync("aria-label"))
            .Should().NotBeNullOrEmpty();
        var download = await planner.Page.RunAndWaitForDownloadAsync(() => planner.Page.GetByRole(AriaRole.Link, new() { Name = "Save as CSV" }).ClickAsync());
        download.SuggestedFilename.Should().EndWith(".csv");
        planner.Complaints.Where(complaint => !complaint.Contains("400", StringComparison.Ordinal)).Should().BeEmpty();
    }

    [Fact]
    public async Task What_a_scenario_changes_is_shown_while_it_is_written_and_the_address_holds_it()
    {
        await using var planner = await browser.VisitAsync(tour.Server.Address, await tour.Server.TokenAsync("planner"));
        await planner.Page.GotoAsync("/capacity/scenarios/new");
        var changes = planner.Page.Locator("#what-if");
        await planner.Page.GetByLabel("Kind").First.SelectOptionAsync("efficiency");
        await Assertions.Expect(changes).ToContainTextAsync("Not known yet");
        await planner.Page.Locator("#share-0").FillAsync("25");
        await planner.Page.Locator("#pools-0").FillAsync("home-page-cpu");

        await Assertions.Expect(changes.Locator("tr", new() { HasText = "home-page-cpu" })).ToContainTextAsync("−25");
        await Assertions.Expect(changes.GetByRole(AriaRole.Img, new() { NameRegex = new("Demand of the 1 pool looked at") })).ToBeVisibleAsync();
        planner.Page.Url.Should().NotContain("antiforgery", "what guards a form stays in it");
        var before = (await tour.Server.Admin.GetAsync("capacity/scenarios")).Raw;
        await planner.Page.ReloadAsync();
        (await planner.Page.Locator("#share-0").InputValueAsync()).Should().Be("25");
        await Assertions.Expect(changes.Locator("tr", new() { HasText = "home-page-cpu" })).ToContainTextAsync("−25");
        before.Should().NotContain("preview", "nothing is kept before it is saved");
        planner.Complaints.Should().BeEmpty();
    }

    [Fact]
    public async Task What_is_lacking_is_closed_by_deprecations()
    {
        await using var planner = await browser.VisitAsync(tour.Server.Address, await tour.Server.TokenAsync("planner"));
        await planner.Page.GotoAsync("/capacity");
        await planner.Page.GetByRole(AriaRole.Link, new() { Name = "home-page-cpu" }).ClickAsync();
        await planner.Page.GetByRole(AriaRole.Link, new() { Name = "Which deprecations close the gap" }).ClickAsync();
        await Assertions.Expect(planner.Page.GetByRole(AriaRole.Heading, new() { Name = "Which deprecations close the gap" })).ToBeVisibleAsync();
        (await planner.Page.Locator("main .figures, main .complaint").CountAsync()).Should().BeGreaterThan(0);
    }

    [Fact]
    public async Task A_viewer_sees_plans_and_no_button_to_make_one()
    {
        await using var viewer = await browser.VisitAsync(tour.Server.Address, await tour.Server.TokenAsync("viewer"));
        await viewer.Page.GotoAsync("/capacity");
        (await viewer.Page.GetByRole(AriaRole.Button, new() { Name = "Plan now" }).CountAsync()).Should().Be(0);
        (await viewer.Page.GotoAsync("/capacity/scenarios/new"))!.Status.Should().Be(403);
    }
}
