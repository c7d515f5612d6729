using System.Runtime.InteropServices;

namespace FeatureGovernance.Statistics.Sketches;

/// <summary>
/// A mergeable summary of the distribution of a stream: the KLL quantile sketch (Karnin, Lang and Liberty 2016, "Optimal quantile
/// approximation in streams") with the level sizes and the binary form of the Apache DataSketches libraries. Memory stays near 3k items
/// whatever the stream's length; the error of any rank is at most <see cref="RankError(bool)"/> with 99 % confidence. An accumulator:
/// not for use by several threads at once.
/// </summary>
/// <typeparam name="T">The type of item.</typeparam>
public sealed class KllSketch<T>
    where T : notnull
{
    private readonly List<List<T>> levels;
    private T? minimum;
    private T? maximum;
    private ulong coin;
    private int capacity;

    /// <summary>An empty sketch.</summary>
    /// <param name="items">The kind and order of the items, for example <see cref="SketchItems.Doubles"/>.</param>
    /// <param name="k">Accuracy, 8 to 65,535: the rank error is about 2.3 / k^0.97, so 1.33 % at 200.</param>
    /// <param name="seed">Decides which items survive compaction; the same seed and stream give the same sketch.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is out of range.</exception>
    public KllSketch(SketchItems<T> items, int k = KllSketch.DefaultK, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentOutOfRangeException.ThrowIfLessThan(k, KllSketch.LeastLevel);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, ushort.MaxValue);
        (Items, K, LeastK, LeastLevel, coin) = (items, k, k, KllSketch.LeastLevel, seed);
        levels = [[]];
        capacity = k;
    }

    internal KllSketch(KllState<T> state, SketchItems<T> items, ulong seed)
    {
        (Items, K, LeastK, LeastLevel, coin) = (items, state.K, state.LeastK, state.LeastLevel, seed);
        (Count, minimum, maximum) = (state.Count, state.Minimum, state.Maximum);
        (levels, LevelZeroSorted) = (state.Levels, state.LevelZeroSorted);
        Retained = levels.Sum(level => level.Count);
        capacity = KllCapacity.Total(K, LeastLevel, levels.Count);
    }

    /// <summary>The kind and order of the items.</summary>
    public SketchItems<T> Items { get; }

    /// <summary>Accuracy: the capacity of the top level.</summary>
    public int K { get; }

    /// <summary>The smallest k of all sketches merged into this one; decides its error.</summary>
    public int LeastK { get; private set; }

    /// <summary>The length of the stream; NaN is not counted.</summary>
    public long Count { get; private set; }

    /// <summary>The number of items kept.</summary>
    public int Retained { get; private set; }

    /// <summary>The smallest item, exactly.</summary>
    /// <exception cref="InvalidOperationException">The sketch is empty.</exception>
    public T Minimum => Count > 0 ? minimum! : throw new InvalidOperationException("An empty sketch has no minimum.");

    /// <summary>The largest item, exactly.</summary>
    /// <exception cref="InvalidOperationException">The sketch is empty.</exception>
    public T Maximum => Count > 0 ? maximum! : throw new InvalidOperationException("An empty sketch has no maximum.");

    internal int LeastLevel { get; }

    internal bool LevelZeroSorted { get; private set; }

    /// <summary>Items by level, each standing for 2^level of the stream. Level 0 is in order of arrival, the others are sorted.</summary>
    internal IReadOnlyList<IReadOnlyList<T>> Levels => levels;

    /// <summary>Adds one item; an unordered one (NaN) is ignored.</summary>
    public void Update(T item)
    {
        if (Items.IsUnordered(item))
            return;
        if (Count == 0 || Items.Compare(item, minimum) < 0)
            minimum = item;
        if (Count == 0 || Items.Compare(item, maximum) > 0)
            maximum = item;
        Count = checked(Count + 1);
        Add(item);
    }

    /// <summary>Adds items in their order, as one by one.</summary>
    /// <param name="items">None of them unordered (NaN).</param>
    internal void UpdateAll(ReadOnlySpan<T> items)
    {
        if (items.IsEmpty)
            return;
        if (Count == 0)
            minimum = maximum = items[0];
        foreach (var item in items)
        {
            if (Items.Compare(item, minimum) < 0)
                minimum = item;
            else if (Items.Compare(item, maximum) > 0)
                maximum = item;
        }

        Count = checked(Count + items.Length);
        for (var left = items; !left.IsEmpty;)
        {
            Compress();
            var taken = left[..Math.Min(left.Length, capacity - Retained)];
            levels[0].AddRange(taken);
            Retained += taken.Length;
            left = left[taken.Length..];
        }

        LevelZeroSorted = false;
    }

    /// <summary>Adds the stream of another sketch; the other is left as it is.</summary>
    /// <exception cref="ArgumentException">The other sketch orders its items differently or has another smallest level size.</exception>
    public void Merge(KllSketch<T> other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Count == 0)
            return;
        if (other.Items != Items || other.LeastLevel != LeastLevel)
            throw new ArgumentException("Sketches of different items or level sizes cannot be merged.", nameof(other));

        // A copy first, so that a sketch may be merged with itself.
        var added = other.levels.ConvertAll(level => new List<T>(level));
        if (Count == 0 || Items.Compare(other.minimum, minimum) < 0)
            minimum = other.minimum;
        if (Count == 0 || Items.Compare(other.maximum, maximum) > 0)
            maximum = other.maximum;
        if (added.Count > 1)
            LeastK = Math.Min(LeastK, other.LeastK);
        Count = checked(Count + other.Count);

        foreach (var item in added[0])
            Add(item);
        for (var level = 1; level < added.Count; level++)
        {
            while (levels.Count <= level)
                AddLevel();
            MergeInto(levels[level], CollectionsMarshal.AsSpan(added[level]));
            Retained += added[level].Count;
        }

        Compress();
    }

    /// <summary>An independent copy.</summary>
    public KllSketch<T> Copy() =>
        new(
            new(K, LeastK, LeastLevel, Count, levels.ConvertAll(level => new List<T>(level)), minimum, maximum, LevelZeroSorted),
            Items,
            coin);

    /// <summary>The items kept, sorted, for asking quantiles and ranks; a snapshot.</summary>
    /// <exception cref="InvalidOperationException">The sketch is empty.</exception>
    public KllView<T> View() => KllView<T>.Of(this);

    /// <summary>
    /// The largest error of a rank to expect, as a share of the stream's length, with 99 % confidence (the fit of the Apache DataSketches
    /// project to simulation).
    /// </summary>
    /// <param name="pmf">True for the error of a difference of two ranks, as in a histogram.</param>
    public double RankError(bool pmf = false) => levels.Count == 1 ? 0 : KllSketch.RankError(LeastK, pmf);

    /// <summary>The sketch in the Apache DataSketches compact binary form.</summary>
    public byte[] ToBytes() => KllBinary.Write(this);

    private void Add(T item)
    {
        Compress();
        levels[0].Add(item);
        Retained++;
        LevelZeroSorted = false;
    }

    private void Compress()
    {
        while (Retained >= capacity)
        {
            var level = 0;
            while (levels[level].Count < KllCapacity.OfLevel(K, LeastLevel, levels.Count, level))
                level++;
            Compact(level);
        }
    }

    private void AddLevel()
    {
        levels.Add([]);
        capacity = KllCapacity.Total(K, LeastLevel, levels.Count);
    }

    // Every other item moves up a level, and so stands for twice as many; an odd one stays.
    private void Compact(int level)
    {
        if (level == levels.Count - 1)
            AddLevel();
        var list = levels[level];
        var all = CollectionsMarshal.AsSpan(list);
        var even = all.Length & ~1;
        var chosen = level == 0 ? all[..even] : all[(all.Length - even)..];
        var odd = all.Length == even ? default : level == 0 ? all[^1] : all[0];
        if (level == 0)
            Items.Sort(chosen);

        var half = even / 2;
        for (int i = 0, from = NextCoin(); i < half; i++, from += 2)
            chosen[i] = chosen[from];
        MergeInto(levels[level + 1], chosen[..half]);

        var stays = all.Length - even;
        list.Clear();
        if (stays > 0)
            list.Add(odd!);
        Retained -= half;
    }

    private void MergeInto(List<T> target, ReadOnlySpan<T> added)
    {
        var old = target.Count - 1;
        CollectionsMarshal.SetCount(target, target.Count + added.Length);
        var span = CollectionsMarshal.AsSpan(target);
        var next = added.Length - 1;
        for (var to = span.Length - 1; next >= 0; to--)
            span[to] = old >= 0 && Items.Compare(span[old], added[next]) > 0 ? span[old--] : added[next--];
    }

    // SplitMix64 (Steele, Lea and Flood 2014), one bit of each number.
    private int NextCoin() => (int)(MurmurHash3.Finalize(coin += 0x9e3779b97f4a7c15) >> 63);
}

/// <summary>Making and reading KLL sketches.</summary>
public static class KllSketch
{
    /// <summary>The k of the Apache DataSketches libraries where none is given: a rank error of 1.33 %.</summary>
    public const int DefaultK = 200;

    internal const int LeastLevel = 8;

    /// <summary>Reads a sketch of known item type, in compact or updatable form.</summary>
    /// <param name="bytes">The serialized sketch, nothing after it.</param>
    /// <param name="items">The type and order of its items.</param>
    /// <param name="seed">For later compactions.</param>
    /// <exception cref="SketchFormatException">The bytes are no such sketch.</exception>
    public static KllSketch<T> Read<T>(ReadOnlySpan<byte> bytes, SketchItems<T> items, ulong seed = 0)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(items);
        return KllBinary.Read(bytes, items, seed);
    }

    /// <summary>The rank error that a k gives, as a share of the stream's length, with 99 % confidence.</summary>
    /// <param name="k">Accuracy.</param>
    /// <param name="pmf">True for the error of a difference of two ranks.</param>
    public static double RankError(int k, bool pmf) => pmf ? 2.446 / Math.Pow(k, 0.9433) : 2.296 / Math.Pow(k, 0.9723);
}

internal sealed record KllState<T>(
    int K, int LeastK, int LeastLevel, long Count, List<List<T>> Levels, T? Minimum, T? Maximum, bool LevelZeroSorted);
