using FeatureGovernance.BrowserTests.Fixtures;
using FeatureGovernance.ServerTests.Fixtures;
using Microsoft.Playwright;

namespace FeatureGovernance.BrowserTests;

/// <summary>Who belongs where, and where notices go.</summary>
public sealed class AdminTests(ApiServer server, Browser browser) : IClassFixture<ApiServer>
{
    [Fact]
    public async Task A_lead_takes_somebody_in_and_out_of_his_own_team_only()
    {
        await server.Admin.TeamAsync("ranking", leads: ["ada"]);
        await server.Admin.TeamAsync("search", leads: ["ben"]);
        await using var lead = await VisitAsync("lead", "ada");
        await lead.Page.GetByRole(AriaRole.Navigation, new() { Name = "Sections" }).GetByRole(AriaRole.Link, new() { Name = "Administration" }).ClickAsync();
        await lead.Page.GetByRole(AriaRole.Link, new() { Name = "People" }).ClickAsync();
        (await lead.Page.GetByLabel("Team", new() { Exact = true }).Locator("option").AllInnerTextsAsync()).Should().Equal("ranking");
        await lead.Page.GetByLabel("Person", new() { Exact = true }).FillAsync("no handle");
        await lead.Page.GetByRole(AriaRole.Button, new() { Name = "Add to the team" }).ClickAsync();
        await Assertions.Expect(lead.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("person");
        await lead.Page.GetByLabel("Person", new() { Exact = true }).FillAsync("cleo");
        await lead.Page.GetByLabel("As", new() { Exact = true }).SelectOptionAsync("lead");
        await lead.Page.GetByRole(AriaRole.Button, new() { Name = "Add to the team" }).ClickAsync();

        await Assertions.Expect(lead.Page.Locator("tr", new() { HasText = "cleo" }).Locator("[data-word=lead]")).ToBeVisibleAsync();
        (await lead.Page.GetByRole(AriaRole.Button, new() { Name = "Take out ben from search" }).CountAsync()).Should().Be(0);
        await lead.Page.GetByRole(AriaRole.Button, new() { Name = "Take out cleo from ranking" }).ClickAsync();
        await Assertions.Expect(lead.Page.Locator("tr", new() { HasText = "cleo" })).ToContainTextAsync("none");
        (await server.Admin.GetAsync("teams/ranking")).Body.GetProperty("leads").EnumerateArray().Select(one => one.GetString()).Should().Equal("ada");
    }

    [Fact]
    public async Task An_administrator_registers_a_team_and_a_name_that_is_taken_changes_nothing()
    {
        await server.Admin.TeamAsync("maps", leads: ["eve"]);
        await using var visit = await browser.VisitAsync(server.Address, ApiServer.AdminToken);
        await RegisterAsync("maps");
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("already");
        (await visit.Page.GetByLabel("First lead", new() { Exact = true }).InputValueAsync()).Should().Be("finn", "what was typed is kept");
        (await server.Admin.GetAsync("teams/maps")).Body.GetProperty("leads").EnumerateArray().Select(one => one.GetString()).Should().Equal("eve");

        await RegisterAsync("map-routes");
        await visit.Page.WaitForURLAsync("**/teams/map-routes");
        var team = (await server.Admin.GetAsync("teams/map-routes")).Expect(200).Body;
        team.GetProperty("parent").GetString().Should().Be("maps");
        team.GetProperty("leads").EnumerateArray().Select(one => one.GetString()).Should().Equal("finn");

        async Task RegisterAsync(string slug)
        {
            await visit.Page.GotoAsync("/admin/people");
            await visit.Page.GetByLabel("Name in links and files").FillAsync(slug);
            await visit.Page.GetByLabel("Name for people").FillAsync("Map routes");
            await visit.Page.GetByLabel("Part of").SelectOptionAsync("maps");
            await visit.Page.GetByLabel("First lead").FillAsync("finn");
            await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Register" }).ClickAsync();
        }
    }

    [Fact]
    public async Task A_channel_is_opened_with_a_secret_shown_once_paused_and_closed()
    {
        await server.Admin.TeamAsync("feeds", leads: ["dora"]);
        await using var viewer = await VisitAsync("viewer", "dora");
        await viewer.Page.GetByRole(AriaRole.Link, new() { Name = "Channels" }).ClickAsync();
        await viewer.Page.GetByLabel("By", new() { Exact = true }).SelectOptionAsync("webhook");
        await viewer.Page.GetByLabel("Of", new() { Exact = true }).SelectOptionAsync("feeds");
        await viewer.Page.GetByLabel("Address", new() { Exact = true }).FillAsync("nowhere");
        await viewer.Page.GetByRole(AriaRole.Button, new() { Name = "Open a channel" }).ClickAsync();
        await Assertions.Expect(viewer.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("address");
        await viewer.Page.GetByLabel("Address", new() { Exact = true }).FillAsync("https://hooks.example.com/notices");
        await viewer.Page.GetByLabel("Name", new() { Exact = true }).FillAsync("pager");
        await viewer.Page.GetByRole(AriaRole.Button, new() { Name = "Open a channel" }).ClickAsync();
        await Assertions.Expect(viewer.Page.GetByRole(AriaRole.Status)).ToContainTextAsync("whsec_");

        await viewer.Page.GotoAsync("/channels");
        (await viewer.Page.ContentAsync()).Should().NotContain("whsec_");
        await viewer.Page.GetByRole(AriaRole.Button, new() { Name = "Pause pager" }).ClickAsync();
        await Assertions.Expect(viewer.Page.Locator("tr", new() { HasText = "pager" }).Locator("[data-word=paused]")).ToBeVisibleAsync();
        await viewer.Page.GetByRole(AriaRole.Button, new() { Name = "Close pager" }).ClickAsync();
        await Assertions.Expect(viewer.Page.GetByText("No channel is open")).ToBeVisibleAsync();
    }

    private async Task<Visitor> VisitAsync(string role, string person) => await browser.VisitAsync(
        server.Address, (await server.Admin.PostAsync("tokens", new { name = $"{role} {person}", role, person })).Expect(201).Text("token"));
}
