using FeatureGovernance.Core.Drift;

namespace FeatureGovernance.UnitTests.Drift;

/// <summary>The days on which people do other things.</summary>
public class HolidayTests
{
    [Theory]
    [InlineData(2011, 11, 24, "Thanksgiving")]
    [InlineData(2012, 4, 8, "Easter")]
    [InlineData(2012, 5, 28, "Memorial Day")]
    [InlineData(2024, 3, 31, "Easter")]
    public void Movable_days_of_the_United_States_are_known(int year, int month, int day, string name) =>
        HolidayCalendar.UnitedStates(year, year).Days[new(year, month, day)].Should().Be(name);

    [Fact]
    public void A_list_of_ones_own_holds_days_of_one_year_and_of_every_year()
    {
        var list = HolidayList.Parse(["# ours", "", "2026-06-20 Midsummer Day", "12-13\tLucia", "02-29, Leap Day"]);

        var calendar = list.Over(2027, 2028);

        calendar.Days[new(2028, 12, 13)].Should().Be("Lucia");
        calendar.Days[new(2026, 6, 20)].Should().Be("Midsummer Day");
        calendar.Days.Should().ContainKey(new DateOnly(2028, 2, 29)).And.NotContainKey(new DateOnly(2027, 3, 1));
    }

    [Theory]
    [InlineData("2026-13-01 Never")]
    [InlineData("2026-01-01")]
    [InlineData("Christmas 12-25")]
    public void A_line_that_is_no_holiday_is_named(string line)
    {
        var reading = () => HolidayList.Parse(["01-01 New Year", line]);

        reading.Should().Throw<FormatException>().WithMessage("Line 2*");
    }

    [Fact]
    public void A_setting_names_a_country_none_or_a_file()
    {
        HolidayCalendar.Named(null, _ => [])(2026, 2026).Days.Should().ContainKey(new DateOnly(2026, 7, 4));
        HolidayCalendar.Named("none", _ => [])(2026, 2026).Days.Should().BeEmpty();
        HolidayCalendar.Named("ours.txt", _ => ["05-01 Labour Day"])(2026, 2027).Days.Should().HaveCount(2);
    }
}
