using System.Collections.Immutable;

namespace FeatureGovernance.Core.Lifecycle;

/// <summary>One legal step of a proposal.</summary>
/// <param name="Name">The verb for it.</param>
/// <param name="From">Where it stands.</param>
/// <param name="To">Where it goes.</param>
public sealed record ProposalStep(string Name, ProposalState From, ProposalState To);

/// <summary>The legal steps of a deprecation proposal, and the stage its features have in each state.</summary>
public static class ProposalTable
{
    /// <summary>Every legal step.</summary>
    public static ImmutableArray<ProposalStep> Rows { get; } =
    [
        new("amend", ProposalState.Submitted, ProposalState.Submitted),
        new("quorum", ProposalState.Submitted, ProposalState.Approved),
        new("reject", ProposalState.Submitted, ProposalState.Rejected),
        new("withdraw", ProposalState.Submitted, ProposalState.Withdrawn),
        new("amend", ProposalState.Approved, ProposalState.Submitted),
        new("withdraw", ProposalState.Approved, ProposalState.Withdrawn),
        new("advance", ProposalState.Approved, ProposalState.Notice),
        new("advance", ProposalState.Notice, ProposalState.Brownout),
        new("advance", ProposalState.Brownout, ProposalState.Disabled),
        new("advance", ProposalState.Disabled, ProposalState.Removed),
        new("roll back", ProposalState.Approved, ProposalState.RolledBack),
        new("roll back", ProposalState.Notice, ProposalState.RolledBack),
        new("roll back", ProposalState.Brownout, ProposalState.RolledBack),
        new("roll back", ProposalState.Disabled, ProposalState.RolledBack),
    ];

    /// <summary>Where the step of that name leads from a state; null where it is not legal there.</summary>
    internal static ProposalState? After(ProposalState state, string step) =>
        Rows.FirstOrDefault(row => row.From == state && row.Name == step)?.To;

    /// <summary>The stage that a proposal in this state holds its features at; null where it holds them at none.</summary>
    internal static Stage? StageOf(ProposalState state) => state switch
    {
        ProposalState.Notice => Stage.Deprecated,
        ProposalState.Brownout => Stage.Brownout,
        ProposalState.Disabled => Stage.Disabled,
        ProposalState.Removed => Stage.Removed,
        _ => null,
    };

    internal static Refusal Illegal(Proposal proposal, string step) => new(
        RefusalKind.Conflict, "illegal-proposal-step", $"A proposal that is {Words.Of(proposal.State)} cannot take the step '{step}'.");
}
