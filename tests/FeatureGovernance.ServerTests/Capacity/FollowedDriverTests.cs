using System.Globalization;
using System.Text;
using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Capacity;

/// <summary>What demand follows: drivers that are reported and assumed, and the calendar.</summary>
public sealed class FollowedDriverTests(ApiServer server) : IClassFixture<ApiServer>
{
    [Fact]
    public async Task A_pool_follows_its_driver_and_the_working_week()
    {
        const int days = 900;
        (await server.Admin.PutAsync("capacity/drivers/requests", new { unit = "req", description = "a day" })).Expect(201);
        (await server.Admin.PutAsync("capacity/drivers/requests", new { unit = "req", description = "a day" })).Expect(200).Number("revision").Should().Be(1);
        var lines = new StringBuilder();
        for (var ago = days; ago >= 1; ago--)
            lines.Append(Line("requests", Planned.Today.AddDays(-ago), Requests(ago)));
        (await ReportAsync(lines.Append(Line("requests", Planned.Today.AddDays(1), 2_000)).ToString())).Expect(200).Number("landed").Should().Be(days + 1);
        var driver = (await server.Admin.GetAsync("capacity/drivers/requests")).Expect(200);
        driver.Number("lastValue").Should().Be((int)Requests(1));
        driver.Number("assumedValue").Should().Be(2_000);
        (await server.Admin.PutAsync("capacity/drivers/requests", new { unit = "other" })).ExpectProblem(422, "unit-mismatch");
        (await server.Admin.PutAsync("capacity/pools/followed", new { unit = "hour", unitPrice = 2, drivers = new[] { "requests", "requests" } })).Expect(201);
        (await server.Admin.PutAsync("capacity/pools/followed", new { unit = "hour", unitPrice = 2, drivers = new[] { "requests" } })).Expect(200)
            .Number("revision").Should().Be(1);
        await server.Admin.ObservedAsync("followed", days, ago =>
            Requests(ago) / 10 * (Planned.Today.AddDays(-ago).DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 0.5 : 1), 500);
        (await server.Admin.PostAsync("capacity/scenarios", new { name = "more", parts = new[] { new { kind = "driver", driver = "requests", change = 0.5 } } })).Expect(201);

        var plan = await server.Admin.PlanAsync();
        var plain = plan.Pool("followed");
        var more = await server.Admin.PlanAsync("more");

        var followed = plain.GetProperty("drivers")[0];
        followed.At("coefficient").Should().BeApproximately(1, 0.1);
        followed.At("weight").Should().BeGreaterThan(0.5);
        followed.GetProperty("isStated").GetBoolean().Should().BeTrue();
        plain.GetProperty("notes").EnumerateArray().Select(note => note.GetString()).Should().Contain(note => note!.StartsWith("weekends are taken for 0."));
        var year = plain.GetProperty("periods")[20];
        var parts = year.GetProperty("drivers").EnumerateArray().ToDictionary(part => part.GetProperty("name").GetString()!, part => part.At("amount"));
        parts.Keys.Should().Equal("today", "driver:requests", "unexplained");
        parts.Values.Sum().Should().BeApproximately(year.At("demand.mean"), 1e-3);
        parts["driver:requests"].Should().BeGreaterThan(0.2 * parts["today"], "twice the requests are assumed, from one to two thousand");
        var grown = more.Pool("followed").GetProperty("periods")[20];
        (grown.At("demand.mean") / year.At("demand.mean"))
            .Should().BeApproximately(1 + followed.At("weight") * (Math.Pow(1.5, followed.At("coefficient")) - 1), 0.02);
        var preview = (await server.Admin.PostAsync($"capacity/plans/{plan.Number("id")}/preview", new { scenarios = new[] { "more" } })).Expect(200);
        preview.Items("pools").Single().GetProperty("periods")[20].At("demand.other.mean").Should().BeApproximately(grown.At("demand.mean"), 1e-6);
        var csv = (await server.Admin.GetAsync($"capacity/plans/{plan.Number("id")}", ("Accept", "text/csv"))).Expect(200).Raw.Split('\n');
        csv[0].Should().EndWith("from_scenarios,from_drivers");

        double Requests(int ago) => Math.Round(1_000 + (200 * Math.Sin(ago / 40.0)) + (150 * Math.Cos(ago / 23.0)));
    }

    [Theory]
    [InlineData("{\"driver\":\"known\",\"day\":\"2026-01-31\"}", "value")]
    [InlineData("{\"driver\":\"known\",\"value\":1}", "day")]
    [InlineData("{\"driver\":\"known\",\"day\":\"1999-12-31\",\"value\":1}", "day")]
    [InlineData("{\"driver\":\"known\",\"day\":\"2026-01-31T00:00:00Z\",\"value\":1}", "day")]
    [InlineData("{\"driver\":\"known\",\"day\":\"2026-01-31\",\"value\":1e400}", "value")]
    [InlineData("{\"driver\":\"known\",\"day\":\"2026-01-31\",\"value\":\"NaN\"}", "value")]
    [InlineData("{\"driver\":\"known\",\"day\":\"2026-01-31\",\"value\":-2e15}", "value")]
    [InlineData("{\"driver\":\"known\",\"day\":\"2026-01-31\",\"value\":1,\"unit\":\"other\"}", "unit")]
    [InlineData("{\"driver\":\"known\",\"day\":\"2026-01-31\",\"value\":1,\"isAssumed\":true}", "isAssumed")]
    [InlineData("{\"driver\":\"unknown\",\"day\":\"2026-01-31\",\"value\":1}", "driver")]
    [InlineData("null", "line")]
    public async Task A_line_that_cannot_be_is_refused_and_nothing_is_taken(string line, string field)
    {
        await server.Admin.PutAsync("capacity/drivers/known", new { unit = "req" });

        var refused = (await ReportAsync(Line("known", new(2026, 1, 30), 1) + line)).ExpectProblem(400, "malformed-lines");

        refused.FaultyFields.Should().Equal(field);
        refused.Items("errors").Single().GetProperty("line").GetInt32().Should().Be(2);
        (await server.Admin.GetAsync("capacity/drivers/known/values")).Items().Should().BeEmpty();
    }

    [Fact]
    public async Task What_is_unknown_or_contradicts_itself_is_refused_by_its_field()
    {
        (await server.Admin.GetAsync("capacity/drivers/nothing")).ExpectProblem(404, "unknown-driver");
        (await server.Admin.GetAsync("capacity/drivers/nothing/values")).ExpectProblem(404, "unknown-driver");
        (await server.Admin.PutAsync("capacity/pools/astray", new { unit = "hour", drivers = new[] { "nothing" } }))
            .Expect(400).FaultyFields.Should().Equal("drivers");
        (await server.Admin.PutAsync("capacity/pools/astray", new { unit = "hour", drivers = Enumerable.Range(0, 6).Select(i => $"d{i}") }))
            .Expect(400).FaultyFields.Should().Equal("drivers");
        (await ReportAsync("\n")).Expect(400).FaultyFields.Should().Equal("body");
        (await ScenarioAsync(new { kind = "driver", driver = "nothing", change = 0.1 })).Expect(400).FaultyFields.Should().Equal("parts[0].driver");
        (await ScenarioAsync(new { kind = "driver", driver = "nothing" })).Expect(400).FaultyFields.Should().Equal("parts[0].change");
        (await ScenarioAsync(new { kind = "driver", driver = "nothing", change = -1 })).Expect(400).FaultyFields.Should().Equal("parts[0].change");
        (await ScenarioAsync(new { kind = "growth", rate = 0.1, change = 0.1 })).Expect(400).FaultyFields.Should().Equal("parts[0].change");
    }

    private Task<Answer> ScenarioAsync(object part) => server.Admin.PostAsync("capacity/scenarios", new { name = "astray", parts = new[] { part } });

    private Task<Answer> ReportAsync(string lines) => server.Admin.SendTextAsync(HttpMethod.Post, "capacity/drivers/values", lines, "application/x-ndjson");

    private static string Line(string driver, DateOnly day, double value) =>
        string.Create(CultureInfo.InvariantCulture, $"{{\"driver\":\"{driver}\",\"day\":\"{day:yyyy-MM-dd}\",\"value\":{value}}}\n");
}
