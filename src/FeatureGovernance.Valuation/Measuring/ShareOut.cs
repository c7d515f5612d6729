using System.Collections.Immutable;
using FeatureGovernance.Core.Value;

namespace FeatureGovernance.Valuation.Measuring;

/// <summary>Turns measured losses into shares with intervals, by the pooling of <see cref="Pooling"/>.</summary>
internal static class ShareOut
{
    /// <summary>The shares of the clusters, in order; zeros where nothing carries any value.</summary>
    public static ImmutableArray<PooledShare> Of(IReadOnlyList<Estimate> permutation, IReadOnlyList<Estimate>? ablation)
    {
        var scale = ShareScale.For(permutation.Count);
        var byPermutation = SharesOf(permutation);
        if (byPermutation.IsEmpty)
            return [.. permutation.Select(_ => default(PooledShare))];

        var byAblation = ablation is null ? [] : SharesOf(ablation);
        var pooled = byPermutation.Select((share, i) =>
        {
            var evidence = new List<(EvidenceMethod, MethodEvidence)> { (EvidenceMethod.Permutation, Evidence(share, scale)) };
            if (!byAblation.IsEmpty)
                evidence.Add((EvidenceMethod.Ablation, Evidence(byAblation[i], scale)));
            return Pooling.OverMethods(evidence, Reliabilities.Priors);
        }).ToArray();
        var prior = Pooling.ModelPrior(PopulationMoments.Of(pooled), scale);
        return Pooling.Normalise([.. pooled.Select(p => Pooling.Posterior(p, prior, scale))]);
    }

    private static MethodEvidence Evidence(Share share, ShareScale scale) => MethodEvidence.Of(share, scale, 0.04, 0, 1);

    private static ImmutableArray<Share> SharesOf(IReadOnlyList<Estimate> losses)
    {
        var refusal = Shares.Normalise([.. losses.Select(l => new Importance(l.Mean, l.StandardError))], out var shares);
        return refusal is null ? shares : [];
    }
}
