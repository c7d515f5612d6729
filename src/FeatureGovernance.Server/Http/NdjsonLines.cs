using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace FeatureGovernance.Server.Http;

/// <summary>One line that is not blank.</summary>
/// <param name="Number">Counted from 1, blank lines included.</param>
/// <param name="Text">Valid until the next line is read.</param>
/// <param name="Fault">Why the line could not be read; null where it could.</param>
internal readonly record struct NdjsonLine(long Number, ReadOnlyMemory<byte> Text, string? Fault);

/// <summary>Reads newline-delimited JSON as a stream; no line is ever held whole beyond <see cref="LongestLine"/>.</summary>
internal static class NdjsonLines
{
    public const int LongestLine = 1 << 20;

    public static async IAsyncEnumerable<NdjsonLine> ReadAsync(PipeReader body, [EnumeratorCancellation] CancellationToken cancellation)
    {
        long number = 0;
        var skipping = false;
        while (true)
        {
            var read = await body.ReadAsync(cancellation);
            var buffer = read.Buffer;
            while (TryTakeLine(ref buffer, read.IsCompleted, out var line))
            {
                if (skipping)
                {
                    skipping = false;
                    continue;
                }

                number++;
                if (line.Length > LongestLine)
                {
                    yield return new(number, default, "The line is over 1 MB.");
                    continue;
                }

                var text = line.IsSingleSegment ? line.First : line.ToArray();
                if (text.Span.Trim(" \t\r"u8).Length > 0)
                    yield return new(number, text, null);
            }

            if (buffer.Length > LongestLine)
            {
                if (!skipping)
                {
                    number++;
                    yield return new(number, default, "The line is over 1 MB.");
                }

                skipping = true;
                buffer = buffer.Slice(buffer.End);
            }

            body.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
                yield break;
        }
    }

    private static bool TryTakeLine(ref ReadOnlySequence<byte> buffer, bool completed, out ReadOnlySequence<byte> line)
    {
        if (buffer.PositionOf((byte)'\n') is { } end)
        {
            line = buffer.Slice(0, end);
            buffer = buffer.Slice(buffer.GetPosition(1, end));
            return true;
        }

        line = buffer;
        if (!completed || buffer.IsEmpty)
            return false;
        buffer = buffer.Slice(buffer.End);
        return true;
    }
}
