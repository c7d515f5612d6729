using System.Collections.Immutable;
using FeatureGovernance.Core.Value;

namespace FeatureGovernance.Valuation.Measuring;

/// <summary>Turns measured losses into shares with intervals, by the pooling of <see cref="Pooling"/>.</summary>
internal static class ShareOut
{
    /// <summary>The shares of the clusters, in order; zeros where nothing carries any value.</summary>
    /// <param name="permutation">What shuffling each loses.</param>
    /// <param name="ablation">What training without each loses; null where that was not measured.</param>
    public static ImmutableArray<PooledShare> Of(IReadOnlyList<Estimate> permutation, IReadOnlyList<Estimate?> ablation)
    {
        var scale = ShareScale.For(permutation.Count);
        var byPermutation = SharesOf(permutation);
        if (byPermutation.IsEmpty)
            return [.. permutation.Select(_ => default(PooledShare))];

        int[] ablated = [.. Enumerable.Range(0, ablation.Count).Where(i => ablation[i] is not null)];
        var byAblation = ablated.Length > 1 ? SharesOf([.. ablated.Select(i => ablation[i]!.Value)]) : [];
        var mass = byAblation.Length is 0 || ablated.Length == permutation.Count ? ReportMass.All
            : new FullerEvidence([.. byPermutation.Select(s => s.Value)], Reliabilities.Priors[(int)EvidenceMethod.Permutation].Variance).MassOf(ablated);
        var evidence = byPermutation.Select(share =>
            new List<(EvidenceMethod, MethodEvidence)> { (EvidenceMethod.Permutation, Evidence(share, scale, ReportMass.All)) }).ToArray();
        for (var i = 0; i < byAblation.Length; i++)
            evidence[ablated[i]].Add((EvidenceMethod.Ablation, Evidence(byAblation[i], scale, mass)));

        var pooled = evidence.Select(e => Pooling.OverMethods(e, Reliabilities.Priors)).ToArray();
        var prior = Pooling.ModelPrior(PopulationMoments.Of(pooled), scale);
        return Pooling.Normalise([.. pooled.Select(p => Pooling.Posterior(p, prior, scale))]);
    }

    private static MethodEvidence Evidence(Share share, ShareScale scale, ReportMass mass) => MethodEvidence.Of(share, scale, 0.04, 0, 1, mass);

    private static ImmutableArray<Share> SharesOf(IReadOnlyList<Estimate> losses)
    {
        var refusal = Shares.Normalise([.. losses.Select(l => new Importance(l.Mean, l.StandardError))], out var shares);
        return refusal is null ? shares : [];
    }
}
