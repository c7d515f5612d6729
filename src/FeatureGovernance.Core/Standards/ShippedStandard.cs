namespace FeatureGovernance.Core.Standards;

/// <summary>The standard that holds until an organisation puts one of its own in its place.</summary>
public static class ShippedStandard
{
    /// <summary>The name to put another under.</summary>
    public const string Name = "default";

    /// <summary>The document, YAML.</summary>
    public static string Text { get; } = ReadText();

    /// <summary>The standard; its version is 0.</summary>
    public static Standard Standard { get; } = StandardReader.Read(Text) is { Standard: { } standard }
        ? standard
        : throw new InvalidOperationException("The shipped standard is at fault.");

    private static string ReadText()
    {
        using var stream = typeof(ShippedStandard).Assembly.GetManifestResourceStream("default.yaml")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
