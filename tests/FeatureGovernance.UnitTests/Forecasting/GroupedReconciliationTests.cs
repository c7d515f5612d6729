using FeatureGovernance.Statistics.Forecasting;

namespace FeatureGovernance.UnitTests.Forecasting;

public class GroupedReconciliationTests
{
    [Fact]
    public void A_tree_reconciled_as_groups_equals_the_tree_reconciled_with_full_matrices()
    {
        var random = new Random(3);
        double[][] errors = [.. Enumerable.Range(0, 7).Select(_ => Noise(random, 30))];
        // Leaves 3 to 6 under 1 and 2 under 0; parents miss as their children do, and some more.
        for (var t = 0; t < 30; t++)
        {
            errors[1][t] = errors[3][t] + errors[4][t] + 0.3 * errors[1][t];
            errors[2][t] = errors[5][t] + errors[6][t] + 0.3 * errors[2][t];
            errors[0][t] = errors[1][t] + errors[2][t] + 0.3 * errors[0][t];
        }

        double[][] forecasts = [[110, 120], [50, 55], [52, 50], [20, 21], [25, 28], [30, 33], [27, 22]];
        var tree = new Hierarchy([-1, 0, 0, 1, 1, 2, 2]).MinimumTrace(forecasts, errors);

        GroupedNode Node(int i) => new(forecasts[i], errors[i], 1);
        var grouped = GroupedReconciliation.MinimumTrace([Node(3), Node(4), Node(5), Node(6)],
            [new([0, 1, 2, 3], [1, 1, 1, 1], Node(0)), new([0, 1], [1, 1], Node(1)), new([2, 3], [1, 1], Node(2))]);

        for (var leaf = 0; leaf < 4; leaf++)
        {
            grouped[leaf][0].Should().BeApproximately(tree[leaf + 3][0], 1e-6);
            grouped[leaf][1].Should().BeApproximately(tree[leaf + 3][1], 1e-6);
        }
    }

    [Fact]
    public void Overlapping_groups_agree_where_their_own_forecasts_are_sure()
    {
        GroupedNode Sure(double mean) => new([mean], [], 1e-4);
        GroupedNode Unsure(double mean) => new([mean], [], 10);

        var moved = GroupedReconciliation.MinimumTrace([Unsure(10), Unsure(20), Unsure(30)],
            [new([0, 1], [2, 1], Sure(50)), new([1, 2], [1, 1], Sure(44))]);

        (2 * moved[0][0] + moved[1][0]).Should().BeApproximately(50, 1e-4);
        (moved[1][0] + moved[2][0]).Should().BeApproximately(44, 1e-4);
    }

    [Fact]
    public void Series_that_are_surer_than_their_sum_move_little()
    {
        var moved = GroupedReconciliation.MinimumTrace([new([10.0], [], 0.1), new([20.0], [], 0.1)], [new([0, 1], [1, 1], new([40.0], [], 10))]);

        moved[0][0].Should().BeApproximately(10, 0.01);
        moved[1][0].Should().BeApproximately(20, 0.01);
    }

    private static double[] Noise(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextDouble() + random.NextDouble() - 1)];
}
