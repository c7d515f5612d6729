using System.Buffers.Binary;
using Npgsql;

namespace FeatureGovernance.Server.Telemetry;

/// <summary>PostgreSQL's binary COPY format, written straight into the wire: no boxing, no call to the driver per value.</summary>
internal sealed class CopyWriter : IAsyncDisposable
{
    private const int LongestRow = 256;

    private readonly Stream stream;
    private readonly byte[] buffer = new byte[64 * 1024];
    private int used;

    private CopyWriter(Stream stream) => this.stream = stream;

    public bool IsFull => used > buffer.Length - LongestRow;

    /// <param name="copy">A <c>copy … from stdin (format binary)</c>.</param>
    public static async Task<CopyWriter> BeginAsync(NpgsqlConnection connection, string copy, CancellationToken cancellation)
    {
        var writer = new CopyWriter(await connection.BeginRawBinaryCopyAsync(copy, cancellation));
        ReadOnlySpan<byte> signature = [0x50, 0x47, 0x43, 0x4F, 0x50, 0x59, 0x0A, 0xFF, 0x0D, 0x0A, 0x00];
        signature.CopyTo(writer.buffer);
        writer.used = signature.Length;
        writer.Write32(0);
        writer.Write32(0);
        return writer;
    }

    public void Row(short columns) => Write16(columns);

    public void Int16(short value)
    {
        Write32(2);
        Write16(value);
    }

    public void Int32(int value)
    {
        Write32(4);
        Write32(value);
    }

    public void Int64(long value)
    {
        Write32(8);
        BinaryPrimitives.WriteInt64BigEndian(buffer.AsSpan(used), value);
        used += 8;
    }

    public void Real(float value)
    {
        Write32(4);
        Write32(BitConverter.SingleToInt32Bits(value));
    }

    public void Double(double value) => Int64(BitConverter.DoubleToInt64Bits(value));

    public void Null() => Write32(-1);

    public async ValueTask FlushAsync(CancellationToken cancellation)
    {
        await stream.WriteAsync(buffer.AsMemory(0, used), cancellation);
        used = 0;
    }

    public async Task CompleteAsync(CancellationToken cancellation)
    {
        Write16(-1);
        await FlushAsync(cancellation);
        await stream.DisposeAsync();
    }

    public async ValueTask DisposeAsync() => await stream.DisposeAsync();

    private void Write16(short value)
    {
        BinaryPrimitives.WriteInt16BigEndian(buffer.AsSpan(used), value);
        used += 2;
    }

    private void Write32(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(buffer.AsSpan(used), value);
        used += 4;
    }
}
