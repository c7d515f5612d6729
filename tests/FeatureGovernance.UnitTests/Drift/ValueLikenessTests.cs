using FeatureGovernance.Core.Drift;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Statistics.Sketches;

namespace FeatureGovernance.UnitTests.Drift;

public class ValueLikenessTests
{
    [Fact]
    public void Two_samples_of_one_distribution_are_alike_and_a_shifted_one_is_not()
    {
        var one = Numbers(1, random => random.NextDouble());

        ValueLikeness.Of(one, Numbers(2, random => random.NextDouble())).Should().BeGreaterThan(0.5);
        ValueLikeness.Of(one, Numbers(3, random => random.NextDouble() + 0.15)).Should().Be(0);
        ValueLikeness.Of(one, one).Should().Be(1);
    }

    [Fact]
    public void The_same_values_with_other_nulls_are_less_alike()
    {
        var full = Numbers(1, random => random.NextDouble());
        var holed = Numbers(1, random => random.NextDouble(), nulls: 1_000);

        ValueLikeness.Of(full, holed).Should().BeInRange(0, 0.2);
    }

    [Fact]
    public void Flags_agree_by_chance_and_tell_nothing() =>
        ValueLikeness.Of(Numbers(1, random => random.Next(2)), Numbers(2, random => random.Next(2))).Should().BeNull();

    [Fact]
    public void Texts_are_alike_by_the_shares_of_what_is_frequent()
    {
        var one = Texts(1, "t");

        ValueLikeness.Of(one, Texts(2, "t")).Should().BeGreaterThan(0.3);
        ValueLikeness.Of(one, Texts(2, "other")).Should().Be(0);
    }

    [Fact]
    public void Values_raise_the_score_of_a_look_alike_and_their_absence_does_not_lower_it()
    {
        new Likeness(0, 0, 0, 1).Score.Should().BeApproximately(0.6, 1e-12);
        new Likeness(0.5, 0.5, 0.2, 0).Score.Should().Be(new Likeness(0.5, 0.5, 0.2).Score);
    }

    private static Profile<double> Numbers(int seed, Func<Random, double> draw, int nulls = 0)
    {
        var random = new Random(seed);
        var profile = Profile.OfNumbers(new(), (ulong)seed);
        for (var i = 0; i < 10_000; i++)
            profile.Update(draw(random));
        for (var i = 0; i < nulls; i++)
            profile.UpdateNull();
        return profile;
    }

    private static Profile<string> Texts(int seed, string prefix)
    {
        var random = new Random(seed);
        var profile = Profile.OfTexts(new(), (ulong)seed);
        for (var i = 0; i < 10_000; i++)
            profile.Update($"{prefix}{(int)(40 * Math.Pow(random.NextDouble(), 2))}");
        return profile;
    }
}
