using FeatureGovernance.Statistics.Sketches;
using FsCheck.Xunit;

namespace FeatureGovernance.UnitTests.Sketches;

public class FrequentItemsSketchTests
{
    [Fact]
    public void Bounds_hold_the_truth_and_the_error_stays_within_its_promise()
    {
        var sketch = new FrequentItemsSketch<long>(SketchItems.Longs, 7);
        var truth = Feed(sketch, 100_000, 1);
        CheckBounds(sketch, truth);
    }

    [Fact]
    public void Merged_bounds_hold_the_truth_too()
    {
        var (merged, truth) = (new FrequentItemsSketch<long>(SketchItems.Longs, 7), new Dictionary<long, long>());
        for (var part = 0; part < 12; part++)
        {
            var sketch = new FrequentItemsSketch<long>(SketchItems.Longs, 5 + (part % 4));
            foreach (var (item, count) in Feed(sketch, 3000 * part, part))
                truth[item] = truth.GetValueOrDefault(item) + count;
            merged.Merge(FrequentItemsSketch.Read(sketch.ToBytes(), SketchItems.Longs));
        }

        merged.Weight.Should().Be(truth.Values.Sum());
        CheckBounds(merged, truth, checkPromise: false);
    }

    [Fact]
    public void No_false_positives_and_no_false_negatives_mean_what_they_say()
    {
        var sketch = new FrequentItemsSketch<long>(SketchItems.Longs, 6);
        var truth = Feed(sketch, 50_000, 2);
        const long Threshold = 2500;
        var sure = sketch.Frequent(FrequentItemsError.NoFalsePositives, Threshold);
        var possible = sketch.Frequent(FrequentItemsError.NoFalseNegatives, Threshold);

        sure.Should().NotBeEmpty().And.OnlyContain(item => truth[item.Item] >= Threshold);
        truth.Where(entry => entry.Value >= Threshold).Select(entry => entry.Key).Should().BeSubsetOf(possible.Select(item => item.Item));
        possible.Select(item => item.Estimate).Should().BeInDescendingOrder();
    }

    [Fact]
    public void Shared_sketches_merge_to_the_sum_of_their_streams()
    {
        var merged = new FrequentItemsSketch<string>(SketchItems.Strings, 6);
        var weight = 0L;
        foreach (var (name, bytes) in SketchFiles.All("frequent_string_n"))
        {
            merged.Merge(FrequentItemsSketch.Read(bytes, SketchItems.Strings));
            weight += SketchFiles.Fed(name)!.Value;
        }

        merged.Weight.Should().Be(weight);
        for (var item = 1; item <= 1000; item++)
            merged.UpperBound($"{item}").Should().BeGreaterThanOrEqualTo(3);
    }

    [Fact]
    public void A_sketch_goes_on_from_its_bytes()
    {
        var (whole, resumed) = (new FrequentItemsSketch<long>(SketchItems.Longs, 6), new FrequentItemsSketch<long>(SketchItems.Longs, 6));
        var random = new Random(4);
        for (var i = 0; i < 5000; i++)
        {
            var item = random.Next(1 + random.Next(200));
            whole.Update(item);
            resumed.Update(item);
            if (i % 101 == 0)
                resumed = FrequentItemsSketch.Read(resumed.ToBytes(), SketchItems.Longs);
        }

        resumed.Weight.Should().Be(whole.Weight);
        resumed.LowerBound(0).Should().BeLessThanOrEqualTo(whole.UpperBound(0));
        resumed.UpperBound(0).Should().BeGreaterThanOrEqualTo(whole.LowerBound(0));
    }

    [Property(MaxTest = 60)]
    public void Few_enough_items_are_counted_exactly_in_any_order_of_merging(byte[] first, byte[] second)
    {
        FrequentItemsSketch<long> Sketch(params byte[][] parts)
        {
            var sum = new FrequentItemsSketch<long>(SketchItems.Longs, 9);
            foreach (var part in parts)
            {
                var sketch = new FrequentItemsSketch<long>(SketchItems.Longs, 9);
                foreach (var item in part)
                    sketch.Update(item);
                sum.Merge(sketch);
            }

            return sum;
        }

        var exact = first.Concat(second).GroupBy(item => (long)item).ToDictionary(group => group.Key, group => (long)group.Count());
        foreach (var sketch in new[] { Sketch(first, second), Sketch(second, first), Sketch([.. first, .. second]) })
        {
            sketch.Frequent(FrequentItemsError.NoFalsePositives).ToDictionary(item => item.Item, item => item.Estimate).Should().Equal(exact);
            sketch.MostError.Should().Be(0);
        }
    }

    private static Dictionary<long, long> Feed(FrequentItemsSketch<long> sketch, int updates, int seed)
    {
        var random = new Random(seed);
        var truth = new Dictionary<long, long>();
        for (var i = 0; i < updates; i++)
        {
            var item = (long)Math.Pow(random.NextDouble(), -1.2);
            var weight = 1 + random.Next(3);
            sketch.Update(item, weight);
            truth[item] = truth.GetValueOrDefault(item) + weight;
        }

        return truth;
    }

    private static void CheckBounds(FrequentItemsSketch<long> sketch, Dictionary<long, long> truth, bool checkPromise = true)
    {
        foreach (var (item, count) in truth)
        {
            sketch.LowerBound(item).Should().BeLessThanOrEqualTo(count);
            sketch.UpperBound(item).Should().BeGreaterThanOrEqualTo(count);
        }

        if (checkPromise)
            sketch.MostError.Should().BeLessThanOrEqualTo((long)(3.5 / (1 << sketch.LgMostSize) * sketch.Weight));
    }
}
