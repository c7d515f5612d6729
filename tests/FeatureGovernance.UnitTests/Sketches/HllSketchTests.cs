using FeatureGovernance.Statistics.Sketches;
using FsCheck.Xunit;

namespace FeatureGovernance.UnitTests.Sketches;

public class HllSketchTests
{
    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData(8)]
    [InlineData(11)]
    [InlineData(14)]
    public void Every_width_and_form_survives_writing_from_empty_to_many(int lgK)
    {
        foreach (var n in new[] { 0, 1, 7, 8, 20, 200, 1000, 30_000 })
        {
            foreach (var kind in Enum.GetValues<HllKind>())
            {
                var sketch = Of(0, n, lgK, kind);
                foreach (var form in Enum.GetValues<HllForm>())
                {
                    var bytes = sketch.ToBytes(form);
                    var read = HllSketch.Read(bytes);
                    read.ToBytes(form).Should().Equal(bytes);
                    (read.Estimate, read.Kind, read.LgK).Should().Be((sketch.Estimate, kind, lgK));

                    // Both forms can be made from either.
                    var other = HllSketch.Read(read.ToBytes(form == HllForm.Compact ? HllForm.Updatable : HllForm.Compact));
                    other.Estimate.Should().Be(sketch.Estimate);
                }
            }
        }
    }

    [Theory]
    [InlineData(5)]
    [InlineData(9)]
    [InlineData(12)]
    public void A_sketch_goes_on_from_its_bytes(int lgK)
    {
        foreach (var kind in Enum.GetValues<HllKind>())
        {
            var (whole, resumed) = (Of(0, 0, lgK, kind), Of(0, 0, lgK, kind));
            for (var i = 0L; i < 6000; i++)
            {
                whole.Update(i);
                resumed.Update(i);
                if (i % 97 == 0)
                    resumed = HllSketch.Read(resumed.ToBytes(i % 2 == 0 ? HllForm.Compact : HllForm.Updatable));
            }

            resumed.Estimate.Should().Be(whole.Estimate);
        }
    }

    [Theory]
    [InlineData(8)]
    [InlineData(12)]
    public void Counts_and_unions_stay_within_their_bounds_as_often_as_stated(int lgK)
    {
        const int Trials = 200;
        var (alone, together) = (0, 0);
        for (var trial = 0; trial < Trials; trial++)
        {
            var from = trial * 1_000_000L;
            var n = 2000 + (trial * 37);
            var sketch = Of(from, n, lgK, HllKind.Hll8);
            var union = new HllUnion(lgK);
            union.Update(Of(from, 2 * n / 3, lgK, HllKind.Hll4));
            union.Update(Of(from + (n / 3), n - (n / 3), lgK, HllKind.Hll6));
            var merged = union.ToSketch(HllKind.Hll4);
            merged.IsMerged.Should().BeTrue();
            if (n < sketch.LowerBound(2) || n > sketch.UpperBound(2))
                alone++;
            if (n < merged.LowerBound(2) || n > merged.UpperBound(2))
                together++;
        }

        // 4.6 % of 200 is 9; 20 or more have a chance below 0.1 %.
        alone.Should().BeLessThan(20);
        together.Should().BeLessThan(20);
    }

    [Fact]
    public void The_union_of_shared_sketches_of_nested_sets_counts_the_largest()
    {
        var union = new HllUnion();
        foreach (var (_, bytes) in SketchFiles.All("hll"))
            union.Update(HllSketch.Read(bytes));
        var sketch = union.ToSketch(HllKind.Hll8);
        1_000_000.0.Should().BeInRange(sketch.LowerBound(3), sketch.UpperBound(3));
    }

    [Fact]
    public void A_union_with_one_sketch_of_registers_keeps_its_estimate()
    {
        var sketch = Of(0, 50_000, 12, HllKind.Hll4);
        var union = new HllUnion();
        union.Update(Of(0, 5, 12, HllKind.Hll4));
        union.Update(sketch);
        union.Update(Of(10, 100, 12, HllKind.Hll4));
        union.ToSketch(HllKind.Hll4).Estimate.Should().Be(sketch.Estimate);
    }

    [Fact]
    public void A_union_has_the_fewest_registers_of_its_sketches()
    {
        var union = new HllUnion(14);
        union.Update(Of(0, 20_000, 13, HllKind.Hll8));
        union.Update(Of(10_000, 20_000, 10, HllKind.Hll6));
        var sketch = union.ToSketch(HllKind.Hll8);
        sketch.LgK.Should().Be(10);
        30_000.0.Should().BeInRange(sketch.LowerBound(3), sketch.UpperBound(3));
    }

    [Theory]
    [InlineData("hll8_n1000_java.sk", 8)]
    [InlineData("hll6_n1000_java.sk", 8)]
    [InlineData("hll8_n1000_java.sk", 32)]
    [InlineData("hll4_n100_java.sk", 16)]
    [InlineData("hll4_n10_java.sk", 2)]
    public void Marks_of_other_writers_are_kept(string file, byte flag)
    {
        var bytes = SketchFiles.Bytes(file);
        bytes[5] ^= flag;
        HllSketch.Read(bytes).ToBytes().Should().Equal(bytes);
    }

    [Fact]
    public void A_Java_union_that_was_not_brought_up_to_date_is_counted_afresh()
    {
        var union = new HllUnion();
        union.Update(Of(0, 30_000, 12, HllKind.Hll8));
        union.Update(Of(20_000, 30_000, 12, HllKind.Hll8));
        var sketch = union.ToSketch(HllKind.Hll8);
        var bytes = sketch.ToBytes();
        bytes[5] |= 32;
        BitConverter.TryWriteBytes(bytes.AsSpan(16), 4096.0);
        BitConverter.TryWriteBytes(bytes.AsSpan(32), 4096);
        HllSketch.Read(bytes).Estimate.Should().Be(sketch.Estimate);

        bytes[5] ^= 32;
        var read = () => HllSketch.Read(bytes);
        read.Should().Throw<SketchFormatException>();
    }

    [Fact]
    public void Strings_and_numbers_hash_as_in_the_other_libraries()
    {
        MurmurHash3.Hash("The quick brown fox jumps over the lazy dog"u8, 0).Should().Be((0xe34bbc7bbc071b6cUL, 0x7a433ca9c49a9347UL));
        var sketch = new HllSketch();
        sketch.Update(0.0);
        sketch.Update(-0.0);
        sketch.Update("");
        sketch.Update(double.NaN);
        sketch.Update(-double.NaN);
        sketch.Estimate.Should().BeApproximately(2, 1e-6);
    }

    [Property(MaxTest = 40)]
    public void The_order_of_a_union_does_not_matter_to_its_registers(long[] first, long[] second, long[] third)
    {
        static HllSketch Sketch(long[] items, int spread)
        {
            var sketch = new HllSketch(8, HllKind.Hll4);
            foreach (var item in items)
            {
                for (var i = 0; i < spread; i++)
                    sketch.Update(item + (1_000_003L * i));
            }

            return sketch;
        }

        HllSketch[] parts = [Sketch(first, 40), Sketch(second, 30), Sketch(third, 3)];
        double Union(params int[] order)
        {
            var union = new HllUnion(8);
            foreach (var index in order)
                union.Update(parts[index]);
            var sketch = union.ToSketch(HllKind.Hll6);
            return sketch.IsMerged ? sketch.Estimate : double.NaN;
        }

        var estimates = new[] { Union(0, 1, 2), Union(2, 1, 0), Union(1, 2, 0), Union(0, 2, 1) };
        estimates.Distinct().Should().HaveCount(1);
    }

    private static HllSketch Of(long from, int count, int lgK, HllKind kind)
    {
        var sketch = new HllSketch(lgK, kind);
        for (var item = from; item < from + count; item++)
            sketch.Update(item);
        return sketch;
    }
}
