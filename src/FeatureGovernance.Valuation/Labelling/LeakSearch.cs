using System.Globalization;
using FeatureGovernance.Valuation.Measuring;

namespace FeatureGovernance.Valuation.Labelling;

/// <summary>
/// Columns that may know the label: too good alone, as good alone as all others together, filled only once the label is known, or of a time after
/// the event (Kaufman et al. 2012, "Leakage in data mining").
/// </summary>
internal static class LeakSearch
{
    // One that says so much alone is worth comparing with all others.
    private const double StrongAlone = 0.5;
    // The best of several honest features often says nearly as much as the others; half of the label it hardly ever explains.
    private const double ExplainsHalf = 0.5;
    private const double NearlyAsGood = 0.9;
    private const int FewestOthers = 3;
    private const int MostCompared = 2;
    private const int MostClustered = 200;
    private const double FilledAfter = 0.5;
    private const double LateShare = 0.01;

    /// <summary>What needs no model.</summary>
    public static IEnumerable<LeakSuspect> AtSight(Sample sample, ColumnSurvey survey, LabelRows rows)
    {
        foreach (var column in survey.Leaks)
        {
            yield return new(sample.Features[column], "too-good", Text(
                $"Alone it all but gives the label away ({survey.Skill[column]:0.000} of 1 held out). Is it known before the label?"), survey.Skill[column]);
        }

        foreach (var column in survey.Varying)
        {
            if (Missingness(sample, column) is var told and >= FilledAfter)
            {
                yield return new(sample.Features[column], "filled-after", Text(
                    $"Whether it has a value tells the label apart by {told:0.00} of 1. Is it filled in only once the label is known?"), told);
            }
        }

        foreach (var (column, share) in rows.LateColumns.Where(late => late.Share >= LateShare))
        {
            yield return new(column, "post-dates", Text(
                $"In {share:P1} of the rows this time lies after the event; what was computed then was not known when a model would have been asked."), share);
        }
    }

    /// <summary>Strong columns that alone predict held-out labels nearly as well as all others together.</summary>
    /// <param name="sample">Of columns that are no leaks at sight.</param>
    /// <param name="skill">What each says alone, from 0 to 1.</param>
    public static IEnumerable<LeakSuspect> Outshining(Sample sample, double[] skill, Trainer trainer, int seed, CancellationToken stop)
    {
        if (skill.All(s => s < StrongAlone))
            yield break;
        int[] all = [.. Enumerable.Range(0, skill.Length)];
        var clusters = Clusters.Of(sample, [.. all.OrderByDescending(c => skill[c]).Take(MostClustered)]);
        foreach (var cluster in clusters.Where(c => skill[c.Representative] >= StrongAlone).OrderByDescending(c => skill[c.Representative]).Take(MostCompared))
        {
            int[] others = [.. all.Except(cluster.Members)];
            if (others.Length < FewestOthers)
                continue;
            var alone = NoiseSearch.Explained(sample, OutOfFold.Of(sample, trainer, [cluster.Representative], seed, stop).Predictions);
            var without = NoiseSearch.Explained(sample, OutOfFold.Of(sample, trainer, others, seed, stop).Predictions);
            if (alone >= ExplainsHalf && alone >= NearlyAsGood * without)
            {
                yield return new(sample.Features[cluster.Representative], "outshines", Text(
                    $"Alone it explains {alone:P0} of the label held out, all {others.Length} others together {Math.Max(0, without):P0}. Is it known before the label?"), skill[cluster.Representative]);
            }
        }
    }

    // How much more often a value is missing in one class than in the others, or the correlation with the number.
    private static double Missingness(Sample sample, int column)
    {
        double[] missing = [.. sample.Cells.Column(column).Select(v => float.IsNaN(v) ? 1.0 : 0.0)];
        if (missing.Average() is 0 or 1)
            return 0;
        if (sample.Task != ValuationTask.Classification)
        {
            var correlation = MathNet.Numerics.Statistics.Correlation.Pearson(missing, sample.Labels.Select(l => (double)l));
            return double.IsFinite(correlation) ? Math.Abs(correlation) : 0;
        }

        return sample.Labels.Distinct().Max(c =>
        {
            double inside = 0, rows = 0, outside = 0;
            for (var r = 0; r < missing.Length; r++)
            {
                if (sample.Labels[r] == c)
                    (inside, rows) = (inside + missing[r], rows + 1);
                else
                    outside += missing[r];
            }

            return Math.Abs((inside / rows) - (outside / (missing.Length - rows)));
        });
    }

    private static string Text(FormattableString sentence) => sentence.ToString(CultureInfo.InvariantCulture);
}
