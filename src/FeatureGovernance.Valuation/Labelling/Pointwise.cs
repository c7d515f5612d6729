using System.Collections.Immutable;
using System.Globalization;

namespace FeatureGovernance.Valuation.Labelling;

/// <summary>A ranking sample as rows that stand alone: few grades are classes, many are numbers. Other samples are what they were.</summary>
internal static class Pointwise
{
    private const int MostGrades = 10;

    public static (Sample Sample, ImmutableArray<string> Classes) Of(Sample sample)
    {
        if (sample.Task != ValuationTask.Ranking)
            return (sample, sample.LabelRows!.Classes);
        float[] grades = [.. sample.Labels.Distinct().Order()];
        var rows = sample with { QuerySizes = [], Task = ValuationTask.Regression, Classes = 1 };
        if (grades.Length > MostGrades)
            return (rows, []);
        return (
            rows with
            {
                Task = ValuationTask.Classification,
                Classes = grades.Length == 2 ? 1 : grades.Length,
                Labels = [.. sample.Labels.Select(l => (float)Array.BinarySearch(grades, l))],
            },
            [.. grades.Select(g => g.ToString("R", CultureInfo.InvariantCulture))]);
    }
}
