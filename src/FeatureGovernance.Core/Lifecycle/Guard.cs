namespace FeatureGovernance.Core.Lifecycle;

/// <summary>What a guard looks at.</summary>
/// <param name="Facts">The feature.</param>
/// <param name="Policy">The organisation's waiting times.</param>
/// <param name="Now">The present moment.</param>
public readonly record struct GuardContext(FeatureFacts Facts, LifecyclePolicy Policy, DateTimeOffset Now);

/// <summary>A named condition that a feature must meet before it takes a step.</summary>
/// <param name="Code">Its stable name, kebab-case.</param>
/// <param name="Sentence">What must hold, for people.</param>
/// <param name="Remedy">What to do where it does not.</param>
/// <param name="Overridable">Whether an administrator may go on without it, with a reason.</param>
/// <param name="Fault">What is wrong, as one sentence; null where the condition holds.</param>
public sealed record Guard(string Code, string Sentence, string Remedy, bool Overridable, Func<GuardContext, string?> Fault);
