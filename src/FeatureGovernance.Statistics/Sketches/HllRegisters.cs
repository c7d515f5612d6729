namespace FeatureGovernance.Statistics.Sketches;

/// <summary>
/// The registers of an HLL sketch, one byte each whatever their serialized width, and the running estimate of historic inverse
/// probability (Cohen 2015; Ting 2014), which is the better estimator as long as nothing was merged in.
/// </summary>
internal sealed class HllRegisters
{
    private readonly byte[] values;

    public HllRegisters(int lgK) => (values, InverseLow, Zeros) = (new byte[1 << lgK], 1 << lgK, 1 << lgK);

    public HllRegisters(byte[] values, double hip, double inverseLow, double inverseHigh, bool merged)
    {
        this.values = values;
        (Hip, InverseLow, InverseHigh, Merged) = (hip, inverseLow, inverseHigh, merged);
        Zeros = values.AsSpan().Count((byte)0);
    }

    public ReadOnlySpan<byte> Values => values;

    /// <summary>The running estimate; meaningless once <see cref="Merged"/>.</summary>
    public double Hip { get; set; }

    /// <summary>The sum of 2^-value over registers below 32, and of those from 32: two sums, so that both stay exact.</summary>
    public double InverseLow { get; private set; }

    public double InverseHigh { get; private set; }

    /// <summary>True where items arrived other than one by one, as in a union.</summary>
    public bool Merged { get; private set; }

    public int Zeros { get; private set; }

    /// <summary>Raises one register; false where it already stands as high.</summary>
    public bool Update(int slot, byte value)
    {
        var old = values[slot];
        if (value <= old)
            return false;
        Hip += values.Length / (InverseLow + InverseHigh);
        Replace(slot, old, value);
        return true;
    }

    /// <summary>Takes the higher of each pair of registers; the other may have more of them.</summary>
    public void Merge(HllRegisters other)
    {
        for (var i = 0; i < other.values.Length; i++)
        {
            var slot = i & (values.Length - 1);
            if (other.values[i] > values[slot])
                Replace(slot, values[slot], other.values[i]);
        }

        (Merged, Hip) = (true, 0);
    }

    /// <summary>A copy with at most 2^<paramref name="lgK"/> registers; the running estimate stays what it was.</summary>
    public HllRegisters Copy(int lgK)
    {
        if (1 << lgK >= values.Length)
            return new((byte[])values.Clone(), Hip, InverseLow, InverseHigh, Merged);
        var folded = new HllRegisters(lgK);
        folded.Merge(this);
        (folded.Merged, folded.Hip) = (Merged, Hip);
        return folded;
    }

    /// <summary>The sums as they must be for these values.</summary>
    public static (double Low, double High) Inverses(ReadOnlySpan<byte> values)
    {
        Span<int> histogram = stackalloc int[64];
        foreach (var value in values)
            histogram[value]++;
        var (low, high) = (0.0, 0.0);
        for (var value = 63; value >= 0; value--)
        {
            if (value < 32)
                low += Math.ScaleB(histogram[value], -value);
            else
                high += Math.ScaleB(histogram[value], -value);
        }

        return (low, high);
    }

    private void Replace(int slot, byte old, byte value)
    {
        Add(old, -1);
        Add(value, 1);
        values[slot] = value;
        if (old == 0)
            Zeros--;
    }

    private void Add(byte value, int sign)
    {
        if (value < 32)
            InverseLow += Math.ScaleB(sign, -value);
        else
            InverseHigh += Math.ScaleB(sign, -value);
    }
}
