using System.Security.Cryptography;
using System.Text;

namespace FeatureGovernance.Server.Http;

/// <summary>The body of a request, hashed while it is read: a batch of any size gets its fingerprint without being kept.</summary>
internal sealed class FingerprintedBody : Stream
{
    private readonly Stream inner;
    private readonly IncrementalHash sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Takes the place of the request's body.</summary>
    public FingerprintedBody(HttpRequest request)
    {
        inner = request.Body;
        sha.AppendData(Encoding.UTF8.GetBytes($"{request.Method} {request.Path}{request.QueryString}\n"));
        request.Body = this;
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>SHA-256 over the request line and the whole body, of which what is unread is read now.</summary>
    public async Task<byte[]> FingerprintAsync(CancellationToken cancellation)
    {
        var buffer = new byte[64 * 1024];
        while (await ReadAsync(buffer, cancellation) > 0)
        {
        }

        return sha.GetCurrentHash();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        sha.AppendData(buffer.Span[..read]);
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = inner.Read(buffer, offset, count);
        sha.AppendData(buffer, offset, read);
        return read;
    }

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            sha.Dispose();
        base.Dispose(disposing);
    }
}
