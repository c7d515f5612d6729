using FeatureGovernance.BrowserTests.Fixtures;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Browser))]

namespace FeatureGovernance.BrowserTests.Fixtures;

/// <summary>Debian's Chromium, or the one that FEATGOV_CHROMIUM names; without either the tests are skipped.</summary>
public sealed class Browser : IAsyncLifetime
{
    // Not how fast, but that it happens: patience for a machine that does much else.
    private const int Patience = 90_000;
    private static readonly string Path = Environment.GetEnvironmentVariable("FEATGOV_CHROMIUM") ?? "/usr/bin/chromium";

    private IPlaywright? playwright;
    private IBrowser? browser;

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Path))
            return;
        Assertions.SetDefaultExpectTimeout(Patience);
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Path,
            // As root Chromium has no sandbox; what it opens here is only ours.
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync"],
        });
    }

    /// <summary>A visitor with a window of his own, signed in by the page for it where a token is given.</summary>
    public async Task<Visitor> VisitAsync(Uri address, string? token, Look? look = null)
    {
        Assert.SkipWhen(browser is null, $"There is no {Path}; install Debian's chromium, or name one in FEATGOV_CHROMIUM.");
        var (width, height, dark) = look ?? Look.Desktop;
        var context = await browser.NewContextAsync(new()
        {
            BaseURL = address.AbsoluteUri, ViewportSize = new() { Width = width, Height = height },
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light, TimezoneId = "Europe/Berlin", Locale = "en-GB",
        });
        context.SetDefaultTimeout(Patience);
        var visitor = new Visitor(await context.NewPageAsync());
        if (token is not null)
            await visitor.SignInAsync(token);
        return visitor;
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
            await browser.DisposeAsync();
        playwright?.Dispose();
    }
}

/// <summary>A size of window and a theme.</summary>
public sealed record Look(int Width, int Height, bool Dark)
{
    public static readonly Look Desktop = new(1360, 900, false);

    public static readonly IReadOnlyList<(string Name, Look Look)> All =
    [
        ("desktop-light", Desktop), ("desktop-dark", Desktop with { Dark = true }),
        ("phone-light", new(400, 860, false)), ("phone-dark", new(400, 860, true)),
    ];
}

/// <summary>One person at a page, with all that its console complained of.</summary>
public sealed class Visitor : IAsyncDisposable
{
    private readonly List<string> complaints = [];

    public Visitor(IPage page)
    {
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                complaints.Add($"{message.Text} ({message.Location})");
        };
        page.PageError += (_, error) => complaints.Add(error);
    }

    public IPage Page { get; }

    /// <summary>Errors and warnings of the console, and failures of scripts.</summary>
    public IReadOnlyList<string> Complaints => complaints;

    public async Task SignInAsync(string token)
    {
        await Page.GotoAsync("/sign-in");
        await Page.GetByLabel("Token").FillAsync(token);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Page.GetByRole(AriaRole.Heading, new() { Name = "Home" }).WaitForAsync();
    }

    public async ValueTask DisposeAsync() => await Page.Context.DisposeAsync();
}
