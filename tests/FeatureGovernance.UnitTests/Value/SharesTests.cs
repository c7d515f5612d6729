using FeatureGovernance.Core.Value;

namespace FeatureGovernance.UnitTests.Value;

public class SharesTests
{
    [Fact]
    public void Shares_of_a_report_sum_to_one_whatever_its_scale()
    {
        Importance[] report = [.. Enumerable.Range(1, 1000).Select(i => new Importance(i * 1e300))];
        Shares.Normalise(report, out var shares).Should().BeNull();
        ExactSum.Of(shares.Select(s => s.Value)).Should().BeApproximately(1, 1e-12);
        shares[999].Value.Should().BeApproximately(1000 / 500500.0, 1e-15);
    }

    [Fact]
    public void A_negative_importance_counts_as_zero_and_is_remembered()
    {
        Shares.Normalise([new(3), new(-1, 0.5), new(1)], out var shares).Should().BeNull();
        shares.Select(s => s.Value).Should().Equal(0.75, 0, 0.25);
        shares.Select(s => s.WasNegative).Should().Equal(false, true, false);
        shares[1].StandardError.Should().BeApproximately(0.5 / 4, 1e-15);
    }

    [Fact]
    public void Standard_errors_agree_with_simulation()
    {
        Importance[] report = [new(5, 0.2), new(3, 0.3), new(2, 0.1)];
        Shares.Normalise(report, out var shares);
        var random = new Random(1);
        var draws = Enumerable.Range(0, 40_000).Select(_ =>
        {
            var x = report.Select(r => MathNet.Numerics.Distributions.Normal.Sample(random, r.Value, r.StandardError!.Value)).ToArray();
            return x[0] / x.Sum();
        }).ToArray();
        shares[0].StandardError!.Value.Should().BeApproximately(MathNet.Numerics.Statistics.Statistics.StandardDeviation(draws), 0.0005);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void A_non_finite_importance_is_refused_by_its_position(double bad)
    {
        var refusal = Shares.Normalise([new(1), new(bad), new(1, bad)], out var shares);
        refusal!.Code.Should().Be("importance-not-finite");
        refusal.Errors.Select(e => e.Field).Should().Equal("values[1].value", "values[2].standardError");
        shares.Should().BeEmpty();
    }

    [Fact]
    public void A_report_without_any_positive_importance_is_refused()
    {
        Shares.Normalise([new(0), new(-1)], out _)!.Code.Should().Be("importance-all-zero");
        Shares.Normalise([], out _)!.Code.Should().Be("importance-all-zero");
    }
}
