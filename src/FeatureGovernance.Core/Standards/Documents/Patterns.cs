using System.Text.RegularExpressions;

namespace FeatureGovernance.Core.Standards.Documents;

/// <summary>Regular expressions that cannot be made to run long: no backtracking, so no back-references and no look-around.</summary>
internal static class Patterns
{
    public const string Remedy = "Use a plain regular expression: no look-around, no back-references, no huge repetitions.";

    private const RegexOptions Safe = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    /// <summary>The pattern, or why it is none.</summary>
    public static (Regex? Pattern, string? Fault) Compile(string text)
    {
        try
        {
            var pattern = new Regex(text, Safe);
            // The automaton is made at the first match: one that is too large shows now.
            pattern.IsMatch("a");
            return (pattern, null);
        }
        catch (Exception fault) when (fault is ArgumentException or NotSupportedException)
        {
            var message = fault.Message.ReplaceLineEndings(" ");
            return (null, $"The pattern cannot be used: {(message.Length <= 200 ? message : message[..200] + "…")}");
        }
    }
}
