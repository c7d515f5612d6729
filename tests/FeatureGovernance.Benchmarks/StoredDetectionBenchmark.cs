using System.Diagnostics;
using System.Globalization;
using FeatureGovernance.Core.Drift;
using FeatureGovernance.Server;
using FeatureGovernance.Server.Drift;
using FeatureGovernance.Server.Storage;
using FeatureGovernance.Statistics.Sketches;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace FeatureGovernance.Benchmarks;

/// <summary>
/// A run of detection as the server makes it, over profiles in its own PostgreSQL: daily ones of features in five segments each, of a thousand
/// values, one feature in two hundred with a fault. Arguments: features (default 2,000, then four times as many), windows (24), segments (5).
/// </summary>
internal static class StoredDetectionBenchmark
{
    private const int Values = 1_000;
    private const int Variants = 40;
    private const int FaultyOneIn = 200;

    public static async Task RunAsync(string[] args)
    {
        int Argument(int at, int otherwise) => args.Length > at ? int.Parse(args[at], CultureInfo.InvariantCulture) : otherwise;
        var (features, windows, segments) = (Argument(0, 2_000), Argument(1, 24), Argument(2, 5));
        Console.WriteLine("| features | profiles | COPY, profiles/s | bytes a profile, with indexes | run, s | profiles/s | incidents | run with nothing new, s | most memory, MB |");
        Console.WriteLine("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var count in (int[])[features, 4 * features])
            await MeasureAsync(count, windows, segments);
    }

    private static async Task MeasureAsync(int features, int windows, int segments)
    {
        var folder = Directory.CreateTempSubdirectory("featgov-detection-").FullName;
        try
        {
            var builder = Service.CreateBuilder(["--urls", "http://127.0.0.1:0", "--FEATGOV_DATA", folder, "--FEATGOV_ADMIN_TOKEN", "benchmark", "--FEATGOV_JOBS", "off", "--Logging:LogLevel:Default", "Warning"]);
            await using var embedded = await builder.AddStorageAsync();
            await using var app = Service.Build(builder);
            await Service.PrepareAsync(app);
            var source = app.Services.GetRequiredService<NpgsqlDataSource>();
            await ExecuteAsync(source, $$"""
                insert into registry.team (slug, name, revision, updated_at) values ('bench', 'bench', 1, now());
                insert into registry.feature (id, key, team_id, kind, stage, stage_since, sensitivity, tags, current_version, revision, created_at, updated_at)
                select i, 'group_' || i / 100 || ':feature_' || i, (select id from registry.team limit 1), 0, 0, now(), 0, '{}', 1, 1, now(), now()
                from generate_series(1, {{features}}) i;
                insert into registry.feature_version (feature_id, number, data_type, source_table, derived_from, created_at)
                select i, 1, 0, 'table_' || i / 20, '{}', now() from generate_series(1, {{features}}) i;
                """);
            var (profiles, copying) = (features * windows * segments, Stopwatch.StartNew());
            await CopyAsync(app.Services, features, windows, segments);
            copying.Stop();
            await ExecuteAsync(source, "vacuum analyze drift.profile");
            var bytes = await AskAsync<decimal>(source, "select sum(pg_total_relation_size(inhrelid)) from pg_inherits where inhparent = 'drift.profile'::regclass");
            // Beside the run, so that the generator's memory is not counted twice.
            GC.Collect();
            var first = await RunAsync(app.Services);
            var second = await RunAsync(app.Services);
            var incidents = await AskAsync<long>(source, "select count(*) from drift.incident");
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {features:N0} | {profiles:N0} | {profiles / copying.Elapsed.TotalSeconds:N0} | {(double)bytes / profiles:N0} | {first:0.0} | {profiles / first:N0} | {incidents} | {second:0.00} | "
                + $"{Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:N0} |"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task CopyAsync(IServiceProvider services, int features, int windows, int segments)
    {
        var calm = Enumerable.Range(0, Variants).Select(variant => Stored(variant, 0.01)).ToArray();
        var faulty = Stored(Variants, 0.3);
        var today = TimeProvider.System.GetUtcNow().UtcDateTime.Date;
        for (var begin = 1; begin <= features; begin += 500)
        {
            await using var scope = services.CreateAsyncScope();
            var write = scope.ServiceProvider.GetRequiredService<WriteTransaction>();
            await write.BeginAsync(CancellationToken.None);
            await ProfileLanding.PrepareAsync(write, CancellationToken.None);
            await ProfileLanding.CopyAsync(write, Lines(begin, Math.Min(features, begin + 499)), CancellationToken.None);
            await ProfileLanding.MergeAsync(write, CancellationToken.None);
            await write.CommitAsync(CancellationToken.None);
        }

        IEnumerable<(int, ProfileLine)> Lines(int from, int to)
        {
            for (var feature = from; feature <= to; feature++)
            {
                for (var segment = 0; segment < segments; segment++)
                {
                    for (var window = 0; window < windows; window++)
                    {
                        var profile = feature % FaultyOneIn == 0 && window >= windows - 4 ? faulty : calm[((feature * 7) + (segment * 3) + window) % Variants];
                        yield return (feature, new(1, "", null, ProfileSite.Serving, WindowLength.Day, today.AddDays(window - windows), $"country={segment}", 3_600, profile));
                    }
                }
            }
        }
    }

    private static StoredProfile Stored(int seed, double nulls)
    {
        var random = new Random(seed);
        var profile = Profile.OfNumbers(new());
        for (var i = 0; i < Values; i++)
        {
            if (random.NextDouble() < nulls)
                profile.UpdateNull();
            else
                profile.Update(100 + (10 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())));
        }

        return StoredProfile.Of(profile);
    }

    private static async Task<double> RunAsync(IServiceProvider services)
    {
        await using var scope = services.CreateAsyncScope();
        var watch = Stopwatch.StartNew();
        await scope.ServiceProvider.GetRequiredService<DriftJob>().RunByTheClockAsync(CancellationToken.None);
        return watch.Elapsed.TotalSeconds;
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 600;
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<T> AskAsync<T>(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 600;
        return (T)(await command.ExecuteScalarAsync())!;
    }
}
