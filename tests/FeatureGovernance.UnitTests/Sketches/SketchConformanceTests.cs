using FeatureGovernance.Statistics.Sketches;

namespace FeatureGovernance.UnitTests.Sketches;

/// <summary>Sketches written by the Apache DataSketches libraries.</summary>
public class SketchConformanceTests
{
    [Fact]
    public void Every_shared_sketch_is_read_as_what_its_name_says()
    {
        foreach (var (name, bytes) in SketchFiles.All())
            name.Should().StartWith(SketchDetection.Read(bytes, fileName: name).Kind.Name());
    }

    [Fact]
    public void The_type_of_items_shows_without_the_file_name()
    {
        foreach (var (name, bytes) in SketchFiles.All().Where(file => SketchFiles.Fed(file.Name) != 0))
            name.Should().StartWith(SketchDetection.Read(bytes).Kind.Name());
    }

    [Fact]
    public void An_empty_sketch_without_a_telling_name_is_of_unknown_items()
    {
        foreach (var (prefix, kind) in new[] { ("kll", SketchKind.Kll), ("frequent", SketchKind.Frequent) })
        {
            foreach (var (name, bytes) in SketchFiles.All(prefix).Where(file => SketchFiles.Fed(file.Name) == 0))
                SketchDetection.Read(bytes, fileName: "x.sk").Kind.Should().Be(kind, name);
        }
    }

    [Fact]
    public void Every_shared_sketch_is_rewritten_byte_by_byte()
    {
        foreach (var (name, bytes) in SketchFiles.All())
        {
            var sketch = SketchDetection.Read(bytes, fileName: name);
            var rewritten = sketch is AnySketch.Distinct hll ? hll.Sketch.ToBytes(hll.Sketch.Form) : sketch.ToBytes();
            rewritten.Should().Equal(bytes, name);
        }
    }

    [Fact]
    public void A_copy_is_written_like_its_original()
    {
        foreach (var (name, bytes) in SketchFiles.All("kll_double"))
            KllSketch.Read(bytes, SketchItems.Doubles).Copy().ToBytes().Should().Equal(bytes, name);
        foreach (var (name, bytes) in SketchFiles.All("frequent_long"))
            FrequentItemsSketch.Read(bytes, SketchItems.Longs).Copy().ToBytes().Should().Equal(bytes, name);
        foreach (var (name, bytes) in SketchFiles.All("hll"))
        {
            var sketch = HllSketch.Read(bytes);
            sketch.Copy(sketch.Kind).ToBytes(sketch.Form).Should().Equal(bytes, name);
        }
    }

    [Theory]
    [InlineData("double")]
    [InlineData("float")]
    [InlineData("long")]
    public void A_quantile_sketch_of_1_to_n_knows_n_its_ends_and_every_rank(string type)
    {
        foreach (var (name, bytes) in SketchFiles.All($"kll_{type}_n").Where(file => SketchFiles.Fed(file.Name) > 0))
        {
            var n = SketchFiles.Fed(name)!.Value;
            switch (type)
            {
                case "double":
                    CheckRanks(KllSketch.Read(bytes, SketchItems.Doubles), n, item => item, item => item);
                    break;
                case "float":
                    CheckRanks(KllSketch.Read(bytes, SketchItems.Floats), n, item => (float)item, item => item);
                    break;
                default:
                    CheckRanks(KllSketch.Read(bytes, SketchItems.Longs), n, item => (long)item, item => item);
                    break;
            }
        }
    }

    [Fact]
    public void A_quantile_sketch_of_padded_numbers_as_strings_knows_them_too()
    {
        foreach (var (name, bytes) in SketchFiles.All("kll_string_n").Where(file => SketchFiles.Fed(file.Name) > 0))
        {
            var digits = SketchFiles.Fed(name)!.Value.ToString().Length;
            var sketch = ((AnySketch.Quantiles<string>)SketchDetection.Read(bytes)).Sketch;
            var padded = sketch.Items == SketchItems.Strings;
            CheckRanks(sketch, SketchFiles.Fed(name)!.Value, item => $"{(int)item}".PadLeft(padded ? digits : 1), double.Parse);
        }
    }

    [Fact]
    public void A_distinct_sketch_of_n_numbers_counts_them_within_three_deviations()
    {
        foreach (var (name, bytes) in SketchFiles.All("hll").Where(file => SketchFiles.Fed(file.Name) is not null))
        {
            var sketch = HllSketch.Read(bytes);
            var n = SketchFiles.Fed(name)!.Value;
            sketch.IsEmpty.Should().Be(n == 0, name);
            ((double)n).Should().BeInRange(sketch.LowerBound(3), sketch.UpperBound(3), name);
            sketch.Estimate.Should().BeInRange(sketch.LowerBound(1), sketch.UpperBound(1), name);
        }
    }

    [Theory]
    [InlineData(HllKind.Hll4)]
    [InlineData(HllKind.Hll6)]
    [InlineData(HllKind.Hll8)]
    public void The_same_numbers_give_the_registers_and_estimates_that_Java_has(HllKind kind)
    {
        foreach (var (name, bytes) in SketchFiles.All($"{(SketchKind.Hll4 + (int)kind).Name()}_n"))
        {
            var sketch = new HllSketch(12, kind);
            for (var i = 0L; i < SketchFiles.Fed(name); i++)
                sketch.Update(i);
            var other = HllSketch.Read(bytes);
            sketch.Estimate.Should().Be(other.Estimate, name);
            sketch.ToBytes().Length.Should().Be(bytes.Length, name);
            if (kind != HllKind.Hll4)
                sketch.ToBytes().Should().Equal(bytes, name);
        }
    }

    [Fact]
    public void The_same_stream_gives_the_frequent_items_bytes_that_Java_writes()
    {
        foreach (var (name, bytes) in SketchFiles.ByJava("frequent_"))
        {
            var (longs, strings) = (new FrequentItemsSketch<long>(SketchItems.Longs, 6), new FrequentItemsSketch<string>(SketchItems.Strings, 6));
            for (var i = 1L; i <= SketchFiles.Fed(name); i++)
            {
                longs.Update(i);
                strings.Update($"{i}");
            }

            (name.Contains("long", StringComparison.Ordinal) ? longs.ToBytes() : strings.ToBytes()).Should().Equal(bytes, name);
        }
    }

    [Fact]
    public void The_same_few_numbers_give_the_quantile_bytes_that_Java_writes()
    {
        foreach (var (name, bytes) in SketchFiles.ByJava("kll_double_n").Where(file => SketchFiles.Fed(file.Name) <= 100))
        {
            var sketch = new KllSketch<double>(SketchItems.Doubles);
            for (var i = 1; i <= SketchFiles.Fed(name); i++)
                sketch.Update(i);
            sketch.ToBytes().Should().Equal(bytes, name);
        }
    }

    [Fact]
    public void Frequent_strings_beyond_ASCII_are_read()
    {
        var sketch = FrequentItemsSketch.Read(SketchFiles.Bytes("frequent_string_utf8_java.sk"), SketchItems.Strings);
        sketch.Weight.Should().Be(28);
        sketch.Estimate("абвгд").Should().Be(1);
        sketch.Estimate("эюя").Should().Be(7);
        sketch.Frequent(FrequentItemsError.NoFalsePositives)[0].Item.Should().Be("эюя");
    }

    [Fact]
    public void A_sketch_asked_for_as_another_kind_is_refused()
    {
        var (doubles, hll4) = (SketchFiles.Bytes("kll_double_n1000_java.sk"), SketchFiles.Bytes("hll4_n10_java.sk"));
        foreach (var type in new[] { "float", "string" })
        {
            var read = () => SketchDetection.Read(doubles, SketchKinds.Parse($"kll_{type}"));
            read.Should().Throw<SketchFormatException>();
        }

        var asHll6 = () => SketchDetection.Read(hll4, SketchKind.Hll6);
        asHll6.Should().Throw<SketchFormatException>().Which.Offset.Should().Be(7);
    }

    private static void CheckRanks<T>(KllSketch<T> sketch, int n, Func<double, T> toItem, Func<T, double> toNumber)
        where T : notnull
    {
        sketch.Count.Should().Be(n);
        toNumber(sketch.Minimum).Should().Be(1);
        toNumber(sketch.Maximum).Should().Be(n);
        var view = sketch.View();
        for (var rank = 0.05; rank < 1; rank += 0.05)
        {
            var item = Math.Ceiling(rank * n);
            view.Rank(toItem(item)).Should().BeApproximately(item / n, sketch.RankError() + 1e-9);
            (toNumber(view.Quantile(rank)) / n).Should().BeApproximately(rank, sketch.RankError() + (1.0 / n));
        }
    }
}
