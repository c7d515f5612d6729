using FeatureGovernance.Core.Reports;

namespace FeatureGovernance.UnitTests.Reports;

public class QuarterTests
{
    [Fact]
    public void Quarters_follow_each_other_without_a_gap()
    {
        var quarter = Quarter.Of(new(2028, 2, 29));
        for (var i = 0; i < 20; i++, quarter = quarter.Previous)
        {
            quarter.Previous.End.Should().Be(quarter.First);
            Quarter.Of(quarter.First).Should().Be(quarter);
            Quarter.Of(quarter.End.AddDays(-1)).Should().Be(quarter);
            Quarter.TryParse(quarter.ToString()).Should().Be(quarter);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("2026-Q5")]
    [InlineData("2026-Q0")]
    [InlineData("1926-Q1")]
    [InlineData("2026Q1")]
    [InlineData("2026-Q1\n")]
    public void What_is_no_quarter_is_not_read_as_one(string? text) => Quarter.TryParse(text).Should().BeNull();
}
