namespace FeatureGovernance.Core.Checks;

/// <summary>How many slips of the keyboard lie between two names.</summary>
internal static class EditDistance
{
    /// <summary>
    /// The least number of insertions, deletions, substitutions and swaps of neighbours that turn one into the other, letter case
    /// aside (optimal string alignment, Damerau 1964); limit + 1 where it exceeds the limit.
    /// </summary>
    public static int Bounded(ReadOnlySpan<char> left, ReadOnlySpan<char> right, int limit)
    {
        if (Math.Abs(left.Length - right.Length) > limit)
            return limit + 1;

        var width = right.Length + 1;
        Span<int> rows = width <= 300 ? stackalloc int[3 * 300] : new int[3 * width];
        var before = rows[..width];
        var last = rows.Slice(width, width);
        var row = rows.Slice(2 * width, width);
        for (var j = 0; j < width; j++)
            last[j] = j;
        for (var i = 1; i <= left.Length; i++)
        {
            row[0] = i;
            var least = i;
            var here = char.ToLowerInvariant(left[i - 1]);
            for (var j = 1; j < width; j++)
            {
                var there = char.ToLowerInvariant(right[j - 1]);
                var cost = Math.Min(Math.Min(last[j], row[j - 1]) + 1, last[j - 1] + (here == there ? 0 : 1));
                if (i > 1 && j > 1 && here == char.ToLowerInvariant(right[j - 2]) && there == char.ToLowerInvariant(left[i - 2]))
                    cost = Math.Min(cost, before[j - 2] + 1);
                row[j] = cost;
                least = Math.Min(least, cost);
            }

            if (least > limit)
                return limit + 1;
            var free = before;
            before = last;
            last = row;
            row = free;
        }

        return Math.Min(last[right.Length], limit + 1);
    }
}
