using System.Text.Json;

namespace FeatureGovernance.Statistics.Sketches;

/// <summary>How large the sketches of a profile are; profiles merge only with the same shape.</summary>
/// <param name="K">Of the quantile sketch: 8 to 65,535.</param>
/// <param name="LgK">Log2 of the registers of the distinct sketch: 4 to 21.</param>
/// <param name="LgFrequent">Log2 of the table of frequent values: 3 to 30.</param>
public sealed record ProfileShape(int K = KllSketch.DefaultK, int LgK = HllSketch.DefaultLgK, int LgFrequent = 8);

/// <summary>
/// A mergeable summary of values: counts, moments, quantiles, distinct and frequent values. What is measured of a number is the number
/// itself, of a text its length in Unicode characters, of an embedding its norm; frequent among embeddings are their dimensions. Counts, minimum and maximum are exact in any order of merging, moments up to
/// rounding, the rest within the bounds of its sketch. An accumulator: not for use by several threads at once.
/// </summary>
/// <typeparam name="T">The type of value: double, string or <see cref="Embedding"/>.</typeparam>
public sealed class Profile<T>
    where T : notnull
{
    internal Profile(ValueKind<T> kind, ProfileShape shape, ProfileCounts counts, Moments moments, ProfileSketches<T> sketches) =>
        (Kind, Shape, Counts, Moments, Sketches) = (kind, shape, counts, moments, sketches);

    /// <summary>How large the sketches are.</summary>
    public ProfileShape Shape { get; }

    /// <summary>How many values, and how many of a special kind.</summary>
    public ProfileCounts Counts { get; internal set; }

    /// <summary>Moments of the finite measures.</summary>
    public Moments Moments { get; internal set; }

    /// <summary>The distribution of the measures that are numbers.</summary>
    public KllSketch<double> Quantiles => Sketches.Quantiles;

    /// <summary>The number of distinct values.</summary>
    public HllSketch Distinct => Sketches.Distinct;

    /// <summary>The most frequent values.</summary>
    public FrequentItemsSketch<T> Frequent => Sketches.Frequent;

    /// <summary>The smallest measure, exactly; null where there is none.</summary>
    public double? Minimum => Quantiles.Count == 0 ? null : Quantiles.Minimum;

    /// <summary>The largest measure, exactly; null where there is none.</summary>
    public double? Maximum => Quantiles.Count == 0 ? null : Quantiles.Maximum;

    internal ValueKind<T> Kind { get; }

    internal ProfileSketches<T> Sketches { get; }

    /// <summary>Adds a missing value.</summary>
    public void UpdateNull() => UpdateNulls(1);

    /// <summary>Adds so many missing values.</summary>
    public void UpdateNulls(long count) => Counts += new ProfileCounts(count, Nulls: count);

    /// <summary>Adds a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="isDefault">True where it is the default that stands in for a missing one.</param>
    public void Update(T value, bool isDefault = false)
    {
        var measure = Kind.Measure(value);
        Counts += new ProfileCounts(
            1, 0, isDefault ? 1 : 0, measure == 0 ? 1 : 0, double.IsNaN(measure) ? 1 : 0, double.IsInfinity(measure) ? 1 : 0);
        if (double.IsNaN(measure))
            return;
        if (double.IsFinite(measure))
            Moments = Moments.With(measure);
        Quantiles.Update(measure);
        Kind.Count(Distinct, value);
        Frequent.Update(Kind.Item(value));
    }

    /// <summary>The profile of the values of both; neither changes.</summary>
    /// <exception cref="ArgumentException">The other has another shape.</exception>
    public Profile<T> Merge(Profile<T> other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Shape != Shape)
            throw new ArgumentException($"A profile of shape {Shape} cannot be merged with one of {other.Shape}.", nameof(other));
        var quantiles = Quantiles.Copy();
        quantiles.Merge(other.Quantiles);
        var distinct = new HllUnion(Shape.LgK);
        distinct.Update(Distinct);
        distinct.Update(other.Distinct);
        var frequent = Frequent.Copy();
        frequent.Merge(other.Frequent);
        var sketches = new ProfileSketches<T>(quantiles, distinct.ToSketch(Distinct.Kind), frequent);
        return new(Kind, Shape, Counts + other.Counts, Moments.Merge(other.Moments), sketches);
    }

    /// <summary>The profile in binary form: counts and moments, then the sketches as Apache DataSketches write them.</summary>
    public byte[] ToBytes() => ProfileBinary.Write(this);

    /// <summary>The profile as a JSON object: counts and moments to read, the sketches in base64.</summary>
    public void WriteJson(Utf8JsonWriter json) => ProfileJson.Write(json, this);

    /// <summary>The part that contradicts the others, and how; null where all agree.</summary>
    internal (ProfilePart Part, string Reason)? Fault()
    {
        var numbers = (decimal)Counts.All - Counts.Nulls - Counts.NaNs;
        if (numbers < 0 || Counts.Zeros > numbers || Counts.Infinities > numbers || Counts.Defaults > Counts.All)
            return (ProfilePart.Counts, "A part of the values is counted more often than the whole");
        if (Moments.Count != numbers - Counts.Infinities)
            return (ProfilePart.Moments, $"The moments are of {Moments.Count} values, not of {numbers - Counts.Infinities}");
        if (Quantiles.Count != numbers || Quantiles.K != Shape.K)
            return (ProfilePart.Quantiles, $"The quantile sketch has {Quantiles.Count} values and k {Quantiles.K}, not {numbers} and {Shape.K}");
        if (Distinct.LgK > Shape.LgK)
            return (ProfilePart.Distinct, $"The distinct sketch has 2^{Distinct.LgK} registers, more than 2^{Shape.LgK}");
        // Where no value is frequent, the table may have been purged of all; the format keeps no weight of an empty one.
        if ((Frequent.Weight != numbers && Frequent.Tracked > 0) || Frequent.Weight > numbers || Frequent.LgMostSize != Shape.LgFrequent)
        {
            return (
                ProfilePart.Frequent,
                $"The frequent values weigh {Frequent.Weight} in a table of 2^{Frequent.LgMostSize}, not {numbers} in 2^{Shape.LgFrequent}");
        }

        return null;
    }
}

internal enum ProfilePart
{
    Counts,
    Moments,
    Quantiles,
    Distinct,
    Frequent,
}

/// <summary>Counts of a profile; they add up.</summary>
/// <param name="All">All values, missing ones included.</param>
/// <param name="Nulls">Missing values.</param>
/// <param name="Defaults">Values that are the default.</param>
/// <param name="Zeros">Numbers that are 0, or empty texts.</param>
/// <param name="NaNs">Numbers that are not a number; in no sketch.</param>
/// <param name="Infinities">Infinite numbers; in the sketches but not in the moments.</param>
public readonly record struct ProfileCounts(long All, long Nulls = 0, long Defaults = 0, long Zeros = 0, long NaNs = 0, long Infinities = 0)
{
    /// <summary>The sum of each count.</summary>
    public static ProfileCounts operator +(ProfileCounts left, ProfileCounts right) => left.Add(right);

    /// <summary>The sum of each count.</summary>
    public ProfileCounts Add(ProfileCounts other) => checked(new(
        All + other.All,
        Nulls + other.Nulls,
        Defaults + other.Defaults,
        Zeros + other.Zeros,
        NaNs + other.NaNs,
        Infinities + other.Infinities));
}

/// <summary>Making and reading profiles.</summary>
public static class Profile
{
    /// <summary>An empty profile of numbers.</summary>
    /// <param name="shape">How large its sketches are.</param>
    /// <param name="seed">For the quantile sketch.</param>
    public static Profile<double> OfNumbers(ProfileShape shape, ulong seed = 0) => Empty(ValueKind.Numbers, shape, seed);

    /// <summary>An empty profile of texts.</summary>
    /// <param name="shape">How large its sketches are.</param>
    /// <param name="seed">For the quantile sketch.</param>
    public static Profile<string> OfTexts(ProfileShape shape, ulong seed = 0) => Empty(ValueKind.Texts, shape, seed);

    /// <summary>An empty profile of embeddings.</summary>
    /// <param name="shape">How large its sketches are.</param>
    /// <param name="seed">For the quantile sketch.</param>
    public static Profile<Embedding> OfEmbeddings(ProfileShape shape, ulong seed = 0) => Empty(ValueKind.Embeddings, shape, seed);

    /// <summary>Reads a profile of embeddings.</summary>
    /// <exception cref="SketchFormatException">The bytes are no such profile.</exception>
    public static Profile<Embedding> ReadEmbeddings(ReadOnlySpan<byte> bytes, ulong seed = 0) => ProfileBinary.Read(bytes, ValueKind.Embeddings, seed);

    /// <summary>Reads a profile of embeddings from JSON.</summary>
    /// <exception cref="FormatException">A field, which the message names, is missing or wrong.</exception>
    public static Profile<Embedding> ReadEmbeddings(JsonElement json, ulong seed = 0) => ProfileJson.Read(json, ValueKind.Embeddings, seed);

    /// <summary>Reads a profile of numbers.</summary>
    /// <exception cref="SketchFormatException">The bytes are no such profile.</exception>
    public static Profile<double> ReadNumbers(ReadOnlySpan<byte> bytes, ulong seed = 0) =>
        ProfileBinary.Read(bytes, ValueKind.Numbers, seed);

    /// <summary>Reads a profile of texts.</summary>
    /// <exception cref="SketchFormatException">The bytes are no such profile.</exception>
    public static Profile<string> ReadTexts(ReadOnlySpan<byte> bytes, ulong seed = 0) => ProfileBinary.Read(bytes, ValueKind.Texts, seed);

    /// <summary>Reads a profile of numbers from JSON.</summary>
    /// <exception cref="FormatException">A field, which the message names, is missing or wrong.</exception>
    public static Profile<double> ReadNumbers(JsonElement json, ulong seed = 0) => ProfileJson.Read(json, ValueKind.Numbers, seed);

    /// <summary>Reads a profile of texts from JSON.</summary>
    /// <exception cref="FormatException">A field, which the message names, is missing or wrong.</exception>
    public static Profile<string> ReadTexts(JsonElement json, ulong seed = 0) => ProfileJson.Read(json, ValueKind.Texts, seed);

    private static Profile<T> Empty<T>(ValueKind<T> kind, ProfileShape shape, ulong seed)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(shape);
        var sketches = new ProfileSketches<T>(new(SketchItems.Doubles, shape.K, seed), new(shape.LgK), new(kind.Items, shape.LgFrequent));
        return new(kind, shape, default, default, sketches);
    }
}

internal sealed record ProfileSketches<T>(KllSketch<double> Quantiles, HllSketch Distinct, FrequentItemsSketch<T> Frequent)
    where T : notnull;

/// <summary>What is measured and counted of a value.</summary>
internal sealed record ValueKind<T>(byte Code, string Name, SketchItems<T> Items, Func<T, double> Measure, Action<HllSketch, T> Count)
    where T : notnull
{
    /// <summary>What is counted as frequent: mostly the value itself.</summary>
    public Func<T, T> Item { get; init; } = value => value;
}

internal static class ValueKind
{
    public static readonly ValueKind<double> Numbers = new(
        1, "numbers", SketchItems.Doubles, number => number, (sketch, number) => sketch.Update(number));

    public static readonly ValueKind<string> Texts = new(
        2, "texts", SketchItems.Strings, text => text.EnumerateRunes().Count(), (sketch, text) => sketch.Update(text));

    public static readonly ValueKind<Embedding> Embeddings = new(
        3, "embeddings", SketchItems.Dimensions, embedding => embedding.Norm, (sketch, embedding) => sketch.Update(embedding.Norm))
    {
        Item = embedding => new(0, embedding.Dimension),
    };
}
