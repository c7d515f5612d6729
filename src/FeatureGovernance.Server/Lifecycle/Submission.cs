using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Storage;

namespace FeatureGovernance.Server.Lifecycle;

/// <summary>How a proposal comes to be, whether written by hand or from a draft.</summary>
internal static class Submission
{
    public static async Task<Decision<StoredProposal>> SubmitAsync(
        WriteTransaction write, Actor actor, Chosen chosen, string reason, DeprecationPlan plan, ProposalRules rules, CancellationToken cancellation)
    {
        await FeatureNames.LockAsync(write.Connection, [.. chosen.Ids.Select(feature => feature.Id)], cancellation);
        var facts = await rules.FactsAsync(write.Connection, chosen.Ids, write.Now, cancellation);
        var evidence = await EvidenceQuery.FreezeAsync(write.Connection, chosen.Ids, facts, chosen, write.Now, cancellation);
        var id = await ProposalStore.DrawIdAsync(write.Connection, cancellation);
        var decision = Deprecation.Propose(
            id.ToString(), new(chosen.Named, reason, plan, evidence.Digest, chosen.Words), actor, facts.For(chosen.Ids, rules.Policy, write.Now));
        if (!decision.Accepted)
            return decision.Refusal;

        var stored = new StoredProposal(id, 1, decision.Value, chosen.Ids);
        await ProposalStore.InsertAsync(write, stored, evidence.Text, cancellation);
        write.Record(NewEvent.Of("deprecation.submitted", "deprecation", id, $"deprecation {id}", null, stored.View(write.Now), stored.Proposal.Reason));
        write.AskForReviews(id, null, stored.Proposal);
        return stored;
    }
}
