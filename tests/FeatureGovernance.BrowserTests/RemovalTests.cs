using System.Globalization;
using System.Text.Json;
using FeatureGovernance.BrowserTests.Fixtures;
using FeatureGovernance.ServerTests.Fixtures;
using Microsoft.AspNetCore.Builder;
using Microsoft.Playwright;

namespace FeatureGovernance.BrowserTests;

/// <summary>A feature goes: found, proposed, agreed to, browned out, verified unused, removed.</summary>
public sealed class RemovalTests(RemovalTests.Prompt server, Browser browser) : IClassFixture<RemovalTests.Prompt>
{
    private const string Feature = "shop:old_rate";

    [Fact]
    public async Task A_feature_is_found_proposed_agreed_to_browned_out_and_removed()
    {
        await using var engineer = await browser.VisitAsync(server.Address, await server.TokenAsync("engineer", "owner-engineer"));
        await engineer.Page.GetByLabel("Find a feature").FillAsync("old rate");
        await engineer.Page.GetByLabel("Find a feature").PressAsync("Enter");
        await engineer.Page.GetByLabel($"Choose {Feature}", new() { Exact = true }).CheckAsync();
        await engineer.Page.GetByRole(AriaRole.Button, new() { Name = "Propose to deprecate the chosen" }).ClickAsync();
        await engineer.Page.GetByLabel("Reason").FillAsync("The new rate is better.");
        await engineer.Page.GetByLabel($"Replacement of {Feature}").FillAsync("shop:new_rate");
        await engineer.Page.GetByRole(AriaRole.Button, new() { Name = "Propose", Exact = true }).ClickAsync();
        await engineer.Page.WaitForURLAsync("**/deprecations/*");
        var path = new Uri(engineer.Page.Url).AbsolutePath;
        // The pages offer a brownout of a day at least; nobody waits for that here.
        (await server.As(await server.TokenAsync("engineer", "owner-engineer")).PatchAsync(path[1..], new
        {
            plan = new { sunset = TimeProvider.System.GetUtcNow().AddSeconds(3), brownout = new { windows = new[] { new { opens = "PT0S", closes = "PT1S" } } } },
        })).Expect(200);

        await using var lead = await browser.VisitAsync(server.Address, await server.TokenAsync("lead", "owner-lead"));
        await using (var reader = await browser.VisitAsync(server.Address, await server.TokenAsync("lead", "reader-lead")))
        {
            foreach (var visitor in (Visitor[])[lead, reader])
            {
                await visitor.Page.GotoAsync(path);
                await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();
                await Assertions.Expect(visitor.Page.Locator(".votes [data-word=approve]").First).ToBeVisibleAsync();
            }
        }

        await AdvanceAsync(lead.Page, path, "brownout");
        await lead.Page.GotoAsync(Show(Feature));
        await Assertions.Expect(lead.Page.Locator(".facts [data-word=brownout]")).ToBeVisibleAsync();

        // It is still read: the page says by whom, and nothing can be pressed.
        await lead.Page.GotoAsync(path);
        await Assertions.Expect(lead.Page.GetByRole(AriaRole.Button, new() { Name = "Take the next step now" })).ToBeDisabledAsync();
        await Assertions.Expect(lead.Page.GetByRole(AriaRole.Heading, new() { Name = "What the next step waits for" })).ToBeVisibleAsync();
        await server.Admin.ManifestAsync("ranker", "v2", ["shop:new_rate"]);
        await server.UsageAsync(Feature, 0);

        await AdvanceAsync(lead.Page, path, "removed");
        await lead.Page.GotoAsync(Show(Feature));
        await Assertions.Expect(lead.Page.Locator(".facts [data-word=removed]")).ToBeVisibleAsync();
        await Assertions.Expect(lead.Page.Locator(".note")).ToContainTextAsync("shop:new_rate");
        (await server.Admin.GetAsync("audit/verify")).Body.GetProperty("intact").GetBoolean().Should().BeTrue();
        lead.Complaints.Concat(engineer.Complaints).Should().BeEmpty();
    }

    /// <summary>Presses the button whenever it may be pressed, until the proposal is where it shall be.</summary>
    private static async Task AdvanceAsync(IPage page, string path, string state)
    {
        var seen = "";
        for (var attempt = 0; attempt < 300; attempt++)
        {
            await page.GotoAsync(path);
            seen = await page.Locator(".facts .pill").First.InnerTextAsync();
            if (seen == state)
                return;
            var step = page.GetByRole(AriaRole.Button, new() { Name = "Take the next step now" });
            if (await step.CountAsync() > 0 && await step.IsEnabledAsync())
                await step.ClickAsync();
            else
                await Task.Delay(200, TestContext.Current.CancellationToken);
        }

        throw new TimeoutException($"The proposal stays {seen}: {await page.Locator("main").InnerTextAsync()}");
    }

    private static string Show(string feature) => $"/features/{feature}";

    /// <summary>A service that waits for nothing, and a small shop: one team owns features, another reads them.</summary>
    public sealed class Prompt(TestCluster cluster) : ApiServer(cluster)
    {
        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            await Admin.TeamAsync("owners", leads: ["owner-lead"], members: ["owner-engineer"]);
            await Admin.TeamAsync("readers", leads: ["reader-lead"]);
            foreach (var key in (string[])[Feature, "shop:new_rate"])
            {
                await Admin.FeatureAsync(key, "owners", description: "The part of visits that end with a purchase.");
                foreach (var to in (string[])["proposed", "experimental", "adopted"])
                    (await Admin.PostAsync($"features/{key}/transitions", new { to, reason = "It is time." })).Expect(200);
            }

            await Admin.ModelAsync("ranker", "readers");
            await Admin.ManifestAsync("ranker", "v1", [Feature, "shop:new_rate"]);
            await UsageAsync(Feature, 900);
        }

        public async Task<string> TokenAsync(string role, string person) =>
            (await Admin.PostAsync("tokens", new { name = $"{role} {person} {Guid.CreateVersion7():N}", role, person })).Expect(201).Text("token");

        /// <summary>Reports what was read of a feature yesterday and today.</summary>
        public async Task UsageAsync(string feature, int reads)
        {
            var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
            var lines = string.Join('\n',
                from day in (DateOnly[])[today.AddDays(-1), today]
                from environment in (string[])["serving", "training"]
                select JsonSerializer.Serialize(new
                {
                    feature, model = "ranker", day = day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), environment, reads, requests = 1_000,
                }));
            (await Admin.SendTextAsync(HttpMethod.Post, "telemetry/usage", lines, "application/x-ndjson")).Expect(200);
        }

        protected override void Configure(WebApplicationBuilder builder)
        {
            foreach (var wait in (string[])["MinimumNoticeDays", "QuietDays", "DisabledDays"])
                builder.Configuration[$"Lifecycle:{wait}"] = "0";
        }
    }
}
