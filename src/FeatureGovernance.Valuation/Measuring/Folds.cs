namespace FeatureGovernance.Valuation.Measuring;

/// <summary>One split of the rows, both sides ascending.</summary>
internal sealed record Fold(int[] Train, int[] Test);

/// <summary>Splits for cross-validation: by time where there is one, else whole groups, else stratified by class.</summary>
internal static class Folds
{
    public const int Count = 5;

    public static Fold[] Of(Sample sample, int seed)
    {
        var parts = sample.Times is { } times ? ByTime(times) : sample.Groups is { } groups ? ByGroup(groups, seed) : ByRow(sample, seed);
        var rows = Enumerable.Range(0, sample.Cells.Rows);
        // Time never runs backwards: each part but the first is predicted from all before it.
        return sample.Times is not null
            ? [.. Enumerable.Range(1, Count).Select(k => new Fold([.. rows.Where(r => parts[r] < k)], [.. rows.Where(r => parts[r] == k)]))]
            : [.. Enumerable.Range(0, Count).Select(k => new Fold([.. rows.Where(r => parts[r] != k)], [.. rows.Where(r => parts[r] == k)]))];
    }

    private static int[] ByTime(double[] times)
    {
        var ranks = Ranks.Of(times);
        return [.. ranks.Select(r => Math.Min(Count, (int)(r * (Count + 1) / times.Length)))];
    }

    private static int[] ByGroup(int[] groups, int seed)
    {
        int[] distinct = [.. groups.Distinct().Order()];
        new Random(seed).Shuffle(distinct);
        var part = distinct.Select((g, i) => (g, i)).ToDictionary(x => x.g, x => x.i % Count);
        return [.. groups.Select(g => part[g])];
    }

    private static int[] ByRow(Sample sample, int seed)
    {
        int[] order = [.. Enumerable.Range(0, sample.Cells.Rows)];
        new Random(seed).Shuffle(order);
        if (sample.Task == ValuationTask.Classification)
            order = [.. order.OrderBy(r => sample.Labels[r])];
        var part = new int[order.Length];
        for (var i = 0; i < order.Length; i++)
            part[order[i]] = i % Count;
        return part;
    }
}
