using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using FeatureGovernance.Core.Drift;
using FeatureGovernance.Tests;

namespace FeatureGovernance.UnitTests.Drift;

/// <summary>One file of the Numenta Anomaly Benchmark, with its labelled windows.</summary>
/// <param name="Name">Folder and file.</param>
/// <param name="Times">Of the rows.</param>
/// <param name="Values">Of the rows.</param>
/// <param name="Labels">Start and end of each window.</param>
internal sealed record NabFile(string Name, DateTime[] Times, double[] Values, ImmutableArray<(DateTime Start, DateTime End)> Labels)
{
    public static IEnumerable<NabFile> All() => Labelled().Select(file => Read(file.Name, file.Value));

    public static NabFile Of(string name) => Read(name, Labelled().First(file => file.Name == name).Value);

    public WindowLength Window => Detector.SuitableWindow(Times);

    public ImmutableArray<FeatureIncident> Incidents() => Detector.Detect(
        new(Times, [Tables.Column("value", Values)]),
        new(Window, DetectionOptions.UsualDiscovery, HolidayCalendar.UnitedStates(Times[0].Year, Times[^1].Year)));

    /// <summary>First and last row of each labelled window.</summary>
    public (int First, int Last)[] Windows() =>
        [.. Labels.Select(label => (Array.FindIndex(Times, t => t >= label.Start), Array.FindLastIndex(Times, t => t <= label.End)))];

    /// <summary>An incident sounds when its first window is over.</summary>
    public int[] Alarms(IEnumerable<FeatureIncident> incidents) =>
        [.. incidents.Select(i => Array.FindIndex(Times, t => t >= i.Start + (Window == WindowLength.Hour ? TimeSpan.FromHours(1) : TimeSpan.FromDays(1))))
            .Where(row => row >= 0)];

    private static JsonProperty[] Labelled() =>
        [.. JsonDocument.Parse(File.ReadAllText(SharedData.Path("nab", "windows.json"))).RootElement.EnumerateObject()];

    private static NabFile Read(string name, JsonElement labels)
    {
        var rows = File.ReadLines(SharedData.Path(["nab", .. name.Split('/')])).Skip(1).Select(line => line.Split(',')).ToArray();
        return new(
            name,
            [.. rows.Select(row => At(row[0]))],
            [.. rows.Select(row => double.Parse(row[1], CultureInfo.InvariantCulture))],
            [.. labels.EnumerateArray().Select(w => (At(w[0].GetString()!), At(w[1].GetString()!)))]);
    }

    private static DateTime At(string text) => DateTime.Parse(text, CultureInfo.InvariantCulture);
}
