using FeatureGovernance.BrowserTests.Fixtures;
using FeatureGovernance.ServerTests.Fixtures;
using Microsoft.Playwright;

namespace FeatureGovernance.BrowserTests;

/// <summary>
/// Pictures of every page, for people to look at: FEATGOV_SCREENSHOTS names the folder they go to, and FEATGOV_SCREENSHOT_PAGES, where it is set,
/// the pages by the begin of their names, with commas.
/// </summary>
[Collection(nameof(Tour))]
public sealed class ScreenshotTests(Tour tour, Browser browser) 
{
    [Fact]
    public async Task Every_page_is_photographed()
    {
        var folder = Environment.GetEnvironmentVariable("FEATGOV_SCREENSHOTS");
        Assert.SkipWhen(string.IsNullOrEmpty(folder), "FEATGOV_SCREENSHOTS names no folder.");
        var wanted = Environment.GetEnvironmentVariable("FEATGOV_SCREENSHOT_PAGES")?.Split(',') ?? [""];
        foreach (var (look, size) in Look.All)
        {
            await using var visitor = await browser.VisitAsync(tour.Server.Address, ApiServer.AdminToken, size);
            foreach (var (page, path) in tour.Pages.Where(page => wanted.Any(name => page.Name.StartsWith(name, StringComparison.Ordinal))))
            {
                await visitor.Page.GotoAsync(path);
                await Assertions.Expect(visitor.Page.Locator("[data-later]")).ToHaveCountAsync(0);
                await visitor.Page.EvaluateAsync("document.fonts.ready");
                await visitor.Page.ScreenshotAsync(new() { Path = Path.Combine(folder!, look, $"{page}.png"), FullPage = true });
            }
        }
    }
}
