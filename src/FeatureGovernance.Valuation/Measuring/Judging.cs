using System.Collections.Immutable;
using System.Globalization;
using FeatureGovernance.Core.Value;

namespace FeatureGovernance.Valuation.Measuring;

/// <summary>All that was measured of a sample.</summary>
internal sealed record Measurements(
    Sample Sample,
    ColumnSurvey Columns,
    Estimate Quality,
    int Iterations,
    Trainer Trainer,
    ClusterMeasure[] Clusters,
    ImmutableArray<PooledShare> Shares,
    Dictionary<int, Estimate> Ablations,
    Dictionary<int, Estimate> Leaks,
    Removal Removal)
{
    /// <summary>Clusters that were not shuffled, for want of time.</summary>
    public Cluster[] Unmeasured { get; init; } = [];
}

/// <summary>Turns measurements into recommendations with their reasons.</summary>
internal static class Judging
{
    public static MeasuredValue Of(Measurements m)
    {
        var features = m.Clusters.SelectMany((c, i) => OfCluster(m, c, m.Shares[i]))
            .Concat(m.Columns.Leaks.Select(c => OfLeak(m, c)))
            .Concat(m.Unmeasured.SelectMany(c => c.Members.Select(member => NotMeasured(m.Sample, c, member))))
            .Concat(Still(m.Sample, m.Columns))
            .OrderByDescending(f => f.Share).ThenBy(f => f.Feature, StringComparer.Ordinal);
        string[] set = m.Columns.Leaks.Length == 0
            ? []
            : [$"Set aside as suspected leaks, all else is measured without them: {string.Join(", ", m.Columns.Leaks.Select(c => m.Sample.Features[c]))}."];
        return new(
            [.. features],
            Measuring.Quality.Name(m.Sample.Task),
            m.Quality.Mean,
            m.Quality.StandardError,
            m.Removal.Loss.Mean,
            m.Removal.Loss.StandardError,
            m.Iterations,
            m.Trainer.Trainings,
            m.Trainer.TimeInTraining,
            [.. m.Sample.Notes, .. set]);
    }

    public static MeasuredValue OfConstants(Sample sample, ColumnSurvey columns) => new(
        [.. Still(sample, columns).Concat(columns.Leaks.Select(c => Suspect(sample, columns, c, default)))],
        Measuring.Quality.Name(sample.Task), 0, 0, 0, 0, 0, 0, TimeSpan.Zero,
        [.. sample.Notes, "No column beside suspected leaks varies, so no model was trained."]);

    private static IEnumerable<ValuedFeature> OfCluster(Measurements m, ClusterMeasure measure, PooledShare share)
    {
        var cluster = measure.Cluster;
        var weights = cluster.Similarities.Select(s => s * s).ToArray();
        var total = weights.Sum();
        for (var i = 0; i < cluster.Members.Length; i++)
        {
            var part = weights[i] / total;
            var column = cluster.Members[i];
            Estimate? ablation = m.Ablations.TryGetValue(column, out var measured) ? measured : null;
            var (recommendation, reasons) = Verdict(m, measure, share, i);
            yield return new(
                m.Sample.Features[column],
                measure.Permutation.Mean * part,
                measure.Permutation.StandardError * part,
                ablation?.Mean,
                ablation?.StandardError,
                share.Mean * part,
                share.Lower80 * part,
                share.Upper80 * part,
                m.Sample.Features[cluster.Representative],
                recommendation,
                reasons,
                measure.Shap.Mean * part,
                measure.Shap.StandardError * part);
        }
    }

    private static (Recommendation Recommendation, ImmutableArray<Reason> Reasons) Verdict(
        Measurements m, ClusterMeasure measure, PooledShare share, int member)
    {
        var cluster = measure.Cluster;
        var (loss, removal) = (measure.Permutation, m.Removal);
        var representative = m.Sample.Features[cluster.Representative];
        ImmutableArray<ReasonNumber> numbers =
        [
            new("permutation", loss.Mean), new("permutationStandardError", loss.StandardError),
            new("removalLoss", removal.Loss.Mean), new("removalLossStandardError", removal.Loss.StandardError),
        ];
        if (removal.Removed.Contains(cluster.Representative))
        {
            return (Recommendation.Deprecate, [new(
                measure.IsUsed ? "epsilon" : "unused-by-model",
                Text($"{(measure.IsUsed ? "Shuffling it costs nothing that can be told from noise" : "No model split on it")}; trained without all that is recommended away, quality falls by {removal.Loss.Mean:0.#####} ± {removal.Loss.StandardError:0.#####}."),
                0.9, numbers)]);
        }

        if (!removal.IsProved && (!loss.IsPositive || cluster.Members[member] != cluster.Representative))
        {
            return (Recommendation.Review, [new(
                "not-proved", "It may well go, but the time ran out before models were trained without it; allow more.", 0.5, numbers)]);
        }

        if (cluster.Members[member] != cluster.Representative)
        {
            var similarity = cluster.Similarities[member];
            ImmutableArray<ReasonNumber> twin = [new("similarity", similarity), .. numbers];
            return removal.Removed.Contains(cluster.Members[member])
                ? (Recommendation.Migrate, [new("redundant", Text($"{representative} says the same (|Spearman| {similarity:0.000}) and stands for both."), 0.9, twin)])
                : (Recommendation.Review, [new("similar", Text($"{representative} says nearly the same (|Spearman| {similarity:0.000}), but training without this one lost quality."), 0.6, twin)]);
        }

        if (loss.IsPositive)
        {
            return (Recommendation.Keep, [new(
                "worth-its-place", Text($"Shuffling it costs {loss.Mean:0.#####} ± {loss.StandardError:0.#####}; its share is {share.Mean:P1} ({share.Lower80:P1} to {share.Upper80:P1})."), 0.9, numbers)]);
        }

        return (Recommendation.Keep, [new("needed-together", "Alone it cannot be told from noise, but training without it and its like lost quality.", 0.6, numbers)]);
    }

    private static ValuedFeature OfLeak(Measurements m, int column) => Suspect(m.Sample, m.Columns, column, m.Leaks.GetValueOrDefault(column));

    private static ValuedFeature NotMeasured(Sample sample, Cluster cluster, int column) => new(
        sample.Features[column], 0, 0, null, null, 0, 0, 0, sample.Features[cluster.Representative], Recommendation.Review,
        [new(MeasuredValue.NotMeasured, "The time ran out before it was shuffled, so its value is not known; allow more.", 1, [])], null, null);

    private static ValuedFeature Suspect(Sample sample, ColumnSurvey columns, int column, Estimate loss) => new(
        sample.Features[column], loss.Mean, loss.StandardError, null, null, 0, 0, 0, sample.Features[column], Recommendation.Review,
        [new("leak", Text($"Alone it all but gives the label away ({columns.Skill[column]:0.000} of 1 held out). Is it known before the label? It was set aside and has no share."),
            0.9, [new("skillAlone", columns.Skill[column])])], null, null);

    /// <summary>Columns that do not vary.</summary>
    public static IEnumerable<ValuedFeature> Still(Sample sample, ColumnSurvey columns) =>
        columns.Constant.Select(c => Worthless(sample, c, Recommendation.Deprecate, new("constant", "It has the same value in every row.", 1, [])))
            .Concat(columns.Empty.Select(c => Worthless(sample, c, Recommendation.Review, new("all-null", "It has no value in any row: a fault of the pipeline, or worthless.", 1, []))));

    private static ValuedFeature Worthless(Sample sample, int column, Recommendation recommendation, Reason reason) =>
        new(sample.Features[column], 0, 0, 0, 0, 0, 0, 0, sample.Features[column], recommendation, [reason], 0, 0);

    private static string Text(FormattableString sentence) => sentence.ToString(CultureInfo.InvariantCulture);
}
