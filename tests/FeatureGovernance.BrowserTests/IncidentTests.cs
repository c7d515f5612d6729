using FeatureGovernance.BrowserTests.Fixtures;
using Microsoft.Playwright;

namespace FeatureGovernance.BrowserTests;

/// <summary>An engineer goes through what changed in the values of the team's features.</summary>
[Collection(nameof(Tour))]
public sealed class IncidentTests(Tour tour, Browser browser) 
{
    [Fact]
    public async Task An_incident_is_found_understood_acknowledged_and_closed_with_a_reason()
    {
        await using var engineer = await browser.VisitAsync(tour.Server.Address, await tour.Server.TokenAsync("engineer", await EngineerAsync()));
        await engineer.Page.GetByRole(AriaRole.Link, new() { Name = "Incidents", Exact = true }).ClickAsync();
        await engineer.Page.GetByLabel("Cause").SelectOptionAsync("dataQuality");
        await engineer.Page.WaitForURLAsync(url => url.Contains("cause=dataQuality", StringComparison.Ordinal));
        await engineer.Page.Locator("#results tr", new() { HasText = tour.Hurt }).GetByRole(AriaRole.Link, new() { Name = "Missing values" }).ClickAsync();

        await engineer.Page.WaitForURLAsync($"**/incidents/{tour.Incident}");
        await Assertions.Expect(engineer.Page.GetByText("of the values are missing, usually").First).ToBeVisibleAsync();
        (await engineer.Page.Locator("#values .canvas .span[data-kind=incident]").CountAsync()).Should().BePositive("the incident is marked where it was");
        (await engineer.Page.GetByRole(AriaRole.Region, new() { Name = "Impact by model" }).Locator("tbody tr").CountAsync()).Should().BePositive();

        await engineer.Page.GetByRole(AriaRole.Button, new() { Name = "Acknowledge" }).ClickAsync();
        await Assertions.Expect(engineer.Page.Locator(".facts [data-word=acknowledged]")).ToBeVisibleAsync();
        await engineer.Page.GetByRole(AriaRole.Button, new() { Name = "Resolve" }).ClickAsync();
        await Assertions.Expect(engineer.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("reason");

        // Somebody else decides while he writes.
        (await tour.Server.Admin.PatchAsync($"incidents/{tour.Incident}", new { status = "open", reason = "Not yet looked at." })).Expect(200);
        await engineer.Page.GetByLabel("Why", new() { Exact = true }).FillAsync("The pipeline read an old partition.");
        await engineer.Page.GetByRole(AriaRole.Button, new() { Name = "Resolve" }).ClickAsync();
        await Assertions.Expect(engineer.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Somebody changed this");
        (await engineer.Page.GetByLabel("Why", new() { Exact = true }).InputValueAsync()).Should().Be("The pipeline read an old partition.");
        await engineer.Page.GetByRole(AriaRole.Button, new() { Name = "Resolve" }).ClickAsync();
        await Assertions.Expect(engineer.Page.Locator(".facts [data-word=resolved]")).ToBeVisibleAsync();
        await Assertions.Expect(engineer.Page.Locator(".note")).ToContainTextAsync("The pipeline read an old partition.");

        await engineer.Page.GotoAsync($"/incidents?status=resolved&feature={tour.Hurt}");
        await Assertions.Expect(engineer.Page.Locator($"#results a[href='/incidents/{tour.Incident}']")).ToBeVisibleAsync();
        // The tour is shared, and the tests of it come in any order.
        (await tour.Server.Admin.PatchAsync($"incidents/{tour.Incident}", new { status = "open", reason = "For whoever comes next." })).Expect(200);
        engineer.Complaints.Where(complaint => !complaint.Contains("400", StringComparison.Ordinal) && !complaint.Contains("412", StringComparison.Ordinal))
            .Should().BeEmpty();
    }

    [Fact]
    public async Task Who_owns_none_of_it_reads_and_decides_nothing()
    {
        await using var viewer = await browser.VisitAsync(tour.Server.Address, await tour.Server.TokenAsync("viewer"));
        await viewer.Page.GotoAsync($"/incidents/{tour.Incident}");
        (await viewer.Page.Locator("#decide").CountAsync()).Should().Be(0);
        (await viewer.Page.Locator("main form[method=post]").CountAsync()).Should().Be(0);
        await viewer.Page.GotoAsync("/incidents");
        (await viewer.Page.GetByRole(AriaRole.Button, new() { Name = "Look for changes now" }).CountAsync()).Should().Be(0);
        (await viewer.Page.GotoAsync("/incidents?cause=luck"))!.Status.Should().Be(400);
        await Assertions.Expect(viewer.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("cause");
        (await viewer.Page.GotoAsync("/incidents/999999"))!.Status.Should().Be(404);
    }

    private async Task<string> EngineerAsync() => $"{(await tour.Server.Admin.GetAsync($"incidents/{tour.Incident}")).Expect(200).Text("team")}-engineer";
}
