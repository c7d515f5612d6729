using FeatureGovernance.BrowserTests.Fixtures;
using FeatureGovernance.ServerTests.Fixtures;
using Microsoft.Playwright;

namespace FeatureGovernance.BrowserTests;

/// <summary>A lead writes what the team asks beyond the organisation's standard.</summary>
public sealed class EditorTests(ApiServer server, Browser browser) : IClassFixture<ApiServer>
{
    private const string Document = """
        name: ranking-additions
        team: ranking
        rules:
          - id: well-typed
            kind: required
            fields: [dataType]
            level: warn
            remedy: State the type.
        """;

    [Fact]
    public async Task A_standard_is_written_checked_saved_and_a_change_by_somebody_else_is_explained()
    {
        await server.Admin.TeamAsync("ranking", leads: ["ada"]);
        var token = (await server.Admin.PostAsync("tokens", new { name = "ada", role = "lead", person = "ada" })).Expect(201).Text("token");
        await using var lead = await browser.VisitAsync(server.Address, token);
        var (page, editor) = (lead.Page, lead.Page.GetByLabel("YAML or JSON"));
        await page.GotoAsync("/standards");
        await page.GetByRole(AriaRole.Link, new() { Name = "New standard" }).ClickAsync();
        (await editor.InputValueAsync()).Should().Contain("team: ranking");

        await editor.FillAsync(Document.Replace("kind: required", "kind: wished", StringComparison.Ordinal));
        await page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("kind");
        (await editor.InputValueAsync()).Should().Contain("kind: wished");
        await editor.FillAsync(Document);
        await page.GetByRole(AriaRole.Button, new() { Name = "Check", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("sound");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("version 1");

        // Somebody else puts another version while he writes his.
        (await server.Admin.SendTextAsync(HttpMethod.Put, "standards/ranking-additions", Document.Replace("State the type.", "Say what type it is.", StringComparison.Ordinal), "application/yaml")).Expect(200);
        await editor.FillAsync(Document.Replace("level: warn", "level: info", StringComparison.Ordinal));
        await page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Somebody changed this");
        await Assertions.Expect(page.Locator("#meanwhile ins")).ToContainTextAsync("Say what type it is.");
        (await editor.InputValueAsync()).Should().Contain("level: info").And.Contain("State the type.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("version 3");
        (await server.Admin.GetAsync("standards/ranking-additions")).Expect(200).Text("document").Should().Contain("level: info");
    }

    [Fact]
    public async Task Whoever_leads_nobody_tries_but_does_not_save()
    {
        await server.Admin.TeamAsync("watching", members: ["ben"]);
        var token = (await server.Admin.PostAsync("tokens", new { name = "ben", role = "engineer", person = "ben" })).Expect(201).Text("token");
        await using var engineer = await browser.VisitAsync(server.Address, token);
        await engineer.Page.GotoAsync("/standards/default");
        (await engineer.Page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).CountAsync()).Should().Be(0);
        await engineer.Page.GetByRole(AriaRole.Button, new() { Name = "Who would newly fail?" }).ClickAsync();
        await Assertions.Expect(engineer.Page.GetByRole(AriaRole.Heading, new() { Name = "If this were put" })).ToBeVisibleAsync();
        (await engineer.Page.GotoAsync("/standards/new"))!.Status.Should().Be(403);
        engineer.Complaints.Where(complaint => !complaint.Contains("403", StringComparison.Ordinal)).Should().BeEmpty();
    }
}
