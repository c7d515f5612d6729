using System.Collections.Immutable;

namespace FeatureGovernance.Statistics.Sketches;

/// <summary>The binary form of frequent-items sketches: 8 bytes for an empty one, else 32 bytes, the counts, the items.</summary>
internal static class FrequentItemsBinary
{
    public const int Family = 10;

    private const int EmptyPreamble = 1;
    private const int FullPreamble = 4;
    private const int Version = 1;

    // Java once set one of these bits and C++ the other; both are written and either is read.
    private const int EmptyFlags = 5;

    public static byte[] Write<T>(FrequentItemsSketch<T> sketch)
        where T : notnull
    {
        var writer = new SketchWriter();
        var empty = sketch.Tracked == 0;
        var entries = sketch.Unchanged?.Entries ?? [.. sketch.Map.Entries()];
        writer.Byte(empty ? EmptyPreamble : FullPreamble);
        writer.Byte(Version);
        writer.Byte(Family);
        writer.Byte(sketch.LgMostSize);
        writer.Byte(sketch.Unchanged?.LgSize ?? sketch.Map.LgSize);
        writer.Byte(empty ? EmptyFlags : 0);
        writer.UInt16(0);
        if (empty)
            return writer.ToArray();

        writer.Int32(entries.Length);
        writer.Int32(0);
        writer.Int64(sketch.Weight);
        writer.Int64(sketch.MostError);
        foreach (var (_, count) in entries)
            writer.Int64(count);
        foreach (var (item, _) in entries)
            sketch.Items.Write(writer, item);
        return writer.ToArray();
    }

    public static FrequentHeader ReadHeader(ref SketchReader reader)
    {
        var preamble = reader.Byte("The preamble size");
        var version = reader.Byte("The serial version");
        var family = reader.Byte("The family");
        var lgMostSize = reader.Byte("The log2 of the largest table");
        var lgSize = reader.Byte("The log2 of the table");
        var flags = reader.Byte("The flags");
        reader.UInt16("A reserved field");
        if (family != Family)
            throw new SketchFormatException(2, $"The family is {family}, not {Family} (frequent items)");
        if (version != Version)
            throw new SketchFormatException(1, $"The serial version is {version}, not {Version}");
        if ((flags & ~EmptyFlags) != 0)
            throw new SketchFormatException(5, $"The flags {flags} have bits that mean nothing");
        var expected = flags != 0 ? EmptyPreamble : FullPreamble;
        if (preamble != expected)
            throw new SketchFormatException(0, $"The preamble has {preamble} words, not {expected} as the flags ask");
        if (lgMostSize is < ReversePurgeMap<long>.LgLeastSize or > FrequentItemsSketch.LgMostSize)
            throw new SketchFormatException(
                3, $"The log2 of the largest table is {lgMostSize}, not within {ReversePurgeMap<long>.LgLeastSize} to {FrequentItemsSketch.LgMostSize}");
        if (lgSize < ReversePurgeMap<long>.LgLeastSize || lgSize > lgMostSize)
            throw new SketchFormatException(
                4, $"The log2 of the table is {lgSize}, not within {ReversePurgeMap<long>.LgLeastSize} to {lgMostSize}");
        if (flags != 0)
            return new(lgMostSize, lgSize, 0, 0, 0);

        var count = reader.Int32("The item count");
        reader.Int32("A reserved field");
        var weight = reader.Int64("The stream weight");
        var error = reader.Int64("The largest error");
        if (count <= 0 || count > ReversePurgeMap<long>.CapacityOf(lgSize))
            throw new SketchFormatException(8, $"The item count is {count}, not within 1 to {ReversePurgeMap<long>.CapacityOf(lgSize)}");
        if (weight <= 0)
            throw new SketchFormatException(16, $"The stream weight is {weight}");
        if (error < 0 || error > weight)
            throw new SketchFormatException(24, $"The largest error is {error}, not within 0 and the stream weight {weight}");
        return new(lgMostSize, lgSize, count, weight, error);
    }

    public static FrequentItemsSketch<T> Read<T>(ReadOnlySpan<byte> bytes, SketchItems<T> items)
        where T : notnull
    {
        var reader = new SketchReader(bytes);
        var header = ReadHeader(ref reader);
        var needed = (long)header.Count * (sizeof(long) + items.LeastSize);
        if (needed > reader.Remaining)
            throw reader.Fault($"{header.Count} items need at least {needed} bytes and {reader.Remaining} are left");

        var counts = new long[header.Count];
        var left = header.Weight;
        for (var i = 0; i < counts.Length; i++)
        {
            var offset = reader.Offset;
            counts[i] = reader.Int64("A count");
            if (counts[i] <= 0 || counts[i] > left)
                throw new SketchFormatException(
                    offset, $"The count {counts[i]} of item {i} is not within 1 and what the others leave of the stream weight {header.Weight}");
            left -= counts[i];
        }

        var seen = new HashSet<T>(counts.Length);
        var entries = ImmutableArray.CreateBuilder<(T Item, long Count)>(counts.Length);
        for (var i = 0; i < counts.Length; i++)
        {
            var offset = reader.Offset;
            var item = items.Read(ref reader);
            if (items.IsUnordered(item))
                throw new SketchFormatException(offset, $"Item {i} is not a number");
            if (!seen.Add(item))
                throw new SketchFormatException(offset, $"Item {i} is stored twice");
            entries.Add((item, counts[i]));
        }

        reader.End();
        return new(items, header.LgMostSize, header.LgSize, header.Weight, header.MostError, entries.MoveToImmutable());
    }
}

internal readonly record struct FrequentHeader(int LgMostSize, int LgSize, int Count, long Weight, long MostError);
