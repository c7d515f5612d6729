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
        var solo = new Solo(sample, Halves(sample, seed));
        var found = new (bool IsEmpty, bool IsConstant, double Explained, double Separation)[sample.Features.Length];
        Parallel.For(0, found.Length, column =>
        {
            var values = sample.Cells.Column(column);
            var (isEmpty, isConstant) = (values.All(float.IsNaN), values.All(v => v.Equals(values[0])));
            var (explained, separation) = isConstant ? default : solo.Skill(column);
            found[column] = (isEmpty, isConstant, explained, separation);
        });

        List<int> varying = [], constant = [], empty = [], leaks = [];
        for (var column = 0; column < found.Length; column++)
        {
            var one = found[column];
            var isLeak = one.Separation >= SuspectSeparation || one.Explained >= SuspectExplained;
            (one.IsEmpty ? empty : one.IsConstant ? constant : isLeak ? leaks : varying).Add(column);
        }

        double[] skill = [.. found.Select(one => Math.Max(one.Explained, one.Separation))];
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
