using FeatureGovernance.Core.Value;

namespace FeatureGovernance.UnitTests.Value;

public class FeatureValueTests
{
    [Fact]
    public void All_features_of_all_models_sum_to_one_and_roll_ups_add_up()
    {
        var random = new Random(3);
        var weights = FeatureValue.NormaliseWeights([.. Enumerable.Range(0, 40).Select(_ => random.NextDouble() * 1e6)]);
        var models = weights.Select(w => (Weight: w, Shares: Pooling.Normalise([.. Enumerable.Range(0, 500).Select(_ =>
            new PooledShare(Math.Exp(8 * random.NextDouble()), 0.1, 0, 1, 1, 1, false))]))).ToArray();

        var values = Enumerable.Range(0, 500)
            .Select(f => FeatureValue.OverModels([.. models.Select(m => new WeightedShare(m.Weight, m.Shares[f]))])).ToArray();

        ExactSum.Of(values.Select(v => v.Mean)).Should().BeApproximately(1, 1e-12);
        var groups = values.Chunk(7).Select(FeatureValue.RollUp).ToArray();
        FeatureValue.RollUp(groups).Mean.Should().BeApproximately(1, 1e-12);
        FeatureValue.RollUp(groups).StandardDeviation.Should().BeApproximately(FeatureValue.RollUp(values).StandardDeviation, 1e-12);
    }

    [Theory]
    [InlineData(-1.0)]
    [InlineData(double.NaN)]
    public void A_weight_that_is_no_weight_is_refused(double weight) =>
        FluentActions.Invoking(() => FeatureValue.NormaliseWeights([1, weight])).Should().Throw<ArgumentException>();

    [Fact]
    public void Equal_values_have_equal_percentiles() =>
        FeatureValue.Percentiles([5, 1, 5, 9]).Should().Equal(50, 12.5, 50, 87.5);

    [Fact]
    public void A_perfect_twin_leaves_no_marginal_value()
    {
        var value = ValueEstimate.LogNormal(0.02, 0.005);
        FeatureValue.Marginal(value, 1).Mean.Should().Be(0);
        FeatureValue.Marginal(value, 0).Should().Be(value);
        FeatureValue.Marginal(value, 0.25).Mean.Should().BeApproximately(0.015, 1e-15);
    }

    [Fact]
    public void The_price_of_a_day_is_the_latest_in_force()
    {
        UnitPrice[] prices = [new(new(2026, 3, 1), 2m), new(new(2026, 1, 1), 1m)];
        Efficiency.PriceOn(prices, new(2025, 12, 31)).Should().BeNull();
        Efficiency.PriceOn(prices, new(2026, 2, 28)).Should().Be(1m);
        Efficiency.PriceOn(prices, new(2026, 3, 1)).Should().Be(2m);
    }

    [Fact]
    public void The_Pareto_front_holds_what_no_other_beats() =>
        Efficiency.ParetoFront([new(0.5, 10), new(0.4, 10), new(0.5, 20), new(0.9, 30), new(0.1, 1), new(0.9, 30)]).Should().Equal(4, 0, 3, 5);

    [Fact]
    public void The_knee_is_where_the_cheap_value_ends()
    {
        ValueAtCost[] features = [.. Enumerable.Repeat(new ValueAtCost(0.09, 1), 10), .. Enumerable.Repeat(new ValueAtCost(0.001, 1), 90)];
        var knee = Efficiency.KneeOf(features)!.Value;
        knee.Features.Should().Be(10);
        knee.CostShare.Should().BeApproximately(0.1, 1e-9);
        knee.ValueShare.Should().BeApproximately(0.9 / 0.99, 1e-9);
    }
}
