using FeatureGovernance.Core.Value;

namespace FeatureGovernance.UnitTests.Value;

public class ExpectedGainTests
{
    [Fact]
    public void Many_agreeing_siblings_are_believed_and_one_is_shrunk_to_the_common_level()
    {
        var gains = ExpectedGains.Predict([Siblings(0.2, 0.21, 0.19, 0.2), Siblings(0.2), Siblings(0.01, 0.012), Siblings(0.011, 0.01, 0.009)]);
        gains[0].Share.Should().BeInRange(0.15, 0.21);
        gains[1].Share.Should().BeLessThan(gains[0].Share).And.BeGreaterThan(gains[2].Share);
        gains.Should().OnlyContain(gain => gain.Lower < gain.Share && gain.Share < gain.Upper && gain.Upper <= 1);
    }

    [Fact]
    public void The_interval_covers_what_it_claims()
    {
        var random = new Random(7);
        var (covered, total) = (0, 0);
        for (var run = 0; run < 60; run++)
        {
            var truths = new List<double>();
            var candidates = new List<SiblingShare[]>();
            for (var i = 0; i < 40; i++)
            {
                var level = -4 + Normal();
                double Draw() => Math.Exp(level + (0.5 * Normal()));
                candidates.Add([.. Enumerable.Range(0, 1 + (i % 5)).Select(_ => Draw())
                    .Select(share => new SiblingShare(share * Math.Exp(0.1 * Normal()), share * 0.1, 1))]);
                truths.Add(Draw());
            }

            var gains = ExpectedGains.Predict(candidates);
            total += truths.Count;
            covered += truths.Zip(gains).Count(pair => pair.First >= pair.Second.Lower && pair.First <= pair.Second.Upper);
        }

        (covered / (double)total).Should().BeInRange(0.74, 0.86, "the interval claims 80 %");

        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
    }

    [Fact]
    public void Nothing_known_gives_nothing() => ExpectedGains.Predict([]).Should().BeEmpty();

    private static SiblingShare[] Siblings(params double[] shares) => [.. shares.Select(share => new SiblingShare(share, share * 0.1, 1))];
}
