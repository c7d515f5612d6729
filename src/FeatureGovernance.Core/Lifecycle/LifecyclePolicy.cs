namespace FeatureGovernance.Core.Lifecycle;

/// <summary>The organisation's waiting times; times in days, none negative.</summary>
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

    /// <summary>Days a required team has for its review.</summary>
    public int ReviewDays { get; init; } = 14;

    /// <summary>Days before the end of that time when the team is reminded.</summary>
    public int ReminderDays { get; init; } = 3;

    /// <summary>Days after the end of that time when administrators are told and may stand in; the parent team's leads are told at once.</summary>
    public int EscalationDays { get; init; } = 7;

    /// <summary>
    /// The share, above 0, by which a feature's cost must change before a rejected draft to deprecate it may be drafted again.
    /// </summary>
    public double MaterialCostChange { get; init; } = 0.25;

    /// <summary>When a review asked for now is due.</summary>
    public DateTimeOffset ReviewDue(DateTimeOffset now) => now.AddDays(ReviewDays);

    /// <summary>
    /// How many reads a day may have gone unseen (95 % upper bound) before sampled telemetry that saw none counts as unknown.
    /// </summary>
    public double ToleratedUnseenReadsPerDay { get; init; } = 1;
}
