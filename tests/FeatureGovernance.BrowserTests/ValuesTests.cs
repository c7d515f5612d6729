using FeatureGovernance.BrowserTests.Fixtures;
using FeatureGovernance.ServerTests.Fixtures;
using Microsoft.Playwright;

namespace FeatureGovernance.BrowserTests;

/// <summary>A data scientist reads what happened to a feature's values.</summary>
[Collection(nameof(Tour))]
public sealed class ValuesTests(Tour tour, Browser browser) 
{
    [Fact]
    public async Task A_segment_is_chosen_by_link_and_its_charts_answer_the_arrow_keys()
    {
        await using var visitor = await browser.VisitAsync(tour.Server.Address, ApiServer.AdminToken);
        await visitor.Page.GotoAsync(tour.Pages.Single(page => page.Name == "feature").Path);
        var values = visitor.Page.Locator("#values");
        await values.GetByRole(AriaRole.Link, new() { Name = "country=no", Exact = true }).ClickAsync();
        await visitor.Page.WaitForURLAsync(url => url.Contains("segment=country%3Dno", StringComparison.Ordinal));

        var chart = values.GetByRole(AriaRole.Img).First;
        (await chart.GetAttributeAsync("aria-label")).Should().StartWith("Distribution from ").And.Contain("the median is");
        await chart.FocusAsync();
        await chart.PressAsync("ArrowLeft");
        await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Status)).ToContainTextAsync("median");
        for (var i = 0; i < 23; i++)
            await chart.PressAsync("ArrowLeft");
        await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Status)).ToContainTextAsync("nothing was reported");
        visitor.Complaints.Should().BeEmpty();
    }

    [Fact]
    public async Task A_drag_across_a_chart_shows_a_closer_look_and_the_table_is_saved()
    {
        await using var visitor = await browser.VisitAsync(tour.Server.Address, ApiServer.AdminToken);
        await visitor.Page.GotoAsync(tour.Pages.Single(page => page.Name == "feature").Path);
        var spots = visitor.Page.Locator("#values .canvas").First.Locator(".spot");
        await spots.Nth(10).DragToAsync(spots.Nth(15));
        await visitor.Page.WaitForURLAsync(url => url.Contains("from=", StringComparison.Ordinal));
        (await visitor.Page.Locator("#values .canvas").First.Locator(".spot").CountAsync()).Should().Be(6);

        await visitor.Page.Locator("#values summary").ClickAsync();
        var download = await visitor.Page.RunAndWaitForDownloadAsync(() =>
            visitor.Page.Locator("#values").GetByRole(AriaRole.Button, new() { Name = "Save as CSV" }).ClickAsync());
        var lines = await File.ReadAllLinesAsync(await download.PathAsync(), TestContext.Current.CancellationToken);
        lines.Should().HaveCount(7).And.Subject.First().Should().StartWith("\"day\",\"Values\"");
    }
}
