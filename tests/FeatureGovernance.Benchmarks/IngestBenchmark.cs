using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using FeatureGovernance.Server;
using FeatureGovernance.Server.Storage;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Benchmarks;

/// <summary>
/// Rows per second of <c>POST /telemetry/usage</c> over loopback HTTP, against a binary COPY of the same rows, by the driver's importer, into a
/// table with the same key. Arguments: rows at 1x (default 100,000), repetitions at 16x (default 1).
/// </summary>
internal static class IngestBenchmark
{
    private const int Features = 20_000;
    private const int Models = 200;
    private const string Token = "benchmark";

    public static async Task RunAsync(string[] args)
    {
        var unit = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 100_000;
        var repetitions = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1;
        var folder = Path.Combine(Path.GetTempPath(), $"featgov-ingest-{Guid.CreateVersion7():N}");
        try
        {
            var builder = Service.CreateBuilder(
                ["--urls", "http://127.0.0.1:0", "--FEATGOV_DATA", folder, "--FEATGOV_ADMIN_TOKEN", Token, "--FEATGOV_JOBS", "off",
                    "--Logging:LogLevel:Default", "Warning"]);
            await using var embedded = await builder.AddStorageAsync();
            await using var app = Service.Build(builder);
            await Service.PrepareAsync(app);
            await app.StartAsync();
            var source = app.Services.GetRequiredService<NpgsqlDataSource>();
            await PopulateAsync(source);
            using var http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()), Timeout = TimeSpan.FromMinutes(10) };
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);

            Console.WriteLine("| order of the rows | rows | bare COPY, rows/s | POST /telemetry/usage, rows/s | ratio | correction of all rows, rows/s |");
            Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: |");
            await MeasureAsync(source, http, 10_000, ordered: true);
            foreach (var (factor, ordered) in ((int, bool)[])[(1, true), (4, true), (16, true), (1, false), (4, false), (16, false)])
            {
                var runs = new List<(double Bare, double Post, double Again)>();
                // Short runs are the noisier ones, and repeated more often.
                for (var i = 0; i < repetitions * (factor == 1 ? 5 : factor == 4 ? 3 : 1); i++)
                    runs.Add(await MeasureAsync(source, http, unit * factor, ordered));
                var (bare, post, again) = (Median(runs.Select(run => run.Bare)), Median(runs.Select(run => run.Post)), Median(runs.Select(run => run.Again)));
                Console.WriteLine($"| {(ordered ? "by key" : "scattered")} | {unit * factor:N0} | {bare:N0} | {post:N0} | {Median(runs.Select(run => run.Post / run.Bare)):N2} | {again:N0} |");
            }

            await app.StopAsync();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<(double Bare, double Post, double Again)> MeasureAsync(NpgsqlDataSource source, HttpClient http, int rows, bool ordered)
    {
        await ExecuteAsync(source, """
            drop table if exists telemetry.bare;
            create table telemetry.bare (feature_id int, model_id int, day date, environment smallint, sampling_rate real, reads bigint, requests bigint,
                primary key (feature_id, model_id, day, environment));
            truncate telemetry.usage_daily, telemetry.changed_day;
            """);
        await ExecuteAsync(source, "checkpoint");
        var body = Body(rows, ordered);
        var bare = await TimeAsync(() => CopyAsync(source, rows, ordered));
        await ExecuteAsync(source, "checkpoint");
        var post = await TimeAsync(() => PostAsync(http, body, rows));
        if (await CountAsync(source, "select count(*) from (select * from telemetry.bare except select * from telemetry.usage_daily) d") != 0)
            throw new InvalidOperationException("What was posted is not what was copied.");
        await ExecuteAsync(source, "checkpoint");
        var again = await TimeAsync(() => PostAsync(http, body, rows));
        return (rows / bare, rows / post, rows / again);
    }

    // Three days across a month's border, in the key's order (the best case for an index) or scattered as by a hash join.
    private static (int Feature, int Model, DateOnly Day, long Reads) Row(int i, bool ordered)
    {
        var pair = ordered ? i / 3 : (int)(i / 3 * 2_654_435_761L % ((long)Features * Models));
        return (pair / Models, pair % Models, new DateOnly(2026, 1, 30).AddDays(i % 3), 1_000 + (i % 977));
    }

    private static async Task CopyAsync(NpgsqlDataSource source, int rows, bool ordered)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var writer = await connection.BeginBinaryImportAsync(
            "copy telemetry.bare (feature_id, model_id, day, environment, sampling_rate, reads, requests) from stdin (format binary)");
        for (var i = 0; i < rows; i++)
        {
            var (feature, model, day, reads) = Row(i, ordered);
            writer.StartRow();
            writer.Write(feature + 1, NpgsqlDbType.Integer);
            writer.Write(model + 1, NpgsqlDbType.Integer);
            writer.Write(day, NpgsqlDbType.Date);
            writer.Write((short)1, NpgsqlDbType.Smallint);
            writer.WriteNull();
            writer.Write(reads, NpgsqlDbType.Bigint);
            writer.Write(100_000L, NpgsqlDbType.Bigint);
        }

        await writer.CompleteAsync();
    }

    private static byte[] Body(int rows, bool ordered)
    {
        var text = new StringBuilder(rows * 140);
        for (var i = 0; i < rows; i++)
        {
            var (feature, model, day, reads) = Row(i, ordered);
            text.Append(CultureInfo.InvariantCulture,
                $"{{\"feature\":\"engagement_{feature / 100}:feature_{feature}\",\"model\":\"model_{model}\",\"day\":\"{day:yyyy-MM-dd}\",")
                .Append(CultureInfo.InvariantCulture, $"\"environment\":\"serving\",\"reads\":{reads},\"requests\":100000}}\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static async Task PostAsync(HttpClient http, byte[] body, int rows)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new("application/x-ndjson");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/telemetry/usage") { Content = content };
        request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
        using var response = await http.SendAsync(request);
        var answer = await response.Content.ReadAsStringAsync();
        if (!answer.Contains($"\"landed\":{rows},", StringComparison.Ordinal))
            throw new InvalidOperationException(answer);
    }

    private static Task PopulateAsync(NpgsqlDataSource source) => ExecuteAsync(source, $$"""
        insert into registry.team (slug, name, revision, updated_at) values ('bench', 'bench', 1, now());
        insert into registry.feature (id, key, team_id, kind, stage, stage_since, sensitivity, tags, current_version, revision, created_at, updated_at)
        select i + 1, 'engagement_' || i / 100 || ':feature_' || i, (select id from registry.team limit 1), 0, 0, now(), 0, '{}', 1, 1, now(), now()
        from generate_series(0, {{Features - 1}}) i;
        insert into registry.model (id, name, team_id, kind, metric_higher_is_better, weight, tags, revision, updated_at)
        select i + 1, 'model_' || i, (select id from registry.team limit 1), 0, true, 1, '{}', 1, now() from generate_series(0, {{Models - 1}}) i;
        """);

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 600;
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<long> CountAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 600;
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        GC.Collect();
        var watch = Stopwatch.StartNew();
        await work();
        return watch.Elapsed.TotalSeconds;
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt((values.Count() - 1) / 2);
}
