using FeatureGovernance.Core.Value;

namespace FeatureGovernance.UnitTests.Value;

public class ValueCurveTests
{
    [Fact]
    public void The_cheap_value_comes_first_and_all_of_it_at_the_end()
    {
        ValueAtCost[] features = [.. Enumerable.Repeat(new ValueAtCost(0.001, 1), 90), .. Enumerable.Repeat(new ValueAtCost(0.09, 1), 10)];
        var curve = ValueCurve.Of(features, 10);
        curve.Should().HaveCount(11).And.BeInAscendingOrder();
        curve[0].Should().Be(0);
        curve[1].Should().BeApproximately(0.9 / 0.99, 1e-9);
        curve[10].Should().Be(1);
    }

    [Fact]
    public void A_part_of_a_feature_gives_a_part_of_its_value_and_what_is_free_is_there_from_the_start()
    {
        var curve = ValueCurve.Of([new(0.5, 0), new(0.5, 8)], 4);
        curve.Should().HaveCount(5);
        foreach (var (share, i) in curve.Select((share, i) => (share, i)))
            share.Should().BeApproximately(0.5 + (i / 8.0), 1e-12);
    }

    [Fact]
    public void Nothing_to_pay_or_to_gain_has_no_curve()
    {
        ValueCurve.Of([new(1, 0)], 4).Should().BeEmpty();
        ValueCurve.Of([new(0, 1)], 4).Should().BeEmpty();
        ValueCurve.Of([], 4).Should().BeEmpty();
    }
}
