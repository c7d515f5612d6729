using FeatureGovernance.BrowserTests.Fixtures;
using FeatureGovernance.ServerTests.Fixtures;
using Microsoft.Playwright;

namespace FeatureGovernance.BrowserTests;

/// <summary>By the keyboard alone: where the focus is is always seen, it is never trapped, and the main way through the pages is open.</summary>
[Collection(nameof(Tour))]
public sealed class KeyboardTests(Tour tour, Browser browser)
{
    private const int MostStops = 400;

    // What is wrong with where the focus is: no ring, or nothing of it below the bar that stays. Null at the end of the page.
    private const string Look = """
        () => {
            const at = document.activeElement;
            if (at === document.body) return null;
            const name = `${at.tagName} ${at.getAttribute("aria-label") ?? at.textContent.trim().slice(0, 40)}`;
            const [ring, place] = [getComputedStyle(at), at.getBoundingClientRect()];
            if (ring.outlineStyle !== "solid" || parseFloat(ring.outlineWidth) < 2) return `${name} has no ring`;
            const top = at.closest(".bar, .skip") ? 0 : document.querySelector(".bar").getBoundingClientRect().bottom;
            const seen = Math.min(place.bottom, innerHeight) - Math.max(place.top, top);
            return seen < Math.min(place.height, 8) ? `${name} is hidden` : "";
        }
        """;

    [Theory]
    [InlineData("feature")]
    [InlineData("value")]
    [InlineData("capacity-scenario")]
    public async Task The_focus_goes_through_a_page_and_is_seen_wherever_it_is(string name)
    {
        await using var visitor = await browser.VisitAsync(tour.Server.Address, ApiServer.AdminToken);
        await visitor.Page.GotoAsync(tour.Pages.Single(page => page.Name == name).Path);
        await Assertions.Expect(visitor.Page.Locator("[data-later]")).ToHaveCountAsync(0);

        var (stops, wrong) = (0, new List<string>());
        for (; stops < MostStops; stops++)
        {
            await visitor.Page.Keyboard.PressAsync("Tab");
            if (await visitor.Page.EvaluateAsync<string?>(Look) is not { } complaint)
                break;
            if (complaint.Length > 0)
                wrong.Add(complaint);
        }

        wrong.Should().BeEmpty();
        stops.Should().BeInRange(20, MostStops - 1, "all of the page is reached, and its end");
    }

    [Fact]
    public async Task A_feature_is_found_and_about_to_be_proposed()
    {
        await using var visitor = await browser.VisitAsync(tour.Server.Address, ApiServer.AdminToken);
        var (page, feature) = (visitor.Page, tour.Story.Feature);

        await ToAsync(page, page.GetByLabel("Find a feature"));
        await page.Keyboard.TypeAsync(feature);
        await page.Keyboard.PressAsync("Enter");
        await ToAsync(page, page.GetByRole(AriaRole.Link, new() { Name = feature, Exact = true }).First);
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(feature);
        await ToAsync(page, page.GetByRole(AriaRole.Link, new() { Name = "Propose to deprecate" }));
        await page.Keyboard.PressAsync("Enter");
        await ToAsync(page, page.GetByLabel("Reason"));
        await page.Keyboard.TypeAsync("By keys alone. ");
        await ToAsync(page, page.GetByRole(AriaRole.Button, new() { Name = "Propose", Exact = true }));

        (await page.GetByLabel("Reason").InputValueAsync()).Should().Contain("By keys alone. ");
    }

    private static async Task ToAsync(IPage page, ILocator goal)
    {
        await goal.WaitForAsync();
        for (var stops = 0; stops < MostStops && !await goal.EvaluateAsync<bool>("goal => goal === document.activeElement"); stops++)
            await page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(goal).ToBeFocusedAsync();
    }
}
