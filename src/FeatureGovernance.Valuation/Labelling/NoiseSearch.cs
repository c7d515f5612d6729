using System.Collections.Immutable;
using System.Globalization;
using FeatureGovernance.Valuation.Measuring;

namespace FeatureGovernance.Valuation.Labelling;

/// <summary>Estimates how many labels are wrong, from what models trained on other rows say of them.</summary>
internal static class NoiseSearch
{
    // Below this part of the label explained, disagreement is ignorance, not noise.
    private const double LeastExplained = 0.1;

    public static (LabelNoise? Noise, string? Note) Of(Sample sample, ImmutableArray<string> classes, LabelRows rows, OutOfFold held, LabelOptions options)
    {
        var explained = Explained(sample, held.Predictions);
        if (explained < LeastExplained)
        {
            return (null, string.Create(
                CultureInfo.InvariantCulture, $"The features explain {Math.Max(0, explained):P0} of the label held out, too little to tell wrong labels from unpredictable ones."));
        }

        return sample.Task == ValuationTask.Classification
            ? (OfClasses(sample, classes, rows, held, options), null)
            : OfNumbers(sample, rows, held, options);
    }

    /// <summary>The part of the label explained by predictions: R², or McFadden's (1974) for classes; 0 for none, below it for worse than none.</summary>
    public static double Explained(Sample sample, double[] predictions)
    {
        int[] all = [.. Enumerable.Range(0, sample.Labels.Length)];
        var quality = Quality.Of(sample, all, predictions);
        if (sample.Task != ValuationTask.Classification)
            return quality;
        var entropy = sample.Labels.GroupBy(l => l).Sum(c => -(double)c.Count() / sample.Labels.Length * Math.Log((double)c.Count() / sample.Labels.Length));
        return 1 + (quality / entropy);
    }

    private static LabelNoise OfClasses(Sample sample, ImmutableArray<string> classes, LabelRows rows, OutOfFold held, LabelOptions options)
    {
        var probabilities = sample.Classes > 1 ? held.Predictions : [.. held.Predictions.SelectMany(p => new[] { 1 - p, p })];
        var found = ConfidentLearning.Of([.. sample.Labels.Select(l => (int)l)], probabilities, classes.Length, held.Fold, options.Suspects);
        var confusions =
            from i in Enumerable.Range(0, classes.Length)
            from j in Enumerable.Range(0, classes.Length)
            where i != j && found.Joint[i, j] > 0
            orderby found.Joint[i, j] descending, i, j
            select new LabelConfusion(classes[i], classes[j], found.Joint[i, j]);
        return new(
            found.Noise, found.StandardError, Math.Min(found.Floor, found.Noise), [.. confusions],
            [.. found.Suspects.Select(s => new SuspectRow(Number(rows, s.Row), classes[(int)sample.Labels[s.Row]], classes[s.Truth], s.Probability))]);
    }

    private static (LabelNoise? Noise, string? Note) OfNumbers(Sample sample, LabelRows rows, OutOfFold held, LabelOptions options)
    {
        double[] labels = [.. sample.Labels.Select(l => (double)l)];
        if (ResidualNoise.Of(labels, held.Predictions, held.Fold, options.Seed, options.Suspects) is not { } found)
            return (null, "A label of another row would hardly stand out, so wrong labels cannot be told.");
        return (new(
            found.Noise, found.StandardError, Math.Min(found.Floor, found.Noise), [],
            [.. found.Suspects.Select(s => new SuspectRow(Number(rows, s.Row), Text(sample.Labels[s.Row]), Text((float)held.Predictions[s.Row]), s.Probability))]), null);
    }

    private static long Number(LabelRows rows, int row) => rows.Numbers[rows.Places[row]];

    private static string Text(float number) => number.ToString("G6", CultureInfo.InvariantCulture);
}
