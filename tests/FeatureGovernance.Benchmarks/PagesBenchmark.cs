using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using FeatureGovernance.Server;
using FeatureGovernance.Server.Storage;
using FeatureGovernance.Server.Value;
using FeatureGovernance.Statistics.Sketches;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace FeatureGovernance.Benchmarks;

/// <summary>
/// How long pages take over loopback HTTP, by one reader after the other, with 100,000 features of 60 teams, 200 models that read a million pairs, scores and
/// 2,000 incidents, 200 pools of three years and ten plans; each page a hundred times, or for twenty seconds. The option <c>--features</c> sets another size. Beside each page stands the health endpoint, which asks the database nothing but whether it is there.
/// </summary>
internal static class PagesBenchmark
{
    private const string Token = "benchmark";
    private const int Rounds = 100;
    private const int WarmUp = 5;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    public static async Task RunAsync(string[] args)
    {
        var count = args is ["--features", var text] ? int.Parse(text, CultureInfo.InvariantCulture) : 100_000;
        var folder = Path.Combine(Path.GetTempPath(), $"featgov-pages-{Guid.CreateVersion7():N}");
        try
        {
            var builder = Service.CreateBuilder(
                ["--urls", "http://127.0.0.1:0", "--FEATGOV_DATA", folder, "--FEATGOV_ADMIN_TOKEN", Token, "--FEATGOV_JOBS", "off",
                    "--Serilog:MinimumLevel:Default", "Error"]);
            await using var embedded = await builder.AddStorageAsync();
            await using var app = Service.Build(builder);
            await Service.PrepareAsync(app);
            await app.StartAsync();
            await FillAsync(app.Services.GetRequiredService<NpgsqlDataSource>(), count);
            using var http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
            Console.WriteLine($"| page, {count:N0} features | p50 ms | p95 ms | KiB |\n| --- | ---: | ---: | ---: |");
            foreach (var (name, path) in Pages(count))
                await MeasureAsync(http, name, path);
            await app.StopAsync();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IEnumerable<(string Name, Func<int, string> Path)> Pages(int count)
    {
        string Key(int i)
        {
            var id = 1 + (i * 7919 % count);
            return $"g{id / 20}:f{id}";
        }

        yield return ("health, for comparison", _ => "/health/ready");
        yield return ("home", _ => "/");
        yield return ("catalogue", _ => "/features");
        yield return ("catalogue, by words", i => $"/features?q=rate%20of%20{i % 20}");
        yield return ("catalogue, by team and stage", i => $"/features?team=team-{1 + (i % 60)}&stage=adopted");
        yield return ("feature", i => $"/features/{Key(i)}");
        yield return ("feature with values and incidents", _ => "/features/g0:f1");
        yield return ("compare four features", i => $"/compare?{string.Join('&', Enumerable.Range(i * 4, 4).Select(at => $"feature={Key(at)}"))}");
        yield return ("models", _ => "/models");
        yield return ("model", i => $"/models/m{1 + (i % 200)}");
        yield return ("what a model may gain by, asked for after its page", i => $"/models/m{1 + (i % 200)}/gains");
        yield return ("incidents", _ => "/incidents");
        yield return ("incidents, by team and cause", i => $"/incidents?team=team-{1 + (i % 60)}&cause=dataQuality");
        yield return ("incident", i => $"/incidents/{1 + (i % 2_000)}");
        yield return ("deprecations", _ => "/deprecations");
        yield return ("adoptions", _ => "/adoptions");
        yield return ("value by team", _ => "/value");
        yield return ("value by group", _ => "/value?by=group");
        yield return ("capacity", _ => "/capacity");
        yield return ("plan", i => $"/capacity/plans/{1 + (i % 10)}");
        yield return ("plan beside another, by month", i => $"/capacity/plans/{1 + (i % 10)}?by=month&beside={1 + ((i + 1) % 10)}");
        yield return ("scenario tried while it is written", i => $"/capacity/scenarios/new?kind%200=growth&rate%200={1 + (i % 30)}");
        yield return ("teams", _ => "/teams");
        yield return ("team", i => $"/teams/team-{1 + (i % 60)}");
        yield return ("standards", _ => "/standards");
        yield return ("standard", _ => "/standards/default");
        yield return ("reports", _ => "/reports");
        yield return ("audit", _ => "/audit");
        yield return ("administration", _ => "/admin");
        yield return ("people", _ => "/admin/people");
        yield return ("channels", _ => "/channels");
    }

    private static async Task MeasureAsync(HttpClient http, string name, Func<int, string> path)
    {
        var (times, bytes, all) = (new List<double>(), 0L, Stopwatch.GetTimestamp());
        for (var i = 0; i < Rounds + WarmUp && Stopwatch.GetElapsedTime(all) < Longest; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            using var answer = await http.GetAsync(new Uri(path(i), UriKind.Relative));
            bytes = (await answer.Content.ReadAsByteArrayAsync()).LongLength;
            answer.EnsureSuccessStatusCode();
            if (i >= WarmUp)
                times.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        }

        times.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {times[times.Count / 2]:F1} | {times[times.Count * 95 / 100]:F1} | {bytes / 1024.0:F0} |"));
    }

    private static async Task FillAsync(NpgsqlDataSource source, int count)
    {
        await using (var command = source.CreateCommand(Organisation(count)))
        {
            command.CommandTimeout = 0;
            await command.ExecuteNonQueryAsync();
        }

        await PlannedPools.FillAsync(source, 200, 1_095);
        await PlannedPools.PlanAsync(source);
        await PlannedPools.CopyAsync(source, 9);
        var random = new Random(7);
        for (var ago = 60; ago >= 1; ago--)
        {
            var profile = Profile.OfNumbers(new());
            for (var i = 0; i < 500; i++)
                profile.Update(random.NextDouble() * 100);
            await using var insert = source.CreateCommand("""
                insert into drift.profile (feature_id, length, starts, site, version, segment, kind, count, nulls, defaults, content)
                values (1, 1, (current_date - $1)::timestamptz, 1, 1, '', 1, 500, 0, 0, $2)
                """);
            insert.Parameters.Add(new() { Value = ago });
            insert.Parameters.Add(new() { Value = profile.ToBytes() });
            await insert.ExecuteNonQueryAsync();
        }

        await using (var connection = await source.OpenConnectionAsync())
        {
            var begun = Stopwatch.GetTimestamp();
            await Gains.PublishAsync(connection, CancellationToken.None);
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"What every model may gain by was reckoned in {Stopwatch.GetElapsedTime(begun).TotalSeconds:F1} s."));
        }

        await using var analyze = source.CreateCommand("vacuum analyze");
        analyze.CommandTimeout = 0;
        await analyze.ExecuteNonQueryAsync();
    }

    // Every feature is read by ten models, spread evenly; an incident touches one to five features and all their models.
    private static string Organisation(int features) => $$"""
        insert into registry.team (slug, name, revision, updated_at) select 'team-' || i, 'Team ' || i, 1, now() from generate_series(1, 60) i;
        insert into registry.person (handle) select 'person-' || i from generate_series(1, 400) i;
        insert into registry.team_member (team_id, person_id, is_lead)
        select t.id, p.id, p.id % 5 = 0 from registry.person p join registry.team t on t.id % 60 = p.id % 60;
        insert into registry.feature (id, key, team_id, kind, stage, stage_since, description, sensitivity, tags, current_version, revision, created_at, updated_at)
        select i, 'g' || (i / 20) || ':f' || i, (select min(id) from registry.team) + i % 60, 0, case when i % 9 = 0 then 2 else 3 end, now(), 'The rate of ' || (i % 20) || ' in variant ' || i || '.', 0,
               jsonb_build_object(), 1, 1, now() - interval '1 year', now() - i * interval '1 minute' from generate_series(1, {{features}}) i;
        insert into registry.feature_version (feature_id, number, data_type, entity, source_system, source_table, source_column, derived_from, created_at)
        select i, 1, 3, 'user', 'hive', 'events.t' || (i / 50), 'c' || i, '{}', now() from generate_series(1, {{features}}) i;
        insert into registry.model (id, name, team_id, kind, metric_name, metric_higher_is_better, weight, traffic_per_day, tags, revision, updated_at)
        select m, 'm' || m, (select min(id) from registry.team) + m % 60, m % 2, 'auc', true, 1 + m % 7, 1e6, jsonb_build_object(), 1, now() from generate_series(1, 200) m;
        insert into registry.model_version (id, model_id, name, created_at) select m, m, 'v1', now() from generate_series(1, 200) m;
        insert into registry.manifest_entry (model_version_id, feature_id, feature_version)
        select distinct 1 + (i * 7 + k * 21) % 200, i, 1 from generate_series(1, {{features}}) i, generate_series(0, 9) k order by 1, 2;
        update registry.model set live_version_id = id;
        insert into value.score_run (id, state, is_full, as_of, requested_by, requested_at, started_at, finished_at) values (1, 2, true, current_date, 'benchmark', now(), now(), now());
        insert into value.pair_share (feature_id, model_id, weight, share, deviation, lower, upper, methods, reports, contradictory)
        select feature_id, model_version_id, 0.005, s.share, s.share / 4, s.share * 0.7, s.share * 1.4, 1, 3, false
        from registry.manifest_entry, lateral (select 0.0002 * exp(sin(feature_id * 1.7) + sin(model_version_id + feature_id)) as share) s
        order by model_version_id, feature_id;
        insert into value.feature_score (feature_id, value, lower, upper, percentile, usage, reads_per_day, cost_per_day, efficiency, recommendation, class, confidence, saving_per_day, judgement, run_id, scored_at)
        select i, v.value, v.value * 0.7, v.value * 1.4, i % 100, 0.5, 1e5, c.cost, v.value / c.cost, i % 5, case when i % 5 = 4 then i % 4 end, 0.9, case when i % 5 = 4 then c.cost end,
               '{"classes":[],"reasons":[{"code":"usage","sentence":"Half of the requests read it.","confidence":0.9,"numbers":{} }],"unknown":[]}', 1, now()
        from generate_series(1, {{features}}) i, lateral (select exp(2 * sin(i * 1.3)) / {{features}} as value) v, lateral (select 0.01 + 5 * abs(sin(i * 0.7)) as cost) c;
        insert into drift.incident (id, length, starts, ends, ongoing, kind, cause, cause_probability, fault, score, size, severity, status, lead_feature_id, sources, segments, sites, verdict, digest, found_at, updated_at, run_id)
        select n, 1, current_date - n % 60 - 3, current_date - n % 60, n % 60 = 0, n % 5, n % 4, 0.9, case when n % 4 = 1 then n % 12 end, 9, 0.3, n % 3, case when n % 4 = 0 then 0 else 3 end, 1 + (n * 37) % {{features}},
               '{hive.events}', '{}', '{1}', '{"causes":{"dataQuality":0.9,"behaviour":0.1},"faults":{"missing":1},"evidence":[{"words":"38 % of the values are missing, usually 1 %"}]}', '\x01', now(), now(), 1
        from generate_series(1, 2000) n;
        insert into drift.incident_feature (feature_id, incident_id, size, signals)
        select 1 + (n * 37 + k) % {{features}}, n, 0.3, '[]'::json from generate_series(1, 2000) n, generate_series(0, 4) k where k <= n % 5;
        insert into drift.incident_feature (feature_id, incident_id, size, signals) select 1, n, 0.3, '[]' from generate_series(1, 20) n on conflict do nothing;
        insert into drift.impact (incident_id, model_id, features, weight, loss, loss_deviation, metric, metric_change, metric_deviation)
        select distinct on (x.incident_id, e.model_version_id) x.incident_id, e.model_version_id, 1, 0.005, 0.01, 0.003, 'auc', -0.001, 0.0002
        from drift.incident_feature x join registry.manifest_entry e on e.feature_id = x.feature_id;
        select drift.ensure_month((current_date - 31 * m)::date) from generate_series(0, 2) m;
        """;
}
