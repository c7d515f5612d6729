namespace FeatureGovernance.Statistics.Sketches;

/// <summary>
/// Reads a sketch of unknown kind. The family is stored; the item type of KLL and frequent-items sketches is not, so each type is tried,
/// and what fits (size, order, bounds, text) is kept. Where several fit, the one whose values look ordinary wins: no one measures numbers
/// beyond 1e±100, and 64-bit patterns of ordinary floating point are whole numbers beyond 2^61. What is still open (zeros, hashes) a word
/// of the file name decides (double, float, long, string), else the order of these words.
/// </summary>
public static class SketchDetection
{
    private const int FamilyOffset = 2;
    private const int LeastBytes = 8;

    // Text whose stored lengths fill the bytes exactly is no coincidence; bits that look like a number may be.
    private const int TextWeight = 2;

    // The share of ordinary values from which they decide alone.
    private const double Clear = 0.9;

    private delegate Candidate Attempt(ReadOnlySpan<byte> bytes);

    /// <summary>Reads a sketch.</summary>
    /// <param name="bytes">The serialized sketch, nothing after it.</param>
    /// <param name="kind">The kind it must be; null to find out.</param>
    /// <param name="fileName">The name of its file, without folders, as a last hint.</param>
    /// <exception cref="SketchFormatException">The bytes are no sketch of that kind, or of any.</exception>
    public static AnySketch Read(ReadOnlySpan<byte> bytes, SketchKind? kind = null, string? fileName = null)
    {
        if (bytes.Length < LeastBytes)
            throw new SketchFormatException(bytes.Length, $"A sketch has at least {LeastBytes} bytes");
        return bytes[FamilyOffset] switch
        {
            _ when kind is { } asked => ReadAs(bytes, asked),
            KllBinary.Family => ReadKll(bytes, fileName),
            HllBinary.Family => ReadHll(bytes),
            FrequentItemsBinary.Family => ReadFrequent(bytes, fileName),
            var family => throw new SketchFormatException(
                FamilyOffset,
                $"The family is {family}, none of {HllBinary.Family} (HLL), {FrequentItemsBinary.Family} (frequent items), {KllBinary.Family} (KLL)"),
        };
    }

    private static AnySketch ReadAs(ReadOnlySpan<byte> bytes, SketchKind kind)
    {
        switch (kind)
        {
            case SketchKind.KllDouble:
                return Doubles(bytes).Sketch;
            case SketchKind.KllFloat:
                return Floats(bytes).Sketch;
            case SketchKind.KllLong:
                return Longs(bytes).Sketch;
            case SketchKind.KllString:
                return Strings(bytes).Sketch;
            case SketchKind.Kll:
                return ReadKll(bytes, null);
            case SketchKind.FrequentLong:
                return FrequentLongs(bytes).Sketch;
            case SketchKind.FrequentString:
                return FrequentStrings(bytes).Sketch;
            case SketchKind.Frequent:
                return ReadFrequent(bytes, null);
            case SketchKind.Hll4 or SketchKind.Hll6 or SketchKind.Hll8:
            default:
                var found = ReadHll(bytes);
                return found.Kind == kind ? found : throw new SketchFormatException(
                    7, $"The sketch is {found.Kind.Name()}, not {kind.Name()}");
        }
    }

    private static AnySketch.Distinct ReadHll(ReadOnlySpan<byte> bytes)
    {
        var sketch = HllSketch.Read(bytes);
        return new(SketchKind.Hll4 + (int)sketch.Kind, sketch);
    }

    private static AnySketch ReadKll(ReadOnlySpan<byte> bytes, string? fileName)
    {
        var reader = new SketchReader(bytes);
        var header = KllBinary.ReadHeader(ref reader);
        if (!header.Short)
            KllBinary.ReadBorders(ref reader, header);
        var hint = Hint(fileName, [SketchKind.KllDouble, SketchKind.KllFloat, SketchKind.KllLong, SketchKind.KllString]);
        if (header is { Short: true, Empty: true } && hint is null)
            return new AnySketch.Quantiles<double>(SketchKind.Kll, KllSketch.Read(bytes, SketchItems.Doubles));
        return Best(
            bytes,
            hint,
            [(SketchKind.KllDouble, Doubles), (SketchKind.KllFloat, Floats), (SketchKind.KllLong, Longs), (SketchKind.KllString, Strings)]);
    }

    private static AnySketch ReadFrequent(ReadOnlySpan<byte> bytes, string? fileName)
    {
        var reader = new SketchReader(bytes);
        var header = FrequentItemsBinary.ReadHeader(ref reader);
        var hint = Hint(fileName, [SketchKind.FrequentLong, SketchKind.FrequentString]);
        if (header.Count == 0 && hint is null)
            return new AnySketch.Frequent<long>(SketchKind.Frequent, FrequentItemsSketch.Read(bytes, SketchItems.Longs));
        return Best(bytes, hint, [(SketchKind.FrequentLong, FrequentLongs), (SketchKind.FrequentString, FrequentStrings)]);
    }

    private static SketchKind? Hint(string? fileName, SketchKind[] kinds)
    {
        var index = fileName is null
            ? -1
            : Array.FindIndex(kinds, kind => fileName.Contains(kind.Name().Split('_')[1], StringComparison.OrdinalIgnoreCase));
        return index < 0 ? null : kinds[index];
    }

    private static (double Clear, bool Hinted, double Ordinary) Rank(Candidate candidate, SketchKind? hint) =>
        (candidate.Ordinary >= Clear ? candidate.Ordinary : 0, candidate.Sketch.Kind == hint, candidate.Ordinary);

    // Where nothing fits, the attempt that came furthest tells best what is wrong; where what the name says does not fit, and nothing else
    // clearly does, that attempt does.
    private static AnySketch Best(ReadOnlySpan<byte> bytes, SketchKind? hint, (SketchKind Kind, Attempt Read)[] attempts)
    {
        Candidate? best = null;
        SketchFormatException? fault = null;
        SketchFormatException? hintedFault = null;
        foreach (var (kind, read) in attempts)
        {
            try
            {
                var candidate = read(bytes);
                if (candidate.IsGarbledText && kind != hint)
                    throw new SketchFormatException(bytes.Length, "The items would be strings of control characters");
                if (best is null || Rank(candidate, hint).CompareTo(Rank(best, hint)) > 0)
                    best = candidate;
            }
            catch (SketchFormatException refused)
            {
                if (fault is null || refused.Offset > fault.Offset)
                    fault = refused;
                if (kind == hint)
                    hintedFault = refused;
            }
        }

        if (best is null || (hintedFault is not null && best.Ordinary < Clear))
            throw hintedFault ?? fault!;
        return best.Sketch;
    }

    private static Candidate Doubles(ReadOnlySpan<byte> bytes) =>
        Kll(SketchKind.KllDouble, KllSketch.Read(bytes, SketchItems.Doubles), IsOrdinary);

    private static Candidate Floats(ReadOnlySpan<byte> bytes) =>
        Kll(SketchKind.KllFloat, KllSketch.Read(bytes, SketchItems.Floats), IsOrdinary);

    private static Candidate Longs(ReadOnlySpan<byte> bytes) =>
        Kll(SketchKind.KllLong, KllSketch.Read(bytes, SketchItems.Longs), IsOrdinary);

    private static Candidate Strings(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Kll(SketchKind.KllString, KllSketch.Read(bytes, SketchItems.Strings), IsText, TextWeight);
        }
        catch (SketchFormatException)
        {
            // The order of the writer is not stored: C++ compares bytes, and strings of numbers are often kept in numeric order.
            foreach (var order in new[] { SketchItems.Utf8Strings, SketchItems.NumericStrings })
            {
                try
                {
                    return Kll(SketchKind.KllString, KllSketch.Read(bytes, order), IsText, TextWeight);
                }
                catch (SketchFormatException)
                {
                    continue;
                }
            }

            throw;
        }
    }

    private static Candidate FrequentLongs(ReadOnlySpan<byte> bytes) =>
        Frequent(SketchKind.FrequentLong, FrequentItemsSketch.Read(bytes, SketchItems.Longs), IsOrdinary);

    private static Candidate FrequentStrings(ReadOnlySpan<byte> bytes) =>
        Frequent(SketchKind.FrequentString, FrequentItemsSketch.Read(bytes, SketchItems.Strings), IsText, TextWeight);

    private static Candidate Kll<T>(SketchKind kind, KllSketch<T> sketch, Predicate<T> isOrdinary, int weight = 1)
        where T : notnull =>
        Judge(new AnySketch.Quantiles<T>(kind, sketch), sketch.Levels.SelectMany(level => level), isOrdinary, weight);

    private static Candidate Frequent<T>(SketchKind kind, FrequentItemsSketch<T> sketch, Predicate<T> isOrdinary, int weight = 1)
        where T : notnull =>
        Judge(new AnySketch.Frequent<T>(kind, sketch), sketch.Map.Entries().Select(entry => entry.Item), isOrdinary, weight);

    private static Candidate Judge<T>(AnySketch sketch, IEnumerable<T> items, Predicate<T> isOrdinary, int weight)
    {
        var (ordinary, all) = (0, 0);
        foreach (var item in items)
        {
            // Zero and the empty string have the same bits in every type.
            if (item is string { Length: 0 } || EqualityComparer<T>.Default.Equals(item, default))
                continue;
            all++;
            if (isOrdinary(item))
                ordinary++;
        }

        var share = all == 0 ? 0 : (double)ordinary / all;
        return new(sketch, share * weight, typeof(T) == typeof(string) && all > 0 && share < Clear / 2);
    }

    private static bool IsOrdinary(double item) => Math.Abs(item) is (>= 1e-100 and <= 1e100) or double.PositiveInfinity;

    private static bool IsOrdinary(float item) => Math.Abs(item) is (>= 1e-30f and <= 1e30f) or float.PositiveInfinity;

    private static bool IsOrdinary(long item) => item is > -(1L << 61) and < 1L << 61;

    private static bool IsText(string item) => !item.Any(char.IsControl);

    // Small numbers can pass for strings of control characters; only the file name or the caller can say that they are.
    private sealed record Candidate(AnySketch Sketch, double Ordinary, bool IsGarbledText);
}
