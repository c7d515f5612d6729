using FeatureGovernance.Core.Value;

namespace FeatureGovernance.UnitTests.Value;

public class RecommendationsTests
{
    private static readonly FeatureFacts Ordinary = new()
    {
        Value = ValueEstimate.LogNormal(0.01, 0.002),
        EvenShare = 0.01,
        ReadsPerDayUpperBound = 1e6,
        DaysOfUseReported = 90,
        AgeDays = 400,
        CostPerDay = 5,
        MedianCostPerDay = 5,
        MedianEfficiency = 0.002,
        Coverage = 0.99,
        Freshness = 0.99,
    };

    private static readonly FeatureFacts Worthless = Ordinary with { Value = ValueEstimate.LogNormal(0.0002, 0.0002), CostPerDay = 1 };

    [Theory]
    [InlineData(true, null, 0, 0.5, "same column")]
    [InlineData(false, -0.97, 9, 0.5, "trade off over 9 reports (correlation -0.97)")]
    [InlineData(true, -0.97, 9, 0.7, "different expressions, and their importances trade off")]
    public void Weaker_signs_of_redundancy_are_told_and_move_nothing(bool sameColumn, double? tradeOff, int reports, double confidence, string sentence)
    {
        var judged = Recommendations.Judge(Ordinary with { Kin = new("g:other", sameColumn, tradeOff, reports) });
        judged.Recommendation.Should().Be(Recommendations.Judge(Ordinary).Recommendation);
        judged.Classes.Should().BeEmpty();
        var told = judged.Reasons.Single(r => r.Code == "perhaps-redundant");
        told.Sentence.Should().StartWith("g:other may say the same").And.Contain(sentence).And.Contain("weaker evidence");
        told.Confidence.Should().Be(confidence);
        Recommendations.Judge(Ordinary with { Kin = new("g:other", true, null, 0), Twin = new("g:twin", 0.97, 0.01, false, true) })
            .Reasons.Should().NotContain(r => r.Code == "perhaps-redundant", "a twin says more");
    }

    [Fact]
    public void An_ordinary_feature_is_kept_with_its_value_as_reason()
    {
        var judgement = Recommendations.Judge(Ordinary);
        judgement.Recommendation.Should().Be(Recommendation.Keep);
        judgement.Reasons.Single().Code.Should().Be("worth-its-place");
        judgement.SavingPerDay.Should().BeNull();
    }

    [Fact]
    public void A_feature_read_by_nobody_is_deprecated_even_without_any_importance()
    {
        var judgement = Recommendations.Judge(Ordinary with { Value = null, ReadsPerDayUpperBound = 0 });
        judgement.Recommendation.Should().Be(Recommendation.Deprecate);
        judgement.Classes.Should().Contain(DebtClass.Unused);
        judgement.SavingPerDay.Should().Be(5);
    }

    [Fact]
    public void A_feature_worth_next_to_nothing_is_deprecated()
    {
        var judgement = Recommendations.Judge(Worthless);
        judgement.Recommendation.Should().Be(Recommendation.Deprecate);
        judgement.Classes.Should().Contain(DebtClass.Epsilon);
        judgement.Reasons[0].Numbers.Should().Contain(new ReasonNumber("value", 0.0002));
    }

    [Fact]
    public void Unknown_use_is_reviewed_at_most()
    {
        var judgement = Recommendations.Judge(Worthless with { ReadsPerDayUpperBound = null });
        judgement.Recommendation.Should().Be(Recommendation.Review);
        judgement.Reasons.Should().Contain(r => r.Code == "usage-unknown");
    }

    [Fact]
    public void Missing_importance_is_reviewed_at_most()
    {
        var judgement = Recommendations.Judge(Ordinary with { Value = null });
        judgement.Recommendation.Should().Be(Recommendation.Review);
        judgement.Reasons.Single().Code.Should().Be("importance-unknown");
    }

    [Fact]
    public void Few_days_of_use_do_not_prove_disuse() =>
        Recommendations.Judge(Ordinary with { Value = null, ReadsPerDayUpperBound = 0, DaysOfUseReported = 5 })
            .Recommendation.Should().Be(Recommendation.Review);

    [Fact]
    public void A_new_feature_is_given_time() =>
        Recommendations.Judge(Worthless with { AgeDays = 10 }).Recommendation.Should().Be(Recommendation.Keep);

    [Fact]
    public void A_twin_that_stands_for_both_is_migrated_to()
    {
        var older = Recommendations.Judge(Ordinary with { Twin = new("g:best", 0.99, 0.02, IsNewer: false, IsRepresentative: true) });
        older.Recommendation.Should().Be(Recommendation.Migrate);
        older.Classes.Should().Equal(DebtClass.Redundant);
        var newer = Recommendations.Judge(Ordinary with { Twin = new("g:best", 0.99, 0.02, IsNewer: true, IsRepresentative: true) });
        newer.Classes.Should().Equal(DebtClass.Legacy);
    }

    [Fact]
    public void The_representative_of_a_cluster_is_kept() =>
        Recommendations.Judge(Ordinary with { Twin = new("g:other", 1, 0.001, IsNewer: false, IsRepresentative: false) })
            .Recommendation.Should().Be(Recommendation.Keep);

    [Fact]
    public void A_worthless_member_of_a_worthy_group_is_bundled() =>
        Recommendations.Judge(Worthless with { GroupMatesShare = 0.99, GroupValueRatio = 2 }).Classes.Should().Contain(DebtClass.Bundled);

    [Fact]
    public void A_feature_without_owner_is_reviewed() =>
        Recommendations.Judge(Ordinary with { HasOwner = false }).Classes.Should().Equal(DebtClass.Orphan);

    [Fact]
    public void A_dear_feature_of_little_value_is_overpriced_and_a_dear_valuable_one_reviewed()
    {
        Recommendations.Judge(Ordinary with { Value = ValueEstimate.LogNormal(0.004, 0.001), CostPerDay = 100 })
            .Should().Match<Judgement>(j => j.Recommendation == Recommendation.Deprecate && j.Classes.Contains(DebtClass.Overpriced));
        Recommendations.Judge(Ordinary with { Value = ValueEstimate.LogNormal(0.03, 0.005), CostPerDay = 1000 })
            .Should().Match<Judgement>(j => j.Recommendation == Recommendation.Review && j.Classes.Contains(DebtClass.Overpriced));
    }

    [Fact]
    public void A_feature_whose_value_falls_fast_is_reviewed()
    {
        var judgement = Recommendations.Judge(Ordinary with { Trend = ValueTrend.Yearly(-0.7, 0.1) });
        judgement.Classes.Should().Equal(DebtClass.Decaying);
        judgement.Reasons[0].Numbers.Should().Contain(n => n.Name == "daysToFloor");
    }

    [Fact]
    public void A_steep_slope_that_is_all_noise_is_no_decay() =>
        Recommendations.Judge(Ordinary with { Trend = new(-1.6, 0.8) }).Classes.Should().BeEmpty();

    [Fact]
    public void A_valuable_feature_that_is_often_absent_is_invested_in() =>
        Recommendations.Judge(Ordinary with { Value = ValueEstimate.LogNormal(0.05, 0.005), Coverage = 0.6 })
            .Should().Match<Judgement>(j => j.Recommendation == Recommendation.Invest && j.Classes.Single() == DebtClass.UnderCovered);

    [Fact]
    public void Inside_the_band_the_previous_recommendation_stays()
    {
        // P(value < floor) lies between the confidence to leave and the confidence to enter.
        var between = Worthless with { Value = ValueEstimate.LogNormal(0.0007, 0.0006) };
        between.Value!.Value.ProbabilityBelow(0.001).Should().BeInRange(0.76, 0.89);
        Recommendations.Judge(between).Recommendation.Should().Be(Recommendation.Keep);
        Recommendations.Judge(between with { Previous = Recommendation.Deprecate }).Recommendation.Should().Be(Recommendation.Deprecate);
    }

    [Fact]
    public void Noise_around_the_line_does_not_make_a_feature_flap()
    {
        var random = new Random(2);
        Recommendation? previous = null;
        var changes = 0;
        for (var day = 0; day < 365; day++)
        {
            var value = 0.0005 * Math.Exp(0.1 * MathNet.Numerics.Distributions.Normal.Sample(random, 0, 1));
            var now = Recommendations.Judge(Worthless with { Value = ValueEstimate.LogNormal(value, value), Previous = previous }).Recommendation;
            changes += previous is { } was && was != now ? 1 : 0;
            previous = now;
        }

        changes.Should().BeLessThanOrEqualTo(1);
    }
}
