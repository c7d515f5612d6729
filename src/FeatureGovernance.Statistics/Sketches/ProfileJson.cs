using System.Text.Json;

namespace FeatureGovernance.Statistics.Sketches;

/// <summary>
/// Profiles as JSON: <c>values</c> (<c>numbers</c> or <c>texts</c>), <c>k</c>, <c>lgK</c>, <c>lgFrequent</c>, the counts, <c>moments</c>
/// as <c>[mean, second, third, fourth]</c>, and the three sketches in base64. A moment that JSON cannot write is null.
/// </summary>
internal static class ProfileJson
{
    public static void Write<T>(Utf8JsonWriter json, Profile<T> profile)
        where T : notnull
    {
        json.WriteStartObject();
        json.WriteString("values", profile.Kind.Name);
        json.WriteNumber("k", profile.Shape.K);
        json.WriteNumber("lgK", profile.Shape.LgK);
        json.WriteNumber("lgFrequent", profile.Shape.LgFrequent);
        json.WriteNumber("count", profile.Counts.All);
        json.WriteNumber("nulls", profile.Counts.Nulls);
        json.WriteNumber("defaults", profile.Counts.Defaults);
        json.WriteNumber("zeros", profile.Counts.Zeros);
        json.WriteNumber("nan", profile.Counts.NaNs);
        json.WriteNumber("infinite", profile.Counts.Infinities);
        json.WriteStartArray("moments");
        foreach (var moment in (ReadOnlySpan<double>)[profile.Moments.Mean, profile.Moments.Second, profile.Moments.Third, profile.Moments.Fourth])
        {
            if (double.IsFinite(moment))
                json.WriteNumberValue(moment);
            else
                json.WriteNullValue();
        }

        json.WriteEndArray();
        json.WriteBase64String("quantiles", profile.Quantiles.ToBytes());
        json.WriteBase64String("distinct", profile.Distinct.ToBytes());
        json.WriteBase64String("frequent", profile.Frequent.ToBytes());
        json.WriteEndObject();
    }

    public static Profile<T> Read<T>(JsonElement json, ValueKind<T> kind, ulong seed)
        where T : notnull
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw new FormatException("A profile is a JSON object.");
        var values = Field(json, "values");
        if (values.ValueKind != JsonValueKind.String || values.GetString() != kind.Name)
            throw new FormatException($"values: not \"{kind.Name}\".");
        var shape = new ProfileShape(Small(json, "k"), Small(json, "lgK"), Small(json, "lgFrequent"));
        var counts = new ProfileCounts(
            Count(json, "count"), Count(json, "nulls"), Count(json, "defaults"), Count(json, "zeros"), Count(json, "nan"), Count(json, "infinite"));
        var quantiles = Sketch(json, "quantiles", bytes => KllSketch.Read(bytes, SketchItems.Doubles, seed));
        var distinct = Sketch(json, "distinct", bytes => HllSketch.Read(bytes));
        var frequent = Sketch(json, "frequent", bytes => FrequentItemsSketch.Read(bytes, kind.Items));
        var moments = MomentsOf(Field(json, "moments"), quantiles.Count - counts.Infinities);

        var profile = new Profile<T>(kind, shape, counts, moments, new(quantiles, distinct, frequent));
        return profile.Fault() is var (part, reason)
            ? throw new FormatException($"{(part == ProfilePart.Counts ? "count" : JsonNamingPolicy.CamelCase.ConvertName(part.ToString()))}: {reason}.")
            : profile;
    }

    private static Moments MomentsOf(JsonElement json, long count)
    {
        if (json.ValueKind != JsonValueKind.Array || json.GetArrayLength() != 4)
            throw new FormatException("moments: not an array of mean, second, third and fourth.");
        var moments = json.EnumerateArray().Select(moment => moment switch
        {
            { ValueKind: JsonValueKind.Null } => double.NaN,
            { ValueKind: JsonValueKind.Number } when moment.TryGetDouble(out var number) => number,
            _ => throw new FormatException("moments: not all are numbers or null."),
        }).ToArray();
        return new(count, moments[0], moments[1], moments[2], moments[3]);
    }

    private static TSketch Sketch<TSketch>(JsonElement json, string name, Func<byte[], TSketch> read)
    {
        if (Field(json, name) is not { ValueKind: JsonValueKind.String } field || !field.TryGetBytesFromBase64(out var bytes))
            throw new FormatException($"{name}: not a string in base64.");
        try
        {
            return read(bytes);
        }
        catch (SketchFormatException refused)
        {
            throw new FormatException($"{name}: {refused.Message}", refused);
        }
    }

    private static int Small(JsonElement json, string name) =>
        Count(json, name) is <= ushort.MaxValue and var number ? (int)number : throw new FormatException($"{name}: more than {ushort.MaxValue}.");

    private static long Count(JsonElement json, string name) =>
        Field(json, name) is { ValueKind: JsonValueKind.Number } field && field.TryGetInt64(out var number) && number >= 0
            ? number
            : throw new FormatException($"{name}: not a whole number from 0.");

    private static JsonElement Field(JsonElement json, string name) =>
        json.TryGetProperty(name, out var field) ? field : throw new FormatException($"{name}: missing.");
}
