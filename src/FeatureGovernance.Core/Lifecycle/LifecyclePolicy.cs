namespace FeatureGovernance.Core.Lifecycle;

/// <summary>The organisation's waiting times; all in days, none negative.</summary>
public sealed record LifecyclePolicy
{
    /// <summary>The policy of an organisation that has set nothing.</summary>
    public static LifecyclePolicy Default { get; } = new();

    /// <summary>Days without a serving read before a feature may be disabled.</summary>
    public int QuietDays { get; init; } = 7;

    /// <summary>Days a feature stays disabled, restorable, before it may be removed.</summary>
    public int DisabledDays { get; init; } = 30;

    /// <summary>The shortest notice a proposal may plan.</summary>
    public int MinimumNoticeDays { get; init; } = 7;

    /// <summary>How old the newest usage report may be before usage counts as unknown.</summary>
    public int TelemetryLagDays { get; init; } = 2;

    /// <summary>
    /// How many reads a day may have gone unseen (95 % upper bound) before sampled telemetry that saw none counts as unknown.
    /// </summary>
    public double ToleratedUnseenReadsPerDay { get; init; } = 1;
}
