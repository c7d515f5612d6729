using System.Text.Json;
using FeatureGovernance.ServerTests.Fixtures;
using FeatureGovernance.ServerTests.Telemetry;

namespace FeatureGovernance.ServerTests.Drift;

public sealed class ScanTests(ScanningServer server) : IClassFixture<ScanningServer>
{
    [Fact]
    public async Task A_partitioned_folder_is_profiled_in_one_pass()
    {
        var org = await server.OrganisationAsync("scanned");
        var folder = Path.Combine(server.Folder, "partitioned");
        ScanScene.Query($"copy (select date '2026-01-05' + (i % 3)::int as day, case when i % 2 = 0 then 'se' else 'no' end as country, case when i % 10 = 0 then null else i::double end as f0, 'x' || (i % 4) as f1, i as other from range(600) t(i)) to '{folder}' (format parquet, partition_by (day))");

        var scan = await server.ScanAsync(new { path = folder, group = org, segments = new[] { "country" } });

        scan.Text("state").Should().Be("succeeded", "it says {0}", scan.Raw);
        scan.Number("rows").Should().Be(600);
        scan.Number("profiles").Should().Be(12, "two columns, three days, two countries");
        scan.Items("skipped").Select(column => column.GetString()).Should().Equal("other");
        var windows = (await server.Admin.GetAsync($"features/{org}:f0/values?from=2026-01-01&to=2026-02-01")).Expect(200).Items("windows");
        windows.Should().HaveCount(3);
        windows.Sum(window => window.GetProperty("count").GetInt64()).Should().Be(600);
        windows.Sum(window => window.GetProperty("nulls").GetInt64()).Should().Be(60);
        (await server.QueryAsync<long>("select count(*) from audit.event where action = 'profiles.scanned'")).Should().BeGreaterThan(0);

        (await server.ScanAsync(new { path = folder, group = org, segments = new[] { "country" } })).Number("replaced").Should().Be(12);
    }

    [Fact]
    public async Task Lists_of_numbers_are_embeddings_with_norms_and_dimensions()
    {
        var org = await server.OrganisationAsync("vectors");
        var file = Path.Combine(server.Folder, "vectors.parquet");
        ScanScene.Query($"""
            copy (select date '2026-01-05' + (i % 2)::int as day,
                         case when i = 0 then null when i = 1 then [1.0, null] when i = 3 then [3.0, 4.0, 12.0] when i = 5 then []::double[] else [3.0, 4.0] end as f0,
                         array_value(0.6::float, 0.8::float) as f1, ['a'] as f2, '' || i as f3
                  from range(100) t(i)) to '{file}' (format parquet)
            """);

        var scan = await server.ScanAsync(new { path = file, group = org });

        scan.Text("state").Should().Be("succeeded", "it says {0}", scan.Raw);
        var windows = (await server.Admin.GetAsync($"features/{org}:f0/values?from=2026-01-01&to=2026-02-01")).Expect(200).Items("windows").ToArray();
        windows.Should().AllSatisfy(window => window.GetProperty("values").GetString().Should().Be("embeddings"));
        windows[0].GetProperty("nulls").GetInt64().Should().Be(1);
        windows[1].GetProperty("notNumbers").GetInt64().Should().Be(1, "a part of one vector is missing");
        windows[1].GetProperty("zeros").GetInt64().Should().Be(1);
        windows[1].GetProperty("maximum").GetDouble().Should().Be(13);
        windows[1].GetProperty("frequent").EnumerateArray().Select(one => (one.GetProperty("value").GetString(), one.GetProperty("least").GetInt64()))
            .Should().Equal(("2", 47), ("0", 1), ("3", 1));
        var arrays = (await server.Admin.GetAsync($"features/{org}:f1/values?from=2026-01-01&to=2026-02-01")).Expect(200).Items("windows").First();
        arrays.GetProperty("mean").GetDouble().Should().BeApproximately(1, 1e-6);
        (await server.ScanAsync(new { path = file, columns = new { f2 = $"{org}:f2" } })).Text("error")
            .Should().Contain("neither numbers nor texts nor lists of numbers");
    }

    [Fact]
    public async Task A_bad_file_says_what_is_wrong_and_leaves_nothing()
    {
        var org = await server.OrganisationAsync("bad");
        var truncated = Path.Combine(server.Folder, "truncated.parquet");
        ScanScene.Query($"copy (select now()::timestamp as t, i::double as f0 from range(50000) x(i)) to '{truncated}' (format parquet)");
        await File.WriteAllBytesAsync(truncated, (await File.ReadAllBytesAsync(truncated, TestContext.Current.CancellationToken))[..^200],
            TestContext.Current.CancellationToken);
        var timeless = Path.Combine(server.Folder, "timeless.csv");
        await File.WriteAllTextAsync(timeless, "ts,f0\n2026-01-01,1\nyesterday,2\n", TestContext.Current.CancellationToken);

        (await server.ScanAsync(new { path = truncated, group = org })).Text("error").Should().Contain("'truncated.parquet' cannot be read");
        (await server.ScanAsync(new { path = timeless, group = org })).Text("error")
            .Should().Contain("1 of 2 rows of 'timeless.csv' hold no time in column 'ts'");
        (await server.ScanAsync(new { path = timeless, group = "nothing", start = "2026-01-01T00:00:00Z" })).Text("error")
            .Should().Contain("No column is a registered feature");
        (await server.ScanAsync(new { path = timeless, columns = new { f9 = $"{org}:f0" }, start = "2026-01-01T00:00:00Z" })).Text("error")
            .Should().Contain("There is no column 'f9'");
        (await server.ScanAsync(new { path = timeless, columns = new { f0 = $"{org}:f99" }, start = "2026-01-01T00:00:00Z" })).Text("error")
            .Should().Contain("not registered");
        (await server.ScanAsync(new { path = server.Folder + "/none.csv", group = org })).Text("error").Should().Contain("There is no file or folder");
        (await server.QueryAsync<long>($"select count(*) from drift.profile p join registry.feature f on f.id = p.feature_id where f.group_name = '{org}'")).Should().Be(0);
    }

    [Fact]
    public async Task Only_allowed_folders_are_read_and_only_by_who_may_report()
    {
        var link = Path.Combine(server.Folder, "link");
        if (!Directory.Exists(link))
            Directory.CreateSymbolicLink(link, "/etc");
        foreach (var path in (string[])["/etc/passwd", server.Folder + "/../x.csv", server.Folder + "-beside/x.csv", link + "/passwd", "relative.csv", "s3://bucket/x.parquet"])
            (await server.Admin.PostAsync("profiles/scan", new { path, group = "g" })).Expect(400).FaultyFields.Should().Equal("path");
        (await server.Admin.PostAsync("profiles/scan", new { })).Expect(400).FaultyFields.Should().Contain(["path", "group"]);
        (await server.Admin.PostAsync("profiles/scan", new { path = server.Folder, columns = new { a = "no key" }, window = "year", site = "moon" })).Expect(400)
            .FaultyFields.Should().Contain(["window", "site", "columns.a"]);
        (await (await server.As("viewer", null)).PostAsync("profiles/scan", new { path = server.Folder, group = "g" })).ExpectProblem(403, "not-allowed");
        (await server.Admin.GetAsync("profiles/scans/999999")).ExpectProblem(404, "unknown-scan");
    }

    [Fact]
    public async Task A_schedule_scans_its_source_when_it_is_due()
    {
        var org = await server.OrganisationAsync("scheduled");
        var file = Path.Combine(server.Folder, "daily.csv");
        await File.WriteAllTextAsync(file, "day,f0\n2026-01-01,1\n2026-01-02,2\n", TestContext.Current.CancellationToken);
        (await server.Admin.PutAsync("profiles/schedules/daily", new { every = "day", scan = new { path = file, group = org } })).Expect(200).Text("every")
            .Should().Be("day");
        (await server.Admin.PutAsync("profiles/schedules/daily", new { every = "minute" })).Expect(400).FaultyFields.Should().Equal("every", "scan");

        var job = Microsoft.Extensions.DependencyInjection.ActivatorUtilities.CreateInstance<Server.Drift.ScanJob>(server.Services);
        await job.RunDueAsync(TestContext.Current.CancellationToken);
        await job.RunDueAsync(TestContext.Current.CancellationToken);

        var schedule = (await server.Admin.GetAsync("profiles/schedules")).Items().Should().ContainSingle().Which;
        var scan = await server.Admin.EndOfAsync($"profiles/scans/{schedule.GetProperty("lastScan")}");
        scan.Text("requestedBy").Should().Be("schedule:daily");
        scan.Number("profiles").Should().Be(2);
        (await server.Admin.DeleteAsync("profiles/schedules/daily")).Expect(204);
        (await server.Admin.DeleteAsync("profiles/schedules/daily")).Expect(404);
    }

    [Fact]
    public async Task A_scan_whose_process_was_killed_is_made_again_but_not_for_ever()
    {
        var org = await server.OrganisationAsync("killed");
        var file = Path.Combine(server.Folder, "killed.csv");
        await File.WriteAllTextAsync(file, "day,f0\n2026-01-01,1\n2026-01-02,2\n", TestContext.Current.CancellationToken);
        var killed = await LeftAsync(attempts: 1);
        var hopeless = await LeftAsync(attempts: 3);

        await Microsoft.Extensions.DependencyInjection.ActivatorUtilities.CreateInstance<Server.Drift.ScanJob>(server.Services)
            .RunDueAsync(TestContext.Current.CancellationToken);

        (await server.Admin.EndOfAsync($"profiles/scans/{killed}")).ExpectState("succeeded").Number("profiles").Should().Be(2);
        (await server.Admin.EndOfAsync($"profiles/scans/{hopeless}")).ExpectState("failed").Text("error").Should().Contain("stopped 3 times");

        Task<int> LeftAsync(int attempts) => server.QueryAsync<int>($$"""
            insert into drift.scan (request, requested_by, requested_at, state, attempts)
            values ('{"path": "{{file}}", "group": "{{org}}"}', 'test', now() - interval '1 hour', 1, {{attempts}}) returning id
            """);
    }

    [Fact]
    public async Task The_documented_statement_and_the_command_yield_the_profile_of_the_rows()
    {
        var org = await server.OrganisationAsync("warehouse");
        var document = await File.ReadAllTextAsync(Path.Combine(Root(), "docs", "warehouses.md"), TestContext.Current.CancellationToken);
        var sql = document.Split("## DuckDB")[1].Split("```sql")[1].Split("```")[0];
        var grouped = Path.Combine(server.Folder, "clicks.parquet");
        var raw = Path.Combine(server.Folder, "raw.parquet");
        const string Events = "select timestamp '2026-01-05 10:00:00' as event_time, event_time + to_seconds(600 + i % 600) as created, 'se' as country, case when i % 9 = 0 then null else 1000 * random() end as clicks_7d from range(5000) t(i)";
        ScanScene.Query($"create table events as {Events}", sql.Replace("'clicks.parquet'", $"'{grouped}'", StringComparison.Ordinal),
            $"copy events to '{raw}' (format parquet)");

        await server.Admin.CommandAsync(0,
            ["profile", grouped, "--map", $"clicks_7d={org}:f0", "--segment", "country", "--weight", "n", "--lag", "lag_seconds"]);
        await server.Admin.CommandAsync(0, ["profile", raw, "--map", $"clicks_7d={org}:f1", "--segment", "country", "--read-at", "created"]);

        var (a, b) = (await WindowAsync($"{org}:f0"), await WindowAsync($"{org}:f1"));
        foreach (var exact in (string[])["count", "nulls"])
            a.GetProperty(exact).GetInt64().Should().Be(b.GetProperty(exact).GetInt64());
        a.GetProperty("mean").GetDouble().Should().BeApproximately(b.GetProperty("mean").GetDouble(), 0.05);
        a.GetProperty("quantiles")[3].GetDouble()
            .Should().BeApproximately(b.GetProperty("quantiles")[3].GetDouble(), 60, "both are within the sketch's bound of 500");
        a.GetProperty("lagSeconds").GetDouble()
            .Should().BeApproximately(b.GetProperty("lagSeconds").GetDouble(), 20, "the median of rows and that of their sketch");
        (await server.Admin.CommandAsync(0, ["profile", raw, "--map", $"clicks_7d={org}:f1", "--json"]))
            .Should().StartWith("{\"feature\":").And.Contain("\"quantiles\"");
        await server.Admin.CommandAsync(2, ["profile", server.Folder + "/none.csv", "--group", org]);
        await server.Admin.CommandAsync(2, ["profile", raw, "--group", org, "--time", "nope"]);
    }

    private async Task<JsonElement> WindowAsync(string feature) =>
        (await server.Admin.GetAsync($"features/{feature}/values?from=2026-01-01&to=2026-02-01")).Expect(200).Items("windows").Should().ContainSingle().Which;

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "FeatureGovernance.sln")))
            folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
