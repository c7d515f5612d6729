namespace FeatureGovernance.Core.Drift;

/// <summary>Long stretches on one side of what is expected, as steps and drifts leave them.</summary>
internal static class Leaning
{
    // Of windows that lean to either side by chance, ten and more in a row on one side are rare.
    private const int LeastLong = 10;

    /// <summary>
    /// The longest stretch in which scores lean to one side by half a deviation at least: where it is twice as long as any other it is no
    /// part of what is usual.
    /// </summary>
    /// <param name="scores">In deviations; NaN where there is none.</param>
    /// <param name="most">A longer one is what is usual.</param>
    /// <returns>(0, -1) where there is none.</returns>
    public static (int First, int Last) Longest(double[] scores, int most)
    {
        var leans = new List<(int First, int Last)> { (0, 0) };
        for (var w = 1; w < scores.Length; w++)
        {
            if (Math.Abs(scores[w]) > 0.5 && SignOf(scores[w]) == SignOf(scores[w - 1]))
                leans[^1] = (leans[^1].First, w);
            else
                leans.Add((w, w));
        }

        var longest = leans.OrderByDescending(lean => lean.Last - lean.First).Take(2).ToArray();
        int length = longest[0].Last - longest[0].First + 1, second = longest[^1].Last - longest[^1].First + 1;
        return length >= LeastLong && length >= 2 * second && length <= most && 2 * length < scores.Length ? longest[0] : (0, -1);
    }

    private static int SignOf(double score) => double.IsNaN(score) ? 0 : Math.Sign(score);
}
