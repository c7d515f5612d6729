using FeatureGovernance.Core.Capacity;

namespace FeatureGovernance.UnitTests.Capacity;

public class CalendarEffectTests
{
    private static readonly WorkCalendar Calendar = new(new HashSet<DateOnly> { new(2026, 1, 1), new(2026, 4, 5), new(2027, 1, 1) });

    [Fact]
    public void Days_are_counted_by_kind_a_holiday_on_a_weekend_once()
    {
        Calendar.Of(new(new(2026, 1, 1), 31)).Should().Be(new DayMix(21, 9, 1));
        Calendar.Of(new(new(2026, 4, 1), 30)).Should().Be(new DayMix(22, 7, 1), "the fifth of April is a Sunday");
    }

    [Fact]
    public void A_month_of_many_weekend_days_and_one_of_few_come_to_the_same_level()
    {
        var random = new Random(1);
        var months = Enumerable.Range(0, 36).Select(i => new DateOnly(2024, 1, 1).AddMonths(i))
            .Select(first => Calendar.Of(new(first, DateTime.DaysInMonth(first.Year, first.Month)))).ToList();

        var effect = CalendarEffect.Of([.. months.Select(days => new SeenStep(days, 100, 50 * (1 + 0.04 * (random.NextDouble() - 0.5)), 30))]);

        effect.Weekend.Should().BeApproximately(0.5, 0.01);
        effect.Holiday.Should().Be(1, "three holidays are too few to tell");
        var seen = new SeenStep(new(20, 10, 0), 100, 100 * effect.Weekend, 0);
        (seen.Mean / effect.Factor(seen.Days)).Should().BeApproximately(100 * effect.Factor(new(5, 2, 0)) * (5 + 2 * effect.Weekend) / 7, 1e-9);
        effect.Factor(new(5, 2, 0)).Should().BeApproximately(1, 1e-12, "five days and two are what is usual");
    }

    [Fact]
    public void Noise_is_no_effect()
    {
        var random = new Random(2);

        var effect = CalendarEffect.Of([.. Enumerable.Range(0, 40).Select(_ => new SeenStep(new(20, 8, 2), 100, 100 * Noise(), 100 * Noise()))]);

        Math.Abs(effect.Weekend - 1).Should().BeLessThan(0.005);
        Math.Abs(effect.Holiday - 1).Should().BeLessThan(0.005);
        CalendarEffect.Of([]).Should().Be(CalendarEffect.None);

        double Noise() => 1 + 0.1 * (random.NextDouble() - 0.5);
    }
}
