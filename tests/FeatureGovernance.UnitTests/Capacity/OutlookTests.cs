using System.Collections.Immutable;
using FeatureGovernance.Core.Capacity;

namespace FeatureGovernance.UnitTests.Capacity;

public class OutlookTests
{
    private static readonly DateOnly Today = new(2026, 11, 22);
    private static readonly ImmutableArray<Period> Periods = Period.After(Today);
    private static readonly TimeStep[] Weeks = TimeStep.Weeks(Today, Periods.Max(period => period.Last));

    [Fact]
    public void A_plan_covers_the_months_quarters_and_years_that_begin_after_its_day()
    {
        Periods.Select(period => period.Name).Should().StartWith("2026-12").And.EndWith(["2028Q3", "2028Q4", "2027", "2028", "2029"]).And.HaveCount(23);
        Period.After(new(2026, 12, 31))[0].First.Should().Be(new DateOnly(2027, 1, 1));
        Periods.Single(period => period.Name == "2028Q1").Days.Should().Be(91, "2028 is a leap year");
    }

    [Fact]
    public void Steps_cover_every_day_of_every_period_once()
    {
        foreach (var steps in (TimeStep[][])[Weeks, TimeStep.Months(Today, Periods.Max(period => period.Last))])
            Periods.Should().OnlyContain(period => steps.Sum(step => step.DaysIn(period)) == period.Days);
    }

    [Fact]
    public void Constant_demand_and_supply_give_their_exact_sums()
    {
        var outlook = PoolOutlook.Of(new(2, 0.1, 0.1), Weeks, Constant(100), Constant(105), [], Periods, []);

        var quarter = outlook.Single(period => period.Period == "2027Q1");
        quarter.Demand.P50.Should().BeApproximately(9_000, 1e-6);
        quarter.Supply!.P90.Should().BeApproximately(9_450, 1e-6);
        quarter.Shortfall!.Probability.Should().Be(1, "110 are needed");
        quarter.Shortfall.ToAdd.Should().BeApproximately(5, 1e-9);
        quarter.Shortfall.Amount.P50.Should().BeApproximately(450, 1e-6);
        quarter.Shortfall.FirstDay.Should().Be(new DateOnly(2027, 1, 1));
        quarter.Cost!.Demand.Mean.Should().BeApproximately(18_000, 1e-6);
        quarter.Cost.Gap.Should().BeApproximately(900, 1e-6);
        quarter.Headroom.Should().BeApproximately(0.05, 1e-9);
    }

    [Fact]
    public void What_is_to_be_added_is_the_least_that_brings_the_risk_down_and_nothing_where_it_is_accepted_as_it_is()
    {
        // Future by future 1 to 20 are wanted.
        double[][] demand = [.. Enumerable.Range(1, 20).Select(future => Enumerable.Repeat((double)future, Weeks.Length).ToArray())];

        var accepted = PoolOutlook.Of(new(1, 0, 0.1), Weeks, demand, Constant(18), [], Periods, [])[12].Shortfall!;
        var tooMany = PoolOutlook.Of(new(1, 0, 0.1), Weeks, demand, Constant(15.5), [], Periods, [])[12].Shortfall!;
        var mended = PoolOutlook.Of(new(1, 0, 0.1), Weeks, demand, Constant(15.5 + tooMany.ToAdd!.Value), [], Periods, [])[12].Shortfall!;

        (accepted.Probability, accepted.ToAdd, accepted.FirstDay).Should().Be((0.1, 0, null), "two of twenty are what is accepted");
        (tooMany.Probability, tooMany.ToAdd).Should().Be((0.25, 2.5));
        (mended.Probability, mended.ToAdd, mended.FirstDay).Should().Be((0.1, 0, null));
    }

    [Fact]
    public void Quarters_add_up_to_years_and_pools_to_the_total_future_by_future()
    {
        var random = new Random(1);
        var totals = new TotalOutlook("all", "money", inMoney: true, Periods, 200);
        double expected = 0, gap = 0;
        for (var pool = 1; pool <= 3; pool++)
        {
            var outlook = PoolOutlook.Of(new(pool, 0, 0.1), Weeks, Random(random), Random(random), [], Periods, [totals]);
            expected += pool * outlook.Single(period => period.Period == "2027").Demand.Mean;
            gap += outlook.Single(period => period.Period == "2027").Cost!.Gap!.Value;
            outlook.Where(period => period.Period.StartsWith("2027Q", StringComparison.Ordinal)).Sum(period => period.Demand.Mean)
                .Should().BeApproximately(outlook.Single(period => period.Period == "2027").Demand.Mean, 1e-6);
        }

        var year = totals.Describe().Single(period => period.Period == "2027");

        year.Demand.Mean.Should().BeApproximately(expected, 1e-6);
        year.Cost!.Demand.Should().Be(year.Demand, "it is in money");
        (year.Cost.Supply, year.Cost.Gap!.Value).Should().Be((year.Supply!.P50, gap));
        year.Headroom.Should().BeApproximately((year.Supply.P50 / year.Demand.P50) - 1, 0.01);
        totals.IsPartial.Should().BeFalse();
    }

    [Fact]
    public void A_total_of_which_some_supply_is_unknown_tells_neither_supply_nor_headroom()
    {
        var money = new TotalOutlook("all", "money", inMoney: true, Periods, 20);
        var hours = new TotalOutlook("unit", "hour", inMoney: false, Periods, 20);
        PoolOutlook.Of(new(2, 0, 0.1), Weeks, Constant(100), Constant(90), [], Periods, [money, hours]);
        PoolOutlook.Of(new(3, 0, 0.1), Weeks, Constant(100), null, [], Periods, [money, hours]);

        var (quarter, counted) = (money.Describe()[12], hours.Describe()[12]);

        (quarter.Supply, quarter.Headroom, quarter.Cost!.Supply).Should().Be((null, null, null));
        quarter.Cost.Gap.Should().BeApproximately(10 * 90 * 2, 1e-6, "what is known to be lacking");
        counted.Cost.Should().BeNull("hours have no price of their own");
    }

    [Fact]
    public void Scenario_parts_do_what_they_say_and_are_accounted_for()
    {
        var demand = Constant(100);
        var first = Weeks[0].First;

        var effects = PoolOutlook.Change(demand, [new Growth("growth", first, 0.21, null), new Reduction("efficiency", first, 0.5, 0),
            new Addition("launch", first.AddDays(70), -1_000, 0)], Weeks);

        demand[0][9].Should().BeApproximately(100 * Math.Pow(1.21, 66 / 365.25) / 2, 1e-9);
        demand[0][10].Should().Be(0, "demand is never below 0");
        (100 + effects.Sum(effect => effect[9])).Should().BeApproximately(demand[0][9], 1e-9);
    }

    [Fact]
    public void Deliveries_slip_as_often_and_as_far_as_they_did()
    {
        var past = new SlipHistory(99, [.. Enumerable.Repeat(70, 33)]);
        var coming = new SupplyEvent(100, SupplyKind.Delivery, 10, Weeks[4].First, null, null);

        var paths = SupplyPaths.Draw(new(Today, 50), [coming], past, Today, Weeks, 4_000, 0, new Random(5), [])!;

        paths.Average(path => path[3]).Should().Be(50);
        paths.Count(path => path[5] > 55).Should().BeCloseTo(2_667, 120, "one in three is late");
        paths.Should().OnlyContain(path => path[14] == 60, "the delays seen were ten weeks");
    }

    [Fact]
    public void Overdue_deliveries_are_late_and_retirements_stop_at_zero()
    {
        var notes = new List<string>();
        var overdue = new SupplyEvent(1, SupplyKind.Delivery, 10, Today.AddDays(-9), null, new(0, 30, 0));
        var leaving = new SupplyEvent(2, SupplyKind.Retirement, 100, Weeks[2].First, null, null);

        var path = SupplyPaths.Draw(new(Today, 50), [overdue, leaving], new(0, []), Today, Weeks, 1, 0, new Random(5), notes)![0];

        path[0].Should().Be(50);
        path[2].Should().Be(0);
        notes.Should().HaveCount(2);
    }

    [Fact]
    public void Pools_that_move_together_are_seen_to()
    {
        var random = new Random(3);
        double[] Walk() => [.. Enumerable.Range(0, 61).Select(_ => random.NextDouble())];
        var one = Walk();

        CommonMovement.Correlation([one, [.. one.Select(value => 3 * value)]]).Should().Be(0.95);
        CommonMovement.Correlation([.. Enumerable.Range(0, 40).Select(_ => Walk())]).Should().BeLessThan(0.1);
    }

    [Fact]
    public void Accuracy_tells_coverage_and_bias()
    {
        var accuracy = PlanAccuracy.Of([new(new(90, 100, 110, 100), 105), new(new(90, 100, 110, 100), 135)]);

        accuracy.Coverage.Should().Be(0.5);
        accuracy.Bias.Should().BeApproximately(0.2, 1e-12);
    }

    private static double[][] Constant(double value) => [.. Enumerable.Range(0, 20).Select(_ => Enumerable.Repeat(value, Weeks.Length).ToArray())];

    private static double[][] Random(Random random) =>
        [.. Enumerable.Range(0, 200).Select(_ => Weeks.Select(_ => 100 * random.NextDouble()).ToArray())];
}
