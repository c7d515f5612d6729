using System.Text;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Standards;
using FeatureGovernance.Server.Http;

namespace FeatureGovernance.Server.Standards;

/// <summary>A document as it comes in: YAML or JSON, whatever its Content-Type says.</summary>
internal static class StandardBody
{
    public static readonly string[] MediaTypes = ["application/yaml", "application/json", "text/plain"];

    private const int MostBytes = 512 * 1024;

    /// <summary>The text and the standard in it, or why there is none.</summary>
    public static async Task<(string Text, Standard? Standard, Refusal? Refusal)> ReadAsync(HttpContext context, string name, CancellationToken cancellation)
    {
        var buffer = new byte[MostBytes + 1];
        var length = await context.Request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
        if (length > MostBytes)
            return ("", null, Problems.Malformed("document", "The document is over 512 KiB.", "Split the standard into several documents."));
        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(buffer, 0, length);
        }
        catch (DecoderFallbackException)
        {
            return ("", null, Problems.Malformed("document", "The document is not UTF-8.", "Send it as UTF-8."));
        }

        var (standard, refusal) = Read(text, name);
        return (text, standard, refusal);
    }

    /// <summary>The standard in a text, or why there is none.</summary>
    public static (Standard? Standard, Refusal? Refusal) Read(string text, string name)
    {
        if (text.Length > MostBytes)
            return (null, Problems.Malformed("document", "The document is over 512 KiB.", "Split the standard into several documents."));
        if (text.Contains('\0', StringComparison.Ordinal))
            return (null, Problems.Malformed("document", "The document has a NUL character.", "Remove it."));
        var read = StandardReader.Read(text);
        var faults = read.Faults;
        if (read.Standard is { } standard && standard.Name != name)
            faults = faults.Add(new("name", $"The document's name is '{standard.Name}', and the path says '{FieldFaults.Printable(name)}'.",
                "Let both be the same."));
        return faults.IsEmpty
            ? (read.Standard, null)
            : (null, new(RefusalKind.Malformed, "malformed-standard",
                faults.Length == 1 ? $"{faults[0].Field}: {faults[0].Message}" : $"The standard has {faults.Length} faults.", faults));
    }
}
