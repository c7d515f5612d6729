using System.Globalization;
using System.Text;
using System.Xml;
using Microsoft.AspNetCore.WebUtilities;

namespace FeatureGovernance.Server.Pages;

/// <summary>How numbers, words and links read on a page. What is missing is unknown, and says so.</summary>
public static class Show
{
    /// <summary>For what is not known.</summary>
    public const string Unknown = "unknown";

    /// <summary>A part of one as a percentage, with as many digits as tell something.</summary>
    public static string Share(double? share) => share switch
    {
        null => Unknown,
        0 => "0 %",
        < 0.0001 => $"< {0.01.ToString("0.00", ReaderNumbers.Now)} %",
        < 0.01 => $"{(share * 100).Value.ToString("0.00", ReaderNumbers.Now)} %",
        < 0.1 => $"{(share * 100).Value.ToString("0.0", ReaderNumbers.Now)} %",
        _ => $"{(share * 100).Value.ToString("0", ReaderNumbers.Now)} %",
    };

    /// <summary>A part of one that is lost.</summary>
    public static string Loss(double? share) => share is > 0 and < 0.0001 ? Share(share) : share is > 0 ? $"−{Share(share)}" : Share(share);

    /// <summary>A whole number with its thousands apart.</summary>
    public static string Count(long number) => number.ToString("N0", ReaderNumbers.Now);

    /// <summary>A quantity in at most four digits, as 1.2 M.</summary>
    public static string Amount(double? amount)
    {
        if (amount is not { } number)
            return Unknown;
        var size = Math.Abs(number);
        var (divisor, unit) = size >= 1e12 ? (1e12, " T") : size >= 1e9 ? (1e9, " bn") : size >= 1e6 ? (1e6, " M") : size >= 1e4 ? (1e3, " k") : (1, "");
        var scaled = number / divisor;
        return scaled.ToString(Math.Abs(scaled) >= 100 || scaled == Math.Truncate(scaled) ? "N0" : Math.Abs(scaled) >= 1 ? "0.0" : "0.00",
            ReaderNumbers.Now) + unit;
    }

    /// <summary>A value of a feature in four digits, large ones as 1.2 M.</summary>
    public static string Value(double? value) =>
        value is { } number && Math.Abs(number) < 1e4 ? number.ToString("G4", ReaderNumbers.Now) : Amount(value);

    /// <summary>A measured number in two digits, or three where it is 10 or more: as many as its uncertainty leaves.</summary>
    public static string Rough(double? value) => value switch
    {
        { } number when Math.Abs(number) is >= 1e-6 and < 0.995 => number.ToString($"F{1 - (int)Math.Floor(Math.Log10(Math.Abs(number)))}", ReaderNumbers.Now),
        { } number when Math.Abs(number) < 9.95 => number.ToString("G2", ReaderNumbers.Now),
        _ => Amount(value),
    };

    /// <summary>A month, quarter or year as people say it: <c>2027Q1</c> and <c>2027-Q1</c> are "Q1 2027", <c>2027-03</c> is "Mar 2027".</summary>
    public static string Period(string period) => period switch
    {
        [_, _, _, _, 'Q', _] or [_, _, _, _, '-', 'Q', _] => $"Q{period[^1]} {period[..4]}",
        [_, _, _, _, '-', _, _] when DateOnly.TryParseExact($"{period}-01", "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var month) =>
            month.ToString("MMM yyyy", CultureInfo.InvariantCulture),
        _ => period,
    };

    /// <summary>An ISO 8601 duration in its two largest units: <c>PT1H</c> is "1 hour".</summary>
    public static string Duration(string duration)
    {
        var time = XmlConvert.ToTimeSpan(duration);
        (int Number, string Unit)[] parts = [(time.Days, "day"), (time.Hours, "hour"), (time.Minutes, "minute"), (time.Seconds, "second")];
        return string.Join(" ", parts.Where(part => part.Number > 0).Take(2).Select(part => Of(part.Number, part.Unit)));
    }

    /// <summary>Money each day, in the organisation's currency.</summary>
    public static string PerDay(double? money) => money is null ? Unknown : $"{Amount(money)} / day";

    /// <summary>A word of a vocabulary as people write it: <c>rolledBack</c> is "rolled back".</summary>
    public static string Word(string? word)
    {
        if (word is null)
            return Unknown;
        var text = new StringBuilder(word.Length + 4);
        foreach (var letter in word)
        {
            if (char.IsUpper(letter))
                text.Append(' ');
            text.Append(letter is '-' or '_' or '.' ? ' ' : char.ToLowerInvariant(letter));
        }

        return text.ToString();
    }

    /// <summary>One thing or several.</summary>
    public static string Of(long number, string one, string? many = null) => $"{Count(number)} {(number == 1 ? one : many ?? one + "s")}";

    /// <summary>A coordinate or length of a drawing.</summary>
    public static string At(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>The path of a thing with this name.</summary>
    public static string Link(string folder, string name) => $"/{folder}/{Uri.EscapeDataString(name)}";

    /// <summary>A feature's page.</summary>
    public static string Feature(string key) => Link("features", key.Split('@')[0]).Replace("%3A", ":", StringComparison.Ordinal);

    /// <summary>A path with these parameters, leaving out what is blank.</summary>
    public static string Query(string path, params (string Name, string? Value)[] parameters) => QueryHelpers.AddQueryString(path,
        parameters.Where(one => !string.IsNullOrEmpty(one.Value)).Select(one => KeyValuePair.Create(one.Name, one.Value)));
}
