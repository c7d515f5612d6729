using System.Diagnostics.CodeAnalysis;

namespace FeatureGovernance.Core.Lifecycle;

/// <summary>What a rule decided: either what is to happen, or why it is not.</summary>
/// <typeparam name="T">What is to happen.</typeparam>
public readonly record struct Decision<T>
    where T : notnull
{
    private Decision(T? value, Refusal? refusal) => (Value, Refusal) = (value, refusal);

    /// <summary>What is to happen; nothing where refused.</summary>
    public T? Value { get; }

    /// <summary>Why it is not to happen; null where accepted.</summary>
    public Refusal? Refusal { get; }

    /// <summary>Whether the request was accepted.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Refusal))]
    public bool Accepted => Refusal is null;

    /// <summary>An acceptance.</summary>
    public static implicit operator Decision<T>(T value) => new(value, null);

    /// <summary>A refusal.</summary>
    public static implicit operator Decision<T>(Refusal refusal) => new(default, refusal);
}
