using System.Buffers.Binary;
using System.Numerics;

namespace FeatureGovernance.Statistics.Sketches;

/// <summary>MurmurHash3 of Austin Appleby (public domain, 2011), the x64 variant of 128 bits.</summary>
internal static class MurmurHash3
{
    private const ulong FirstMultiplier = 0x87c37b91114253d5;
    private const ulong SecondMultiplier = 0x4cf5ad432745937f;

    public static (ulong First, ulong Second) Hash(ReadOnlySpan<byte> bytes, ulong seed)
    {
        var (first, second) = (seed, seed);
        var rest = bytes;
        for (; rest.Length >= 16; rest = rest[16..])
        {
            first ^= MixFirst(BinaryPrimitives.ReadUInt64LittleEndian(rest));
            first = ((BitOperations.RotateLeft(first, 27) + second) * 5) + 0x52dce729;
            second ^= MixSecond(BinaryPrimitives.ReadUInt64LittleEndian(rest[8..]));
            second = ((BitOperations.RotateLeft(second, 31) + first) * 5) + 0x38495ab5;
        }

        Span<byte> tail = stackalloc byte[16];
        rest.CopyTo(tail);
        first ^= MixFirst(BinaryPrimitives.ReadUInt64LittleEndian(tail));
        second ^= MixSecond(BinaryPrimitives.ReadUInt64LittleEndian(tail[8..]));

        return Finish(first ^ (ulong)bytes.Length, second ^ (ulong)bytes.Length);
    }

    /// <summary>The hash of the eight bytes of a number, the least first.</summary>
    public static (ulong First, ulong Second) Hash(ulong number, ulong seed) => Finish(seed ^ MixFirst(number) ^ sizeof(ulong), seed ^ sizeof(ulong));

    /// <summary>The finalizer: spreads every bit of the input over all bits of the result.</summary>
    public static ulong Finalize(ulong bits)
    {
        bits = (bits ^ (bits >> 33)) * 0xff51afd7ed558ccd;
        bits = (bits ^ (bits >> 33)) * 0xc4ceb9fe1a85ec53;
        return bits ^ (bits >> 33);
    }

    private static (ulong First, ulong Second) Finish(ulong first, ulong second)
    {
        first += second;
        second += first;
        first = Finalize(first);
        second = Finalize(second);
        first += second;
        return (first, second + first);
    }

    private static ulong MixFirst(ulong block) => BitOperations.RotateLeft(block * FirstMultiplier, 31) * SecondMultiplier;

    private static ulong MixSecond(ulong block) => BitOperations.RotateLeft(block * SecondMultiplier, 33) * FirstMultiplier;
}
