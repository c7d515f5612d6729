using FeatureGovernance.BrowserTests.Fixtures;
using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.BrowserTests;

/// <summary>Pictures of every page, for people to look at: FEATGOV_SCREENSHOTS names the folder they go to.</summary>
public sealed class ScreenshotTests(Tour tour, Browser browser) : IClassFixture<Tour>
{
    [Fact]
    public async Task Every_page_is_photographed()
    {
        var folder = Environment.GetEnvironmentVariable("FEATGOV_SCREENSHOTS");
        Assert.SkipWhen(string.IsNullOrEmpty(folder), "FEATGOV_SCREENSHOTS names no folder.");
        foreach (var (look, size) in Look.All)
        {
            await using var visitor = await browser.VisitAsync(tour.Server.Address, ApiServer.AdminToken, size);
            foreach (var (page, path) in tour.Pages)
            {
                await visitor.Page.GotoAsync(path);
                await visitor.Page.EvaluateAsync("document.fonts.ready");
                await visitor.Page.ScreenshotAsync(new() { Path = Path.Combine(folder!, look, $"{page}.png"), FullPage = true });
            }
        }
    }
}
