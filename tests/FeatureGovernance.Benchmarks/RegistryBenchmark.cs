using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using FeatureGovernance.Client;
using FeatureGovernance.Contracts.Registry;
using FeatureGovernance.Server;
using FeatureGovernance.Server.Storage;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace FeatureGovernance.Benchmarks;

/// <summary>
/// Bulk registration of 100,000 features beside a bare COPY of the same rows into tables with the same keys and indexes, and searches over
/// them, all over loopback HTTP. The option <c>--features</c> sets another size.
/// </summary>
internal static class RegistryBenchmark
{
    private const string Token = "benchmark";
    private const int Rounds = 400;
    private static readonly string[] Entities = ["user", "item", "author", "session", "query", "device"];
    private static readonly string[] Topics = ["watch", "click", "search", "share", "purchase", "follow", "comment", "dwell", "hide", "save"];
    private static readonly string[] Measures = ["count", "rate", "mean", "trend", "recency", "entropy", "distinct", "streak"];

    public static async Task RunAsync(string[] args)
    {
        var count = args is ["--features", var text] ? int.Parse(text, CultureInfo.InvariantCulture) : 100_000;
        var folder = Path.Combine(Path.GetTempPath(), $"featgov-registry-{Guid.CreateVersion7():N}");
        try
        {
            var builder = Service.CreateBuilder(["--urls", "http://127.0.0.1:0", "--FEATGOV_DATA", folder, "--FEATGOV_ADMIN_TOKEN", Token, "--FEATGOV_JOBS",
                "off", "--Serilog:MinimumLevel:Default", "Warning"]);
            await using var embedded = await builder.AddStorageAsync();
            await using var app = Service.Build(builder);
            await Service.PrepareAsync(app);
            await app.StartAsync();
            var address = new Uri(app.Urls.Single());
            using var client = GovernanceClient.Connect(address, Token);
            await client.PutTeamAsync("core", new() { Name = "Core", Leads = ["core-lead"] });
            await client.PutTeamAsync("other", new() { Name = "Other", Leads = ["other-lead"] });

            var features = Enumerable.Range(0, count).Select(Feature).ToList();
            await RegisterAsync(client, features, app.Services.GetRequiredService<NpgsqlDataSource>());
            using var http = new HttpClient { BaseAddress = address };
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
            await SearchAsync(http, count);
            using var process = Process.GetCurrentProcess();
            Console.WriteLine($"\nThe whole process, this client included: {process.WorkingSet64 >> 20:N0} MB resident, {process.PeakWorkingSet64 >> 20:N0} MB at the most.");
            await app.StopAsync();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static BulkFeature Feature(int i)
    {
        var (entity, topic, measure) = (Entities[i % 6], Topics[i / 6 % 10], Measures[i / 60 % 8]);
        return new()
        {
            Key = $"{entity}_{topic}_{i / 480 % 20}:{measure}_{i}",
            Team = i % 3 == 0 ? "other" : "core",
            Kind = "feature",
            Entity = entity,
            DataType = "double",
            Description = $"The {measure} of {topic} events of one {entity}, variant {i}.",
            Source = new() { System = "hive", Table = $"events.{entity}_{topic}", Column = $"{measure}_{i}" },
            Freshness = "P1D",
            Expected = new() { Min = 0, MaxNullRate = 0.05 },
        };
    }

    private static async Task RegisterAsync(GovernanceClient client, List<BulkFeature> features, NpgsqlDataSource source)
    {
        var created = await TimeAsync(() => client.PutFeaturesAsync(features));
        var unchanged = await TimeAsync(() => client.PutFeaturesAsync(features));
        var changed = await TimeAsync(() =>
            client.PutFeaturesAsync(features.Select(feature => feature with { Description = feature.Description + " Changed." })));
        var copy = await CopyAsync(source, "feature") + await CopyAsync(source, "feature_version");
        Console.WriteLine($"""
            | bulk registration of {features.Count:N0} features | seconds | of the COPY's speed |
            | --- | ---: | ---: |
            | bare COPY of the same rows into tables with the same keys and indexes | {copy:F2} | 1 |
            | POST /features/bulk, all new | {created:F2} | {copy / created:F2} |
            | POST /features/bulk, all unchanged | {unchanged:F2} | {copy / unchanged:F2} |
            | POST /features/bulk, every description changed | {changed:F2} | {copy / changed:F2} |

            """);
    }

    // Generated columns are generated again by the copy, as they are for the original.
    private static async Task<double> CopyAsync(NpgsqlDataSource source, string table)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using (var create = new NpgsqlCommand($"create table registry.peer_{table} (like registry.{table} including all)", connection))
            await create.ExecuteNonQueryAsync();
        await using var columns = new NpgsqlCommand(
            $"select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute where attrelid = 'registry.{table}'::regclass and attnum > 0 and not attisdropped and attgenerated = ''", connection);
        var names = (string)(await columns.ExecuteScalarAsync())!;
        using var rows = new MemoryStream();
        await using (var export = await connection.BeginRawBinaryCopyAsync($"copy registry.{table} ({names}) to stdout (format binary)"))
            await export.CopyToAsync(rows);
        rows.Position = 0;
        return await TimeAsync(async () =>
        {
            await using var import = await connection.BeginRawBinaryCopyAsync($"copy registry.peer_{table} ({names}) from stdin (format binary)");
            await rows.CopyToAsync(import);
            return 0;
        });
    }

    private static async Task SearchAsync(HttpClient http, int count)
    {
        (string Name, Func<int, string> Query)[] kinds =
        [
            ("words, many hits", i => $"q={Topics[i % 10]}%20{Measures[i % 8]}"),
            ("words, one hit", i => $"q=variant%20{i * 37 % count}"),
            ("part of a key", i => $"q={Measures[i % 8]}_{i * 41 % 1_000}"),
            ("no hit", i => $"q=nothing{i}"),
            ("team, stage and group", i => $"team=other&stage=draft&group={Entities[i % 6]}_{Topics[i % 10]}_{i % 20}"),
            ("newest first", i => $"sort=-updatedAt&team={(i % 2 == 0 ? "core" : "other")}"),
            ("words, by value", i => $"q={Topics[i % 10]}&sort=-value"),
        ];
        Console.WriteLine($"| search over {count:N0} features, 50 a page | p50 ms | p99 ms |\n| --- | ---: | ---: |");
        foreach (var (name, query) in kinds)
        {
            var times = new List<double>();
            for (var i = 0; i < Rounds; i++)
            {
                var path = $"/api/v1/features?limit=50&{query(i)}";
                var time = await TimeAsync(() => http.GetByteArrayAsync(new Uri(path, UriKind.Relative)));
                if (i >= Rounds / 10)
                    times.Add(time * 1_000);
            }

            times.Sort();
            Console.WriteLine($"| {name} | {times[times.Count / 2]:F1} | {times[times.Count * 99 / 100]:F1} |");
        }
    }

    private static async Task<double> TimeAsync<T>(Func<Task<T>> work)
    {
        var begun = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }
}
