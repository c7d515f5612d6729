using System.Collections.Immutable;

namespace FeatureGovernance.Statistics.Sketches;

/// <summary>On which side a list of frequent items may err.</summary>
public enum FrequentItemsError
{
    /// <summary>Every item listed is at least as frequent as the threshold; some as frequent may be missing.</summary>
    NoFalsePositives,

    /// <summary>Every item above the threshold is listed; some listed may be rarer.</summary>
    NoFalseNegatives,
}

/// <summary>An item and how often it was seen.</summary>
/// <typeparam name="T">The type of item.</typeparam>
/// <param name="Item">The item.</param>
/// <param name="Estimate">The estimated weight.</param>
/// <param name="LowerBound">The true weight is not less.</param>
/// <param name="UpperBound">The true weight is not more.</param>
public sealed record FrequentItem<T>(T Item, long Estimate, long LowerBound, long UpperBound);

/// <summary>
/// A mergeable summary of the heaviest items of a stream, in the binary form of the Apache DataSketches libraries. Weights are never
/// underestimated by more than <see cref="MostError"/>, at most 3.5 / 2^lgMostSize of the stream's weight. An accumulator: not for use
/// by several threads at once.
/// </summary>
/// <typeparam name="T">The type of item.</typeparam>
public sealed class FrequentItemsSketch<T>
    where T : notnull
{
    /// <summary>An empty sketch.</summary>
    /// <param name="items">The kind of item.</param>
    /// <param name="lgMostSize">Log2 of the largest table, 3 to 30; three quarters as many items can be tracked.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="lgMostSize"/> is out of range.</exception>
    public FrequentItemsSketch(SketchItems<T> items, int lgMostSize)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentOutOfRangeException.ThrowIfLessThan(lgMostSize, ReversePurgeMap<T>.LgLeastSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lgMostSize, FrequentItemsSketch.LgMostSize);
        (Items, LgMostSize) = (items, lgMostSize);
        Map = new(items, ReversePurgeMap<T>.LgLeastSize);
    }

    internal FrequentItemsSketch(
        SketchItems<T> items, int lgMostSize, int lgSize, long weight, long mostError, ImmutableArray<(T Item, long Count)> entries)
    {
        (Items, LgMostSize, Weight, MostError, Unchanged) = (items, lgMostSize, weight, mostError, new(lgSize, entries));

        // Not the stored size: a few bytes must not be able to ask for a large table.
        var lg = ReversePurgeMap<T>.LgLeastSize;
        while (ReversePurgeMap<T>.CapacityOf(lg) < entries.Length)
            lg++;
        Map = new(items, lg);
        foreach (var (item, count) in entries)
            Map.Add(item, count);
    }

    /// <summary>The kind of item.</summary>
    public SketchItems<T> Items { get; }

    /// <summary>Log2 of the largest table.</summary>
    public int LgMostSize { get; }

    /// <summary>The weight of the whole stream.</summary>
    public long Weight { get; private set; }

    /// <summary>The most by which any item's true weight can exceed its lower bound; 0 while nothing had to be dropped.</summary>
    public long MostError { get; private set; }

    /// <summary>The number of items tracked.</summary>
    public int Tracked => Map.Count;

    /// <summary>The table as it was read, in the order and with the size it had; null once the sketch has changed.</summary>
    internal ReadTable<T>? Unchanged { get; private set; }

    internal ReversePurgeMap<T> Map { get; }

    /// <summary>Adds an item.</summary>
    /// <param name="item">The item.</param>
    /// <param name="weight">How often it was seen; 0 does nothing.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="weight"/> is negative.</exception>
    public void Update(T item, long weight = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(weight);
        if (weight == 0 || Items.IsUnordered(item))
            return;
        Weight = checked(Weight + weight);
        Track(item, weight);
    }

    /// <summary>Adds the stream of another sketch; the other is left as it is.</summary>
    /// <exception cref="ArgumentException">The other sketch holds another kind of item.</exception>
    public void Merge(FrequentItemsSketch<T> other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Items != Items)
            throw new ArgumentException("Sketches of different items cannot be merged.", nameof(other));
        if (other.Tracked == 0)
            return;
        var (weight, error) = (checked(Weight + other.Weight), other.MostError);
        foreach (var (item, count) in other.Map.ScatteredEntries().ToArray())
            Track(item, count);
        (Weight, MostError) = (weight, checked(MostError + error));
    }

    /// <summary>An independent copy.</summary>
    public FrequentItemsSketch<T> Copy() =>
        new(Items, LgMostSize, Unchanged?.LgSize ?? Map.LgSize, Weight, MostError, Unchanged?.Entries ?? [.. Map.Entries()]);

    /// <summary>The estimated weight of an item; 0 where it is not tracked.</summary>
    public long Estimate(T item) => Map[item] is > 0 and var count ? count + MostError : 0;

    /// <summary>The true weight of an item is not less.</summary>
    public long LowerBound(T item) => Map[item];

    /// <summary>The true weight of an item is not more.</summary>
    public long UpperBound(T item) => Map[item] + MostError;

    /// <summary>The frequent items, heaviest first, equal ones in the order of the items.</summary>
    /// <param name="error">On which side the list may err.</param>
    /// <param name="threshold">The weight that counts as frequent; not less than <see cref="MostError"/>, which is also the default.</param>
    public ImmutableArray<FrequentItem<T>> Frequent(FrequentItemsError error, long threshold = 0)
    {
        var least = Math.Max(threshold, MostError);
        return [.. Map.Entries()
            .Where(entry => (error == FrequentItemsError.NoFalsePositives ? entry.Count : entry.Count + MostError) >= least)
            .OrderByDescending(entry => entry.Count)
            .ThenBy(entry => entry.Item, Items)
            .Select(entry => new FrequentItem<T>(entry.Item, entry.Count + MostError, entry.Count, entry.Count + MostError))];
    }

    /// <summary>The sketch in the Apache DataSketches binary form.</summary>
    public byte[] ToBytes() => FrequentItemsBinary.Write(this);

    private void Track(T item, long count)
    {
        Unchanged = null;
        Map.Add(item, count);
        if (Map.Count <= Map.Capacity)
            return;
        if (Map.LgSize < LgMostSize)
            Map.Grow();
        else
            MostError = checked(MostError + Map.Purge(ReversePurgeMap<T>.CapacityOf(LgMostSize)));
    }
}

/// <summary>Reading frequent-items sketches.</summary>
public static class FrequentItemsSketch
{
    internal const int LgMostSize = 30;

    /// <summary>Reads a sketch of known item type.</summary>
    /// <param name="bytes">The serialized sketch, nothing after it.</param>
    /// <param name="items">The kind of item: <see cref="SketchItems.Longs"/> or <see cref="SketchItems.Strings"/>.</param>
    /// <exception cref="SketchFormatException">The bytes are no such sketch.</exception>
    public static FrequentItemsSketch<T> Read<T>(ReadOnlySpan<byte> bytes, SketchItems<T> items)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(items);
        return FrequentItemsBinary.Read(bytes, items);
    }
}

internal sealed record ReadTable<T>(int LgSize, ImmutableArray<(T Item, long Count)> Entries);
