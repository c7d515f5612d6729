using System.Collections.Immutable;
using System.Globalization;
using FeatureGovernance.Core.Value;
using FeatureGovernance.Valuation.LightGbm;

namespace FeatureGovernance.Valuation.Measuring;

/// <summary>
/// Of very many columns, those worth measuring: the ones that short models of all columns split on most, then the ones that say most alone. Short
/// models of those alone tell what leaving the others out loses.
/// </summary>
/// <param name="Kept">The sample with the columns to be measured.</param>
/// <param name="Others">The verdict on all other columns.</param>
/// <param name="Note">For the reader.</param>
internal sealed record Screening(Sample Kept, ImmutableArray<ValuedFeature> Others, string Note)
{
    private const int Iterations = 25;
    private const int MostTestCells = 20_000_000;

    public static Screening Of(Sample sample, ColumnSurvey columns, int most, int seed, Allowance clock)
    {
        var folds = Folds.Of(sample, seed).Select(f => f with { Test = [.. f.Test.Take(Bounded(sample, f.Test))] }).ToArray();
        var splits = new double[sample.Features.Length];
        var all = EachWith(sample, columns.Varying, folds, seed, clock, splits);
        int[] best = [.. columns.Varying.OrderByDescending(c => splits[c]).ThenByDescending(c => columns.Skill[c]).ThenBy(c => c).Take(most)];
        var few = EachWith(Narrowing.To(sample, best).Sample, Enumerable.Range(0, best.Length), folds, seed, clock, null);
        var loss = Estimate.Over([.. all.Zip(few, (with, without) => with - without)]);
        var costsNothing = loss.Mean + loss.StandardError <= Estimate.Over(all).StandardError && loss.Mean <= 2 * loss.StandardError;

        var kept = best.ToHashSet();
        var reason = new Reason(
            "screened-out",
            string.Create(CultureInfo.InvariantCulture, $"Of {columns.Varying.Length} columns it is not among the {most} that short models use or that say most alone; without all those, quality falls by {loss.Mean:0.#####} ± {loss.StandardError:0.#####}."),
            costsNothing ? 0.9 : 0.5, [new("removalLoss", loss.Mean), new("removalLossStandardError", loss.StandardError)]);
        var others = columns.Varying.Where(c => !kept.Contains(c)).Select(c => new ValuedFeature(
            sample.Features[c], 0, 0, null, null, 0, 0, 0, sample.Features[c], costsNothing ? Recommendation.Deprecate : Recommendation.Review,
            [reason], null, null));
        var narrow = Narrowing.To(sample, [.. best, .. columns.Leaks]).Sample;
        return new(
            narrow, [.. others.Concat(Judging.Still(sample, columns)).OrderBy(f => f.Feature, StringComparer.Ordinal)],
            string.Create(CultureInfo.InvariantCulture, $"{most} of {columns.Varying.Length} varying columns were measured; without the others short models lose {loss.Mean:0.#####} ± {loss.StandardError:0.#####}."));
    }

    private static double[] EachWith(Sample sample, IEnumerable<int> columns, Fold[] folds, int seed, Allowance clock, double[]? splits)
    {
        using var trainer = new Trainer(sample, seed);
        int[] used = [.. columns];
        var each = new List<double>();
        foreach (var fold in folds)
        {
            using var rows = trainer.Rows(fold.Train);
            using var model = trainer.Train(rows, used, Iterations, clock.Stop);
            var predictions = new double[fold.Test.Length * sample.Classes];
            model.Predict(trainer.Cells(fold.Test), predictions);
            each.AddRange(Quality.Each(sample, fold.Test, predictions));
            if (splits is not null)
                Add(splits, model);
        }

        return [.. each];
    }

    // Whole queries, and no more rows than fit beside the sample.
    private static int Bounded(Sample sample, int[] test)
    {
        var last = Math.Min(test.Length, Math.Max(100, MostTestCells / sample.Features.Length));
        while (sample.Task == ValuationTask.Ranking && last < test.Length && sample.Groups![test[last]] == sample.Groups[test[last - 1]])
            last++;
        return last;
    }

    private static void Add(double[] splits, Booster model)
    {
        var found = model.Splits(Iterations);
        for (var c = 0; c < splits.Length; c++)
            splits[c] += found[c];
    }
}
