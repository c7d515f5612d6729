using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Server.Standards;
using FeatureGovernance.Server.Storage;
using Npgsql;

namespace FeatureGovernance.Server.Lifecycle;

/// <summary>What the rules of proposals look at: features as they stand, the settings, and whom the standards want asked.</summary>
internal sealed class ProposalRules(LifecyclePolicy policy, StandardShelf shelf)
{
    public LifecyclePolicy Policy => policy;

    /// <summary>Locks the proposal's features and reads what the rules look at.</summary>
    public async Task<ProposalContext> ContextAsync(WriteTransaction write, IReadOnlyCollection<ProposedId> features, CancellationToken cancellation)
    {
        await FeatureNames.LockAsync(write.Connection, [.. features.Select(feature => feature.Id)], cancellation);
        return (await FactsAsync(write.Connection, features, write.Now, cancellation)).For(features, policy, write.Now);
    }

    /// <summary>The features and their replacements, by a fixed number of statements.</summary>
    public async Task<LoadedFacts> FactsAsync(
        NpgsqlConnection connection, IReadOnlyCollection<ProposedId> features, DateTimeOffset now, CancellationToken cancellation)
    {
        int[] going = [.. features.Select(feature => feature.Id).Distinct()];
        int[] all = [.. features.Select(feature => feature.ReplacementId).OfType<int>().Union(going)];
        var ruled = await ReviewersQuery.OfAsync(connection, going, shelf, now, cancellation);
        return await FeatureFactsQuery.LoadAsync(connection, all, policy, now, cancellation, ruled);
    }

    /// <summary>Whose silence agrees, and when.</summary>
    public async Task<SilencePolicy> SilenceAsync(NpgsqlConnection connection, DateTimeOffset now, CancellationToken cancellation) =>
        (await shelf.OpenAsync(connection, now, cancellation)).Review.Silence;
}
