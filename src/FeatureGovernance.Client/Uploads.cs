using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace FeatureGovernance.Client;

/// <summary>A request body copied from a stream, telling how far it has come.</summary>
internal sealed class StreamBody : HttpContent
{
    private readonly Stream source;
    private readonly IProgress<long>? progress;
    private readonly long? length;

    public StreamBody(Stream source, string mediaType, IProgress<long>? progress)
    {
        this.source = source;
        this.progress = progress;
        length = source.CanSeek ? source.Length - source.Position : null;
        Headers.ContentType = new MediaTypeHeaderValue(mediaType);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, default);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var buffer = new byte[1 << 16];
        var sent = 0L;
        int read;
        while ((read = await source.ReadAsync(buffer, cancellationToken)) > 0)
        {
            await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            progress?.Report(sent += read);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = this.length ?? 0;
        return this.length is not null;
    }
}

/// <summary>A request body of one JSON object a line, made while it is sent.</summary>
internal sealed class LinesBody<T> : HttpContent
{
    private static readonly ReadOnlyMemory<byte> LineFeed = new([(byte)'\n']);

    private readonly IEnumerable<T> lines;
    private readonly IProgress<long>? progress;

    public LinesBody(IEnumerable<T> lines, IProgress<long>? progress)
    {
        this.lines = lines;
        this.progress = progress;
        Headers.ContentType = new MediaTypeHeaderValue(MediaTypes.Ndjson);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, default);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream(1 << 17);
        var count = 0L;
        foreach (var line in lines)
        {
            JsonSerializer.Serialize(buffer, line, ClientJson.Options);
            buffer.Write(LineFeed.Span);
            count++;
            if (buffer.Length < 1 << 16)
                continue;
            await FlushAsync();
        }

        await FlushAsync();

        async Task FlushAsync()
        {
            await stream.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), cancellationToken);
            buffer.SetLength(0);
            progress?.Report(count);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}

/// <summary>The forms in which the API takes and gives bodies.</summary>
public static class MediaTypes
{
    /// <summary>One JSON object a line.</summary>
    public const string Ndjson = "application/x-ndjson";

    /// <summary>Apache Parquet.</summary>
    public const string Parquet = "application/vnd.apache.parquet";

    /// <summary>A JSON merge patch (RFC 7396).</summary>
    public const string MergePatch = "application/merge-patch+json";

    /// <summary>Findings for code scanning (SARIF 2.1).</summary>
    public const string Sarif = "application/sarif+json";

    /// <summary>Findings as test results.</summary>
    public const string Junit = "application/junit+xml";

    /// <summary>Bytes of any form.</summary>
    public const string Bytes = "application/octet-stream";
}
