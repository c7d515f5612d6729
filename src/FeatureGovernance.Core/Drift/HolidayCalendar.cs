using System.Collections.Immutable;

namespace FeatureGovernance.Core.Drift;

/// <summary>Days on which people do other things.</summary>
/// <param name="Days">Name by date.</param>
public sealed record HolidayCalendar(ImmutableDictionary<DateOnly, string> Days)
{
    /// <summary>No holidays.</summary>
    public static HolidayCalendar None { get; } = new(ImmutableDictionary<DateOnly, string>.Empty);

    /// <summary>The calendar that a setting names.</summary>
    /// <param name="setting"><c>us</c> for the United States, which is taken where it is empty; <c>none</c>; else a file (see <see cref="HolidayList" />).</param>
    /// <param name="read">The lines of a file.</param>
    /// <returns>From first and last year.</returns>
    /// <exception cref="FormatException">A line of the file is no holiday.</exception>
    public static Func<int, int, HolidayCalendar> Named(string? setting, Func<string, IEnumerable<string>> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        switch (setting)
        {
            case null or "" or "us":
                return UnitedStates;
            case "none":
                return (_, _) => None;
            default:
                return HolidayList.Parse(read(setting)).Over;
        }
    }

    /// <summary>Holidays of the United States and the days of the Christian year that much of the world shares.</summary>
    /// <param name="first">The first year.</param>
    /// <param name="last">The last year.</param>
    public static HolidayCalendar UnitedStates(int first, int last)
    {
        var days = ImmutableDictionary.CreateBuilder<DateOnly, string>();
        for (var year = first; year <= last; year++)
        {
            days[new(year, 1, 1)] = "New Year";
            days[Nth(year, 1, DayOfWeek.Monday, 3)] = "Martin Luther King Day";
            days[Nth(year, 2, DayOfWeek.Monday, 3)] = "Presidents' Day";
            days[Easter(year)] = "Easter";
            days[Nth(year, 6, DayOfWeek.Monday, 1).AddDays(-7)] = "Memorial Day";
            days[new(year, 7, 4)] = "Independence Day";
            days[Nth(year, 9, DayOfWeek.Monday, 1)] = "Labor Day";
            days[Nth(year, 10, DayOfWeek.Monday, 2)] = "Columbus Day";
            days[new(year, 10, 31)] = "Halloween";
            days[new(year, 11, 11)] = "Veterans Day";
            days[Nth(year, 11, DayOfWeek.Thursday, 4)] = "Thanksgiving";
            days[new(year, 12, 24)] = "Christmas Eve";
            days[new(year, 12, 25)] = "Christmas";
            days[new(year, 12, 31)] = "New Year's Eve";
        }

        return new(days.ToImmutable());
    }

    /// <summary>The holidays from a day before the start to a day after the end.</summary>
    public ImmutableArray<string> Near(DateTime start, DateTime end)
    {
        var names = ImmutableArray.CreateBuilder<string>();
        var last = DateOnly.FromDateTime(end);
        for (var day = DateOnly.FromDateTime(start).AddDays(-1); day <= last && names.Count < 20; day = day.AddDays(1))
        {
            if (Days.TryGetValue(day, out var name))
                names.Add(name);
        }

        return names.ToImmutable();
    }

    private static DateOnly Nth(int year, int month, DayOfWeek weekday, int nth)
    {
        var first = new DateOnly(year, month, 1);
        return first.AddDays((((int)weekday - (int)first.DayOfWeek + 7) % 7) + (7 * (nth - 1)));
    }

    // The Gregorian computus (Meeus 1991, "Astronomical Algorithms", chapter 8).
    private static DateOnly Easter(int year)
    {
        int a = year % 19, b = year / 100, c = year % 100, d = b / 4, e = b % 4, f = (b + 8) / 25, g = (b - f + 1) / 3;
        var h = ((19 * a) + b - d - g + 15) % 30;
        int i = c / 4, k = c % 4, l = (32 + (2 * e) + (2 * i) - h - k) % 7, m = (a + (11 * h) + (22 * l)) / 451;
        var n = h + l - (7 * m) + 114;
        return new(year, n / 31, (n % 31) + 1);
    }
}
