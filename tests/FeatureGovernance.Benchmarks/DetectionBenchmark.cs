using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using FeatureGovernance.Core.Drift;
using FeatureGovernance.Core.Drift.Profiles;

namespace FeatureGovernance.Benchmarks;

/// <summary>
/// Looks through generated daily profiles of many features in five segments each, one feature in two hundred with a fault, in memory: what a
/// run of the server does besides reading. Arguments: features (default 100,000), windows (default 24), segments (default 5).
/// </summary>
internal static class DetectionBenchmark
{
    private const int Block = 500;
    private const int FaultyOneIn = 200;

    public static Task RunAsync(string[] args)
    {
        int Argument(int at, int otherwise) => args.Length > at ? int.Parse(args[at], CultureInfo.InvariantCulture) : otherwise;
        var (features, windows, segments) = (Argument(0, 100_000), Argument(1, 24), Argument(2, 5));
        var grid = ProfileDetector.Grid(new(2026, 1, 5), windows, WindowLength.Day);
        var (findings, watched) = (new List<SeriesFindings>(), new Dictionary<int, WatchedFeature>());
        var (quiet, looking) = (new Dictionary<Symptom, long>(), TimeSpan.Zero);
        for (var first = 0; first < features; first += Block)
        {
            var series = Enumerable.Range(first, Math.Min(Block, features - first)).AsParallel().AsOrdered()
                .Select(f => Enumerable.Range(0, segments).Select(s => Series(f, s, windows)).ToArray()).ToArray();
            var begun = Stopwatch.GetTimestamp();
            foreach (var one in series.AsParallel().AsOrdered().SelectMany(one => ProfileDetector.Look(one, grid)).ToArray())
            {
                if (one.Signals.Length > 0)
                    findings.Add(one);
                foreach (var (symptom, tests) in one.Signals.Length > 0 ? [] : one.Tests)
                    quiet[symptom] = quiet.GetValueOrDefault(symptom) + tests;
            }

            looking += Stopwatch.GetElapsedTime(begun);
            foreach (var feature in series.Select(s => s[0].Key.Feature))
                watched[feature] = new($"group:f{feature}", $"table{feature / 20}", ImmutableDictionary<Symptom, double>.Empty);
        }

        findings.Add(new(new(0, false, ""), [], quiet.ToImmutableDictionary(), 0, 0, []));
        var concluding = Stopwatch.GetTimestamp();
        var incidents = ProfileDetector.Conclude(findings, watched, grid, new(WindowLength.Day, DetectionOptions.UsualDiscovery, HolidayCalendar.None));
        var concluded = Stopwatch.GetElapsedTime(concluding);
        var profiles = (long)features * windows * segments;
        var faulty = incidents.SelectMany(i => i.Members).Count(m => m.Feature % FaultyOneIn == 0);
        Console.WriteLine("| profiles | looking, s | concluding, s | profiles/s | incidents | features in them | faulty ones | most memory, MB |");
        Console.WriteLine("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {profiles:N0} | {looking.TotalSeconds:0.0} | {concluded.TotalSeconds:0.0} | {profiles / (looking + concluded).TotalSeconds:N0} | {incidents.Length} | "
            + $"{incidents.Sum(i => i.Members.Length)} | {faulty} of {(features + FaultyOneIn - 1) / FaultyOneIn} | {Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:N0} |"));
        return Task.CompletedTask;
    }

    private static ProfileSeries Series(int feature, int segment, int windows)
    {
        var random = new Random(unchecked((feature * 397) + segment));
        var mean = 10 + (1000 * random.NextDouble());
        return new(new(feature, false, segment == 0 ? "" : $"country={segment}"), false,
        [
            .. Enumerable.Range(0, windows).Select(w =>
            {
                var middle = mean * (1 + (0.02 * (random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5)) + (w % 7 >= 5 ? 0.1 : 0));
                var nulls = feature % FaultyOneIn == 0 && w >= windows - 4 ? 3_000 : 90 + random.Next(20);
                return new ProfileWindow(
                    10_000, nulls, 0, 0, 0, middle, 0.3 * mean * (1 + (0.01 * random.NextDouble())), 5_000 + random.Next(100),
                    [.. ProfileSeries.Shares.Select(share => middle + (mean * (share - 0.5)) + (0.002 * mean * random.NextDouble()))], [], 1,
                    3_600 + random.Next(300));
            }),
        ]);
    }
}
