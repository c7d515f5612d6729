using FeatureGovernance.ServerTests.Fixtures;
using Microsoft.Playwright;

namespace FeatureGovernance.BrowserTests.Fixtures;

/// <summary>
/// The main stories as one person walks them: what the role may do is done by the buttons of the pages; what it may not has no button, and is
/// refused by address and by form, without a trace.
/// </summary>
/// <param name="Feature">Somebody may propose to deprecate it.</param>
/// <param name="Team">That owns it.</param>
/// <param name="Proposal">Under review, by the same team's engineer.</param>
/// <param name="Incident">Open.</param>
/// <param name="IncidentTeam">That owns what it shows in.</param>
internal sealed record RoleStory(ApiServer Server, string Feature, string Team, int Proposal, int Incident, string IncidentTeam)
{
    // A redirect would be a success, and reads as 0.
    private const string Send = """
        async forms => {
            const token = document.querySelector("input[name=antiforgery]").value;
            const answers = [];
            for (const [path, fields] of forms)
                answers.push(`${path} ${(await fetch(path, { method: "POST", redirect: "manual", body: new URLSearchParams(`${fields}&antiforgery=${encodeURIComponent(token)}`) })).status}`);
            return answers;
        }
        """;

    public async Task WalkAsync(Browser browser, string role)
    {
        var (owns, plans) = (role is "engineer" or "lead" or "admin", role is "planner" or "admin");
        await using var visitor = await VisitAsync(browser, role, Team);
        await FindAsync(visitor.Page);
        (await visitor.Page.Locator("main a[href^='/deprecations/new']").CountAsync()).Should().Be(owns ? 1 : 0);
        if (owns)
            await ProposeAndWithdrawAsync(visitor.Page);
        await visitor.Page.GotoAsync($"/deprecations/{Proposal}");
        (await ButtonsAsync(visitor.Page)).Should().Equal(role switch
        {
            "lead" => ["Approve", "Object", "Abstain", "Take the next step now", "Withdraw"],
            "engineer" or "admin" => ["Take the next step now", "Withdraw"],
            _ => [],
        });
        if (plans)
            await PlanAsync(visitor.Page, role);

        await using var handler = await VisitAsync(browser, role, IncidentTeam);
        await handler.Page.GotoAsync($"/incidents/{Incident}");
        (await handler.Page.Locator("#decide").CountAsync()).Should().Be(owns ? 1 : 0);
        if (owns)
            await AcknowledgeAsync(handler.Page);

        await RefusedAsync(visitor.Page, role,
        [
            .. (string[])(owns ? [] : ["/deprecations/new"]), .. (string[])(plans ? [] : ["/capacity/scenarios/new"]),
        ],
        [
            .. owns ? [] : ((string, string)[])[("/deprecations/new", $"feature={Feature}&reason=No"), ($"/deprecations/{Proposal}/advance", ""), ($"/deprecations/{Proposal}/withdraw", "reason=No"), ($"/incidents/{Incident}", "status=resolved&reason=No")],
            .. role is "lead" ? [] : ((string, string)[])[($"/deprecations/{Proposal}/review", "decision=approve")],
            .. plans ? [] : ((string, string)[])[("/capacity/plans", ""), ("/capacity/scenarios/new", "name=no&kind+0=growth&rate+0=5")],
        ]);
        visitor.Complaints.Concat(handler.Complaints).Where(complaint => !complaint.Contains("status of 4", StringComparison.Ordinal)).Should().BeEmpty();
    }

    /// <summary>Somebody of a team that has nothing to do with any of it.</summary>
    public async Task StrangerAsync(Browser browser, string role, string team)
    {
        await using var visitor = await VisitAsync(browser, role, team);
        await FindAsync(visitor.Page);
        (await visitor.Page.Locator("main a[href^='/deprecations/new']").CountAsync()).Should().Be(role is "lead" ? 1 : 0, "any lead may propose, and nobody else what is not theirs");
        await visitor.Page.GotoAsync($"/deprecations/{Proposal}");
        (await ButtonsAsync(visitor.Page)).Should().BeEmpty();
        await visitor.Page.GotoAsync($"/incidents/{Incident}");
        (await visitor.Page.Locator("#decide").CountAsync()).Should().Be(0);
        await RefusedAsync(visitor.Page, $"{team}-{role}", ["/capacity/scenarios/new"],
        [
            .. role is "lead" ? [] : ((string, string)[])[("/deprecations/new", $"feature={Feature}&reason=No")],
            ($"/deprecations/{Proposal}/review", "decision=approve"), ($"/deprecations/{Proposal}/advance", ""),
            ($"/deprecations/{Proposal}/withdraw", "reason=No"), ($"/incidents/{Incident}", "status=resolved&reason=No"), ("/capacity/plans", ""),
        ]);
    }

    private async Task<Visitor> VisitAsync(Browser browser, string role, string team)
    {
        var person = role is "engineer" or "lead" ? $"{team}-{role}" : null;
        return await browser.VisitAsync(Server.Address, role is "admin" ? ApiServer.AdminToken
            : (await Server.Admin.PostAsync("tokens", new { name = $"{role} {Guid.CreateVersion7():N}", role, person })).Expect(201).Text("token"));
    }

    private async Task FindAsync(IPage page)
    {
        await page.GetByLabel("Find a feature").FillAsync(Feature);
        await page.GetByLabel("Find a feature").PressAsync("Enter");
        await page.GetByRole(AriaRole.Link, new() { Name = Feature, Exact = true }).First.ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(Feature);
    }

    private static async Task ProposeAndWithdrawAsync(IPage page)
    {
        await page.Locator("main a[href^='/deprecations/new']").ClickAsync();
        await page.GetByLabel("Reason").FillAsync("It costs more than it gives.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Propose", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator(".facts [data-word=submitted]")).ToBeVisibleAsync();
        (await page.GetByRole(AriaRole.Button, new() { Name = "Approve" }).CountAsync()).Should().Be(0, "nobody reviews what they proposed");
        await page.Locator("summary", new() { HasText = "Withdraw" }).ClickAsync();
        await page.GetByLabel("Reason").FillAsync("It was only tried.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Withdraw" }).ClickAsync();
        await Assertions.Expect(page.Locator(".facts [data-word=withdrawn]")).ToBeVisibleAsync();
    }

    private async Task PlanAsync(IPage page, string role)
    {
        await page.GotoAsync("/capacity/scenarios/new");
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync($"by-{role}");
        await page.GetByLabel("Kind").First.SelectOptionAsync("growth");
        await page.Locator("#rate-0").FillAsync("10");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await page.WaitForURLAsync(url => !url.Contains("/new", StringComparison.Ordinal));
        (await Server.Admin.GetAsync("capacity/scenarios")).Expect(200).Raw.Should().Contain($"by-{role}");
    }

    private async Task AcknowledgeAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "Acknowledge" }).ClickAsync();
        await Assertions.Expect(page.Locator(".facts [data-word=acknowledged]")).ToBeVisibleAsync();
        (await Server.Admin.PatchAsync($"incidents/{Incident}", new { status = "open", reason = "For whoever comes next." })).Expect(200);
    }

    private async Task RefusedAsync(IPage page, string who, string[] addresses, (string Path, string Fields)[] forms)
    {
        foreach (var address in addresses)
        {
            (await page.GotoAsync(address))!.Status.Should().Be(403, "{0} may not open {1}", who, address);
            await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Not allowed");
        }

        var before = await WrittenAsync();
        var answers = await page.EvaluateAsync<string[]>(Send, forms.Select(form => (string[])[form.Path, form.Fields]).ToArray());
        answers.Should().HaveCount(forms.Length);
        answers.Where(answer => !answer.Split(' ')[1].StartsWith('4')).Should().BeEmpty("{0} may send none of these", who);
        (await WrittenAsync()).Should().Be(before, "{0} left no trace", who);
    }

    // What the clock does is no concern of this.
    private Task<long> WrittenAsync() => Server.QueryAsync<long>("select count(*) from audit.event where actor not like 'system:%'");

    private static async Task<string[]> ButtonsAsync(IPage page) =>
        [.. (await page.Locator("main form[method=post] button").AllTextContentsAsync()).Select(text => text.Trim())];
}
