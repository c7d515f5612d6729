using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace FeatureGovernance.BrowserTests.Fixtures;

/// <summary>
/// What axe finds wrong with a page as it stands. It is run within the page, which has no frames, and only what is wrong comes back: the package that
/// wraps it for Playwright takes out all that was looked at and puts it together in a second page, for most of a run's time.
/// </summary>
internal static class Accessibility
{
    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();

    // A theme changes tokens of colour and nothing else: the markup, its order and all sizes are the same, and of the rules only these look at colours.
    private static readonly string[] Colours = ["color-contrast", "link-in-text-block"];

    private const string Run = """
        rules => axe.run(document, { resultTypes: ["violations"], ...(rules && { runOnly: { type: "rule", values: rules } }) })
            .then(found => found.violations.map(one => `${one.id} at ${one.nodes.slice(0, 3).map(node => `${node.target} ${node.html}`).join(" | ")}`))
        """;

    /// <summary>The faults by all rules of axe, or by those alone that a change of theme concerns; each with the first places.</summary>
    public static async Task<string[]> FaultsAsync(this IPage page, bool coloursOnly)
    {
        page.Frames.Should().ContainSingle("axe is not taken into frames");
        if (!await page.EvaluateAsync<bool>("'axe' in window"))
            await page.EvaluateAsync(Axe);
        return await page.EvaluateAsync<string[]>(Run, coloursOnly ? Colours : null);
    }

    /// <summary>Gives the page the colours of a theme, at once: they would fade where motion is welcome, and be judged on their way.</summary>
    public static Task ShowAsync(this IPage page, ColorScheme scheme) =>
        page.EmulateMediaAsync(new() { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
}
