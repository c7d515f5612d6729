namespace FeatureGovernance.Valuation.Measuring;

/// <summary>What the columns are before any model is trained.</summary>
/// <param name="Varying">Columns worth modelling, the one that says most alone first, ties by content and then by name.</param>
/// <param name="Constant">Columns with one value.</param>
/// <param name="Empty">Columns without any value.</param>
/// <param name="Leaks">Columns that alone all but give the label away.</param>
/// <param name="Skill">What each column says alone, from 0 to 1.</param>
internal sealed record ColumnSurvey(int[] Varying, int[] Constant, int[] Empty, int[] Leaks, double[] Skill)
{
    /// <summary>2 AUC − 1 from which a column alone is suspect: an AUC of 0.95.</summary>
    public const double SuspectSeparation = 0.9;

    /// <summary>Squared correlation from which a column alone is suspect.</summary>
    public const double SuspectExplained = 0.95;

    public static ColumnSurvey Of(Sample sample, int seed)
    {
        var half = Halves(sample, seed);
        List<int> varying = [], constant = [], empty = [], leaks = [];
        var skill = new double[sample.Features.Length];
        for (var column = 0; column < sample.Features.Length; column++)
        {
            var values = sample.Cells.Column(column);
            if (values.All(float.IsNaN))
            {
                empty.Add(column);
            }
            else if (values.All(v => v.Equals(values[0])))
            {
                constant.Add(column);
            }
            else
            {
                var (explained, separation) = Solo.Skill(sample, column, half);
                skill[column] = Math.Max(explained, separation);
                (separation >= SuspectSeparation || explained >= SuspectExplained ? leaks : varying).Add(column);
            }
        }

        return new([.. varying.OrderByDescending(c => Math.Round(skill[c], 9)).ThenBy(c => c)], [.. constant], [.. empty], [.. leaks], skill);
    }

    private static int[] Halves(Sample sample, int seed)
    {
        var random = new Random(seed);
        if (sample.Groups is not { } groups)
            return [.. Enumerable.Range(0, sample.Cells.Rows).Select(_ => random.Next(2))];
        var side = groups.Distinct().Order().ToDictionary(g => g, _ => random.Next(2));
        return [.. groups.Select(g => side[g])];
    }
}
