namespace FeatureGovernance.Statistics.Sketches;

/// <summary>
/// The binary form of profiles: "FGPF", version, kind of value, the shape, six counts, five moments, and three sketches each with its
/// length before it.
/// </summary>
internal static class ProfileBinary
{
    private const int Version = 1;
    private const int CountsOffset = 10;
    private const int MomentsOffset = 58;

    public static byte[] Write<T>(Profile<T> profile)
        where T : notnull
    {
        var writer = new SketchWriter();
        writer.Bytes("FGPF"u8);
        writer.Byte(Version);
        writer.Byte(profile.Kind.Code);
        writer.UInt16(profile.Shape.K);
        writer.Byte(profile.Shape.LgK);
        writer.Byte(profile.Shape.LgFrequent);
        var (all, nulls, defaults, zeros, nans, infinities) = profile.Counts;
        foreach (var count in (ReadOnlySpan<long>)[all, nulls, defaults, zeros, nans, infinities, profile.Moments.Count])
            writer.Int64(count);
        foreach (var moment in (ReadOnlySpan<double>)[profile.Moments.Mean, profile.Moments.Second, profile.Moments.Third, profile.Moments.Fourth])
            writer.Double(moment);
        foreach (var sketch in (ReadOnlySpan<byte[]>)[profile.Quantiles.ToBytes(), profile.Distinct.ToBytes(), profile.Frequent.ToBytes()])
        {
            writer.Int32(sketch.Length);
            writer.Bytes(sketch);
        }

        return writer.ToArray();
    }

    public static Profile<T> Read<T>(ReadOnlySpan<byte> bytes, ValueKind<T> kind, ulong seed)
        where T : notnull
    {
        var reader = new SketchReader(bytes);
        if (!reader.Take(4, "The signature").SequenceEqual("FGPF"u8))
            throw new SketchFormatException(0, "The signature is not that of a profile");
        if (reader.Byte("The version") is var version && version != Version)
            throw new SketchFormatException(4, $"The version is {version}, not {Version}");
        if (reader.Byte("The kind of value") is var code && code != kind.Code)
            throw new SketchFormatException(5, $"The kind of value is {code}, not {kind.Code}");
        var shape = new ProfileShape(reader.UInt16("k"), reader.Byte("The log2 of the register count"), reader.Byte("The log2 of the table"));
        var counts = new ProfileCounts(
            Count(ref reader), Count(ref reader), Count(ref reader), Count(ref reader), Count(ref reader), Count(ref reader));
        var moments = new Moments(
            Count(ref reader),
            reader.Double("The mean"),
            reader.Double("The second moment"),
            reader.Double("The third moment"),
            reader.Double("The fourth moment"));

        var quantilesAt = reader.Offset;
        var quantiles = Part(ref reader, part => KllSketch.Read(part, SketchItems.Doubles, seed));
        var distinctAt = reader.Offset;
        var distinct = Part(ref reader, HllSketch.Read);
        var frequentAt = reader.Offset;
        var frequent = Part(ref reader, part => FrequentItemsSketch.Read(part, kind.Items));
        reader.End();

        var profile = new Profile<T>(kind, shape, counts, moments, new(quantiles, distinct, frequent));
        return profile.Fault() is var (part, reason) ? throw new SketchFormatException(OffsetOf(part), reason) : profile;

        int OffsetOf(ProfilePart part) => part switch
        {
            ProfilePart.Counts => CountsOffset,
            ProfilePart.Moments => MomentsOffset,
            ProfilePart.Quantiles => quantilesAt,
            ProfilePart.Distinct => distinctAt,
            _ => frequentAt,
        };
    }

    private delegate TSketch Parse<TSketch>(ReadOnlySpan<byte> bytes);

    // Faults within a sketch are told by their place in the whole.
    private static TSketch Part<TSketch>(ref SketchReader reader, Parse<TSketch> parse)
    {
        var length = reader.Int32("The length of a sketch");
        var start = reader.Offset;
        var bytes = reader.Take(length, "A sketch");
        try
        {
            return parse(bytes);
        }
        catch (SketchFormatException refused)
        {
            throw new SketchFormatException(start + refused.Offset, refused.Reason);
        }
    }

    private static long Count(ref SketchReader reader)
    {
        var offset = reader.Offset;
        var count = reader.Int64("A count");
        return count >= 0 ? count : throw new SketchFormatException(offset, $"A count is {count}");
    }
}
