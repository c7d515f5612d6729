namespace FeatureGovernance.Statistics.Sketches;

/// <summary>How many items each level of a KLL sketch may hold; part of the format, since level borders are stored relative to it.</summary>
internal static class KllCapacity
{
    /// <summary>Enough for a stream of 2^61 items.</summary>
    public const int MostLevels = 61;

    private const int ExactDepth = 30;

    /// <summary>Of one level; the top level holds k, each level below two thirds of the one above, but at least <paramref name="least"/>.</summary>
    public static int OfLevel(int k, int least, int levels, int level)
    {
        var depth = levels - level - 1;
        return Math.Max(least, depth <= ExactDepth ? Scaled(k, depth) : Scaled(Scaled(k, depth / 2), depth - (depth / 2)));
    }

    /// <summary>Of all levels together.</summary>
    public static int Total(int k, int least, int levels)
    {
        var total = 0;
        for (var level = 0; level < levels; level++)
            total += OfLevel(k, least, levels, level);
        return total;
    }

    // k (2/3)^depth in whole numbers, rounded half up.
    private static int Scaled(int k, int depth)
    {
        var power = 1L;
        for (var i = 0; i < depth; i++)
            power *= 3;
        return (int)(((((2L * k) << depth) / power) + 1) >> 1);
    }
}
