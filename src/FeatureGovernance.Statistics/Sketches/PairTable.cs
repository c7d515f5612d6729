namespace FeatureGovernance.Statistics.Sketches;

/// <summary>
/// An open-addressing table of pairs (26 bits of address, 6 bits of value) as HLL sketches store their coupons and their exceptions;
/// part of the format, since the updatable form stores it slot by slot.
/// </summary>
/// <param name="lgSize">Log2 of the number of slots.</param>
/// <param name="keyMask">The bits by which two pairs are the same entry.</param>
internal sealed class PairTable(int lgSize, uint keyMask)
{
    public const int AddressBits = 26;
    public const uint WholePair = uint.MaxValue;
    public const uint AddressOnly = (1u << AddressBits) - 1;

    private uint[] slots = new uint[1 << lgSize];

    public int LgSize { get; private set; } = lgSize;

    public int Count { get; private set; }

    public ReadOnlySpan<uint> Slots => slots;

    public bool IsOverfull => 4L * Count > 3L * slots.Length;

    /// <summary>Adds a pair and grows if asked; false where the entry is there already.</summary>
    public bool TryAdd(uint pair)
    {
        var index = Find(pair);
        if (slots[index] != 0)
            return false;
        slots[index] = pair;
        Count++;
        return true;
    }

    public void Grow()
    {
        var old = slots;
        slots = new uint[old.Length * 2];
        LgSize++;
        foreach (var pair in old)
        {
            if (pair != 0)
                slots[Find(pair)] = pair;
        }
    }

    /// <summary>Takes a table slot by slot; -1, or the first slot whose pair could not be found again.</summary>
    public int Load(ReadOnlySpan<uint> stored)
    {
        stored.CopyTo(slots);
        for (var i = 0; i < slots.Length; i++)
        {
            if (slots[i] == 0)
                continue;
            if (Find(slots[i]) != i)
                return i;
            Count++;
        }

        return -1;
    }

    public uint[] ToArray() => Array.FindAll(slots, pair => pair != 0);

    public PairTable Copy()
    {
        var copy = new PairTable(LgSize, keyMask) { Count = Count };
        slots.CopyTo(copy.slots, 0);
        return copy;
    }

    // The slot of the entry or the empty one where it belongs. The stride is odd and so visits every slot; a table from a file may be
    // full, then the search ends where it began.
    private int Find(uint pair)
    {
        var mask = (uint)slots.Length - 1;
        var address = pair & AddressOnly;
        var stride = (address >> LgSize) | 1;
        var probe = address & mask;
        for (var tries = 0; tries < slots.Length && slots[probe] != 0 && ((slots[probe] ^ pair) & keyMask) != 0; tries++)
            probe = (probe + stride) & mask;
        return (int)probe;
    }
}
