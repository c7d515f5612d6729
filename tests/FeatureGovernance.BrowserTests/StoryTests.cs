using FeatureGovernance.BrowserTests.Fixtures;
using Microsoft.Playwright;

namespace FeatureGovernance.BrowserTests;

/// <summary>Find, propose, review: as the people who do it.</summary>
public sealed class StoryTests(DemoServer server, Browser browser) : IClassFixture<DemoServer>
{
    [Fact]
    public async Task A_feature_is_found_proposed_objected_to_answered_and_approved()
    {
        var worst = (await server.Admin.GetAsync("scores?recommendation=deprecate&sort=-saving&limit=1")).Items()[0];
        var (key, team) = (worst.GetProperty("feature").GetString()!, worst.GetProperty("team").GetString()!);

        await using var engineer = await browser.VisitAsync(server.Address, await server.TokenAsync("engineer", $"{team}-engineer"));
        await engineer.Page.GetByRole(AriaRole.Link, new() { Name = "Catalogue" }).ClickAsync();
        await engineer.Page.GetByLabel("Search", new() { Exact = true }).PressSequentiallyAsync(key);
        await engineer.Page.WaitForURLAsync(url => url.Contains("q=", StringComparison.Ordinal));
        await engineer.Page.GetByLabel($"Choose {key}", new() { Exact = true }).CheckAsync();
        await engineer.Page.GetByRole(AriaRole.Button, new() { Name = "Propose to deprecate the chosen" }).ClickAsync();
        await engineer.Page.GetByLabel("Reason").FillAsync("It costs more than it gives.");
        await engineer.Page.GetByRole(AriaRole.Button, new() { Name = "Propose", Exact = true }).ClickAsync();
        await engineer.Page.WaitForURLAsync("**/deprecations/*");
        var path = new Uri(engineer.Page.Url).AbsolutePath;
        (await engineer.Page.GetByRole(AriaRole.Button, new() { Name = "Approve" }).CountAsync()).Should().Be(0, "nobody reviews what they proposed");

        var reviewers = (await server.Admin.GetAsync($"deprecations/{path.Split('/')[^1]}")).Body.GetProperty("reviewers").EnumerateArray()
            .Select(review => review.GetProperty("team").GetString()!).ToList();
        await using (var lead = await browser.VisitAsync(server.Address, await server.TokenAsync("lead", $"{reviewers[0]}-lead")))
        {
            await lead.Page.GetByRole(AriaRole.Link, new() { Name = $"Deprecate {key}" }).ClickAsync();
            await lead.Page.GetByLabel("Your word").FillAsync("Which report replaces it?");
            await lead.Page.GetByRole(AriaRole.Button, new() { Name = "Object" }).ClickAsync();
            await lead.Page.GetByLabel("Answer that closes it").FillAsync("The weekly one does.");
            await lead.Page.GetByRole(AriaRole.Button, new() { Name = "Close the objection" }).ClickAsync();
            await Assertions.Expect(lead.Page.GetByText("The weekly one does.")).ToBeVisibleAsync();
        }

        foreach (var reviewer in reviewers)
        {
            await using var lead = await browser.VisitAsync(server.Address, await server.TokenAsync("lead", $"{reviewer}-lead"));
            await lead.Page.GotoAsync(path);
            await lead.Page.GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();
            await Assertions.Expect(lead.Page.Locator(".votes li", new() { HasText = reviewer }).Locator("[data-word=approve]")).ToBeVisibleAsync();
        }

        await engineer.Page.ReloadAsync();
        (await engineer.Page.Locator(".facts .pill").First.InnerTextAsync()).Should().BeOneOf("approved", "notice");
        engineer.Complaints.Should().BeEmpty();
    }

    [Fact]
    public async Task A_word_sent_upon_an_older_page_is_explained_and_kept()
    {
        var worst = (await server.Admin.GetAsync("scores?recommendation=deprecate&sort=saving&limit=1")).Items()[0];
        var (key, team) = (worst.GetProperty("feature").GetString()!, worst.GetProperty("team").GetString()!);
        var proposer = server.As(await server.TokenAsync("engineer", $"{team}-engineer"));
        var id = (await proposer.PostAsync("deprecations", new { features = (string[])[key], reason = "Not worth its keep." })).Expect(201).Number("id");

        await using var lead = await browser.VisitAsync(server.Address, await server.TokenAsync("lead", $"{team}-lead"));
        await lead.Page.GotoAsync($"/deprecations/{id}");
        (await proposer.PatchAsync($"deprecations/{id}", new { reason = "Not worth its keep, as measured again.", plan = new { sunset = TimeProvider.System.GetUtcNow().AddDays(60) } })).Expect(200);
        await lead.Page.GetByLabel("Your word").FillAsync("I looked at it for long.");
        await lead.Page.GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();

        await Assertions.Expect(lead.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Somebody changed this");
        (await lead.Page.GetByLabel("Your word").InputValueAsync()).Should().Be("I looked at it for long.");
        await lead.Page.GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();
        await Assertions.Expect(lead.Page.Locator(".votes [data-word=approve]")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task What_is_said_of_a_feature_is_read_by_others_and_taken_back()
    {
        var key = (await server.Admin.GetAsync("features?limit=1")).Items()[0].GetProperty("key").GetString()!;
        await using var reader = await browser.VisitAsync(server.Address, await server.TokenAsync("viewer", "team-01-engineer"));
        await reader.Page.GotoAsync($"/features/{key}");
        await reader.Page.GetByLabel("Say something of it", new() { Exact = false }).FillAsync("Does it count paused views?\nIt should not.");
        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();
        await Assertions.Expect(reader.Page.Locator("#discussion .said")).ToHaveTextAsync("Does it count paused views?\nIt should not.");

        await using (var other = await browser.VisitAsync(server.Address, await server.TokenAsync("viewer", "team-02-lead")))
        {
            await other.Page.GotoAsync($"/features/{key}");
            await Assertions.Expect(other.Page.Locator("#discussion .said")).ToBeVisibleAsync();
            (await other.Page.GetByRole(AriaRole.Button, new() { Name = "Take back" }).CountAsync()).Should().Be(0, "it is not his own");
        }

        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Take back" }).ClickAsync();
        await Assertions.Expect(reader.Page.Locator("#discussion")).ToContainTextAsync("Taken back by team-01-engineer.");
        reader.Complaints.Should().BeEmpty();
    }
}
