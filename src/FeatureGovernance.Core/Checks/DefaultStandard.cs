using FeatureGovernance.Core.Lifecycle;

namespace FeatureGovernance.Core.Checks;

/// <summary>
/// The least that any organisation asks of a feature, where it has set no standard of its own: that it is described, that somebody answers
/// for it and that its type is known. It warns and blocks nothing.
/// </summary>
public static class DefaultStandard
{
    /// <summary>How serious a breach is.</summary>
    public const RuleLevel Level = RuleLevel.Warn;

    private static readonly string?[] Faults = [.. Enumerable.Range(0, 8).Select(Sentence)];

    /// <summary>What of it a feature fails, one sentence that is shared by all that fail the same; null where nothing.</summary>
    /// <param name="isDescribed">It has a description.</param>
    /// <param name="isLed">Its team, or a team above, has a lead.</param>
    /// <param name="hasType">Its data type is known.</param>
    public static string? Fault(bool isDescribed, bool isLed, bool hasType) =>
        Faults[(isDescribed ? 0 : 1) | (isLed ? 0 : 2) | (hasType ? 0 : 4)];

    private static string? Sentence(int mask)
    {
        string[] faults =
        [
            .. (mask & 1) != 0 ? ["it has no description"] : Array.Empty<string>(),
            .. (mask & 2) != 0 ? ["its team has no lead"] : Array.Empty<string>(),
            .. (mask & 4) != 0 ? ["its data type is unknown"] : Array.Empty<string>(),
        ];
        return faults.Length == 0 ? null : $"The feature fails the default standard: {string.Join(", ", faults)}.";
    }
}
