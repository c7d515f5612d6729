using System.Collections.Immutable;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Drift;
using FeatureGovernance.Core.Drift.Profiles;
using Npgsql;

namespace FeatureGovernance.Server.Drift;

/// <summary>What was found in windows of one length.</summary>
/// <param name="Grid">The windows.</param>
/// <param name="Horizon">Incidents that ended before it are left as they are: what came before them is no longer read.</param>
/// <param name="Features">What is known of the features.</param>
/// <param name="Incidents">By start.</param>
internal sealed record FoundIncidents(WindowGrid Grid, DateTime Horizon, IReadOnlyDictionary<int, WatchedFeature> Features,
    ImmutableArray<FoundIncident> Incidents);

/// <summary>Looks through the profiles of every feature, a block of features at a time; only signals are kept in memory.</summary>
/// <param name="holidays">The calendar of some years.</param>
internal sealed class Detection(NpgsqlDataSource source, int run, DateTimeOffset now, Func<int, int, HolidayCalendar> holidays)
{
    // Windows of history, how many of them may hold incidents, and how many features are read at once.
    private static readonly (WindowLength Length, int History, int Recent, int Block)[] Plans =
    [
        (WindowLength.Hour, 35 * 24, 14 * 24, 40),
        (WindowLength.Day, 120, 60, 200),
        (WindowLength.Week, 104, 52, 200),
    ];

    public Dictionary<string, long> Counts { get; } = new(StringComparer.Ordinal);

    public async Task<List<FoundIncidents>> FindAsync(CancellationToken cancellation)
    {
        var found = new List<FoundIncidents>();
        await using var connection = await source.OpenConnectionAsync(cancellation);
        foreach (var (length, history, recent, block) in Plans)
        {
            var grid = ProfileDetector.Grid(Start(length, history), history, length);
            if (!await AnyAsync(connection, grid, cancellation))
                continue;
            var (findings, features) = await LookAsync(connection, grid, block, cancellation);
            var options = new DetectionOptions(length, DetectionOptions.UsualDiscovery, holidays(grid.Origin.Year, now.Year));
            var horizon = grid.StartOf(history - recent);
            var incidents = ProfileDetector.Conclude(findings, features, grid, options).Where(incident => grid.StartOf(incident.Last + 1) > horizon)
                .ToImmutableArray();
            Count("incidents", incidents.Length);
            found.Add(new(grid, horizon, features, incidents));
        }

        await ReportAsync("publication", 0.95, cancellation);
        return found;
    }

    private async Task<(List<SeriesFindings> Findings, Dictionary<int, WatchedFeature> Features)> LookAsync(
        NpgsqlConnection connection, WindowGrid grid, int block, CancellationToken cancellation)
    {
        var (findings, features, quiet) = (new List<SeriesFindings>(), new Dictionary<int, WatchedFeature>(), new Dictionary<Symptom, long>());
        var last = 0;
        while (true)
        {
            var next = await FeaturesAsync(connection, last, block, cancellation);
            if (next.Count == 0)
            {
                Count("tests", quiet.Values.Sum() + findings.Sum(one => one.Tests.Values.Sum()));
                findings.Add(new(new(0, false, ""), [], quiet.ToImmutableDictionary(), 0, 0, []));
                return (findings, features);
            }

            last = next.Keys.Max();
            var series = await ProfileBlocks.ReadAsync(connection, [.. next.Keys], grid, cancellation);
            foreach (var one in series.AsParallel().AsOrdered().WithCancellation(cancellation).SelectMany(one => ProfileDetector.Look(one, grid)).ToList())
            {
                if (one.Signals.Length > 0)
                    findings.Add(one);
                // What has no signal only adds to the number of tests.
                foreach (var (symptom, tests) in one.Signals.Length > 0 ? [] : one.Tests)
                    quiet[symptom] = quiet.GetValueOrDefault(symptom) + tests;
            }

            foreach (var one in series)
                features[one[0].Key.Feature] = next[one[0].Key.Feature];
            Count("series", series.Sum(one => one.Count));
            Count("profiles", series.Sum(one => one.Sum(s => s.Windows.Count(window => window is not null))));
            await ReportAsync(Words.Of(grid.Length), 0.9 * last / Math.Max(last, await LastFeatureAsync(connection, cancellation)), cancellation);
        }
    }

    private DateTime Start(WindowLength length, int history)
    {
        var today = now.UtcDateTime;
        var end = length switch
        {
            WindowLength.Hour => today.Date.AddHours(today.Hour),
            WindowLength.Day => today.Date,
            WindowLength.Week => today.Date.AddDays(-(((int)today.DayOfWeek + 6) % 7)),
        };
        return end - (history * ProfileDetector.SpanOf(length));
    }

    private static async Task<bool> AnyAsync(NpgsqlConnection connection, WindowGrid grid, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select exists (select from drift.profile where length = $1 and starts >= $2)",
            connection) { CommandTimeout = 0 };
        command.Parameters.Add(new() { Value = (short)grid.Length });
        command.Parameters.Add(new() { Value = ProfileBlocks.Utc(grid.Origin) });
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static async Task<int> LastFeatureAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select coalesce(max(id), 0) from registry.feature", connection);
        return (int)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static async Task<Dictionary<int, WatchedFeature>> FeaturesAsync(NpgsqlConnection connection, int after, int count, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select f.id, f.key, nullif(concat_ws('.', v.source_system, v.source_table), ''), e.symptoms, e.sizes
            from (select id, key, current_version from registry.feature where id > $1 order by id limit $2) f
            join registry.feature_version v on v.feature_id = f.id and v.number = f.current_version
            left join lateral (
                select array_agg(symptom) as symptoms, array_agg(size) as sizes
                from (select symptom, max(size) as size from drift.expected_change c where c.feature_id = f.id group by symptom) largest) e on true
            """, connection);
        command.Parameters.Add(new() { Value = after });
        command.Parameters.Add(new() { Value = count });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var features = new Dictionary<int, WatchedFeature>();
        while (await reader.ReadAsync(cancellation))
        {
            var expected = reader.IsDBNull(3) ? [] : reader.GetFieldValue<short[]>(3).Zip(reader.GetFieldValue<double[]>(4));
            features[reader.GetInt32(0)] = new(
                reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetString(2),
                expected.ToImmutableDictionary(pair => (Symptom)pair.First, pair => pair.Second));
        }

        return features;
    }

    private async Task ReportAsync(string phase, double fraction, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await DriftRuns.Runs.ReportAsync(connection, run, new(phase, fraction, Counts), cancellation);
    }

    private void Count(string what, long number) => Counts[what] = Counts.GetValueOrDefault(what) + number;
}
