using System.Buffers.Binary;

namespace FeatureGovernance.Statistics.Sketches;

/// <summary>Reads little-endian fields one after another; a field that runs past the end is a <see cref="SketchFormatException"/>.</summary>
internal ref struct SketchReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> bytes = bytes;

    public int Offset { get; private set; }

    public readonly int Remaining => bytes.Length - Offset;

    public ReadOnlySpan<byte> Take(long count, string what)
    {
        if (count < 0 || count > Remaining)
            throw Fault($"{what} needs {count} bytes and {Remaining} are left");
        var taken = bytes.Slice(Offset, (int)count);
        Offset += (int)count;
        return taken;
    }

    public byte Byte(string what) => Take(1, what)[0];

    public ushort UInt16(string what) => BinaryPrimitives.ReadUInt16LittleEndian(Take(2, what));

    public int Int32(string what) => BinaryPrimitives.ReadInt32LittleEndian(Take(4, what));

    public long Int64(string what) => BinaryPrimitives.ReadInt64LittleEndian(Take(8, what));

    public float Single(string what) => BinaryPrimitives.ReadSingleLittleEndian(Take(4, what));

    public double Double(string what) => BinaryPrimitives.ReadDoubleLittleEndian(Take(8, what));

    /// <summary>Refuses bytes that follow the sketch.</summary>
    public readonly void End()
    {
        if (Remaining > 0)
            throw Fault($"{Remaining} bytes follow the end of the sketch");
    }

    public readonly SketchFormatException Fault(string reason) => new(Offset, reason);
}
