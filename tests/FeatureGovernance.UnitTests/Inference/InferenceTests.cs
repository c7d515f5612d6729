using FeatureGovernance.Statistics.Inference;
using FeatureGovernance.Statistics.Sketches;

namespace FeatureGovernance.UnitTests.Inference;

public sealed class InferenceTests
{
    [Fact]
    public void Wasserstein_is_the_mean_way_that_values_move()
    {
        EffectSizes.Wasserstein([0, 1, 3], [5, 6, 8]).Should().BeApproximately(5, 1e-12);
        EffectSizes.Wasserstein([0, 1], [0, 0, 1, 1]).Should().BeApproximately(0, 1e-12);
        EffectSizes.Wasserstein([0], [0, 10]).Should().BeApproximately(5, 1e-12);
    }

    [Fact]
    public void Jensen_Shannon_runs_from_equal_to_nothing_in_common()
    {
        EffectSizes.JensenShannon([2, 4], [1, 2]).Should().BeApproximately(0, 1e-12);
        EffectSizes.JensenShannon([1, 0], [0, 1]).Should().BeApproximately(1, 1e-12);
        // By hand: p = (1, 0), q = (1/2, 1/2); divergence 0.311278 bits.
        EffectSizes.JensenShannon([4, 0], [2, 2]).Should().BeApproximately(Math.Sqrt(0.3112781245), 1e-9);
    }

    [Fact]
    public void Population_stability_is_near_its_definition_for_large_counts()
    {
        var expected = (0.1 * Math.Log(0.6 / 0.5)) + (-0.1 * Math.Log(0.4 / 0.5));
        EffectSizes.PopulationStability([600_000, 400_000], [500_000, 500_000]).Should().BeApproximately(expected, 1e-5);
    }

    // The fifteen p-values of Benjamini and Hochberg (1995), section 3.2: at 5 % their procedure rejects four.
    [Fact]
    public void The_procedure_rejects_as_in_its_paper()
    {
        double[] p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000];

        FalseDiscovery.BenjaminiHochberg(p).Count(adjusted => adjusted <= 0.05).Should().Be(4);
        FalseDiscovery.BenjaminiYekutieli(p).Count(adjusted => adjusted <= 0.05).Should().Be(3);
        FalseDiscovery.BenjaminiHochberg(p.Reverse().ToArray()).Should().Equal(FalseDiscovery.BenjaminiHochberg(p).Reverse());
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(1.5)]
    public void A_tail_learned_from_a_body_holds_beyond_it(double shape)
    {
        var random = new Random(7);
        var scores = Enumerable.Range(0, 20_000).Select(_ => Math.Pow(-Math.Log(1 - random.NextDouble()), 1 / shape)).ToArray();

        var tail = LearnedTail.Fit(scores, 0.01);

        (scores.Count(s => s > tail.Threshold(1e-3)) / 20_000.0).Should().BeInRange(0.0005, 0.002);
    }

    [Fact]
    public void A_tenth_of_wild_scores_does_not_hide_itself()
    {
        var random = new Random(11);
        double[] calm = [.. Enumerable.Range(0, 900).Select(_ => -Math.Log(1 - random.NextDouble()))];

        var tail = LearnedTail.Fit([.. calm, .. Enumerable.Repeat(50.0, 90)], 0.01);

        tail.PValue(50).Should().BeLessThan(1e-6);
    }

    [Fact]
    public void A_rate_is_judged_by_how_much_it_varied()
    {
        var steady = RateTest.Learn([.. Enumerable.Repeat((2.0, 100.0), 50)], [1])[0];
        var uneven = RateTest.Learn([.. Enumerable.Range(0, 50).Select(i => (i % 2 == 0 ? 0.0 : 4.0, 100.0))], [1])[0];

        steady.UpperPValue(10, 100).Should().BeLessThan(1e-3);
        uneven.UpperPValue(10, 100).Should().BeGreaterThan(steady.UpperPValue(10, 100));
        steady.UpperPValue(0, 100).Should().Be(1);
    }

    // The sum over k from 5 of choose(20, k) beta(k + 2.5, 118.5 - k) / beta(2.5, 98.5).
    [Fact]
    public void The_chance_of_many_hits_is_that_of_the_beta_binomial() =>
        new RateTest(2, 100, 1).UpperPValue(5, 20).Should().BeApproximately(0.000802875965784196, 1e-9);

    [Fact]
    public void Hits_in_clusters_make_long_stretches_differ_more()
    {
        var clustered = RateTest.Learn([.. Enumerable.Range(0, 120).Select(i => (i / 6 % 2 == 0 ? 0.0 : 6.0, 100.0))], [1, 7]);

        clustered[1].Dispersion.Should().BeGreaterThan(1.5 * clustered[0].Dispersion);
    }

    [Fact]
    public void A_tail_of_wild_scores_falls_by_a_power_and_one_of_calm_scores_does_not()
    {
        double[] even = [.. Enumerable.Range(1, 500).Select(i => i / 501.0)];
        double[] wild = [.. even.Select(share => Math.Pow(1 - share, -1 / 3.0) - 1)];
        double[] calm = [.. even.Select(share => -Math.Log(1 - share))];

        LearnedTail.Fit(wild, 0.01).WithExtremes(wild, 2).Power.Should().BeInRange(1.5, 4);
        LearnedTail.Fit(calm, 0.01).WithExtremes(calm, 2).Power.Should().Be(0);
        // Two incidents among calm scores do not make them wild.
        LearnedTail.Fit(calm, 0.01).WithExtremes([.. calm[..^2], 100, 200], 2).Power.Should().Be(0);
    }

    [Fact]
    public void Kolmogorov_Smirnov_tells_a_shift_and_nothing_from_nothing()
    {
        double[] one = [.. Enumerable.Range(0, 200).Select(i => i / 200.0)];

        TwoSample.KolmogorovSmirnov(one, one).PValue.Should().Be(1);
        TwoSample.KolmogorovSmirnov(one, [.. one.Select(x => x + 0.3)])
            .Should().Match<(double Distance, double PValue)>(t => t.Distance > 0.29 && t.PValue < 1e-6);
    }

    // Student's sleep data, as R's t.test(extra ~ group): p 0.07939.
    [Fact]
    public void Welch_agrees_with_R_on_the_sleep_data()
    {
        static Moments Of(params double[] numbers) => numbers.Aggregate(default(Moments), (moments, number) => moments.With(number));

        TwoSample.Welch(Of(0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2), Of(1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4))
            .Should().BeApproximately(0.07939, 1e-5);
    }

    [Fact]
    public void A_relation_is_found_in_spite_of_wild_rows()
    {
        var random = new Random(3);
        double[] a = [.. Enumerable.Range(0, 500).Select(_ => random.NextDouble())], b = [.. Enumerable.Range(0, 500).Select(_ => random.NextDouble())];
        double[] y = [.. a.Zip(b, (x, z) => (2 * x) - z + 5)];
        for (var i = 0; i < 20; i++)
            y[i * 20] = 100;

        var (weights, explained) = Regression.Fit(y, [a, b], [.. Enumerable.Range(0, 500)]);

        explained.Should().BeGreaterThan(0.999);
        weights[0].Should().BeApproximately(2, 1e-3);
        weights[1].Should().BeApproximately(-1, 1e-3);
        weights[2].Should().BeApproximately(5, 1e-3);
    }

    [Fact]
    public void Steps_drifts_spikes_variance_and_mixtures_are_told_apart()
    {
        double[] before = [0.1, -0.2, 0, 0.2, -0.1];
        ChangeShape.OfLevel(before, [5, 5.1, 4.9, 5, 5.2, 4.8], false).Should().Be(ChangeKind.Step);
        ChangeShape.OfLevel(before, [1, 2, 3, 4, 5, 6], false).Should().Be(ChangeKind.Drift);
        ChangeShape.OfLevel(before, [9], true).Should().Be(ChangeKind.Spike);
        double[] reference = [-1.6, -1, -0.5, 0, 0.5, 1, 1.6];
        ChangeShape.OfShape([-3.2, -2, -1, 0, 1, 2, 3.2], reference, 1).Should().Be(ChangeKind.Variance);
        ChangeShape.OfShape([-1.6, -1, -0.5, 0, 0.5, 4, 5], reference, 1).Should().Be(ChangeKind.Mixture);
        ChangeShape.OfShape([.. reference.Select(r => r + 1)], reference, 1).Should().BeNull();
    }
}
