using System.Collections.Immutable;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Storage;

namespace FeatureGovernance.Server.Lifecycle;

/// <summary>The ways in which a locked proposal changes, shared by requests and the job.</summary>
internal static class ProposalChanges
{
    /// <summary>Stores a changed proposal with its audit event; one that did not change costs nothing.</summary>
    public static async Task<StoredProposal> SaveAsync(
        WriteTransaction write, StoredProposal stored, Proposal proposal, string action, string? reason, CancellationToken cancellation,
        ImmutableArray<ProposedId>? features = null, string? evidence = null)
    {
        if (ProposalStore.Same(stored.Proposal, proposal))
            return stored;
        var next = await ProposalStore.UpdateAsync(write, stored, proposal, cancellation, features, evidence);
        write.Record(NewEvent.Of($"deprecation.{action}", "deprecation", stored.Id, $"deprecation {stored.Id}", stored.View(write.Now),
            next.View(write.Now), reason));
        write.AskForReviews(stored.Id, stored.Proposal, proposal);
        return next;
    }

    /// <summary>Takes the next step where time and facts allow it.</summary>
    public static async Task<(StoredProposal Stored, bool Moved, ImmutableArray<FieldError> Blocked)> AdvanceAsync(
        WriteTransaction write, StoredProposal stored, ProposalRules rules, CancellationToken cancellation, Actor? administrator = null,
        AdminOverride? over = null)
    {
        var context = await rules.ContextAsync(write, stored.Features, cancellation);
        var progress = Advancing.Advance(stored.Proposal, context, administrator, over);
        var moved = progress.Proposal.State != stored.Proposal.State;
        var next = await SaveAsync(write, stored, progress.Proposal, moved ? Words.Of(progress.Proposal.State) : "reviewers-added", over?.Reason, cancellation);
        await MoveFeaturesAsync(write, next, progress.Due, stored.Proposal.Reason, cancellation);
        if (moved && next.Proposal.State == ProposalState.Notice)
        {
            write.AnnounceBrownout(next.Id, next.Proposal);
            await MigrationTasks.SyncAsync(write, next, cancellation);
        }

        return (next, moved || !progress.Due.IsEmpty, progress.Blocked);
    }

    public static Task MoveFeaturesAsync(
        WriteTransaction write, StoredProposal stored, ImmutableArray<StageChange> changes, string reason, CancellationToken cancellation)
    {
        var ids = stored.Features.ToDictionary(feature => feature.Key, feature => feature.Id, StringComparer.Ordinal);
        return StageChanges.ApplyAsync(
            write,
            changes.ToDictionary(change => ids[change.Feature]),
            stored.Features.Where(feature => feature.ReplacementId is not null).ToDictionary(feature => feature.Id, feature => feature.ReplacementId!.Value),
            reason, stored.Id, cancellation);
    }
}
