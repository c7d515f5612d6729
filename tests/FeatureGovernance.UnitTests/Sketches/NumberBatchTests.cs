using FeatureGovernance.Statistics.Sketches;

namespace FeatureGovernance.UnitTests.Sketches;

public class NumberBatchTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(7, 3)]
    [InlineData(2_048, 20)]
    [InlineData(5_000, 3)]
    public void A_batch_gives_the_profile_that_its_numbers_give_one_by_one(int size, int batches)
    {
        var random = new Random(size);
        var (whole, single) = (Profile.OfNumbers(new(), seed: 5), Profile.OfNumbers(new(), seed: 5));
        for (var batch = 0; batch <= batches; batch++)
        {
            double[] numbers = [.. Enumerable.Range(0, size).Select(_ => Number(random))];
            foreach (var number in numbers)
                single.Update(number, number == -1);
            whole.UpdateAll(numbers, -1);
        }

        whole.Counts.Should().Be(single.Counts);
        whole.Quantiles.ToBytes().Should().Equal(single.Quantiles.ToBytes());
        whole.Distinct.ToBytes().Should().Equal(single.Distinct.ToBytes());
        whole.Frequent.ToBytes().Should().Equal(single.Frequent.ToBytes());
        whole.Moments.Count.Should().Be(single.Moments.Count);
        // Sums in another order: rounding of some 10^4 terms.
        Close(whole.Moments.Mean, single.Moments.Mean);
        Close(whole.Moments.Second, single.Moments.Second);
        Close(whole.Moments.Third, single.Moments.Third);
        Close(whole.Moments.Fourth, single.Moments.Fourth);
    }

    [Fact]
    public void Large_numbers_close_together_keep_their_variance()
    {
        var profile = Profile.OfNumbers(new());

        profile.UpdateAll([.. Enumerable.Range(0, 1_000).Select(i => 1e12 + (i % 2))]);

        profile.Moments.Variance.Should().BeApproximately(0.25 * 1_000 / 999, 1e-9);
    }

    private static double Number(Random random) => random.Next(12) switch
    {
        0 => 0,
        1 => -1,
        2 => double.NaN,
        3 => random.Next(3) == 0 ? double.PositiveInfinity : random.Next(5),
        _ => random.NextDouble() * random.Next(100),
    };

    private static void Close(double actual, double expected) => actual.Should().BeApproximately(expected, (1e-9 * Math.Abs(expected)) + 1e-9);
}
