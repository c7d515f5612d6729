using System.Numerics;
using System.Text;

namespace FeatureGovernance.Statistics.Sketches;

/// <summary>How many bits a serialized register takes; the answers are the same.</summary>
public enum HllKind
{
    /// <summary>4 bits, with a table of exceptions: the smallest.</summary>
    Hll4,

    /// <summary>6 bits.</summary>
    Hll6,

    /// <summary>8 bits: the fastest to read.</summary>
    Hll8,
}

/// <summary>Which of its two serialized forms a sketch takes.</summary>
public enum HllForm
{
    /// <summary>Without free space.</summary>
    Compact,

    /// <summary>With the free space that other libraries need to update the bytes in place.</summary>
    Updatable,
}

/// <summary>
/// A mergeable count of distinct items: HyperLogLog (Flajolet et al. 2007) as in the Apache DataSketches libraries, in their binary form
/// and with their hash, so that sketches of the same items agree across languages. Up to 7 coupons are a list, then (for 2^8 registers
/// and more) a hash set, then registers. An accumulator: not for use by several threads at once.
/// </summary>
public sealed class HllSketch
{
    /// <summary>Log2 of the registers where none is given: a relative error of 1.3 % for one stream, 1.6 % for merged ones.</summary>
    public const int DefaultLgK = 12;

    internal const int LeastLgK = 4;
    internal const int MostLgK = 21;
    internal const int LgListSize = 3;
    internal const int LgSmallestSet = 5;
    internal const int LeastLgKOfSets = 8;

    private const ulong HashSeed = 9001;
    private const int MostValue = 63;

    /// <summary>An empty sketch.</summary>
    /// <param name="lgK">Log2 of the number of registers, 4 to 21; the relative error is about 0.83 / sqrt(2^lgK).</param>
    /// <param name="kind">The width of a serialized register.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="lgK"/> is out of range.</exception>
    public HllSketch(int lgK = DefaultLgK, HllKind kind = HllKind.Hll4)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lgK, LeastLgK);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lgK, MostLgK);
        (LgK, Kind, State) = (lgK, kind, new HllState([], null, null));
    }

    internal HllSketch(int lgK, HllKind kind, HllState state, HllForm form, HllMarks? marks) =>
        (LgK, Kind, State, Form, Marks) = (lgK, kind, state, form, marks);

    /// <summary>Log2 of the number of registers.</summary>
    public int LgK { get; }

    /// <summary>The width of a serialized register.</summary>
    public HllKind Kind { get; }

    /// <summary>The form that the sketch was read in; compact for one made here.</summary>
    public HllForm Form { get; }

    /// <summary>True where nothing was counted yet.</summary>
    public bool IsEmpty => State.Registers is { } registers ? registers.Zeros == 1 << LgK : CouponCount == 0;

    /// <summary>True where the sketch is a union of registers, which has the larger error.</summary>
    public bool IsMerged => State.Registers is { Merged: true };

    /// <summary>The estimated number of distinct items.</summary>
    public double Estimate => State.Registers switch
    {
        null => HllEstimation.OfCoupons(CouponCount),
        { Merged: false } registers => registers.Hip,
        var registers => HllEstimation.Composite(LgK, registers.InverseLow + registers.InverseHigh, registers.Zeros),
    };

    internal HllState State { get; private set; }

    /// <summary>What the bytes that were read said beyond the state; null once the sketch has changed.</summary>
    internal HllMarks? Marks { get; private set; }

    internal int CouponCount => State.Set?.Count ?? State.Coupons!.Length;

    internal uint[] Coupons => State.Coupons ?? State.Set!.ToArray();

    /// <summary>Reads a sketch in either form.</summary>
    /// <param name="bytes">The serialized sketch, nothing after it.</param>
    /// <exception cref="SketchFormatException">The bytes are no HLL sketch.</exception>
    public static HllSketch Read(ReadOnlySpan<byte> bytes) => HllBinary.Read(bytes);

    /// <summary>Counts a number; equal numbers count once.</summary>
    public void Update(long item)
    {
        var (first, second) = MurmurHash3.Hash((ulong)item, HashSeed);
        Update(first, second);
    }

    /// <summary>Counts a number; all NaN are one item, and 0 and -0 another.</summary>
    public void Update(double item)
    {
        // NaN as Java has it; adding zero makes -0 into 0.
        Update(double.IsNaN(item) ? 0x7ff8000000000000L : BitConverter.DoubleToInt64Bits(item + 0.0));
    }

    /// <summary>Counts a string by its UTF-8 bytes; null and the empty string are ignored, as in the other libraries.</summary>
    public void Update(string? item)
    {
        if (string.IsNullOrEmpty(item))
            return;
        var size = Encoding.UTF8.GetMaxByteCount(item.Length);
        Span<byte> bytes = size <= 512 ? stackalloc byte[size] : new byte[size];
        Update(bytes[..Encoding.UTF8.GetBytes(item, bytes)]);
    }

    /// <summary>Counts a run of bytes; an empty one is ignored.</summary>
    public void Update(ReadOnlySpan<byte> item)
    {
        if (item.IsEmpty)
            return;
        var (first, second) = MurmurHash3.Hash(item, HashSeed);
        Update(first, second);
    }

    private void Update(ulong first, ulong second)
    {
        var value = Math.Min(BitOperations.LeadingZeroCount(second) + 1, MostValue);
        Update(((uint)value << PairTable.AddressBits) | ((uint)first & PairTable.AddressOnly));
    }

    /// <summary>A count that the true one stays above with the confidence of 1, 2 or 3 standard deviations of a normal variable.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="deviations"/> is not 1, 2 or 3.</exception>
    public double LowerBound(int deviations)
    {
        CheckDeviations(deviations);
        if (State.Registers is not { } registers)
            return HllEstimation.CouponBound(CouponCount, -deviations);
        var error = HllEstimation.RelativeError(false, registers.Merged, LgK, deviations);
        return Math.Max(Estimate / (1 + error), (1 << LgK) - registers.Zeros);
    }

    /// <summary>A count that the true one stays below, likewise.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="deviations"/> is not 1, 2 or 3.</exception>
    public double UpperBound(int deviations)
    {
        CheckDeviations(deviations);
        if (State.Registers is not { } registers)
            return HllEstimation.CouponBound(CouponCount, deviations);
        return Estimate / (1 - HllEstimation.RelativeError(true, registers.Merged, LgK, deviations));
    }

    /// <summary>An independent copy, with another register width if asked.</summary>
    public HllSketch Copy(HllKind kind) =>
        new(
            LgK,
            kind,
            new(State.Coupons, State.Set?.Copy(), State.Registers?.Copy(LgK)),
            kind == Kind ? Form : HllForm.Compact,
            kind == Kind ? Marks : null);

    /// <summary>The sketch in the Apache DataSketches binary form.</summary>
    public byte[] ToBytes(HllForm form = HllForm.Compact) => HllBinary.Write(this, form);

    /// <summary>Counts one coupon: the hash of an item, as address and value.</summary>
    internal void Update(uint coupon)
    {
        if (State.Registers is { } registers)
        {
            if (registers.Update((int)(coupon & ((1u << LgK) - 1)), (byte)(coupon >> PairTable.AddressBits)))
                Marks = null;
        }
        else if (State.Set is { } set)
        {
            UpdateSet(set, coupon);
        }
        else
        {
            UpdateList(State.Coupons!, coupon);
        }
    }

    private void UpdateList(uint[] list, uint coupon)
    {
        if (list.Contains(coupon))
            return;
        Marks = null;
        list = [.. list, coupon];
        if (list.Length < 1 << LgListSize)
        {
            State = new(list, null, null);
            return;
        }

        if (LgK < LeastLgKOfSets)
        {
            Promote(list);
            return;
        }

        var set = new PairTable(LgSmallestSet, PairTable.WholePair);
        foreach (var earlier in list)
            set.TryAdd(earlier);
        State = new(null, set, null);
    }

    private void UpdateSet(PairTable set, uint coupon)
    {
        if (!set.TryAdd(coupon))
            return;
        Marks = null;
        State = new(null, set, null);
        if (!set.IsOverfull)
            return;
        if (set.LgSize < LgK - 3)
            set.Grow();
        else
            Promote(set.ToArray());
    }

    private void Promote(uint[] coupons)
    {
        State = new(null, null, new HllRegisters(LgK));
        foreach (var coupon in coupons)
            Update(coupon);
        State.Registers!.Hip = HllEstimation.OfCoupons(coupons.Length);
    }

    private static void CheckDeviations(int deviations)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(deviations, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(deviations, 3);
    }
}

/// <summary>
/// A list of coupons in order (no set, no registers), a set (with the order in which its coupons were read, if they were), or registers.
/// </summary>
internal sealed record HllState(uint[]? Coupons, PairTable? Set, HllRegisters? Registers);

/// <summary>What a serialized sketch says beyond its state, kept so that an unchanged sketch is written as it was read.</summary>
/// <param name="Flags">The flags byte.</param>
/// <param name="LgTable">Log2 of the size of the table of coupons or exceptions.</param>
/// <param name="Exceptions">The exceptions of 4-bit registers in the order of their table, with its free slots if updatable.</param>
/// <param name="Minimum">The least register value as stored.</param>
/// <param name="AtMinimum">The number of registers at it.</param>
internal sealed record HllMarks(int Flags, int LgTable, uint[] Exceptions, int Minimum, int AtMinimum);
