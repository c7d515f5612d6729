namespace FeatureGovernance.Core.Lifecycle;

/// <summary>Stages and states as people and the public contract write them: lower camel case.</summary>
public static class Words
{
    /// <summary>The word for a stage or state, for example <c>rolledBack</c>.</summary>
    public static string Of<T>(T value)
        where T : struct, Enum
    {
        var name = value.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }
}
