using System.Diagnostics;
using System.Globalization;
using FeatureGovernance.Server.Storage;
using FeatureGovernance.Server.Storage.Postgres;
using FeatureGovernance.Server.Value;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace FeatureGovernance.Benchmarks;

/// <summary>
/// Scoring runs, full and incremental, beside one SQL aggregate over the same rows. The option <c>--pairs</c> sets the largest size (live pairs;
/// features are a tenth and models a thousandth of it), the curve takes 1/16, 1/4 and all of it; <c>--days</c> is the history.
/// </summary>
internal static class ScoringBenchmark
{
    private const string Aggregate = """
        select count(*) from (
            select feature_id, model_id, environment, sum(2 ^ ((day - date '2020-01-01') / 14.0::float8) * reads), sum(requests), max(day)
            from telemetry.usage_daily group by feature_id, model_id, environment) pairs
        """;

    public static async Task RunAsync(string[] args)
    {
        var pairs = Option(args, "--pairs", 48_000);
        var days = Option(args, "--days", 90);
        var folder = Path.Combine(Path.GetTempPath(), $"featgov-bench-{Guid.CreateVersion7():N}");
        await using var postgres = await EmbeddedPostgres.StartAsync(new(folder), NullLogger.Instance, CancellationToken.None);
        Console.WriteLine("| live pairs | features | models | usage rows | one aggregate | full run | ratio | run after one new day | aggregate / that | after correcting one feature's old day | run with nothing new |");
        Console.WriteLine("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        try
        {
            foreach (var size in (int[])[pairs / 16, pairs / 4, pairs])
                await MeasureAsync(postgres.ConnectionString, size, days);
        }
        finally
        {
            NpgsqlConnection.ClearAllPools();
            await postgres.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task MeasureAsync(string server, int pairs, int days)
    {
        var name = $"scoring_{pairs}";
        await using (var admin = NpgsqlDataSource.Create(server))
            await ExecuteAsync(admin, $"create database {name}");
        await using var source = StorageSetup.DataSource(new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString);
        await Migrator.MigrateAsync(source, NullLogger.Instance, CancellationToken.None);
        var (features, models) = (pairs / 10, Math.Max(2, pairs / 1000));
        await ExecuteAsync(source, Registry(features, models));
        for (var day = days; day >= 1; day--)
            await ExecuteAsync(source, Day(day));
        await ExecuteAsync(source, "vacuum analyze telemetry.usage_daily");
        await ExecuteAsync(source, "analyze");

        var aggregate = await TimeAsync(() => ExecuteAsync(source, Aggregate));
        var full = await TimeAsync(() => ScoreAsync(source, 1, full: true));
        await ExecuteAsync(source, Day(0));
        var day1 = await TimeAsync(() => ScoreAsync(source, 2, full: false));
        await ExecuteAsync(source, "update telemetry.usage_daily set reads = reads + 1 where feature_id = 7 and day = current_date - 40; update telemetry.changed_day set batch_id = 999 where kind = 0 and day = current_date - 40");
        var correction = await TimeAsync(() => ScoreAsync(source, 3, full: false));
        var nothing = await TimeAsync(() => ScoreAsync(source, 4, full: false));
        var again = await TimeAsync(() => ExecuteAsync(source, Aggregate));
        var peer = Math.Min(aggregate, again);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {pairs:N0} | {features:N0} | {models:N0} | {(long)pairs * days:N0} | {peer:0.00} s | {full:0.00} s | {full / peer:0.00} | {day1:0.00} s | {peer / day1:0.00} | {correction:0.00} s | {nothing:0.00} s |"));
    }

    private static async Task ScoreAsync(NpgsqlDataSource source, int run, bool full)
    {
        await using var connection = await source.OpenConnectionAsync();
        await new Scoring(connection, new(run, full, DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime)), _ => Task.CompletedTask)
            .ExecuteAsync(() => TimeProvider.System.GetUtcNow(), CancellationToken.None);
    }

    // Every feature is read by ten models, spread evenly; two methods have measured each pair.
    private static string Registry(int features, int models) => $"""
        insert into registry.team (slug, name, revision, updated_at) values ('core', 'core', 1, now());
        insert into registry.feature (id, key, team_id, kind, stage, stage_since, sensitivity, tags, current_version, revision, created_at, updated_at)
        select i, 'g' || (i / 20) || ':f' || i, (select id from registry.team), 0, 3, now(), 0, jsonb_build_object(), 1, 1, now() - interval '1 year', now() from generate_series(1, {features}) i;
        insert into registry.model (id, name, team_id, kind, metric_higher_is_better, weight, tags, revision, updated_at)
        select m, 'm' || m, (select id from registry.team), m % 2, true, 1 + m % 7, jsonb_build_object(), 1, now() from generate_series(1, {models}) m;
        insert into registry.model_version (id, model_id, name, created_at) select m, m, 'v1', now() from generate_series(1, {models}) m;
        insert into registry.manifest_entry (model_version_id, feature_id, feature_version)
        select distinct 1 + (i * 7 + k * ({models} / 10 + 1)) % {models}, i, 1 from generate_series(1, {features}) i, generate_series(0, 9) k;
        update registry.model set live_version_id = id;
        insert into telemetry.metric (name) values ('auc');
        select telemetry.ensure_month('importance', current_date - 10);
        insert into telemetry.importance (feature_id, model_id, method, metric_id, evaluated_at, value, standard_error)
        select feature_id, model_version_id, method, 1, (current_date - 10)::timestamptz, exp(sin(feature_id * 1.7) + sin(model_version_id + feature_id * method)), null
        from registry.manifest_entry, (values (1), (3)) as methods (method);
        insert into telemetry.changed_day values (1, current_date - 10, 1), (1, current_date - 11, 1);
        """;

    private static string Day(int ago) => $"""
        select telemetry.ensure_month('usage_daily', current_date - {ago});
        insert into telemetry.usage_daily (feature_id, model_id, day, environment, sampling_rate, reads, requests)
        select feature_id, model_version_id, current_date - {ago}, 1, null, (feature_id * 31 + model_version_id * 17 + {ago} * 7) % 1000, 1000 from registry.manifest_entry;
        insert into telemetry.changed_day values (0, current_date - {ago}, {200 - ago});
        """;

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        var begun = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync();
    }

    private static int Option(string[] args, string name, int otherwise)
    {
        var at = Array.IndexOf(args, name);
        return at >= 0 && at + 1 < args.Length && int.TryParse(args[at + 1], CultureInfo.InvariantCulture, out var number) && number > 0 ? number : otherwise;
    }
}
