using FeatureGovernance.Core.Capacity;

namespace FeatureGovernance.UnitTests.Capacity;

public class GapClosingTests
{
    [Fact]
    public void The_set_is_the_best_of_all_subsets()
    {
        var random = new Random(11);
        for (var trial = 0; trial < 300; trial++)
        {
            var candidates = Enumerable.Range(0, random.Next(1, 13))
                .Select(_ => new Saving(random.Next(4) == 0 ? 0 : Math.Round(random.NextDouble(), 2), Math.Round(1 + (9 * random.NextDouble()), 1))).ToArray();
            var need = random.NextDouble() * candidates.Sum(one => one.Amount) * 1.1;

            var closure = GapClosing.Close(candidates, need);

            var best = BruteForce(candidates, need);
            if (best is null)
            {
                closure.Should().BeNull();
                continue;
            }

            closure!.IsExact.Should().BeTrue();
            closure.Value.Should().BeApproximately(best.Value, 1e-9);
            closure.Amount.Should().BeGreaterThanOrEqualTo(need);
            closure.Chosen.Sum(i => candidates[i].Value).Should().BeApproximately(closure.Value, 1e-9);
        }
    }

    [Fact]
    public void Without_search_the_greedy_set_loses_at_most_twice_the_least_and_the_bound_holds()
    {
        var random = new Random(12);
        for (var trial = 0; trial < 300; trial++)
        {
            var candidates = Enumerable.Range(0, 10).Select(_ => new Saving(random.NextDouble(), 0.1 + random.NextDouble())).ToArray();
            var need = random.NextDouble() * candidates.Sum(one => one.Amount);

            var closure = GapClosing.Close(candidates, need, mostNodes: 0)!;

            var best = BruteForce(candidates, need)!.Value;
            closure.Amount.Should().BeGreaterThanOrEqualTo(need);
            closure.Value.Should().BeLessThanOrEqualTo((2 * best) + 1e-9);
            closure.LowerBound.Should().BeLessThanOrEqualTo(best + 1e-9);
            closure.IsExact.Should().BeFalse();
        }
    }

    [Fact]
    public void Many_candidates_are_closed_within_a_small_bound()
    {
        var random = new Random(13);
        var candidates = Enumerable.Range(0, 20_000).Select(_ => new Saving(random.NextDouble(), 0.1 + random.NextDouble())).ToArray();

        var closure = GapClosing.Close(candidates, 3_000, mostNodes: 50_000)!;

        closure.Value.Should().BeLessThan(closure.LowerBound * 1.001);
    }

    [Fact]
    public void What_is_not_needed_stays_even_where_it_is_worth_nothing()
    {
        GapClosing.Close([new(0, 5), new(0, 3), new(0, 9)], 8)!.Chosen.Should().Equal(2);
    }

    private static double? BruteForce(Saving[] candidates, double need)
    {
        double? best = null;
        for (var set = 0; set < 1 << candidates.Length; set++)
        {
            double value = 0, amount = 0;
            for (var i = 0; i < candidates.Length; i++)
            {
                if ((set & (1 << i)) == 0)
                    continue;
                value += candidates[i].Value;
                amount += candidates[i].Amount;
            }

            if (amount >= need && (best is null || value < best))
                best = value;
        }

        return best;
    }
}
