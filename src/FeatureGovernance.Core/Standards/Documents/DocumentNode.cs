using System.Collections.Immutable;

namespace FeatureGovernance.Core.Standards.Documents;

/// <summary>One value of a document, and where it stands, so that a fault can be pointed at.</summary>
/// <param name="Line">From 1.</param>
internal abstract record DocumentNode(int Line);

/// <summary>A text, number, truth value or null.</summary>
/// <param name="Text">As written, without quotes.</param>
/// <param name="IsQuoted">Whether it is a text whatever it looks like.</param>
internal sealed record ScalarNode(string Text, bool IsQuoted, int Line) : DocumentNode(Line)
{
    public bool IsNull => !IsQuoted && Text is "" or "~" or "null";
}

internal sealed record ListNode(ImmutableArray<DocumentNode> Items, int Line) : DocumentNode(Line);

/// <summary>Named values in their order; no name stands twice.</summary>
internal sealed record MapNode(ImmutableArray<(string Name, int Line, DocumentNode Value)> Entries, int Line) : DocumentNode(Line)
{
    public DocumentNode? Find(string name)
    {
        foreach (var (key, _, value) in Entries)
        {
            if (key == name)
                return value;
        }

        return null;
    }
}

/// <summary>The document cannot be read at all.</summary>
internal sealed class DocumentException(string message, string? remedy, int line) : Exception(message)
{
    public string? Remedy => remedy;

    public int Line => line;
}

/// <summary>What a document may cost its reader.</summary>
internal static class DocumentLimits
{
    public const int Characters = 256 * 1024;
    public const int Depth = 16;
    public const int Nodes = 20_000;

    public const string Remedy = "Split the standard into several documents.";
}
