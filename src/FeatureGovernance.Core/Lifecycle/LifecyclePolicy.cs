using System.Collections.Immutable;
using FeatureGovernance.Core.Registry;

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

    /// <summary>Whom to ask beside owners and readers.</summary>
    public ImmutableArray<ReviewerRule> Reviewers { get; init; } = [];

    /// <summary>When a review asked for now is due.</summary>
    public DateTimeOffset ReviewDue(DateTimeOffset now) => now.AddDays(ReviewDays);

    /// <summary>
    /// How many reads a day may have gone unseen (95 % upper bound) before sampled telemetry that saw none counts as unknown.
    /// </summary>
    public double ToleratedUnseenReadsPerDay { get; init; } = 1;
}

/// <summary>A team that must agree before features of some sort go; what is null matches any.</summary>
/// <param name="Team">Whom to ask, for example the privacy team.</param>
/// <param name="Sensitivity">Features at least this sensitive.</param>
/// <param name="Group">Features of this group.</param>
/// <param name="SourceSystem">Features from this system.</param>
/// <param name="SourceTable">Features from this table.</param>
public sealed record ReviewerRule(
    string Team, Sensitivity? Sensitivity = null, string? Group = null, string? SourceSystem = null, string? SourceTable = null)
{
    /// <summary>Whether the rule speaks of such a feature.</summary>
    public bool Matches(Sensitivity sensitivity, string group, string? system, string? table) =>
        (Sensitivity is not { } least || sensitivity >= least)
        && (Group is null || Group == group)
        && (SourceSystem is null || SourceSystem == system)
        && (SourceTable is null || SourceTable == table);
}
