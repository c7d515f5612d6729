namespace FeatureGovernance.Statistics.Sketches;

/// <summary>
/// Registers of 4, 6 and 8 bits. The 4-bit ones hold the value above the least one; 15 there says that the value is among the exceptions.
/// </summary>
internal static class HllWidths
{
    public const int MostValue = 63;

    private const int Exception = 15;
    private const int RegistersOffset = 40;

    public static int PackedSize(HllKind kind, int lgK) => kind switch
    {
        HllKind.Hll4 => 1 << (lgK - 1),
        HllKind.Hll6 => ((1 << lgK) * 3 / 4) + 1,
        _ => 1 << lgK,
    };

    /// <summary>Log2 of the smallest table of exceptions.</summary>
    public static int LgLeastExceptions(int lgK) => lgK switch { <= 6 => 2, <= 9 => 3, <= 11 => 4, <= 13 => 5, _ => lgK - 8 };

    public static byte[] Pack(ReadOnlySpan<byte> values, HllKind kind, int minimum)
    {
        if (kind == HllKind.Hll8)
            return values.ToArray();
        var packed = new byte[PackedSize(kind, System.Numerics.BitOperations.Log2((uint)values.Length))];
        for (var slot = 0; slot < values.Length; slot++)
        {
            if (kind == HllKind.Hll4)
            {
                packed[slot / 2] |= (byte)(Math.Min(values[slot] - minimum, Exception) << (4 * (slot & 1)));
                continue;
            }

            var bits = values[slot] << (6 * slot & 7);
            packed[6 * slot / 8] |= (byte)bits;
            packed[(6 * slot / 8) + 1] |= (byte)(bits >> 8);
        }

        return packed;
    }

    public static byte[] Unpack(ReadOnlySpan<byte> packed, HllKind kind, int lgK, int minimum, uint[] exceptions)
    {
        var values = new byte[1 << lgK];
        for (var slot = 0; slot < values.Length; slot++)
        {
            var value = kind switch
            {
                HllKind.Hll4 => ((packed[slot / 2] >> (4 * (slot & 1))) & Exception) + minimum,
                HllKind.Hll6 => ((packed[6 * slot / 8] | (packed[(6 * slot / 8) + 1] << 8)) >> (6 * slot & 7)) & MostValue,
                _ => packed[slot],
            };
            if (value > MostValue && !(kind == HllKind.Hll4 && value == minimum + Exception))
                throw new SketchFormatException(RegistersOffset + slot, $"Register {slot} is {value}, more than {MostValue}");
            values[slot] = (byte)value;
        }

        return kind == HllKind.Hll4 ? WithExceptions(values, minimum, exceptions, RegistersOffset + packed.Length) : values;
    }

    /// <summary>The exceptions in a form's order (with free slots if updatable), their count, and log2 of their table's size.</summary>
    public static (uint[] Pairs, int Count, int LgTable) Exceptions(HllSketch sketch, ReadOnlySpan<byte> values, int minimum, HllForm form)
    {
        if (sketch.Marks is { } marks && (form == sketch.Form || marks.Exceptions.Length == 0))
        {
            var read = marks.Exceptions.Count(pair => pair != 0);
            return read == 0 ? (Free(sketch.LgK, form), 0, marks.LgTable) : (marks.Exceptions, read, marks.LgTable);
        }

        var table = new PairTable(LgLeastExceptions(sketch.LgK), PairTable.AddressOnly);
        for (var slot = 0; slot < values.Length; slot++)
        {
            if (values[slot] - minimum < Exception)
                continue;
            table.TryAdd(((uint)values[slot] << PairTable.AddressBits) | (uint)slot);
            if (table.IsOverfull)
                table.Grow();
        }

        if (table.Count == 0)
            return (Free(sketch.LgK, form), 0, 0);
        return (form == HllForm.Compact ? table.ToArray() : table.Slots.ToArray(), table.Count, table.LgSize);
    }

    private static uint[] Free(int lgK, HllForm form) => form == HllForm.Compact ? [] : new uint[1 << LgLeastExceptions(lgK)];

    private static byte[] WithExceptions(byte[] values, int minimum, uint[] exceptions, int offset)
    {
        var marked = values.AsSpan().Count((byte)(minimum + Exception));
        for (var i = 0; i < exceptions.Length; i++)
        {
            if (exceptions[i] == 0)
                continue;
            var slot = exceptions[i] & PairTable.AddressOnly;
            var value = exceptions[i] >> PairTable.AddressBits;
            if (slot >= values.Length || values[slot] != minimum + Exception || value < minimum + Exception)
                throw new SketchFormatException(
                    offset + (4 * i), $"Exception {i} gives the value {value} to register {slot}, which is not marked for it");
            values[slot] = (byte)value;
            marked--;
        }

        return marked == 0 ? values : throw new SketchFormatException(36, $"{marked} registers are marked as exceptions and have none");
    }
}
