using FeatureGovernance.Core.Value;
using FeatureGovernance.Valuation.Measuring;

namespace FeatureGovernance.Valuation;

/// <summary>
/// Measures what each feature of a sample is worth: gradient boosting (Ke et al. 2017, "LightGBM") under cross-validation, permutation
/// importance by redundancy cluster (Breiman 2001; Strobl et al. 2008 on why not singly), exact tree SHAP, drop-column ablation, and removal
/// proved by retraining. The same sample, options and processor count give the same result.
/// </summary>
public static class ValueEngine
{
    /// <summary>Measures a sample.</summary>
    /// <exception cref="OperationCanceledException">Stopped from outside.</exception>
    public static MeasuredValue Measure(Sample sample, ValuationOptions options, IProgress<ValuationProgress>? progress, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(sample);
        ArgumentNullException.ThrowIfNull(options);
        var begun = TimeProvider.System.GetTimestamp();
        progress?.Report(new("Looking at each column alone", 0));
        var columns = ColumnSurvey.Of(sample, options.Seed);
        if (columns.Varying.Length == 0)
            return Judging.OfConstants(sample, columns);

        using var trainer = new Trainer(sample, options.Seed);
        using var laboratory = new Laboratory(sample, trainer, options.Seed, stop);
        progress?.Report(new("Training with all features", 0.05));
        var leaks = columns.Leaks.Length > 0 ? laboratory.PermuteSuspects(columns.Leaks, columns.Varying) : [];
        laboratory.TrainFull(columns.Varying);
        var clusters = Clusters.Of(sample, columns.Varying);
        progress?.Report(new("Explaining predictions", 0.1));
        var contributions = laboratory.Contributions([.. clusters.Select(c => c.Members)]);
        var measures = clusters.Select((cluster, i) =>
        {
            progress?.Report(new("Shuffling", 0.1 + (0.3 * i / clusters.Length)));
            return new ClusterMeasure(cluster, laboratory.Permute(cluster.Members, options.Repeats), laboratory.Uses(cluster.Members), contributions[i]);
        }).OrderByDescending(m => m.Permutation.Mean).ThenBy(m => m.Cluster.Representative).ToArray();

        var removal = new Removal(laboratory, trainer, columns.Varying, stop);
        var ablations = Ablate(sample, measures, laboratory, removal, options, begun, progress);
        var shares = ShareOut.Of([.. measures.Select(m => m.Permutation)], AblationOfAll(measures, ablations));

        progress?.Report(new("Proving what can go", 0.8));
        int[][] twins = [.. measures.Where(m => m.Cluster.Members.Length > 1)
            .Select(m => m.Cluster.Members.Where(c => c != m.Cluster.Representative).ToArray())];
        int[][] candidates = [.. measures.Select((m, i) => (m, i)).Where(x => IsCandidate(x.m, shares[x.i], ablations, measures.Length))
            .Reverse().Select(x => x.m.Cluster.Members)];
        removal.TryRemove([.. twins, .. candidates]);
        progress?.Report(new("Confirming on fresh folds", 0.95));
        removal.Confirm();

        var judged = Judging.Of(new(sample, columns, laboratory.FullQuality, laboratory.Iterations, trainer, measures, shares, ablations.Single, leaks, removal));
        return ablations.OutOfTime ? judged with { Notes = judged.Notes.Add("The time allowed ran out, so fewer features were ablated than asked.") } : judged;
    }

    // Unused columns lose nothing when dropped: the model without them is the same model.
    private static Ablations Ablate(
        Sample sample, ClusterMeasure[] measures, Laboratory laboratory, Removal removal, ValuationOptions options, long begun, IProgress<ValuationProgress>? progress)
    {
        var found = new Ablations([], []);
        var left = options.Ablations;
        foreach (var cluster in measures.Select(m => m.Cluster))
        {
            foreach (var column in cluster.Members)
                Measure(found.Single, column, [column]);
            if (cluster.Members.Length == 1 && found.Single.TryGetValue(cluster.Representative, out var alone))
                found.ByCluster[cluster.Representative] = alone;
            else if (cluster.Members.Length > 1)
                Measure(found.ByCluster, cluster.Representative, cluster.Members);
        }

        return found;

        void Measure(Dictionary<int, Estimate> into, int key, int[] without)
        {
            if (!laboratory.Uses(without))
            {
                into[key] = new(0, 0);
            }
            else if (options.Budget is { } budget && TimeProvider.System.GetElapsedTime(begun) > budget / 2)
            {
                found.OutOfTime = true;
            }
            else if (left-- > 0)
            {
                progress?.Report(new($"Training without {sample.Features[key]}", 0.4 + (0.4 * (options.Ablations - left) / options.Ablations)));
                into[key] = Estimate.Over(removal.LossWithout(without.ToHashSet()));
            }
        }
    }

    private static Estimate[]? AblationOfAll(ClusterMeasure[] measures, Ablations ablations) =>
        measures.All(m => ablations.ByCluster.ContainsKey(m.Cluster.Representative))
            ? [.. measures.Select(m => ablations.ByCluster[m.Cluster.Representative])]
            : null;

    private static bool IsCandidate(ClusterMeasure measure, PooledShare share, Ablations ablations, int clusters)
    {
        var needed = ablations.ByCluster.TryGetValue(measure.Cluster.Representative, out var together) && together.IsPositive;
        return !needed && (!measure.Permutation.IsPositive || share.Upper80 < 0.1 / clusters);
    }

    /// <summary>What is lost without one column, and, by representative, without a whole cluster.</summary>
    private sealed record Ablations(Dictionary<int, Estimate> Single, Dictionary<int, Estimate> ByCluster)
    {
        /// <summary>True where some were not measured for want of time.</summary>
        public bool OutOfTime { get; set; }
    }
}
