using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;
using FeatureGovernance.Contracts.Checks;
using FeatureGovernance.Core.Checks;
using FeatureGovernance.Server;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Checks;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace FeatureGovernance.Benchmarks;

/// <summary>The adoption check of a 500-feature manifest against 100,000 features, beside an endpoint that only parses and answers.</summary>
internal static class CheckBenchmark
{
    private const string Token = "benchmark";
    private const int Connections = 8;
    private const int Rounds = 5;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(3);

    public static async Task RunAsync(string[] args)
    {
        var folder = Path.Combine(Path.GetTempPath(), $"featgov-check-{Guid.CreateVersion7():N}");
        try
        {
            var builder = Service.CreateBuilder(["--urls", "http://127.0.0.1:0", "--FEATGOV_DATA", folder, "--FEATGOV_ADMIN_TOKEN", Token, "--FEATGOV_JOBS",
                "off", "--Serilog:MinimumLevel:Default", "Warning"]);
            await using var embedded = await builder.AddStorageAsync();
            await using var app = Service.Build(builder);
            byte[] answer = [];
            app.MapPost("/peer", context => ParseAndAnswerAsync(context, answer)).Needs(Permission.CheckAdoption);
            await Service.PrepareAsync(app);
            var source = app.Services.GetRequiredService<NpgsqlDataSource>();
            await FillAsync(source);
            await ReportLoadingAsync(app.Services);

            await app.StartAsync();
            using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Connections }) { BaseAddress = new Uri(app.Urls.Single()) };
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
            // Ten of the 500 are on notice, so that the answer has something to say.
            var body = JsonSerializer.SerializeToUtf8Bytes(
                new AdoptionCheckRequest { Model = "model_1", Features = [.. Enumerable.Range(1, 500).Select(i => $"group_{i % 500}:feature_{i}")], MinimumVersion = 0 }, Json.Options);
            await app.Services.GetRequiredService<SnapshotFeed>().AtLeastAsync(1, TimeSpan.FromMinutes(2), CancellationToken.None);
            answer = await SendAsync(http, "/api/v1/checks/adoption", body);
            ReportJudging(app.Services.GetRequiredService<SnapshotFeed>().Current!, body);
            await ReportServingAsync(http, body, answer.Length);
            using var process = Process.GetCurrentProcess();
            Console.WriteLine($"\nThe whole process, this client included: {process.WorkingSet64 >> 20:N0} MB resident, {process.PeakWorkingSet64 >> 20:N0} MB at the most.");
            await app.StopAsync();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task ParseAndAnswerAsync(HttpContext context, byte[] answer)
    {
        using (var bytes = await PooledBody.ReadAsync(context, context.RequestAborted))
        {
            if (CheckBody.Read(bytes.Bytes, out _) is null)
                throw new InvalidOperationException("The benchmark's own body is at fault.");
        }

        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(answer, context.RequestAborted);
    }

    private static async Task FillAsync(NpgsqlDataSource source)
    {
        // 200 models that each may read, and read, 10,000 features: 2,000,000 pairs. Foreign keys are not checked row by row.
        await using var command = source.CreateCommand("""
            set session_replication_role = replica;
            insert into registry.person (id, handle) overriding system value values (1, 'lead');
            insert into registry.team (id, slug, name, revision, updated_at) overriding system value
                select i, 'team_' || i, 'Team ' || i, 1, now() from generate_series(1, 20) i;
            insert into registry.team_member (team_id, person_id, is_lead) select i, 1, true from generate_series(1, 20) i;
            insert into registry.feature (id, key, team_id, kind, stage, stage_since, description, sensitivity, tags, current_version, revision, created_at, updated_at)
                select i, format('group_%s:feature_%s', i % 500, i), 1 + i % 20, 0, case when i % 50 = 0 then 4 else 3 end, now(), 'What it says.', 0, '{}', 1, 1, now(), now()
                from generate_series(1, 100000) i;
            insert into registry.feature_version (feature_id, number, data_type, derived_from, created_at)
                select i, 1, 5, '{}', now() from generate_series(1, 100000) i;
            insert into registry.model (id, name, team_id, kind, metric_higher_is_better, weight, tags, live_version_id, revision, updated_at)
                select i, 'model_' || i, 1 + i % 20, 0, true, 1, '{}', i, 1, now() from generate_series(1, 200) i;
            insert into registry.model_version (id, model_id, name, created_at) select i, i, 'v1', now() from generate_series(1, 200) i;
            insert into registry.manifest_entry (model_version_id, feature_id, feature_version)
                select m, 1 + (m * 500 - 500 + f) % 100000, 1 from generate_series(1, 200) m, generate_series(0, 9999) f;
            insert into lifecycle.adoption (feature_id, model_id, state, since)
                select 1 + (m * 500 - 500 + f) % 100000, m, 3, now() from generate_series(1, 200) m, generate_series(0, 9999) f;
            set session_replication_role = origin;
            """);
        command.CommandTimeout = 600;
        await command.ExecuteNonQueryAsync();
        await using var analyze = source.CreateCommand("analyze");
        await analyze.ExecuteNonQueryAsync();
    }

    private static async Task ReportLoadingAsync(IServiceProvider services)
    {
        var source = services.GetRequiredService<NpgsqlDataSource>();
        var loader = ActivatorUtilities.CreateInstance<SnapshotLoader>(services);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var watch = Stopwatch.StartNew();
        var snapshot = await loader.LoadAsync(CancellationToken.None);
        var full = watch.Elapsed;
        var memory = GC.GetTotalMemory(forceFullCollection: true) - before;
        var feature = await RefreshAsync(source, loader, "feature");
        var model = await RefreshAsync(source, loader, "model");
        GC.KeepAlive(snapshot);
        Console.WriteLine($"""
            | snapshot of 100,000 features and 2,000,000 pairs | |
            | --- | ---: |
            | memory | {memory / 1048576.0:F0} MB |
            | full load | {full.TotalSeconds:F2} s |
            | refresh after a change of one feature | {feature.TotalMilliseconds:F1} ms |
            | refresh after a change of one model with 10,000 pairs | {model.TotalMilliseconds:F1} ms |

            """);
    }

    private static async Task<TimeSpan> RefreshAsync(NpgsqlDataSource source, SnapshotLoader loader, string kind)
    {
        var times = new List<TimeSpan>();
        for (var i = 1; i <= 21; i++)
        {
            await using var write = source.CreateCommand($"""
                insert into audit.event (sequence, at, actor, action, subject_kind, subject_id, subject, hash)
                select sequence + 1, now(), 'benchmark', 'changed', '{kind}', {i}, 'x', '\x00' from audit.head;
                update audit.head set sequence = sequence + 1;
                """);
            await write.ExecuteNonQueryAsync();
            var watch = Stopwatch.StartNew();
            await loader.LoadAsync(CancellationToken.None);
            times.Add(watch.Elapsed);
        }

        return times.Order().ElementAt(10);
    }

    private static void ReportJudging(RegistrySnapshot snapshot, byte[] body)
    {
        const int Times = 20_000;
        var request = CheckBody.Read(body, out _)!.Request;
        for (var i = 0; i < Times; i++)
            AdoptionCheck.Run(request, snapshot);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < Times; i++)
            AdoptionCheck.Run(request, snapshot);
        var microseconds = watch.Elapsed.TotalMicroseconds / Times;
        Console.WriteLine($"The judgement alone: {microseconds:F1} µs, {(GC.GetAllocatedBytesForCurrentThread() - allocated) / 1024.0 / Times:F1} KB allocated.\n");
    }

    private static async Task ReportServingAsync(HttpClient http, byte[] body, int answerLength)
    {
        (string Name, string Path)[] endpoints = [("check", "/api/v1/checks/adoption"), ("peer: parses the same, answers as much", "/peer")];
        foreach (var (_, path) in endpoints)
            await LoadAsync(http, path, body);
        var runs = endpoints.ToDictionary(endpoint => endpoint.Name, _ => new List<Run>());
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var (name, path) in endpoints)
                runs[name].Add(await LoadAsync(http, path, body));
        }

        Console.WriteLine($"Body {body.Length:N0} bytes, answer {answerLength:N0} bytes, {Connections} connections, {Environment.ProcessorCount} processors, client in the same process.\n");
        Console.WriteLine("| endpoint | requests/s | p50 ms | p99 ms | KB allocated a request, client included |\n| --- | ---: | ---: | ---: | ---: |");
        foreach (var (name, _) in endpoints)
        {
            var latencies = runs[name].SelectMany(run => run.Milliseconds).Order().ToArray();
            Console.WriteLine($"| {name} | {Rate(runs[name]):N0} | {latencies[latencies.Length / 2]:F2} | {latencies[latencies.Length * 99 / 100]:F2} | {runs[name].Average(run => run.BytesEach) / 1024:F1} |");
        }

        Console.WriteLine($"\nratio {Rate(runs[endpoints[0].Name]) / Rate(runs[endpoints[1].Name]):F2}");
    }

    private static double Rate(List<Run> runs) => runs.Sum(run => run.Milliseconds.Count) / runs.Sum(run => run.Seconds);

    private static async Task<Run> LoadAsync(HttpClient http, string path, byte[] body)
    {
        var allocated = GC.GetTotalAllocatedBytes();
        var watch = Stopwatch.StartNew();
        var workers = await Task.WhenAll(Enumerable.Range(0, Connections).Select(async _ =>
        {
            var times = new List<double>();
            while (watch.Elapsed < Round)
            {
                var start = Stopwatch.GetTimestamp();
                await SendAsync(http, path, body);
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            return times;
        }));
        List<double> all = [.. workers.SelectMany(times => times)];
        return new(all, watch.Elapsed.TotalSeconds, (GC.GetTotalAllocatedBytes() - allocated) / (double)all.Count);
    }

    private static async Task<byte[]> SendAsync(HttpClient http, string path, byte[] body)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new("application/json");
        using var response = await http.PostAsync(new Uri(path, UriKind.Relative), content);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsByteArrayAsync();
    }

    private sealed record Run(List<double> Milliseconds, double Seconds, double BytesEach);
}
