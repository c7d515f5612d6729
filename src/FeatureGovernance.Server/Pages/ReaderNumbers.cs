using System.Collections.Frozen;
using System.Globalization;
using Microsoft.Net.Http.Headers;

namespace FeatureGovernance.Server.Pages;

/// <summary>
/// How the reader of a page writes numbers: the separators of the first language that the browser asks for and that is known here, after the
/// number symbols of Unicode's CLDR. The service itself runs without cultures, so that what it stores and sends never depends on a machine's.
/// </summary>
internal static class ReaderNumbers
{
    private const string Thin = "\u202F";
    private const string Space = "\u00A0";

    private static readonly AsyncLocal<NumberFormatInfo?> Asked = new();

    private static readonly FrozenDictionary<string, NumberFormatInfo> Known = new (NumberFormatInfo Form, string Languages)[]
    {
        (Form(",", "."), "en ja ko zh th he"),
        (Form(".", ","), "de es it nl pt tr id da el ro hr sl sr bs vi ca gl eu is"),
        (Form(Space, ","), "ru uk be pl cs sk bg hu fi sv nb nn no lt lv et pt-pt de-at"),
        (Form(Thin, ","), "fr"),
        (Form("’", "."), "de-ch de-li it-ch"),
        (Form(",", ".", 3, 2), "en-in hi"),
        (Form(",", "."), "es-mx es-us"),
    }.SelectMany(one => one.Languages.Split(' ').Select(language => KeyValuePair.Create(language, one.Form)))
        .ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Those of the page that is being made; 1,234.5 where it has no reader that asked for others.</summary>
    public static NumberFormatInfo Now => Asked.Value ?? NumberFormatInfo.InvariantInfo;

    /// <summary>Has all that is made in answer to the request write numbers as its reader does.</summary>
    public static void Follow(HttpRequest request) =>
        Asked.Value = Of(request.GetTypedHeaders().AcceptLanguage
            .OrderByDescending(language => language, StringWithQualityHeaderValueComparer.QualityComparer).Select(language => language.Value.ToString()));

    /// <summary>Those of the first language that is known, by the whole of its tag or by what stands before the first hyphen.</summary>
    /// <param name="languages">Tags as of BCP 47, the dearest first.</param>
    public static NumberFormatInfo Of(IEnumerable<string> languages) =>
        languages.Select(tag => Known.GetValueOrDefault(tag) ?? Known.GetValueOrDefault(tag.Split('-')[0])).FirstOrDefault(form => form is not null)
        ?? NumberFormatInfo.InvariantInfo;

    private static NumberFormatInfo Form(string thousands, string decimals, params int[] groups)
    {
        var form = (NumberFormatInfo)NumberFormatInfo.InvariantInfo.Clone();
        (form.NumberGroupSeparator, form.NumberDecimalSeparator) = (thousands, decimals);
        form.NumberGroupSizes = groups.Length > 0 ? groups : [3];
        return NumberFormatInfo.ReadOnly(form);
    }
}
