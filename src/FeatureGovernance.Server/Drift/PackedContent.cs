using System.Buffers.Binary;
using System.IO.Compression;

namespace FeatureGovernance.Server.Drift;

/// <summary>
/// How the binary form of a profile is kept: deflated, behind "FGPD" and its length. Nothing is lost: sketches of few distinct values, of whole
/// numbers or of cents shrink to a half or a tenth, those of numbers with all their digits by a quarter. What was kept before, or does not
/// shrink, is as it was.
/// </summary>
internal static class PackedContent
{
    private const int Header = 8;

    // No profile of the sizes that are taken is larger; so that a few bytes cannot ask for all memory.
    private const int Longest = 1 << 28;

    private static ReadOnlySpan<byte> Signature => "FGPD"u8;

    public static byte[] Pack(byte[] content)
    {
        using var packed = new MemoryStream(content.Length);
        packed.Write(Signature);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, content.Length);
        packed.Write(length);
        using (var deflate = new DeflateStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            deflate.Write(content);
        return packed.Length < content.Length ? packed.ToArray() : content;
    }

    /// <exception cref="InvalidDataException">The bytes were altered.</exception>
    public static byte[] Unpack(byte[] kept)
    {
        if (!kept.AsSpan().StartsWith(Signature))
            return kept;
        var length = kept.Length >= Header ? BinaryPrimitives.ReadInt32LittleEndian(kept.AsSpan(4)) : -1;
        if (length is < 0 or > Longest)
            throw new InvalidDataException($"A kept profile says that it has {length} bytes.");
        var content = new byte[length];
        using var deflate = new DeflateStream(new MemoryStream(kept, Header, kept.Length - Header), CompressionMode.Decompress);
        deflate.ReadExactly(content);
        return content;
    }
}
