namespace FeatureGovernance.Core.Checks;

/// <summary>How many slips of the keyboard lie between two names.</summary>
internal static class EditDistance
{
    private const int UsualLength = 300;

    /// <summary>
    /// The least number of insertions, deletions, substitutions and swaps of neighbours that turn one into the other (optimal string
    /// alignment, Damerau 1964); limit + 1 where it exceeds the limit. Only the band that the limit allows is computed (Ukkonen 1985).
    /// </summary>
    public static int Bounded(ReadOnlySpan<char> left, ReadOnlySpan<char> right, int limit)
    {
        if (Math.Abs(left.Length - right.Length) > limit)
            return limit + 1;

        var width = right.Length + 1;
        Span<int> rows = width <= UsualLength ? stackalloc int[3 * UsualLength] : new int[3 * width];
        var before = rows[..width];
        var last = rows.Slice(width, width);
        var row = rows.Slice(2 * width, width);
        for (var j = 0; j < width; j++)
            last[j] = j;
        for (var i = 1; i <= left.Length; i++)
        {
            var (first, end) = (Math.Max(1, i - limit), Math.Min(right.Length, i + limit));
            row[first - 1] = first == 1 ? i : limit + 1;
            var least = row[first - 1];
            for (var j = first; j <= end; j++)
            {
                // Above the band's upper edge nothing was computed in the row before.
                var above = j == i + limit ? limit + 1 : last[j] + 1;
                var cost = Math.Min(Math.Min(above, row[j - 1] + 1), last[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
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
