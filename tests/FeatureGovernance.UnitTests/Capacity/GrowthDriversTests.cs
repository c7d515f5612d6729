using FeatureGovernance.Core.Capacity;

namespace FeatureGovernance.UnitTests.Capacity;

public class GrowthDriversTests
{
    [Fact]
    public void Growth_is_divided_as_last_years_was_and_the_parts_add_up()
    {
        var parts = GrowthDrivers.Of(1_300, 1_000, new(Features: 20, Models: 10, Traffic: 10), [new("efficiency", -100)], []);

        parts.Sum(part => part.Amount).Should().BeApproximately(1_300, 1e-9);
        parts.Single(part => part.Name == "features").Amount.Should().BeApproximately(200, 1e-9);
        parts.Single(part => part.Name == "traffic").Share.Should().BeApproximately(100 / 1_300.0, 1e-9);
        parts.Single(part => part.Name == "efficiency").Amount.Should().Be(-100);
    }

    [Theory]
    [InlineData(10, -9.9, 0)]
    [InlineData(-10, -5, -5)]
    [InlineData(0, 0, 0)]
    public void What_last_years_growth_does_not_explain_is_said_to_be_unexplained(double features, double models, double traffic) =>
        GrowthDrivers.Of(1_300, 1_000, new(features, models, traffic), [], []).Select(part => part.Name).Should().Equal("today", "unexplained");

    [Fact]
    public void Groups_hold_every_pool_once_and_are_left_out_where_nobody_names_one()
    {
        var groups = PoolGroup.Of([new("hour", 1, "eu", null, "gpu"), new("hour", 2, "us", null, null), new("byte", null, "eu", null, null)]);

        groups.Select(group => $"{group.By} {group.Name}")
            .Should().Equal("all money", "unit hour", "region eu", "region us", "resourceClass gpu", "resourceClass none");
        groups.Where(group => group.By == "region").SelectMany(group => group.Members).Should().BeEquivalentTo([0, 1, 2]);
    }
}
