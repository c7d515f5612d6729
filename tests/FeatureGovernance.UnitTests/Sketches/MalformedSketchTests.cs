using FeatureGovernance.Statistics.Sketches;

namespace FeatureGovernance.UnitTests.Sketches;

/// <summary>Whatever the bytes, the answer is a sketch or a <see cref="SketchFormatException"/>.</summary>
public class MalformedSketchTests
{
    private const long MostAllocated = 64L << 20;

    [Fact]
    public void Every_truncation_is_refused()
    {
        foreach (var (name, bytes) in SketchFiles.All())
        {
            for (var length = 0; length < bytes.Length; length += bytes.Length > 400 ? 31 : 1)
            {
                var read = () => SketchDetection.Read(bytes.AsSpan(0, length), fileName: name);
                read.Should().Throw<SketchFormatException>($"{name} cut to {length}").Which.Offset.Should().BeInRange(0, length);
            }
        }
    }

    [Fact]
    public void Bytes_after_the_end_are_refused()
    {
        foreach (var (name, bytes) in SketchFiles.All())
        {
            var read = () => SketchDetection.Read([.. bytes, 0], fileName: name);
            read.Should().Throw<SketchFormatException>(name);
        }
    }

    [Fact]
    public void Flipped_bits_are_read_or_refused_within_little_memory()
    {
        var random = new Random(5);
        foreach (var (name, bytes) in SketchFiles.All())
        {
            for (var trial = 0; trial < 60; trial++)
            {
                var damaged = (byte[])bytes.Clone();
                for (var flips = random.Next(1, 4); flips > 0; flips--)
                    damaged[Position(random, bytes.Length)] ^= (byte)(1 << random.Next(8));
                ReadOrRefuse(damaged, name);
            }
        }
    }

    [Fact]
    public void Random_bytes_after_a_true_header_are_read_or_refused_within_little_memory()
    {
        var random = new Random(6);
        foreach (var (name, bytes) in SketchFiles.All())
        {
            var damaged = (byte[])bytes.Clone();
            random.NextBytes(damaged.AsSpan(Math.Min(damaged.Length, 8 + (4 * random.Next(8)))));
            ReadOrRefuse(damaged, name);
        }
    }

    [Theory]
    [InlineData("kll_double_n10_java.sk", 0, 3, 0)]
    [InlineData("kll_double_n10_java.sk", 1, 9, 0)]
    [InlineData("kll_double_n10_java.sk", 3, 64, 3)]
    [InlineData("kll_double_n10_java.sk", 6, 7, 6)]
    [InlineData("kll_double_n10_java.sk", 8, 11, 8)]
    [InlineData("kll_double_n10_java.sk", 18, 200, 18)]
    [InlineData("hll4_n1000_java.sk", 1, 2, 1)]
    [InlineData("hll4_n1000_java.sk", 3, 60, 3)]
    [InlineData("hll4_n1000_java.sk", 7, 11, 7)]
    [InlineData("hll4_n1000_java.sk", 33, 77, 32)]
    [InlineData("hll8_n1000_java.sk", 41, 77, 41)]
    [InlineData("hll4_n100_java.sk", 8, 255, 8)]
    [InlineData("frequent_long_n10_java.sk", 1, 7, 1)]
    [InlineData("frequent_long_n10_java.sk", 3, 99, 3)]
    [InlineData("frequent_long_n10_java.sk", 11, 127, 8)]
    [InlineData("frequent_long_n10_java.sk", 39, 127, 32)]
    public void A_wrong_field_is_named_by_its_offset(string file, int at, byte value, long offset)
    {
        var bytes = SketchFiles.Bytes(file);
        bytes[at] = value;
        var read = () => SketchDetection.Read(bytes, fileName: file);
        read.Should().Throw<SketchFormatException>().Which.Offset.Should().Be(offset);
    }

    [Fact]
    public void Another_family_is_refused_by_name()
    {
        var read = () => SketchDetection.Read([2, 3, 3, 0, 0, 30, 0, 0]);
        read.Should().Throw<SketchFormatException>().WithMessage("*family is 3*").Which.Offset.Should().Be(2);
    }

    [Fact]
    public void A_sketch_read_from_damaged_bytes_can_be_used()
    {
        var random = new Random(7);
        foreach (var (_, bytes) in SketchFiles.All("hll"))
        {
            for (var trial = 0; trial < 20; trial++)
            {
                bytes[Position(random, bytes.Length)] ^= (byte)(1 << random.Next(8));
                HllSketch sketch;
                try
                {
                    sketch = HllSketch.Read(bytes);
                }
                catch (SketchFormatException)
                {
                    continue;
                }

                for (var i = 0L; i < 500; i++)
                    sketch.Update(i);
                HllSketch.Read(sketch.ToBytes(HllForm.Updatable)).Estimate.Should().Be(sketch.Estimate);
            }
        }
    }

    // Headers are where one bit changes most.
    private static int Position(Random random, int length) => random.Next(random.Next(2) == 0 ? Math.Min(length, 40) : length);

    private static void ReadOrRefuse(byte[] bytes, string name)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            SketchDetection.Read(bytes, fileName: name).Summarize().Kind.Should().BeDefined();
        }
        catch (SketchFormatException refused)
        {
            refused.Offset.Should().BeInRange(0, bytes.Length);
            refused.Reason.Should().NotBeEmpty();
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(MostAllocated, name);
    }
}
