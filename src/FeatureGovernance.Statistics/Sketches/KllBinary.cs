namespace FeatureGovernance.Statistics.Sketches;

/// <summary>
/// The binary form of KLL sketches: 8 bytes for an empty one, 8 and the item for a single one, else 20 bytes, level borders, minimum,
/// maximum and items. The updatable form also stores the unused slots before the items.
/// </summary>
internal static class KllBinary
{
    public const int Family = 15;

    private const int ShortPreamble = 2;
    private const int FullPreamble = 5;
    private const int CompactVersion = 1;
    private const int SingleVersion = 2;
    private const int UpdatableVersion = 3;
    private const int EmptyFlag = 1;
    private const int SortedFlag = 2;
    private const int SingleFlag = 4;
    private const int MaskOfFlags = EmptyFlag | SortedFlag | SingleFlag;

    public static byte[] Write<T>(KllSketch<T> sketch)
        where T : notnull
    {
        var writer = new SketchWriter();
        var single = sketch.Count == 1;
        var small = sketch.Count <= 1;
        writer.Byte(small ? ShortPreamble : FullPreamble);
        writer.Byte(single ? SingleVersion : CompactVersion);
        writer.Byte(Family);
        writer.Byte((sketch.Count == 0 ? EmptyFlag : 0) | (sketch.LevelZeroSorted ? SortedFlag : 0) | (single ? SingleFlag : 0));
        writer.UInt16(sketch.K);
        writer.Byte(sketch.LeastLevel);
        writer.Byte(0);
        if (!small)
        {
            writer.Int64(sketch.Count);
            writer.UInt16(sketch.LeastK);
            writer.Byte(sketch.Levels.Count);
            writer.Byte(0);
            var border = KllCapacity.Total(sketch.K, sketch.LeastLevel, sketch.Levels.Count) - sketch.Retained;
            foreach (var level in sketch.Levels)
            {
                writer.Int32(border);
                border += level.Count;
            }

            sketch.Items.Write(writer, sketch.Minimum);
            sketch.Items.Write(writer, sketch.Maximum);
        }

        // Level 0 fills its space from the top down, so its latest item comes first.
        for (var i = sketch.Levels[0].Count - 1; i >= 0; i--)
            sketch.Items.Write(writer, sketch.Levels[0][i]);
        foreach (var item in sketch.Levels.Skip(1).SelectMany(level => level))
            sketch.Items.Write(writer, item);
        return writer.ToArray();
    }

    /// <summary>The header alone: what can be said of a sketch before the type of its items is known.</summary>
    public static KllHeader ReadHeader(ref SketchReader reader)
    {
        var preamble = reader.Byte("The preamble size");
        var version = reader.Byte("The serial version");
        var family = reader.Byte("The family");
        if (family != Family)
            throw new SketchFormatException(2, $"The family is {family}, not {Family} (KLL)");
        if ((preamble, version) is not ((ShortPreamble, CompactVersion or SingleVersion) or (FullPreamble, CompactVersion or UpdatableVersion)))
            throw new SketchFormatException(0, $"A KLL sketch has no preamble of {preamble} words in serial version {version}");
        var flags = reader.Byte("The flags");
        if ((flags & ~MaskOfFlags) != 0)
            throw new SketchFormatException(3, $"The flags {flags} have bits that mean nothing");
        var k = reader.UInt16("k");
        var least = reader.Byte("The smallest level size");
        if (least is < 2 or > 8 || (least & 1) != 0)
            throw new SketchFormatException(6, $"The smallest level size is {least}, not 2, 4, 6 or 8");
        if (k < least)
            throw new SketchFormatException(4, $"k is {k}, less than the smallest level size {least}");
        reader.Byte("A reserved byte");

        var empty = (flags & EmptyFlag) != 0;
        var single = (flags & SingleFlag) != 0;
        var updatable = version == UpdatableVersion;
        if (preamble == ShortPreamble && (empty == single || empty != (version == CompactVersion)))
            throw new SketchFormatException(3, $"The flags {flags} do not fit serial version {version} with a short preamble");
        if (preamble == FullPreamble && !updatable && (empty || single))
            throw new SketchFormatException(3, $"The flags {flags} do not fit a full preamble");
        return new(k, least, (flags & SortedFlag) != 0, empty, preamble == ShortPreamble, updatable);
    }

    public static KllSketch<T> Read<T>(ReadOnlySpan<byte> bytes, SketchItems<T> items, ulong seed)
        where T : notnull
    {
        var reader = new SketchReader(bytes);
        var header = ReadHeader(ref reader);
        KllState<T> state;
        if (!header.Short)
        {
            state = ReadFull(ref reader, header, items);
        }
        else if (header.Empty)
        {
            state = new(header.K, header.K, header.LeastLevel, 0, [[]], default, default, header.Sorted);
        }
        else
        {
            var item = ReadItem(ref reader, items);
            state = new(header.K, header.K, header.LeastLevel, 1, [[item]], item, item, header.Sorted);
        }

        reader.End();
        return new(state, items, seed);
    }

    /// <summary>The borders of the levels as stored: <c>borders[i]</c> to <c>borders[i + 1]</c> is level i.</summary>
    public static (long Count, int LeastK, int[] Borders) ReadBorders(ref SketchReader reader, KllHeader header)
    {
        var count = reader.Int64("The stream length");
        var leastK = reader.UInt16("The least k");
        var levels = reader.Byte("The number of levels");
        reader.Byte("A reserved byte");
        if (count < 0 || (count == 0) != header.Empty)
            throw new SketchFormatException(8, $"The stream length is {count}");
        if (leastK < header.LeastLevel || leastK > header.K)
            throw new SketchFormatException(16, $"The least k is {leastK}, not within {header.LeastLevel} to {header.K}");
        if (levels is 0 or > KllCapacity.MostLevels)
            throw new SketchFormatException(18, $"The number of levels is {levels}, not within 1 to {KllCapacity.MostLevels}");

        var borders = new int[levels + 1];
        var capacity = KllCapacity.Total(header.K, header.LeastLevel, levels);
        var stored = header.Updatable ? levels + 1 : levels;
        borders[levels] = capacity;
        for (var i = 0; i < stored; i++)
        {
            var offset = reader.Offset;
            borders[i] = reader.Int32("A level border");
            if (borders[i] < (i == 0 ? 0 : borders[i - 1]) || borders[i] > capacity)
                throw new SketchFormatException(
                    offset, $"The border of level {i} is {borders[i]}, out of order or beyond the capacity {capacity}");
        }

        if (borders[levels] != capacity)
            throw new SketchFormatException(
                reader.Offset - sizeof(int), $"The levels end at {borders[levels]}, not at their capacity {capacity}");
        var weight = 0m;
        for (var i = 0; i < levels; i++)
            weight += (decimal)(1L << i) * (borders[i + 1] - borders[i]);
        if (weight != count)
            throw new SketchFormatException(8, $"The stream length is {count} and the levels stand for {weight} items");
        return (count, leastK, borders);
    }

    private static KllState<T> ReadFull<T>(ref SketchReader reader, KllHeader header, SketchItems<T> items)
        where T : notnull
    {
        var (count, leastK, borders) = ReadBorders(ref reader, header);
        var needed = (long)items.LeastSize * (borders[^1] - (header.Updatable ? 0 : borders[0]) + 2);
        if (needed > reader.Remaining)
            throw reader.Fault($"The items need at least {needed} bytes and {reader.Remaining} are left");

        if (count == 0)
        {
            reader.Take(needed, "The unused slots");
            return new(header.K, leastK, header.LeastLevel, 0, [[]], default, default, header.Sorted);
        }

        var minimum = ReadItem(ref reader, items);
        var maximum = ReadItem(ref reader, items);
        if (items.Compare(minimum, maximum) > 0)
            throw reader.Fault("The minimum is above the maximum");
        if (header.Updatable)
        {
            var size = items.FixedSize ?? throw new SketchFormatException(1, "There is no updatable form of a sketch of such items");
            reader.Take((long)size * borders[0], "The unused slots");
        }

        var levels = new List<List<T>>(borders.Length - 1);
        for (var level = 0; level < borders.Length - 1; level++)
        {
            var list = new List<T>(borders[level + 1] - borders[level]);
            var sorted = level > 0 || header.Sorted;
            for (var i = borders[level]; i < borders[level + 1]; i++)
            {
                var offset = reader.Offset;
                var item = ReadItem(ref reader, items);
                if (items.Compare(item, minimum) < 0 || items.Compare(item, maximum) > 0)
                    throw new SketchFormatException(offset, $"An item of level {level} lies outside the minimum and maximum");
                if (sorted && list.Count > 0 && items.Compare(list[^1], item) > 0)
                    throw new SketchFormatException(offset, $"The items of level {level} are out of order");
                list.Add(item);
            }

            levels.Add(list);
        }

        levels[0].Reverse();
        return new(header.K, leastK, header.LeastLevel, count, levels, minimum, maximum, header.Sorted);
    }

    private static T ReadItem<T>(ref SketchReader reader, SketchItems<T> items)
        where T : notnull
    {
        var offset = reader.Offset;
        var item = items.Read(ref reader);
        return items.IsUnordered(item) ? throw new SketchFormatException(offset, "An item is not a number") : item;
    }
}

internal readonly record struct KllHeader(int K, int LeastLevel, bool Sorted, bool Empty, bool Short, bool Updatable);
