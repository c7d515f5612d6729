using System.Globalization;
using System.Text.Json;
using FeatureGovernance.BrowserTests.Fixtures;
using FeatureGovernance.ServerTests.Fixtures;
using FeatureGovernance.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.Playwright;

namespace FeatureGovernance.BrowserTests;

/// <summary>A feature goes: found, proposed, agreed to, browned out, verified unused, removed.</summary>
public sealed class RemovalTests(RemovalTests.Prompt server, Browser browser) : IClassFixture<RemovalTests.Prompt>
{
    private const string Feast = "zipcode_features:location_type";

    [Theory]
    [InlineData("engineer", "shop:old_rate", "shop:new_rate")]
    [InlineData("admin", Feast, "zipcode_features:city")]
    public async Task A_feature_is_found_proposed_agreed_to_browned_out_and_removed(string role, string feature, string replacement)
    {
        if (feature == Feast)
            await server.ImportFeastAsync();
        var models = await server.ReadAsync(feature, replacement);
        var proposer = role is "admin" ? ApiServer.AdminToken : await server.TokenAsync(role, $"owner-{role}");
        await using var engineer = await browser.VisitAsync(server.Address, proposer);
        await engineer.Page.GetByLabel("Find a feature").FillAsync(feature.Split(':')[1].Replace('_', ' '));
        await engineer.Page.GetByLabel("Find a feature").PressAsync("Enter");
        await engineer.Page.GetByLabel($"Choose {feature}", new() { Exact = true }).CheckAsync();
        await engineer.Page.GetByRole(AriaRole.Button, new() { Name = "Propose to deprecate the chosen" }).ClickAsync();
        await engineer.Page.GetByLabel("Reason").FillAsync("The new rate is better.");
        await engineer.Page.GetByLabel($"Replacement of {feature}").FillAsync(replacement);
        await engineer.Page.GetByRole(AriaRole.Button, new() { Name = "Propose", Exact = true }).ClickAsync();
        await engineer.Page.WaitForURLAsync("**/deprecations/*");
        var path = new Uri(engineer.Page.Url).AbsolutePath;
        // The pages offer a brownout of a day at least; nobody waits for that here.
        (await server.As(proposer).PatchAsync(path[1..], new
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
        foreach (var watcher in (string[])["viewer", "planner"])
        {
            await using var visitor = await browser.VisitAsync(server.Address, await server.TokenAsync(watcher, null));
            await visitor.Page.GotoAsync(Show(feature));
            await Assertions.Expect(visitor.Page.Locator(".facts [data-word=brownout]")).ToBeVisibleAsync();
            await visitor.Page.GotoAsync(path);
            await Assertions.Expect(visitor.Page.Locator(".facts [data-word=brownout]")).ToBeVisibleAsync();
            (await visitor.Page.Locator("main form[method=post]").CountAsync()).Should().Be(0, "a {0} only watches", watcher);
        }

        // It is still read: the page says by whom, and nothing can be pressed.
        await lead.Page.GotoAsync(path);
        await Assertions.Expect(lead.Page.GetByRole(AriaRole.Button, new() { Name = "Take the next step now" })).ToBeDisabledAsync();
        await Assertions.Expect(lead.Page.GetByRole(AriaRole.Heading, new() { Name = "What the next step waits for" })).ToBeVisibleAsync();
        foreach (var model in models)
        {
            await server.Admin.ManifestAsync(model, "moved", [replacement]);
            await server.UsageAsync(feature, model, 0);
        }

        await AdvanceAsync(lead.Page, path, "removed");
        await lead.Page.GotoAsync(Show(feature));
        await Assertions.Expect(lead.Page.Locator(".facts [data-word=removed]")).ToBeVisibleAsync();
        await Assertions.Expect(lead.Page.Locator(".note")).ToContainTextAsync(replacement);
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
            foreach (var key in (string[])["shop:old_rate", "shop:new_rate"])
            {
                await Admin.FeatureAsync(key, "owners", description: "The part of visits that end with a purchase.");
                foreach (var to in (string[])["proposed", "experimental", "adopted"])
                    (await Admin.PostAsync($"features/{key}/transitions", new { to, reason = "It is time." })).Expect(200);
            }
        }

        /// <summary>A registry of Feast, as the owners'.</summary>
        public Task ImportFeastAsync() => Admin.CommandAsync(0, ["import", "feast", SharedData.Path("feast", "registry.db"), "--team", "owners"]);

        /// <summary>Has a model of the readers read a feature and what shall replace it; answers with all that read it.</summary>
        public async Task<IReadOnlyList<string>> ReadAsync(string feature, string replacement)
        {
            var reader = $"ranker-of-{feature.Split(':')[1].Replace('_', '-')}";
            await Admin.ModelAsync(reader, "readers");
            await Admin.ManifestAsync(reader, "v1", [feature, replacement]);
            var models = (await Admin.GetAsync($"features/{feature}/dependants")).Expect(200).Body.GetProperty("models").EnumerateArray()
                .Select(model => model.GetProperty("model").GetString()!).Distinct().ToList();
            foreach (var model in models)
                await UsageAsync(feature, model, 900);
            return models;
        }

        public async Task<string> TokenAsync(string role, string? person) =>
            (await Admin.PostAsync("tokens", new { name = $"{role} {person} {Guid.CreateVersion7():N}", role, person })).Expect(201).Text("token");

        /// <summary>Reports what was read of a feature yesterday and today.</summary>
        public async Task UsageAsync(string feature, string model, int reads)
        {
            var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
            var lines = string.Join('\n',
                from day in (DateOnly[])[today.AddDays(-1), today]
                from environment in (string[])["serving", "training"]
                select JsonSerializer.Serialize(new
                {
                    feature, model, day = day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), environment, reads, requests = 1_000,
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
