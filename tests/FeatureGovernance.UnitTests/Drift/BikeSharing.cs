using System.Collections.Immutable;
using System.Globalization;
using FeatureGovernance.Core.Drift;
using FeatureGovernance.Tests;

namespace FeatureGovernance.UnitTests.Drift;

/// <summary>Two years of hourly rentals and weather (Fanaee-T and Gama 2013); the weather's code also in words, as <c>sky</c>.</summary>
internal static class BikeSharing
{
    private static readonly string[] Sky = ["", "clear", "mist", "light rain", "heavy rain"];

    public static DetectionOptions Options { get; } = new(WindowLength.Day, DetectionOptions.UsualDiscovery, HolidayCalendar.UnitedStates(2011, 2012));

    public static TimedTable Load() => Read(SharedData.Path("bike-sharing", "hour.csv"));

    public static TimedTable Read(string path)
    {
        var lines = File.ReadAllLines(path);
        var rows = lines.Skip(1).Select(line => line.Split(',')).ToArray();
        var times = rows.Select(row =>
            DateTime.Parse(row[1], CultureInfo.InvariantCulture).AddHours(int.Parse(row[5], CultureInfo.InvariantCulture))).ToArray();
        return new(times,
        [
            .. lines[0].Split(',').Select((name, at) => (name, at)).Where(c => c.at != 1)
                .Select(c => Tables.Column(c.name, [.. rows.Select(row => double.Parse(row[c.at], CultureInfo.InvariantCulture))])),
            new("sky", null, [.. rows.Select(row => Sky[int.Parse(row[9], CultureInfo.InvariantCulture)])], new bool[rows.Length]),
        ]);
    }

    /// <summary>
    /// Detects in a changed table as <see cref="Detector" /> does; what is to be seen in a column that is as it was is looked for once.
    /// </summary>
    /// <param name="table">As it was.</param>
    public static Func<TimedTable, ImmutableArray<FeatureIncident>> Over(TimedTable table)
    {
        var grid = new WindowGrid(table.Times, Options.Window);
        var known = table.Columns.ToDictionary(column => column, column => Watched.Look(column, grid));
        return changed => Detector.Detect(changed, Options, (column, windows) =>
            changed.Times == table.Times && known.TryGetValue(column,
                out var seen) ? seen with { Findings = seen.Findings.Copy() } : Watched.Look(column, windows));
    }
}
