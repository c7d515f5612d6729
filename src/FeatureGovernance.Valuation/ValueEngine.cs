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
        using var clock = new Allowance(options.Budget, stop);
        progress?.Report(new("Looking at each column alone", 0));
        var columns = ColumnSurvey.Of(sample, options.Seed);
        if (columns.Varying.Length == 0)
            return Judging.OfConstants(sample, columns);
        if (columns.Varying.Length <= options.MostColumns)
            return Measure(sample, columns, options, clock, progress);

        progress?.Report(new($"Choosing {options.MostColumns} of {columns.Varying.Length} columns", 0.02));
        var screened = Screening.Of(sample, columns, options.MostColumns, options.Seed, clock);
        var measured = Measure(screened.Kept, ColumnSurvey.Of(screened.Kept, options.Seed), options, clock, progress);
        return measured with { Features = [.. measured.Features, .. screened.Others], Notes = measured.Notes.Add(screened.Note) };
    }

    private static MeasuredValue Measure(
        Sample sample, ColumnSurvey columns, ValuationOptions options, Allowance clock, IProgress<ValuationProgress>? progress)
    {
        using var trainer = new Trainer(sample, options.Seed);
        using var laboratory = new Laboratory(sample, trainer, options.Seed, clock.Limit);
        progress?.Report(new("Training with all features", 0.05));
        var leaks = PermuteSuspects(columns, laboratory, clock);
        laboratory.TrainFull(columns.Varying, clock);
        var clusters = Clusters.Of(sample, columns.Varying);
        var (measures, unmeasured) = Shuffle(clusters, laboratory, options, clock, progress);

        var removal = new Removal(laboratory, columns.Varying);
        var ablations = Ablate(sample, measures, laboratory, removal, options, clock, progress);
        var shares = ShareOut.Of(
            [.. measures.Select(m => m.Permutation)],
            [.. measures.Select(m => ablations.ByCluster.TryGetValue(m.Cluster.Representative, out var found) ? found : (Estimate?)null)]);

        progress?.Report(new("Proving what can go", 0.8));
        int[][] twins = [.. measures.Where(m => m.Cluster.Members.Length > 1)
            .Select(m => m.Cluster.Members.Where(c => c != m.Cluster.Representative).ToArray())];
        int[][] candidates = [.. measures.Select((m, i) => (m, i)).Where(x => IsCandidate(x.m, shares[x.i], ablations, measures.Length))
            .Reverse().Select(x => x.m.Cluster.Members)];
        Prove(removal, [.. twins, .. candidates], laboratory, clock, progress);

        var judged = Judging.Of(new(sample, columns, laboratory.FullQuality, laboratory.Iterations, trainer, measures, shares, ablations.Single, leaks, removal)
        {
            Unmeasured = unmeasured,
        });
        return judged with
        {
            Notes = laboratory.Cuts.Count == 0 ? judged.Notes : judged.Notes.Add($"The time allowed ran out: {string.Join("; ", laboratory.Cuts)}."),
            ScoreQuality = sample.Scores is { } scores && ScoreReference.Of(sample, scores,
                laboratory.FirstRound) is var reference ? (reference.Mean, reference.StandardError) : null,
        };
    }

    private static Dictionary<int, Estimate> PermuteSuspects(ColumnSurvey columns, Laboratory laboratory, Allowance clock)
    {
        if (columns.Leaks.Length == 0)
            return [];
        try
        {
            if (!clock.IsTooLateForFull)
                return laboratory.PermuteSuspects(columns.Leaks, columns.Varying);
        }
        catch (OperationCanceledException) when (clock.IsSpent)
        {
            // Told below, as where there was no time to begin.
        }

        laboratory.Cuts.Add("suspected leaks were not shuffled");
        return [];
    }

    // Where time is short the columns that models use most come first, so that what is left out is worth least.
    private static (ClusterMeasure[] Measures, Cluster[] Unmeasured) Shuffle(
        Cluster[] clusters, Laboratory laboratory, ValuationOptions options, Allowance clock, IProgress<ValuationProgress>? progress)
    {
        var order = options.Budget is null ? clusters : [.. clusters.OrderByDescending(c => laboratory.SplitsOn(c.Members))];
        progress?.Report(new("Explaining predictions", 0.1));
        var contributions = laboratory.Contributions([.. order.Select(c => c.Members)], clock.Stop);
        var measures = new List<ClusterMeasure>();
        foreach (var (cluster, contribution) in order.Zip(contributions))
        {
            if (clock.IsSpent && measures.Count > 0)
                break;
            progress?.Report(new("Shuffling", 0.1 + (0.3 * measures.Count / clusters.Length)));
            measures.Add(new(cluster, laboratory.Permute(cluster.Members, options.Repeats, clock.Stop), laboratory.Uses(cluster.Members), contribution));
        }

        Cluster[] left = [.. order.Skip(measures.Count)];
        if (left.Length > 0)
            laboratory.Cuts.Add($"{left.Sum(c => c.Members.Length)} features were not shuffled, those that models use least");
        return ([.. measures.OrderByDescending(m => m.Permutation.Mean).ThenBy(m => m.Cluster.Representative)], left);
    }

    private static void Prove(Removal removal, IReadOnlyList<int[]> units, Laboratory laboratory, Allowance clock, IProgress<ValuationProgress>? progress)
    {
        try
        {
            removal.TryRemove(units);
            progress?.Report(new("Confirming on fresh folds", 0.95));
            removal.Confirm();
        }
        catch (OperationCanceledException) when (clock.IsSpent)
        {
            removal.GiveUp();
            laboratory.Cuts.Add("what can go was not proved, so nothing is recommended away");
        }
    }

    // Unused columns lose nothing when dropped: the model without them is the same model.
    private static Ablations Ablate(
        Sample sample, ClusterMeasure[] measures, Laboratory laboratory, Removal removal, ValuationOptions options, Allowance clock,
        IProgress<ValuationProgress>? progress)
    {
        var found = new Ablations([], []);
        var left = options.Ablations;
        var outOfTime = false;
        foreach (var cluster in measures.Select(m => m.Cluster))
        {
            foreach (var column in cluster.Members)
                Measure(found.Single, column, [column]);
            if (cluster.Members.Length == 1 && found.Single.TryGetValue(cluster.Representative, out var alone))
                found.ByCluster[cluster.Representative] = alone;
            else if (cluster.Members.Length > 1)
                Measure(found.ByCluster, cluster.Representative, cluster.Members);
        }

        if (outOfTime)
            laboratory.Cuts.Add("fewer features were ablated than asked");
        return found;

        void Measure(Dictionary<int, Estimate> into, int key, int[] without)
        {
            if (!laboratory.Uses(without))
            {
                into[key] = new(0, 0);
            }
            else if (left <= 0)
            {
                return;
            }
            else if (clock.IsTooLateToAblate)
            {
                outOfTime = true;
            }
            else
            {
                left--;
                progress?.Report(new($"Training without {sample.Features[key]}", 0.4 + (0.4 * (options.Ablations - left) / options.Ablations)));
                try
                {
                    into[key] = Estimate.Over(removal.LossWithout(without.ToHashSet()));
                }
                catch (OperationCanceledException) when (clock.IsSpent)
                {
                    outOfTime = true;
                }
            }
        }
    }

    private static bool IsCandidate(ClusterMeasure measure, PooledShare share, Ablations ablations, int clusters)
    {
        var needed = ablations.ByCluster.TryGetValue(measure.Cluster.Representative, out var together) && together.IsPositive;
        return !needed && (!measure.Permutation.IsPositive || share.Upper80 < 0.1 / clusters);
    }

    /// <summary>What is lost without one column, and, by representative, without a whole cluster.</summary>
    private sealed record Ablations(Dictionary<int, Estimate> Single, Dictionary<int, Estimate> ByCluster);
}
