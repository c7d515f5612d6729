namespace FeatureGovernance.Statistics.Sketches;

/// <summary>The binary form of HLL sketches: 8 bytes of header, then coupons (list), a count and
/// coupons (set), or estimators and registers.</summary>
internal static class HllBinary
{
    public const int Family = 7;

    private const int Version = 1;
    private const int ListMode = 0;
    private const int SetMode = 1;
    private const int RegisterMode = 2;
    private const int EmptyFlag = 4;
    private const int CompactFlag = 8;
    private const int MergedFlag = 16;
    private const int RebuildFlag = 32;
    private const int MaskOfFlags = 63;

    public static byte[] Write(HllSketch sketch, HllForm form)
    {
        var writer = new SketchWriter();
        if (sketch.State.Registers is { } registers)
            WriteRegisters(writer, sketch, registers, form);
        else
            WriteCoupons(writer, sketch, form);
        return writer.ToArray();
    }

    public static HllSketch Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new SketchReader(bytes);
        var header = ReadHeader(ref reader);
        var sketch = header.Mode == RegisterMode ? ReadRegisters(ref reader, header) : ReadCoupons(ref reader, header);
        reader.End();
        return sketch;
    }

    private static Header ReadHeader(ref SketchReader reader)
    {
        var preamble = reader.Byte("The preamble size");
        var version = reader.Byte("The serial version");
        var family = reader.Byte("The family");
        var lgK = reader.Byte("The log2 of the register count");
        var lgTable = reader.Byte("The log2 of the table size");
        var flags = reader.Byte("The flags");
        var count = reader.Byte("The coupon count or least register");
        var modes = reader.Byte("The mode");
        if (family != Family)
            throw new SketchFormatException(2, $"The family is {family}, not {Family} (HLL)");
        if (version != Version)
            throw new SketchFormatException(1, $"The serial version is {version}, not {Version}");
        var mode = modes & 3;
        if (modes > 15 || mode == 3 || modes >> 2 == 3)
            throw new SketchFormatException(7, $"The mode byte {modes} names no mode and register width");
        if (preamble != PreambleOf(mode))
            throw new SketchFormatException(0, $"The preamble has {preamble} words, not {PreambleOf(mode)} as its mode asks");
        if (lgK is < HllSketch.LeastLgK or > HllSketch.MostLgK)
            throw new SketchFormatException(
                3, $"The log2 of the register count is {lgK}, not within {HllSketch.LeastLgK} to {HllSketch.MostLgK}");
        if ((flags & ~MaskOfFlags) != 0)
            throw new SketchFormatException(5, $"The flags {flags} have bits that mean nothing");
        return new(mode, (HllKind)(modes >> 2), lgK, lgTable, flags, count);
    }

    private static int PreambleOf(int mode) => mode switch { ListMode => 2, SetMode => 3, _ => 10 };

    private static void WriteHeader(SketchWriter writer, HllSketch sketch, int mode, int lgTable, int flags, int count)
    {
        writer.Byte(PreambleOf(mode));
        writer.Byte(Version);
        writer.Byte(Family);
        writer.Byte(sketch.LgK);
        writer.Byte(lgTable);
        var kept = (sketch.Marks?.Flags ?? 0) & ~(EmptyFlag | CompactFlag | (mode == RegisterMode ? MergedFlag : 0));
        writer.Byte(kept | (sketch.IsEmpty ? EmptyFlag : 0) | flags);
        writer.Byte(count);
        writer.Byte(mode | ((int)sketch.Kind << 2));
    }

    private static HllSketch ReadCoupons(ref SketchReader reader, Header header)
    {
        var isSet = header.Mode == SetMode;
        var count = isSet ? reader.Int32("The coupon count") : header.Count;
        var countOffset = isSet ? 8 : 6;
        var lgTable = isSet ? LgSetSize(header, count) : HllSketch.LgListSize;
        var most = isSet ? 3L * (1 << lgTable) / 4 : (1 << lgTable) - 1;
        if (count < 0 || count > most)
            throw new SketchFormatException(countOffset, $"The coupon count is {count}, not within 0 to {most}");
        if ((header.Flags & EmptyFlag) != 0 != (count == 0))
            throw new SketchFormatException(5, $"The flags {header.Flags} do not fit {count} coupons");

        // An empty list that is marked updatable may come without its free space.
        var compact = header.IsCompact || reader.Remaining == 0;
        var start = reader.Offset;
        var stored = new uint[compact ? count : 1 << lgTable];
        var left = reader.Remaining / sizeof(uint);
        if (stored.Length > left)
            throw reader.Fault($"{stored.Length} coupons need {4L * stored.Length} bytes and {reader.Remaining} are left");
        for (var i = 0; i < stored.Length; i++)
            stored[i] = ReadPair(ref reader, mayBeFree: !compact);

        var coupons = Array.FindAll(stored, coupon => coupon != 0);
        if (coupons.Length != count)
            throw new SketchFormatException(countOffset, $"The coupon count is {count} and {coupons.Length} coupons are stored");
        if (!isSet && coupons.Distinct().Count() != count)
            throw new SketchFormatException(start, "A coupon is stored twice");
        if (!isSet && !stored.AsSpan(0, count).SequenceEqual(coupons))
            throw new SketchFormatException(start, "The list of coupons has gaps");
        var set = isSet ? LoadTable(lgTable, PairTable.WholePair, compact ? null : stored, coupons, start) : null;
        return new(header.LgK, header.Kind, new(coupons, set, null), header.Form, new(header.Flags, header.LgTable, [], 0, 0));
    }

    // Early writers left the size byte 0.
    private static int LgSetSize(Header header, int count)
    {
        if (header.LgK < HllSketch.LeastLgKOfSets)
            throw new SketchFormatException(3, $"A sketch of 2^{header.LgK} registers has no set of coupons");
        var lg = Math.Max((int)header.LgTable, HllSketch.LgSmallestSet);
        while (header.LgTable < HllSketch.LgSmallestSet && lg < header.LgK - 3 && 4L * count > 3L << lg)
            lg++;
        return lg <= header.LgK - 3 ? lg : throw new SketchFormatException(
            4, $"The log2 of the table size is {lg}, more than {header.LgK - 3}");
    }

    private static PairTable LoadTable(int lgSize, uint keyMask, uint[]? slots, uint[] pairs, int start)
    {
        var table = new PairTable(lgSize, keyMask);
        if (slots is not null)
        {
            var misplaced = table.Load(slots);
            return misplaced < 0 ? table : throw new SketchFormatException(
                start + (4 * misplaced), "A pair stands where a search would not find it");
        }

        for (var i = 0; i < pairs.Length; i++)
        {
            if (!table.TryAdd(pairs[i]))
                throw new SketchFormatException(start + (4 * i), "A pair is stored twice");
            if (table.IsOverfull && keyMask == PairTable.AddressOnly)
                table.Grow();
        }

        return table;
    }

    private static uint ReadPair(ref SketchReader reader, bool mayBeFree)
    {
        var offset = reader.Offset;
        var pair = (uint)reader.Int32("A pair");
        return pair >> PairTable.AddressBits != 0 || (mayBeFree && pair == 0)
            ? pair
            : throw new SketchFormatException(offset, "A pair has the value 0");
    }

    private static void WriteCoupons(SketchWriter writer, HllSketch sketch, HllForm form)
    {
        var set = sketch.State.Set;
        var count = sketch.CouponCount;
        var lgTable = set is null ? HllSketch.LgListSize
            : form == HllForm.Compact && sketch.Marks is { } marks ? marks.LgTable
            : set.LgSize;
        var flags = form == HllForm.Compact ? CompactFlag : 0;
        WriteHeader(writer, sketch, set is null ? ListMode : SetMode, lgTable, flags, set is null ? count : 0);
        if (set is not null)
            writer.Int32(count);
        if (form == HllForm.Updatable && set is not null)
        {
            WritePairs(writer, set.Slots);
            return;
        }

        WritePairs(writer, sketch.Coupons);
        if (form == HllForm.Updatable)
            WritePairs(writer, new uint[(1 << HllSketch.LgListSize) - count]);
    }

    private static HllSketch ReadRegisters(ref SketchReader reader, Header header)
    {
        var hip = reader.Double("The running estimate");
        var low = reader.Double("The low inverse sum");
        var high = reader.Double("The high inverse sum");
        var atMinimum = reader.Int32("The count at the least register");
        var exceptionCount = reader.Int32("The exception count");
        if (header.Count > HllWidths.MostValue)
            throw new SketchFormatException(6, $"The least register is {header.Count}, more than {HllWidths.MostValue}");
        var packed = reader.Take(HllWidths.PackedSize(header.Kind, header.LgK), "The registers");

        var exceptions = ReadExceptions(ref reader, header, exceptionCount);
        var values = HllWidths.Unpack(packed, header.Kind, header.LgK, header.Count, exceptions);
        var merged = (header.Flags & MergedFlag) != 0;
        CheckMinimum(header, values, atMinimum);

        var marks = new HllMarks(header.Flags, header.LgTable, exceptions, header.Count, atMinimum);
        var (trueLow, trueHigh) = HllRegisters.Inverses(values);
        if (!(Math.Abs((low + high) / (trueLow + trueHigh) - 1) < 1e-9))
        {
            // Java marks a union whose sums were not yet brought up to date; the same bit means something else in C++.
            if ((header.Flags & RebuildFlag) == 0)
                throw new SketchFormatException(16, $"The inverse sums {low:R} and {high:R} are not those of the registers");
            (low, high, marks) = (trueLow, trueHigh, null);
        }

        var registers = new HllRegisters(values, hip, low, high, merged);
        CheckEstimate(hip, registers);
        return new(header.LgK, header.Kind, new(null, null, registers), header.Form, marks);
    }

    private static void CheckMinimum(Header header, byte[] values, int atMinimum)
    {
        var counted = values.AsSpan().Count(header.Count);


        // Wider registers only ever count their zeros down; a union may leave another least value behind.
        var exact = header.Kind == HllKind.Hll4 || (header.Count == 0 && (header.Flags & RebuildFlag) == 0);
        if (exact ? atMinimum != counted : atMinimum < 0 || atMinimum > values.Length)
            throw new SketchFormatException(
                32, $"The count at the least register is {atMinimum} and {counted} registers stand at {header.Count}");
    }

    // Every register that was raised added at least 1 to the running estimate.
    private static void CheckEstimate(double hip, HllRegisters registers)
    {
        var k = (double)registers.Values.Length;
        var raw = k * k / (registers.InverseLow + registers.InverseHigh);
        if (!double.IsFinite(hip) || hip < 0 || (!registers.Merged && (hip < (k - registers.Zeros) * 0.999999 || hip > 1000 * raw)))
            throw new SketchFormatException(8, $"The running estimate {hip:R} cannot be that of the registers");
    }

    private static uint[] ReadExceptions(ref SketchReader reader, Header header, int count)
    {
        var most = header.Kind == HllKind.Hll4 ? 1 << header.LgK : 0;
        if (count < 0 || count > most)
            throw new SketchFormatException(36, $"The exception count is {count}, not within 0 to {most}");
        if (header.Kind != HllKind.Hll4)
            return [];
        if (count == 0)
        {
            if (!header.IsCompact)
                reader.Take(4 << HllWidths.LgLeastExceptions(header.LgK), "The free exceptions");
            return [];
        }

        if (!header.IsCompact && header.LgTable >= header.LgK)
            throw new SketchFormatException(4, $"The log2 of the exception table is {header.LgTable}, not less than {header.LgK}");
        var stored = header.IsCompact ? count : 1 << header.LgTable;
        var start = reader.Offset;
        if (4L * stored > reader.Remaining)
            throw reader.Fault($"{stored} exceptions need {4L * stored} bytes and {reader.Remaining} are left");
        var pairs = new uint[stored];
        for (var i = 0; i < stored; i++)
            pairs[i] = ReadPair(ref reader, mayBeFree: !header.IsCompact);
        var present = Array.FindAll(pairs, pair => pair != 0);
        if (present.Length != count)
            throw new SketchFormatException(36, $"The exception count is {count} and {present.Length} exceptions are stored");
        var lgTable = header.IsCompact ? HllWidths.LgLeastExceptions(header.LgK) : header.LgTable;
        LoadTable(lgTable, PairTable.AddressOnly, header.IsCompact ? null : pairs, pairs, start);
        return pairs;
    }

    private static void WriteRegisters(SketchWriter writer, HllSketch sketch, HllRegisters registers, HllForm form)
    {
        var marks = sketch.Marks;
        var narrow = sketch.Kind == HllKind.Hll4;
        var minimum = narrow ? registers.Values.ToArray().Min() : marks?.Minimum ?? 0;
        var atMinimum = narrow ? registers.Values.Count((byte)minimum) : marks?.AtMinimum ?? registers.Zeros;
        var (exceptions, count, lgTable) = narrow
            ? HllWidths.Exceptions(sketch, registers.Values, minimum, form)
            : ([], 0, marks?.LgTable ?? 0);

        // Java never marks wider registers as compact, C++ does; both read either.
        var compact = form == HllForm.Compact && (narrow || ((marks?.Flags ?? 0) & CompactFlag) != 0);
        WriteHeader(writer, sketch, RegisterMode, lgTable, (compact ? CompactFlag : 0) | (registers.Merged ? MergedFlag : 0), minimum);
        writer.Double(registers.Hip);
        writer.Double(registers.InverseLow);
        writer.Double(registers.InverseHigh);
        writer.Int32(atMinimum);
        writer.Int32(count);
        writer.Bytes(HllWidths.Pack(registers.Values, sketch.Kind, minimum));
        WritePairs(writer, exceptions);
    }

    private static void WritePairs(SketchWriter writer, ReadOnlySpan<uint> pairs)
    {
        foreach (var pair in pairs)
            writer.Int32((int)pair);
    }

    private readonly record struct Header(int Mode, HllKind Kind, int LgK, byte LgTable, int Flags, byte Count)
    {
        public bool IsCompact => (Flags & CompactFlag) != 0;

        public HllForm Form => IsCompact || (Mode == RegisterMode && Kind != HllKind.Hll4) ? HllForm.Compact : HllForm.Updatable;
    }
}
