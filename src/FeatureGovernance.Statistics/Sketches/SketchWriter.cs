using System.Buffers;
using System.Buffers.Binary;

namespace FeatureGovernance.Statistics.Sketches;

/// <summary>Appends little-endian fields.</summary>
internal sealed class SketchWriter
{
    private readonly ArrayBufferWriter<byte> buffer = new();

    public void Byte(int value) => Append(1)[0] = (byte)value;

    public void UInt16(int value) => BinaryPrimitives.WriteUInt16LittleEndian(Append(2), (ushort)value);

    public void Int32(int value) => BinaryPrimitives.WriteInt32LittleEndian(Append(4), value);

    public void Int64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Append(8), value);

    public void Single(float value) => BinaryPrimitives.WriteSingleLittleEndian(Append(4), value);

    public void Double(double value) => BinaryPrimitives.WriteDoubleLittleEndian(Append(8), value);

    public void Bytes(ReadOnlySpan<byte> value) => value.CopyTo(Append(value.Length));

    public byte[] ToArray() => buffer.WrittenSpan.ToArray();

    private Span<byte> Append(int count)
    {
        var span = buffer.GetSpan(count)[..count];
        buffer.Advance(count);
        return span;
    }
}
