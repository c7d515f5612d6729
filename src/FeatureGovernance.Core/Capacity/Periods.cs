using System.Collections.Immutable;
using System.Globalization;

namespace FeatureGovernance.Core.Capacity;

/// <summary>A span of whole UTC days that a plan speaks of: a month (<c>2027-03</c>), a quarter (<c>2027Q1</c>) or a year (<c>2027</c>).</summary>
/// <param name="Name">How the period is written.</param>
/// <param name="First">Its first day.</param>
/// <param name="Days">How many days it has.</param>
public sealed record Period(string Name, DateOnly First, int Days)
{
    private const int MonthsAhead = 12;
    private const int QuartersAhead = 8;
    private const int YearsAhead = 3;

    /// <summary>The last day.</summary>
    public DateOnly Last => First.AddDays(Days - 1);

    /// <summary>What a plan made on a day covers: the next 12 months, 8 quarters and 3 calendar years that begin after it, in this order.</summary>
    public static ImmutableArray<Period> After(DateOnly day)
    {
        var month = new DateOnly(day.Year, day.Month, 1).AddMonths(1);
        var quarter = new DateOnly(day.Year, 3 * ((day.Month - 1) / 3) + 1, 1).AddMonths(3);
        return
        [
            .. Enumerable.Range(0, MonthsAhead).Select(i => Month(month.AddMonths(i))),
            .. Enumerable.Range(0, QuartersAhead).Select(i => Quarter(quarter.AddMonths(3 * i))),
            .. Enumerable.Range(1, YearsAhead).Select(i => Year(day.Year + i)),
        ];
    }

    private static Period Month(DateOnly first) =>
        new(first.ToString("yyyy-MM", CultureInfo.InvariantCulture), first, first.AddMonths(1).DayNumber - first.DayNumber);

    private static Period Quarter(DateOnly first) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{first.Year:0000}Q{(first.Month + 2) / 3}"), first, first.AddMonths(3).DayNumber - first.DayNumber);

    private static Period Year(int year)
    {
        var first = new DateOnly(year, 1, 1);
        return new(year.ToString("0000", CultureInfo.InvariantCulture), first, first.AddYears(1).DayNumber - first.DayNumber);
    }
}

/// <summary>A step of the time grid on which a pool is forecast: its values are means per day over the step.</summary>
/// <param name="First">The first day.</param>
/// <param name="Days">How many days it has.</param>
public readonly record struct TimeStep(DateOnly First, int Days)
{
    /// <summary>The day after the last.</summary>
    public DateOnly End => First.AddDays(Days);

    /// <summary>The day in the middle.</summary>
    public DateOnly Middle => First.AddDays(Days / 2);

    /// <summary>How many of the step's days lie in the period.</summary>
    public int DaysIn(Period period) =>
        Math.Max(0, Math.Min(First.DayNumber + Days, period.First.DayNumber + period.Days) - Math.Max(First.DayNumber, period.First.DayNumber));

    /// <summary>The share of the step's days on or after the day, from 0 to 1.</summary>
    public double ShareFrom(DateOnly day) => Math.Clamp((First.DayNumber + Days - day.DayNumber) / (double)Days, 0, 1);

    /// <summary>Calendar months, the first holding the day after <paramref name="day"/>, until the last holds <paramref name="until"/>.</summary>
    public static TimeStep[] Months(DateOnly day, DateOnly until)
    {
        var steps = new List<TimeStep>();
        for (var first = new DateOnly(day.AddDays(1).Year, day.AddDays(1).Month, 1); first <= until; first = first.AddMonths(1))
            steps.Add(new(first, first.AddMonths(1).DayNumber - first.DayNumber));
        return [.. steps];
    }

    /// <summary>Weeks of seven days, the first beginning on the day after <paramref name="day"/>.</summary>
    public static TimeStep[] Weeks(DateOnly day, DateOnly until)
    {
        var steps = new List<TimeStep>();
        for (var first = day.AddDays(1); first <= until; first = first.AddDays(7))
            steps.Add(new(first, 7));
        return [.. steps];
    }
}
