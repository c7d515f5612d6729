using System.Text.Json;
using FeatureGovernance.Statistics.Sketches;
using FsCheck;
using FsCheck.Xunit;

namespace FeatureGovernance.UnitTests.Sketches;

public class ProfileTests
{
    private static readonly ProfileShape Shape = new();

    [Property(MaxTest = 50)]
    public void The_profile_of_the_whole_is_the_merge_of_its_parts_in_any_order(double?[][] parts, int seed)
    {
        var whole = OfNumbers(parts.SelectMany(part => part));
        var shuffled = (double?[][])parts.Clone();
        new Random(seed).Shuffle(shuffled);
        var merged = shuffled.Select(OfNumbers).Aggregate(OfNumbers([]), (sum, part) => sum.Merge(part));

        merged.Counts.Should().Be(whole.Counts);
        (merged.Minimum, merged.Maximum).Should().Be((whole.Minimum, whole.Maximum));
        (merged.Quantiles.Count, merged.Frequent.Weight).Should().Be((whole.Quantiles.Count, whole.Frequent.Weight));
        merged.Distinct.Estimate.Should().Be(whole.Distinct.Estimate);
    }

    [Property(MaxTest = 50)]
    public void Moments_of_parts_merge_to_those_of_the_whole(NormalFloat[] first, NormalFloat[] second)
    {
        // Within a range where fourth powers are finite.
        static double[] Tame(NormalFloat[] numbers) => [.. numbers.Select(number => Math.IEEERemainder(number.Get, 1000))];
        var (a, b) = (Tame(first), Tame(second));
        var merged = MomentsOf(a).Merge(MomentsOf(b));
        double[] all = [.. a, .. b];

        merged.Count.Should().Be(all.Length);
        if (all.Length == 0)
            return;
        var mean = all.Average();
        var scale = all.Max(number => Math.Abs(number - mean)) + 1e-9;
        double Power(int power) => all.Sum(number => Math.Pow(number - mean, power));
        merged.Mean.Should().BeApproximately(mean, 1e-9 * (scale + Math.Abs(mean)));
        merged.Second.Should().BeApproximately(Power(2), 1e-9 * all.Length * Math.Pow(scale, 2));
        merged.Third.Should().BeApproximately(Power(3), 1e-9 * all.Length * Math.Pow(scale, 3));
        merged.Fourth.Should().BeApproximately(Power(4), 1e-9 * all.Length * Math.Pow(scale, 4));
    }

    [Fact]
    public void Embeddings_are_told_by_norm_and_dimension_and_merge_and_travel()
    {
        Profile<Embedding> Of(params Embedding[] embeddings)
        {
            var profile = Profile.OfEmbeddings(Shape);
            foreach (var embedding in embeddings)
                profile.Update(embedding);
            return profile;
        }

        var merged = Of(new(1, 256), new(3, 256), new(double.NaN, 256)).Merge(Of(new(2, 512), new(0, 256)));
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
            merged.WriteJson(json);

        foreach (var read in new[] { Profile.ReadEmbeddings(merged.ToBytes()), Profile.ReadEmbeddings(JsonDocument.Parse(stream.ToArray()).RootElement) })
        {
            (read.Counts.All, read.Counts.NaNs, read.Counts.Zeros).Should().Be((5, 1, 1));
            (read.Minimum, read.Maximum, read.Moments.Mean).Should().Be((0, 3, 1.5));
            read.Frequent.Frequent(FrequentItemsError.NoFalsePositives).Select(one => (one.Item.Dimension, one.LowerBound)).Should().Equal((256, 3), (512, 1));
        }

        var readNumbers = () => Profile.ReadNumbers(merged.ToBytes());
        readNumbers.Should().Throw<SketchFormatException>().WithMessage("*kind of value*");
        var negative = merged.ToBytes();
        negative[^1] = 0x80;
        var readNegative = () => Profile.ReadEmbeddings(negative);
        readNegative.Should().Throw<SketchFormatException>().WithMessage("*dimension*");
    }

    [Fact]
    public void Moments_keep_their_precision_far_from_zero()
    {
        // NIST's NumAcc3: mean 1000000.2, standard deviation 0.1.
        var moments = default(Moments).With(1_000_000.2);
        for (var i = 0; i < 500; i++)
            moments = moments.With(1_000_000.1).With(1_000_000.3);
        moments.Mean.Should().BeApproximately(1_000_000.2, 1e-9);
        Math.Sqrt(moments.Variance).Should().BeApproximately(0.1, 1e-9);
        moments.Skewness.Should().BeApproximately(0, 1e-6);
        moments.ExcessKurtosis.Should().BeApproximately(-1.999, 1e-6);
    }

    [Fact]
    public void Special_values_are_counted_apart()
    {
        var profile = OfNumbers([1, null, 0, double.NaN, double.NegativeInfinity, 0, 5]);
        profile.Update(9, isDefault: true);
        profile.Counts.Should().Be(new ProfileCounts(8, Nulls: 1, Defaults: 1, Zeros: 2, NaNs: 1, Infinities: 1));
        profile.Moments.Count.Should().Be(5);
        profile.Moments.Mean.Should().Be(3);
        profile.Minimum.Should().Be(double.NegativeInfinity);
        profile.Frequent.Estimate(0).Should().Be(2);
    }

    [Fact]
    public void A_text_is_measured_by_its_characters()
    {
        var profile = Profile.OfTexts(Shape);
        foreach (var text in new[] { "", "a", "a", "äöü", "🙂🙂" })
            profile.Update(text);
        profile.Counts.Zeros.Should().Be(1);
        profile.Maximum.Should().Be(3);
        profile.Quantiles.View().Quantile(0.5).Should().Be(1);
        profile.Frequent.Frequent(FrequentItemsError.NoFalsePositives)[0].Item.Should().Be("a");
    }

    [Fact]
    public void Many_parts_agree_with_the_whole_within_each_bound()
    {
        var random = new Random(8);
        var values = Enumerable.Range(0, 60_000).Select(_ => Math.Round(Math.Exp(3 * random.NextDouble()) * 100)).ToArray();
        var merged = values.Chunk(2000).Select((chunk, i) => OfNumbers(chunk.Select(value => (double?)value), (ulong)i)).Aggregate((a, b) => a.Merge(b));

        var distinct = values.Distinct().Count();
        ((double)distinct).Should().BeInRange(merged.Distinct.LowerBound(3), merged.Distinct.UpperBound(3));
        var median = values.Order().ElementAt(values.Length / 2);
        merged.Quantiles.View().Rank(median).Should().BeApproximately(0.5, 1.5 * merged.Quantiles.RankError());
        var ones = values.Count(value => value == 100);
        ((long)ones).Should().BeInRange(merged.Frequent.LowerBound(100), merged.Frequent.UpperBound(100));
        merged.Moments.Mean.Should().BeApproximately(values.Average(), 1e-6);
    }

    [Property(MaxTest = 50)]
    public void A_profile_survives_bytes_and_JSON(double?[] values)
    {
        var profile = OfNumbers(values);
        Profile.ReadNumbers(profile.ToBytes()).ToBytes().Should().Equal(profile.ToBytes());
        var read = Profile.ReadNumbers(ToJson(profile));
        read.Counts.Should().Be(profile.Counts);
        ToJson(read).ToString().Should().Be(ToJson(profile).ToString());
    }

    [Fact]
    public void Damaged_bytes_are_refused_or_read()
    {
        var profile = Profile.OfTexts(Shape);
        for (var i = 0; i < 3000; i++)
            profile.Update($"text {i % 700}");
        var bytes = profile.ToBytes();
        Profile.ReadTexts(bytes).ToBytes().Should().Equal(bytes);

        for (var length = 0; length < bytes.Length; length += 13)
        {
            var cut = () => Profile.ReadTexts(bytes.AsSpan(0, length));
            cut.Should().Throw<SketchFormatException>().Which.Offset.Should().BeInRange(0, length);
        }

        var random = new Random(9);
        for (var trial = 0; trial < 500; trial++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[random.Next(trial % 2 == 0 ? 120 : bytes.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                Profile.ReadTexts(damaged).Counts.All.Should().BeGreaterThanOrEqualTo(3000);
            }
            catch (SketchFormatException refused)
            {
                refused.Offset.Should().BeInRange(0, bytes.Length);
            }
        }
    }

    [Theory]
    [InlineData("count", "-1", "count: not a whole number from 0.")]
    [InlineData("count", "77", "* values, not *")]
    [InlineData("quantiles", "\"AAAA\"", "quantiles: *")]
    [InlineData("distinct", "\"?\"", "distinct: not a string in base64.")]
    [InlineData("moments", "[1]", "moments: *")]
    [InlineData("values", "\"texts\"", "values: *")]
    [InlineData("lgK", "4", "distinct: *")]
    public void A_wrong_JSON_field_is_named(string field, string value, string message)
    {
        var json = ToJson(OfNumbers([1, 2, null]));
        var fields = json.EnumerateObject().Select(property => (property.Name, Raw: property.Name == field ? value : property.Value.GetRawText()));
        var changed = $"{{{string.Join(',', fields.Select(pair => $"\"{pair.Name}\":{pair.Raw}"))}}}";
        var read = () => Profile.ReadNumbers(JsonDocument.Parse(changed).RootElement);
        read.Should().Throw<FormatException>().WithMessage(message);
    }

    private static JsonElement ToJson<T>(Profile<T> profile)
        where T : notnull
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
            profile.WriteJson(json);
        return JsonDocument.Parse(stream.ToArray()).RootElement;
    }

    private static Profile<double> OfNumbers(IEnumerable<double?> values) => OfNumbers(values, 0);

    private static Profile<double> OfNumbers(IEnumerable<double?> values, ulong seed)
    {
        var profile = Profile.OfNumbers(Shape, seed);
        foreach (var value in values)
        {
            if (value is { } number)
                profile.Update(number);
            else
                profile.UpdateNull();
        }

        return profile;
    }

    private static Moments MomentsOf(double[] numbers) => numbers.Aggregate(default(Moments), (moments, number) => moments.With(number));
}
