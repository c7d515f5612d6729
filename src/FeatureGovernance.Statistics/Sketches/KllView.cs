using System.Collections.Immutable;

namespace FeatureGovernance.Statistics.Sketches;

/// <summary>The items that a KLL sketch kept, sorted, with the share of the stream at or below each.</summary>
/// <typeparam name="T">The type of item.</typeparam>
public sealed class KllView<T>
    where T : notnull
{
    private readonly SketchItems<T> order;
    private readonly T[] items;
    private readonly long[] weights;
    private readonly T minimum;
    private readonly T maximum;

    private KllView(SketchItems<T> order, T[] items, long[] weights, T minimum, T maximum) =>
        (this.order, this.items, this.weights, this.minimum, this.maximum) = (order, items, weights, minimum, maximum);

    private long Count => weights[^1];

    internal static KllView<T> Of(KllSketch<T> sketch)
    {
        if (sketch.Count == 0)
            throw new InvalidOperationException("An empty sketch has no quantiles.");
        var items = new T[sketch.Retained];
        var weights = new long[sketch.Retained];
        var next = 0;
        for (var level = 0; level < sketch.Levels.Count; level++)
        {
            foreach (var item in sketch.Levels[level])
                (items[next], weights[next++]) = (item, 1L << level);
        }

        Array.Sort(items, weights, sketch.Items);
        for (var i = 1; i < weights.Length; i++)
            weights[i] += weights[i - 1];
        return new(sketch.Items, items, weights, sketch.Minimum, sketch.Maximum);
    }

    /// <summary>The smallest item kept with at least a share <paramref name="rank"/> of the stream at or below it.</summary>
    /// <param name="rank">0 (the minimum) to 1 (the maximum).</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="rank"/> is not within 0 to 1.</exception>
    public T Quantile(double rank)
    {
        if (!(rank is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(rank), rank, "A rank lies within 0 and 1.");
        if (rank == 0)
            return minimum;
        if (rank == 1)
            return maximum;
        var wanted = Math.Clamp((long)Math.Ceiling(rank * Count), 1, Count);
        var index = Array.BinarySearch(weights, wanted);
        return items[index < 0 ? ~index : index];
    }

    /// <summary>The share of the stream, 0 to 1, at or below an item; below it where not <paramref name="inclusive"/>.</summary>
    public double Rank(T item, bool inclusive = true)
    {
        var (low, high) = (0, items.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            var comparison = order.Compare(items[middle], item);
            if (comparison < 0 || (inclusive && comparison == 0))
                low = middle + 1;
            else
                high = middle;
        }

        return low == 0 ? 0 : (double)weights[low - 1] / Count;
    }

    /// <summary>The rank of each split point, and 1 after the last.</summary>
    /// <param name="splits">Ascending, each once.</param>
    /// <param name="inclusive">Whether an item equal to a split point counts as below it.</param>
    /// <exception cref="ArgumentException">The split points are not ascending.</exception>
    public ImmutableArray<double> Cdf(ReadOnlySpan<T> splits, bool inclusive = true)
    {
        var ranks = ImmutableArray.CreateBuilder<double>(splits.Length + 1);
        for (var i = 0; i < splits.Length; i++)
        {
            if (order.IsUnordered(splits[i]) || (i > 0 && order.Compare(splits[i - 1], splits[i]) >= 0))
                throw new ArgumentException("Split points ascend, each once.", nameof(splits));
            ranks.Add(Rank(splits[i], inclusive));
        }

        ranks.Add(1);
        return ranks.MoveToImmutable();
    }

    /// <summary>The share of the stream in each interval that the split points make; they sum to 1.</summary>
    /// <inheritdoc cref="Cdf" />
    public ImmutableArray<double> Pmf(ReadOnlySpan<T> splits, bool inclusive = true)
    {
        var ranks = Cdf(splits, inclusive);
        var shares = ImmutableArray.CreateBuilder<double>(ranks.Length);
        for (var i = 0; i < ranks.Length; i++)
            shares.Add(ranks[i] - (i == 0 ? 0 : ranks[i - 1]));
        return shares.MoveToImmutable();
    }
}
