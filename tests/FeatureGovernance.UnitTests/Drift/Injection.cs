using System.Globalization;
using FeatureGovernance.Core.Drift;

namespace FeatureGovernance.UnitTests.Drift;

/// <summary>One fault of at least moderate size put into one feature, or into the rows.</summary>
/// <param name="Fault">What it is.</param>
/// <param name="Variant">In words.</param>
/// <param name="Feature">Where.</param>
/// <param name="Day">The first faulty day, counted from the table's first.</param>
/// <param name="Days">How many days; those beyond the table's end are left out.</param>
/// <param name="Seed">Of what is random about it.</param>
internal sealed record Injection(Fault Fault, string Variant, string Feature, int Day, int Days, int Seed)
{
    private static readonly string[] Weather = ["temp", "atemp", "hum", "windspeed"];
    private static readonly string[] Rentals = ["casual", "registered", "cnt"];

    /// <summary>Every kind of moderate fault with every bike-sharing feature it applies to, once, at a random day of either year.</summary>
    public static IEnumerable<Injection> OfBikeSharing(int seed)
    {
        var random = new Random(seed);
        foreach (var feature in Weather.Concat(Rentals))
        {
            yield return One(Fault.Missing, "5 % null", feature, 7, 14, 60);
            yield return One(Fault.Missing, "15 % null", feature, 3, 7);
            // Zeros are a default that shows where they are not usual.
            if (feature is not ("windspeed" or "casual"))
                yield return One(Fault.DefaultFilled, "20 % zero", feature, 3, 7, 30);
            yield return One(Fault.DefaultFilled, "20 % -1", feature, 3, 7, 30);
            yield return One(Fault.DefaultFilled, "a day of zeros", feature, 1);
            yield return One(Fault.Stuck, "stuck", feature, 1, 2);
            yield return One(Fault.Stuck, "day before again", feature, 1, 2);
            yield return One(Fault.Rescaled, "x1.5", feature, 7, 14, 60);
            yield return One(Fault.Rescaled, "x100", feature, 3, 7, 60);
            yield return One(Fault.Rescaled, feature is "temp" or "atemp" ? "x1.8+32" : "x0.5", feature, 7, 14);
            yield return One(Fault.TruncatedPrecision, "truncated", feature, 3, 7, 60);
            yield return One(Fault.SignFlip, "negated", feature, 1, 3, 7, 60);
            yield return One(Fault.SchemaChange, "text among numbers", feature, 3, 7, 60);
        }

        foreach (var feature in Rentals)
        {
            yield return One(Fault.ShiftedTimeZone, "an hour late", feature, 7, 14, 60);
            yield return One(Fault.ShiftedTimeZone, "an hour early", feature, 7, 14, 60);
            yield return One(Fault.ShiftedTimeZone, "five hours late", feature, 3, 7, 60);
        }

        for (var i = 0; i < 3; i++)
        {
            yield return One(Fault.RelabelledCategory, "renamed", "sky", 3, 7, 60);
            yield return One(Fault.Missing, "15 % null", "sky", 3, 7);
            yield return One(Fault.DuplicatedPartition, "doubled", "*", 1, 2);
            yield return One(Fault.DuplicatedPartition, "half doubled", "*", 1, 2);
            yield return One(Fault.DroppedPartition, "lost", "*", 1, 2);
            yield return One(Fault.DroppedPartition, "half lost", "*", 1, 2);
        }

        Injection One(Fault fault, string variant, string feature, params ReadOnlySpan<int> lengths) =>
            new(fault, variant, feature, random.Next(60, 690), lengths[random.Next(lengths.Length)], random.Next());
    }

    /// <summary>The table with the fault, and the first row that is faulty.</summary>
    public TimedTable Into(TimedTable table)
    {
        var random = new Random(Seed);
        var start = table.Times[0].Date.AddDays(Day);
        int first = RowAt(start), end = RowAt(start.AddDays(Days)), yesterday = RowAt(start.AddDays(-1));
        var size = table.Columns.FirstOrDefault(c => c.Name == Feature)?.Numbers?.Max() > 10 ? 10 : 0.1;
        return Variant switch
        {
            "5 % null" => Blank(0.05),
            "15 % null" => Blank(0.15),
            "20 % zero" => Change((v, row) => random.NextDouble() < 0.2 ? 0 : v[row]),
            "20 % -1" => Change((v, row) => random.NextDouble() < 0.2 ? -1 : v[row]),
            "a day of zeros" => Change((_, _) => 0),
            "stuck" => Change((v, _) => v[first]),
            "day before again" => Change((v, row) => v[Math.Min(first - 1, yesterday + ((row - first) % Math.Max(1, first - yesterday)))]),
            "x1.5" => Change((v, row) => v[row] * 1.5),
            "x0.5" => Change((v, row) => v[row] * 0.5),
            "x100" => Change((v, row) => v[row] * 100),
            "x1.8+32" => Change((v, row) => (v[row] * 1.8) + 32),
            "truncated" => Change((v, row) => Math.Round(Math.Floor(v[row] / size) * size, 6)),
            "negated" => Change((v, row) => -v[row]),
            "an hour late" => Change((v, row) => v[row - 1]),
            "an hour early" => Change((v, row) => v[Math.Min(v.Length - 1, row + 1)]),
            "five hours late" => Change((v, row) => v[row - 5]),
            "text among numbers" => Texts((text, row) => row >= first && row < end && random.NextDouble() < 0.2 ? "error" : text),
            "renamed" => Texts((text, row) => row >= first && row < end && text == "clear" ? "sunny" : text),
            "doubled" => table.Rows(Enumerable.Range(0, table.Times.Length).SelectMany(r => r >= first && r < end ? new[] { r, r } : [r])),
            "half doubled" => table.Rows(Enumerable.Range(0, table.Times.Length)
                .SelectMany(r => r >= first && r < end && table.Times[r].Hour < 12 ? new[] { r, r } : [r])),
            "lost" => table.Rows(Enumerable.Range(0, table.Times.Length).Where(r => r < first || r >= end)),
            "half lost" => table.Rows(Enumerable.Range(0, table.Times.Length).Where(r => r < first || r >= end || table.Times[r].Hour < 12)),
            _ => throw new InvalidOperationException(Variant),
        };

        int RowAt(DateTime time)
        {
            var at = Array.BinarySearch(table.Times, time);
            return at < 0 ? ~at : at;
        }

        TimedTable Change(Func<double[], int, double> change) => table.With(Feature, first, end, change);

        TimedTable Texts(Func<string?, int, string?> change) => Replace(c => c with
        {
            Numbers = null,
            Texts = [.. Enumerable.Range(0, table.Times.Length)
                .Select(r => change(c.Texts?[r] ?? c.Numbers![r].ToString("R", CultureInfo.InvariantCulture), r))],
        });

        TimedTable Blank(double share)
        {
            bool[] gone = [.. Enumerable.Range(0, table.Times.Length).Select(r => r >= first && r < end && random.NextDouble() < share)];
            return Replace(c => new(
                c.Name,
                c.Numbers is { } numbers ? [.. numbers.Select((v, r) => gone[r] ? double.NaN : v)] : null,
                c.Texts is { } texts ? [.. texts.Select((t, r) => gone[r] ? null : t)] : null,
                gone));
        }

        TimedTable Replace(Func<ValueColumn, ValueColumn> change) => table with { Columns = [.. table.Columns.Select(c => c.Name == Feature ? change(c) : c)] };
    }

    /// <summary>The first incident that tells of this fault: it begins within a day of the first value that is wrong.</summary>
    public FeatureIncident? In(IEnumerable<FeatureIncident> incidents, TimedTable clean, TimedTable faulty)
    {
        var first = FirstWrong(clean, faulty).Date;
        return incidents.Where(i => (Feature == "*" || i.Feature == Feature) && Math.Abs((i.Start.Date - first).TotalDays) <= 1)
            .OrderBy(i => i.Verdict.Fault == Fault ? 0 : 1).ThenByDescending(i => i.Score).FirstOrDefault();
    }

    private DateTime FirstWrong(TimedTable clean, TimedTable faulty)
    {
        var (before, after) = (clean.Columns.FirstOrDefault(c => c.Name == Feature), faulty.Columns.FirstOrDefault(c => c.Name == Feature));
        if (before is null || after is null)
            return clean.Times[0].AddDays(Day);
        var row = Enumerable.Range(0, clean.Times.Length).First(r => after.Missing[r] != before.Missing[r]
            || TextOf(after, r) != TextOf(before, r));
        return clean.Times[row];
    }

    private static string? TextOf(ValueColumn column, int row) =>
        column.Texts is { } texts ? texts[row] : column.Numbers![row].ToString("R", CultureInfo.InvariantCulture);
}
