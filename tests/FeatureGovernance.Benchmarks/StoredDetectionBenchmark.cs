using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using FeatureGovernance.Server;
using FeatureGovernance.Server.Drift;
using FeatureGovernance.Server.Storage;
using FeatureGovernance.Statistics.Sketches;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace FeatureGovernance.Benchmarks;

/// <summary>
/// Profiles taken in by <c>POST /telemetry/profiles</c> over loopback HTTP, and a run of detection over them as the server makes it: daily ones of
/// features in five segments each, of a thousand values, one feature in two hundred with a fault. A quarter of the features each are numbers
/// with all their digits, cents, whole numbers and flags. Arguments: features (default 500, then four times as many; 0 for the third size
/// alone), windows (24), segments (5), and features of a third size (8,000; 0 for none): all but the first 400 of these are copies without their
/// sketches, which detection does not read.
/// </summary>
internal static class StoredDetectionBenchmark
{
    private const int Values = 1_000;
    private const int Variants = 10;
    private const int FaultyOneIn = 200;
    private const int Originals = 2 * FaultyOneIn;
    private const string Token = "benchmark";

    private static readonly string[] Kinds = ["all digits", "cents", "whole", "flags"];

    public static async Task RunAsync(string[] args)
    {
        int Argument(int at, int otherwise) => args.Length > at ? int.Parse(args[at], CultureInfo.InvariantCulture) : otherwise;
        var (features, windows, segments, more) = (Argument(0, 500), Argument(1, 24), Argument(2, 5), Argument(3, 8_000));
        Console.WriteLine("| features | profiles | POST, profiles/s | bytes a profile, with indexes | run, s | profiles/s | incidents | run with nothing new, s | most memory, MB |");
        Console.WriteLine("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var (count, originals) in ((int, int)[])[(features, features), (4 * features, 4 * features), (more, Math.Min(more, Originals))])
        {
            if (count > 0)
                await MeasureAsync(count, originals, windows, segments);
        }
    }

    private static async Task MeasureAsync(int features, int originals, int windows, int segments)
    {
        var folder = Path.Combine(Path.GetTempPath(), $"featgov-detection-{Guid.CreateVersion7():N}");
        try
        {
            var builder = Service.CreateBuilder(["--urls", "http://127.0.0.1:0", "--FEATGOV_DATA", folder, "--FEATGOV_ADMIN_TOKEN", Token, "--FEATGOV_JOBS",
                "off", "--Logging:LogLevel:Default", "Warning"]);
            await using var embedded = await builder.AddStorageAsync();
            await using var app = Service.Build(builder);
            await Service.PrepareAsync(app);
            await app.StartAsync();
            var source = app.Services.GetRequiredService<NpgsqlDataSource>();
            await ExecuteAsync(source, $$"""
                insert into registry.team (slug, name, revision, updated_at) values ('bench', 'bench', 1, now());
                insert into registry.feature (id, key, team_id, kind, stage, stage_since, sensitivity, tags, current_version, revision, created_at, updated_at)
                select i, 'group_' || i / 100 || ':feature_' || i, (select id from registry.team limit 1), 0, 0, now(), 0, '{}', 1, 1, now(), now()
                from generate_series(1, {{features}}) i;
                insert into registry.feature_version (feature_id, number, data_type, source_table, derived_from, created_at)
                select i, 1, 0, 'table_' || i / 20, '{}', now() from generate_series(1, {{features}}) i;
                """);
            using var http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()), Timeout = TimeSpan.FromMinutes(10) };
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
            var (profiles, seconds) = (features * windows * segments, await PostAsync(http, originals, windows, segments));
            await ExecuteAsync(source, $"""
                insert into drift.profile
                select feature_id + {originals} * copy, length, starts, site, version, segment, kind, count, nulls, defaults, mean, variance, ''::bytea, zeros, nans,
                       distinct_values, quantiles, frequent_values, frequent_counts, lag_seconds
                from generate_series(1, {features / originals} - 1) copy cross join drift.profile
                """);
            await ExecuteAsync(source, "vacuum analyze drift.profile");
            var bytes = await AskAsync<decimal>(source,
                "select sum(pg_total_relation_size(inhrelid)) from pg_inherits where inhparent = 'drift.profile'::regclass");
            foreach (var (kind, i) in Kinds.Select((kind, i) => (kind, i)).Where(_ => features == originals))
                Console.Error.WriteLine($"sketches of {kind}: {await AskAsync<decimal>(source, $"select avg(octet_length(content)) from drift.profile where feature_id % {Kinds.Length} = {i}"):N0} bytes");
            // Beside the run, so that the client's memory is not counted twice.
            GC.Collect();
            var first = await RunAsync(app.Services);
            var second = await RunAsync(app.Services);
            var incidents = await AskAsync<long>(source, "select count(*) from drift.incident");
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {features:N0} | {profiles:N0} | {originals * windows * segments / seconds:N0} | {(features == originals ? $"{(double)bytes / profiles:N0}" : "–")} | {first:0.0} | {profiles / first:N0} | {incidents} | {second:0.00} | "
                + $"{Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:N0} |"));
            await app.StopAsync();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // A day's pipeline sends a day's profiles of all features; here all days of two hundred features are one request.
    private static async Task<double> PostAsync(HttpClient http, int features, int windows, int segments)
    {
        var calm = Kinds.Select((_, kind) => Enumerable.Range(0, Variants).Select(variant => Sketched(kind, variant, 0.01)).ToArray()).ToArray();
        var faulty = Kinds.Select((_, kind) => Sketched(kind, Variants, 0.3)).ToArray();
        var today = TimeProvider.System.GetUtcNow().UtcDateTime.Date;
        var watch = new Stopwatch();
        for (var begin = 1; begin <= features; begin += FaultyOneIn)
        {
            using var body = new MemoryStream();
            for (var feature = begin; feature < Math.Min(features + 1, begin + FaultyOneIn); feature++)
            {
                for (var (segment, kind) = (0, feature % Kinds.Length); segment < segments; segment++)
                {
                    for (var window = 0; window < windows; window++)
                    {
                        body.Write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
                            $$"""{"feature":"group_{{feature / 100}}:feature_{{feature}}","window":"day","start":"{{today.AddDays(window - windows):yyyy-MM-dd}}T00:00:00Z","segment":"country={{segment}}","lagSeconds":3600,"profile":""")));
                        body.Write(feature % FaultyOneIn == 0 && window >= windows - 4 ? faulty[kind] : calm[kind][((feature * 7) + (segment * 3) + window) % Variants]);
                        body.Write("}\n"u8);
                    }
                }
            }

            using var content = new ByteArrayContent(body.GetBuffer(), 0, (int)body.Length);
            content.Headers.ContentType = new("application/x-ndjson");
            watch.Start();
            using var answer = await http.PostAsync(new Uri("/api/v1/telemetry/profiles", UriKind.Relative), content);
            watch.Stop();
            if (!answer.IsSuccessStatusCode)
                throw new InvalidOperationException(await answer.Content.ReadAsStringAsync());
        }

        return watch.Elapsed.TotalSeconds;
    }

    private static byte[] Sketched(int kind, int seed, double nulls)
    {
        var random = new Random((100 * kind) + seed);
        var profile = Profile.OfNumbers(new());
        for (var i = 0; i < Values; i++)
        {
            var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            if (random.NextDouble() < nulls)
                profile.UpdateNull();
            else
                profile.Update(kind switch { 0 => 100 + (10 * normal), 1 => Math.Round(8 * Math.Exp(normal), 2), 2 => Math.Floor(20 * Math.Exp(normal)), _ => normal > 0.5 ? 1 : 0 });
        }

        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
            profile.WriteJson(json);
        return stream.ToArray();
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
