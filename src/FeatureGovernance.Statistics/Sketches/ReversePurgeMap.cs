namespace FeatureGovernance.Statistics.Sketches;

/// <summary>
/// Counters by item in an open-addressing table with linear probing, from which all counters can be reduced at once (Anderson et al. 2017,
/// "A high-performance algorithm for identifying frequent items in data streams"). Slots follow the Apache DataSketches libraries, so that
/// the same stream gives the same bytes.
/// </summary>
internal sealed class ReversePurgeMap<T>
    where T : notnull
{
    public const int LgLeastSize = 3;

    private const int MostSamples = 1024;

    private readonly SketchItems<T> items;
    private T[] keys = [];
    private long[] counts = [];

    // How far an entry stands from its own slot, plus one; 0 where the slot is free.
    private int[] drifts = [];

    public ReversePurgeMap(SketchItems<T> items, int lgSize)
    {
        this.items = items;
        Allocate(lgSize);
    }

    public int LgSize { get; private set; }

    public int Count { get; private set; }

    public int Capacity => CapacityOf(LgSize);

    public static int CapacityOf(int lgSize) => (int)((1L << lgSize) * 3 / 4);

    public long this[T key] => Find(key) is var slot && drifts[slot] > 0 ? counts[slot] : 0;

    /// <summary>The entries in the order of their slots.</summary>
    public IEnumerable<(T Item, long Count)> Entries()
    {
        for (var slot = 0; slot < keys.Length; slot++)
        {
            if (drifts[slot] > 0)
                yield return (keys[slot], counts[slot]);
        }
    }

    /// <summary>The entries in strides of the golden ratio, so that adding them to another map does not fill it cluster by cluster.</summary>
    public IEnumerable<(T Item, long Count)> ScatteredEntries()
    {
        var stride = (int)(keys.Length * ((Math.Sqrt(5) - 1) / 2)) | 1;
        for (int i = 0, slot = 0; i < keys.Length; i++, slot = (slot + stride) & (keys.Length - 1))
        {
            if (drifts[slot] > 0)
                yield return (keys[slot], counts[slot]);
        }
    }

    public void Add(T key, long count)
    {
        var slot = Find(key);
        if (drifts[slot] > 0)
        {
            counts[slot] = checked(counts[slot] + count);
            return;
        }

        (keys[slot], counts[slot]) = (key, count);
        drifts[slot] = ((slot - Home(key)) & (keys.Length - 1)) + 1;
        Count++;
    }

    public void Grow()
    {
        var entries = Entries().ToArray();
        Allocate(LgSize + 1);
        foreach (var (item, count) in entries)
            Add(item, count);
    }

    /// <summary>Reduces every counter by the median of a sample of them and drops those not above 0; the reduction.</summary>
    public long Purge(int mostEntries)
    {
        var samples = Math.Min(Math.Min(MostSamples, mostEntries), Count);
        Span<long> sample = stackalloc long[MostSamples];
        for (int slot = 0, taken = 0; taken < samples; slot++)
        {
            if (drifts[slot] > 0)
                sample[taken++] = counts[slot];
        }

        sample = sample[..samples];
        sample.Sort();
        var reduction = sample[samples / 2];
        for (var slot = 0; slot < counts.Length; slot++)
            counts[slot] -= reduction;

        // From the last free slot backwards, so that a cluster is walked from its end and no entry moves past the walk.
        var border = keys.Length - 1;
        while (drifts[border] > 0)
            border--;
        for (var slot = border - 1; slot >= 0; slot--)
            RemoveIfSpent(slot);
        for (var slot = keys.Length - 1; slot > border; slot--)
            RemoveIfSpent(slot);
        return reduction;
    }

    private void RemoveIfSpent(int slot)
    {
        if (drifts[slot] == 0 || counts[slot] > 0)
            return;
        Count--;
        (keys[slot], drifts[slot]) = (default!, 0);

        // Entries further on that came past this slot move back into it.
        var mask = keys.Length - 1;
        for (int free = slot, next = (slot + 1) & mask, distance = 1; drifts[next] > 0; next = (next + 1) & mask, distance++)
        {
            if (drifts[next] <= distance)
                continue;
            (keys[free], counts[free], drifts[free]) = (keys[next], counts[next], drifts[next] - distance);
            (keys[next], drifts[next]) = (default!, 0);
            (free, distance) = (next, 0);
        }
    }

    private int Home(T key) => (int)MurmurHash3.Finalize((ulong)items.Bits(key)) & (keys.Length - 1);

    private int Find(T key)
    {
        var slot = Home(key);
        while (drifts[slot] > 0 && !keys[slot].Equals(key))
            slot = (slot + 1) & (keys.Length - 1);
        return slot;
    }

    private void Allocate(int lgSize)
    {
        (LgSize, Count) = (lgSize, 0);
        (keys, counts, drifts) = (new T[1 << lgSize], new long[1 << lgSize], new int[1 << lgSize]);
    }
}
