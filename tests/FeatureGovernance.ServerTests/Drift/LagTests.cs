using System.Text.Json;
using FeatureGovernance.ServerTests.Fixtures;
using FeatureGovernance.ServerTests.Telemetry;

namespace FeatureGovernance.ServerTests.Drift;

/// <summary>How old values were when they were read, as files say it.</summary>
public sealed class LagTests(ScanningServer server) : IClassFixture<ScanningServer>
{
    // As Feast writes it: when a value holds, and when its row was created. A tenth of the rows have no time of creation, one comes from a clock that is ahead.
    private const string Rows = """
        select timestamp '2026-01-05 00:00:00' + to_minutes(i) as event_timestamp, case when i % 2 = 0 then 'se' else 'no' end as country,
               case when i % 10 = 7 then null when i = 1 then event_timestamp - interval 1 minute
                    else event_timestamp + to_seconds(case when i % 2 = 0 then 900 else 2400 end) end as created, i::double as f0
        from range(600) t(i)
        """;

    [Fact]
    public async Task A_scan_tells_the_age_at_which_rows_came_and_of_parts_the_oldest()
    {
        var org = await server.OrganisationAsync("lag_scan");
        var file = Write("feast.parquet", Rows);

        (await server.ScanAsync(new { path = file, group = org, readAt = "created", segments = new[] { "country" } })).ExpectState("succeeded");

        (await LagAsync(org, "country=se")).Should().Be(900);
        (await LagAsync(org, "country=no")).Should().Be(2400);
        (await LagAsync(org, "")).Should().Be(2400);
        (await server.Admin.PutAsync("profiles/schedules/lagging", new { scan = new { path = file, group = org, readAt = "created" } })).Expect(200)
            .Body.GetProperty("scan").GetProperty("readAt").GetString().Should().Be("created");
        (await server.Admin.DeleteAsync("profiles/schedules/lagging")).Expect(204);
    }

    [Fact]
    public async Task The_command_tells_it_too_from_either_side_and_from_seconds()
    {
        var org = await server.OrganisationAsync("lag_command");
        var log = Write("log.csv", "select timestamp '2026-01-05 10:00:00' as asked_at, asked_at - to_seconds(3600 + i % 3) as computed_at, 5 * i as age, i as f0 from range(99) t(i)");

        Lag(await server.Admin.CommandAsync(0,
            ["profile", log, "--group", org, "--column", "f0", "--time", "asked_at", "--as-of", "computed_at", "--json"])).Should().Be(3601);
        Lag(await server.Admin.CommandAsync(0, ["profile", log, "--group", org, "--column", "f0", "--start", "2026-01-05", "--read-at", "asked_at", "--as-of", "computed_at", "--json"])).Should().Be(3601);
        Lag(await server.Admin.CommandAsync(0,
            ["profile", log, "--group", org, "--column", "f0", "--time", "asked_at", "--lag", "age", "--json"])).Should().Be(245);
        Lag(await server.Admin.CommandAsync(0, ["profile", log, "--group", org, "--column", "f0", "--time", "asked_at", "--json"])).Should().BeNull();
        await server.Admin.CommandAsync(0, ["profile", log, "--group", org, "--column", "f0", "--time", "asked_at", "--as-of", "computed_at"]);
        (await LagAsync(org, "")).Should().Be(3601);
    }

    [Fact]
    public async Task Columns_that_tell_no_age_are_refused_by_name_and_nothing_lands()
    {
        var org = await server.OrganisationAsync("lag_faulty");
        var file = Write("faulty.parquet", $"select *, case when f0 = 3 then 'soon' else '2026-01-05' end as word, [f0] as list from ({Rows})");

        (await FaultAsync(new { path = file, group = org, time = "event_timestamp", readAt = "nope" })).Should().Contain("There is no column 'nope'");
        (await FaultAsync(new { path = file, group = org, time = "event_timestamp", readAt = "word" }))
            .Should().Contain("Of 1 of 600 rows").And.Contain("'word' less 'event_timestamp'");
        (await FaultAsync(new { path = file, group = org, time = "event_timestamp", readAt = "list" }))
            .Should().Contain("Column 'list' is a DOUBLE[], and holds no times");
        (await FaultAsync(new { path = file, group = org, time = "event_timestamp", asOf = "created" }))
            .Should().Contain("is negative").And.Contain("exchanged");
        (await FaultAsync(new { path = file, group = org, time = "created", readAt = "created" })).Should().Contain("less itself");
        (await FaultAsync(new { path = file, group = org, start = "2026-01-05T00:00:00Z", readAt = "created" })).Should().Contain("takes both columns");
        (await FaultAsync(new { path = file, group = org, time = "event_timestamp", lag = "country" }))
            .Should().Contain("Column 'country' is a VARCHAR; a lag is a number of seconds");
        (await FaultAsync(new { path = file, columns = new { f0 = $"{org}:f0" }, time = "event_timestamp", lag = "f0" }))
            .Should().Contain("Column 'f0' cannot be a feature here");
        (await server.Admin.PostAsync("profiles/scan", new { path = file, group = org, lag = "f0", readAt = "created" }))
            .Expect(400).FaultyFields.Should().Equal("lag");
        (await server.Admin.CommandAsync(2, ["profile", file, "--group", org, "--time", "event_timestamp", "--lag", "f0", "--read-at", "created"]))
            .Should().Contain("at once");
        (await server.Admin.GetAsync($"features/{org}:f0/values?from=2026-01-01&to=2026-02-01")).Expect(200).Items("windows").Should().BeEmpty();
    }

    [Fact]
    public async Task Rows_that_come_later_than_usual_are_an_incident_of_freshness_by_scans_alone()
    {
        var org = await server.OrganisationAsync("lag_late");
        var file = Write("late.parquet", $"""
            select date '{ValueHistory.Today:yyyy-MM-dd}' - (1 + i % 60)::int as day, day::timestamp + to_minutes(i % 1440) as event_timestamp,
                   event_timestamp + to_seconds(case when i % 60 < 3 then 90000 else 1700 + hash(i) % 200 end) as created, (hash(i + 7) % 1000)::double as f0
            from range(6000) t(i)
            """);
        (await server.ScanAsync(new { path = file, columns = new { f0 = $"{org}:f0" }, time = "event_timestamp", readAt = "created" }))
            .ExpectState("succeeded");

        await server.DetectAsync();

        var incident = (await server.IncidentsAsync($"feature={org}:f0")).Should().ContainSingle().Which;
        incident.GetProperty("cause").GetString().Should().Be("dataQuality");
        incident.GetProperty("start").GetDateTimeOffset().Should().Be(new(ValueHistory.Today.AddDays(-3).ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc)));
        (await server.Admin.GetAsync($"incidents/{incident.GetProperty("id")}")).Raw.Should().Contain("old when they are read, usually");
    }

    private string Write(string name, string rows)
    {
        var file = Path.Combine(server.Folder, name);
        ScanScene.Query($"copy ({rows}) to '{file}'");
        return file;
    }

    private async Task<string> FaultAsync(object request) => (await server.ScanAsync(request)).ExpectState("failed").Text("error")!;

    private async Task<double> LagAsync(string org, string segment) =>
        (await server.Admin.GetAsync($"features/{org}:f0/values?from=2026-01-01&to=2026-02-01{(segment.Length > 0 ? "&segment=" + Uri.EscapeDataString(segment) : "")}")).Expect(200)
            .Items("windows").Should().ContainSingle().Which.GetProperty("lagSeconds").GetDouble();

    private static double? Lag(string line) => JsonSerializer.Deserialize<JsonElement>(line.Split('\n')[0])
        .TryGetProperty("lagSeconds", out var lag) && lag.ValueKind == JsonValueKind.Number ? lag.GetDouble() : null;
}
