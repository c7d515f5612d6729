using System.Buffers;

namespace FeatureGovernance.Server.Checks;

/// <summary>A request's whole body in one borrowed buffer; to be given back by disposal.</summary>
internal sealed class PooledBody : IDisposable
{
    private byte[] buffer;
    private int length;

    private PooledBody(int capacity) => buffer = ArrayPool<byte>.Shared.Rent(capacity);

    public ReadOnlySpan<byte> Bytes => buffer.AsSpan(0, length);

    public static async ValueTask<PooledBody> ReadAsync(HttpContext context, CancellationToken cancellation)
    {
        // A length that is merely claimed buys no more than this.
        const int LargestAdvance = 1 << 20;
        var body = new PooledBody((int)Math.Clamp(context.Request.ContentLength ?? 0, 4096, LargestAdvance));
        try
        {
            var reader = context.Request.BodyReader;
            while (true)
            {
                var read = await reader.ReadAsync(cancellation);
                foreach (var segment in read.Buffer)
                    body.Append(segment.Span);
                reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                    return body;
            }
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
        length = 0;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (length + bytes.Length > buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(buffer.Length * 2, length + bytes.Length));
            Bytes.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = larger;
        }

        bytes.CopyTo(buffer.AsSpan(length));
        length += bytes.Length;
    }
}
