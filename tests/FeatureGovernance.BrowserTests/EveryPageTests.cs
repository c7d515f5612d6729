using FeatureGovernance.BrowserTests.Fixtures;
using FeatureGovernance.ServerTests.Fixtures;
using Microsoft.Playwright;

namespace FeatureGovernance.BrowserTests;

/// <summary>Walks every page in both themes, on a desk and on a phone; on a tour of its own, beside the tests that share the other.</summary>
public sealed class EveryPageTests(Tour tour, Browser browser) : IClassFixture<Tour>
{
    private const int MostBytes = 500_000;

    // As sent; what the browser had already counts as well, since a first visitor has it not.
    private const string Size = """
        document.fonts.ready.then(() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
            .reduce((sum, one) => sum + one.encodedBodySize, 0))
        """;

    // A template takes "word@Name(" for an address of mail and shows it; a list that nobody wrote out shows its type.
    private const string Code = @"(document.body.textContent.match(/@[A-Z]\w*[.(]|\bSystem\.[A-Z]\w+|[^ ]*=>[^ ]*/) ?? [null])[0]";

    // Loaded in one theme and then shown in the other; either is what comes first on one of the two.
    [Theory]
    [InlineData("desktop-light")]
    [InlineData("phone-dark")]
    public async Task Every_page_is_accessible_in_both_themes_fits_and_troubles_no_console(string name)
    {
        var look = Look.All.Single(one => one.Name == name).Look;
        await using var visitor = await browser.VisitAsync(tour.Server.Address, ApiServer.AdminToken, look);
        var wrong = new List<string>();
        foreach (var (page, path) in tour.Pages)
        {
            await visitor.Page.ShowAsync(look.Dark ? ColorScheme.Dark : ColorScheme.Light);
            var answer = await visitor.Page.GotoAsync(path);
            if (answer!.Status != (page == "missing" ? 404 : 200))
                wrong.Add($"{page} answers {answer.Status}");
            await Assertions.Expect(visitor.Page.Locator("[data-later]")).ToHaveCountAsync(0);
            foreach (var dark in (bool[])[look.Dark, !look.Dark])
            {
                await visitor.Page.ShowAsync(dark ? ColorScheme.Dark : ColorScheme.Light);
                var theme = dark ? "in the dark" : "in the light";
                wrong.AddRange((await visitor.Page.FaultsAsync(coloursOnly: dark)).Select(fault => $"{page} {theme}: {fault}"));
                if (await visitor.Page.EvaluateAsync<int>("document.documentElement.scrollWidth") > look.Width)
                    wrong.Add($"{page} is wider than the window {theme}");
            }

            if (await visitor.Page.EvaluateAsync<string?>(Code) is { } code)
                wrong.Add($"{page} shows code: {code}");
            var size = await visitor.Page.EvaluateAsync<double>(Size);
            if (size is < 1 or > MostBytes)
                wrong.Add($"{page} takes {size:N0} bytes to load, compressed");
        }

        // A page that is missing is an error to the console as well.
        wrong.AddRange(visitor.Complaints.Where(complaint => !complaint.Contains("no:such", StringComparison.Ordinal)));
        wrong.Should().BeEmpty();
    }

    [Fact]
    public async Task What_is_wrong_with_a_page_is_found_in_the_theme_that_has_it()
    {
        await using var visitor = await browser.VisitAsync(tour.Server.Address, ApiServer.AdminToken);
        await visitor.Page.GotoAsync("/teams");
        await visitor.Page.EvaluateAsync("""
            document.querySelector("main").append(
                Object.assign(document.createElement("button"), { type: "button" }),
                Object.assign(document.createElement("p"), { id: "ink", textContent: "As in the light.", style: "color: #1d1c1a" }))
            """);

        (await visitor.Page.FaultsAsync(coloursOnly: false)).Should().ContainSingle().Which.Should().StartWith("button-name at ");
        (await visitor.Page.FaultsAsync(coloursOnly: true)).Should().BeEmpty();
        await visitor.Page.ShowAsync(ColorScheme.Dark);
        (await visitor.Page.FaultsAsync(coloursOnly: true)).Should().ContainSingle().Which.Should().StartWith("color-contrast at #ink");
    }

    [Theory]
    [InlineData("viewer", "proposing", "people", "standard-new", "capacity-scenario", "audit", "admin")]
    [InlineData("planner", "proposing", "people", "standard-new")]
    [InlineData("engineer", "people", "standard-new", "capacity-scenario", "audit", "admin")]
    [InlineData("lead", "capacity-scenario")]
    public async Task Every_role_reads_every_page_but_those_to_change_what_it_may_not(string role, params string[] closed)
    {
        await using var visitor = await browser.VisitAsync(tour.Server.Address,
            await tour.Server.TokenAsync(role, role is "engineer" or "lead" ? $"team-01-{role}" : null));
        var refused = new List<string>();
        foreach (var (page, path) in tour.Pages.Where(page => page.Name != "missing"))
        {
            var answer = await visitor.Page.GotoAsync(path);
            answer!.Status.Should().BeOneOf([200, 403], path);
            if (answer.Status == 403)
                refused.Add(page);
        }

        refused.Should().BeEquivalentTo(closed);
        visitor.Complaints.Where(complaint => !complaint.Contains("403", StringComparison.Ordinal)).Should().BeEmpty();
    }

    [Theory]
    [InlineData("viewer")]
    [InlineData("planner")]
    public async Task Who_may_not_write_is_offered_no_form_but_the_discussion(string role)
    {
        await using var visitor = await browser.VisitAsync(tour.Server.Address, await tour.Server.TokenAsync(role));
        foreach (var (name, path) in tour.Pages.Where(page => page.Name is "catalogue" or "proposal" or "adoption" or "feature"))
        {
            await visitor.Page.GotoAsync(path);
            var actions = await visitor.Page.Locator("main form[method=post]")
                .EvaluateAllAsync<string[]>("forms => forms.map(form => form.getAttribute('action'))");
            actions.Should().Equal(name is "feature" ? [$"{path}/comments"] : [], path);
        }

        var answer = await visitor.Page.GotoAsync("/deprecations/new");
        answer!.Status.Should().Be(403);
        (await visitor.Page.Locator("h1").InnerTextAsync()).Should().Be("Not allowed");
    }

    [Fact]
    public async Task A_script_of_another_site_would_not_run_and_no_page_is_kept()
    {
        using var http = new HttpClient { BaseAddress = tour.Server.Address };
        http.DefaultRequestHeaders.Authorization = new("Bearer", ApiServer.AdminToken);
        foreach (var (_, path) in tour.Pages)
        {
            using var answer = await http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
            answer.Headers.GetValues("content-security-policy").Should().ContainSingle().Which
                .Should().Contain("script-src 'self'").And.Contain("frame-ancestors 'none'").And.NotContain("unsafe");
            answer.Headers.CacheControl!.NoStore.Should().BeTrue(path);
        }
    }
}
