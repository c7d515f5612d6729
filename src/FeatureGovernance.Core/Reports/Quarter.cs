using System.Globalization;
using System.Text.RegularExpressions;

namespace FeatureGovernance.Core.Reports;

/// <summary>A quarter of a calendar year, in UTC.</summary>
/// <param name="Year">From 2000 to 2199.</param>
/// <param name="Number">1 to 4.</param>
public readonly partial record struct Quarter(int Year, int Number)
{
    /// <summary>Its first day.</summary>
    public DateOnly First => new(Year, (3 * Number) - 2, 1);

    /// <summary>The day after its last.</summary>
    public DateOnly End => First.AddMonths(3);

    /// <summary>The one before.</summary>
    public Quarter Previous => Of(First.AddDays(-1));

    /// <summary>The one that a day is in.</summary>
    public static Quarter Of(DateOnly day) => new(day.Year, ((day.Month - 1) / 3) + 1);

    /// <summary>Reads <c>2026-Q4</c>; null where it is nothing of the kind.</summary>
    public static Quarter? TryParse(string? text) => text is not null && Form().Match(text) is { Success: true } match
        ? new(int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture), int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture))
        : null;

    /// <summary>As <see cref="TryParse"/> reads it.</summary>
    public override string ToString() => $"{Year}-Q{Number}";

    [GeneratedRegex(@"\A(2[01][0-9]{2})-Q([1-4])\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
