using System.Collections.Immutable;
using System.Globalization;

namespace FeatureGovernance.Core.Drift;

/// <summary>
/// Holidays as people list them for their own country: one a line, <c>2026-05-01 Labour Day</c>, or <c>05-01 Labour Day</c> for every year;
/// empty lines and those that begin with # say nothing.
/// </summary>
/// <param name="Dated">Days of one year.</param>
/// <param name="Yearly">Days of every year, by month and day.</param>
public sealed record HolidayList(ImmutableDictionary<DateOnly, string> Dated, ImmutableArray<(int Month, int Day, string Name)> Yearly)
{
    private const int LongestName = 200;

    /// <summary>Reads the lines of a list.</summary>
    /// <exception cref="FormatException">A line is no day with a name; the message names the line and the remedy.</exception>
    public static HolidayList Parse(IEnumerable<string> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        var dated = ImmutableDictionary.CreateBuilder<DateOnly, string>();
        var yearly = ImmutableArray.CreateBuilder<(int, int, string)>();
        foreach (var (index, line) in lines.Index())
        {
            if (string.IsNullOrWhiteSpace(line) || line.TrimStart()[0] == '#')
                continue;
            var parts = line.Trim().Split([' ', ',', '\t'], 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (parts.Length < 2 || parts[1].Length > LongestName)
                throw Refused(index, $"a day, a blank and a name of at most {LongestName} characters");
            if (DateOnly.TryParseExact(parts[0], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
                dated[day] = parts[1];
            // A leap year knows every day there is.
            else if (DateOnly.TryParseExact($"2024-{parts[0]}", "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var every))
                yearly.Add((every.Month, every.Day, parts[1]));
            else
                throw Refused(index, "a day as 2026-05-01, or as 05-01 for every year");
        }

        return new(dated.ToImmutable(), yearly.ToImmutable());
    }

    /// <summary>The days of some years.</summary>
    /// <param name="first">The first year.</param>
    /// <param name="last">The last year.</param>
    public HolidayCalendar Over(int first, int last)
    {
        var days = Dated.ToBuilder();
        for (var year = first; year <= last; year++)
        {
            foreach (var (month, day, name) in Yearly.Where(y => y.Day <= DateTime.DaysInMonth(year, y.Month)))
                days.TryAdd(new(year, month, day), name);
        }

        return new(days.ToImmutable());
    }

    private static FormatException Refused(int index, string remedy) => new($"Line {index + 1} of the holidays is not {remedy}.");
}
