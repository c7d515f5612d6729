using System.Globalization;
using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Capacity;

/// <summary>Input that is odd or wrong, one test an item: refused by line and field, or handled as the documentation says.</summary>
public sealed class BadInputTests(ApiServer server) : IClassFixture<ApiServer>
{
    [Theory]
    [InlineData("bad-zone", "\"day\":\"2026-01-31T23:00:00+02:00\",\"demand\":1", "day")]
    [InlineData("bad-zulu", "\"day\":\"2026-01-31T00:00:00Z\",\"demand\":1", "day")]
    [InlineData("bad-unit", "\"day\":\"2026-01-31\",\"demand\":1,\"unit\":\"days\"", "unit")]
    [InlineData("bad-huge", "\"day\":\"2026-01-31\",\"demand\":1.1e15", "demand")]
    [InlineData("bad-beyond", "\"day\":\"2026-01-31\",\"demand\":1e400", "demand")]
    [InlineData("bad-infinite", "\"day\":\"2026-01-31\",\"demand\":\"Infinity\"", "demand")]
    [InlineData("bad-nan", "\"day\":\"2026-01-31\",\"demand\":\"NaN\"", "demand")]
    [InlineData("bad-negative-demand", "\"day\":\"2026-01-31\",\"demand\":-0.001", "demand")]
    [InlineData("bad-negative-supply", "\"day\":\"2026-01-31\",\"supply\":-1", "supply")]
    [InlineData("bad-nothing", "\"day\":\"2026-01-31\"", "demand")]
    public async Task A_line_that_cannot_be_is_refused_by_its_field(string pool, string fields, string field)
    {
        await server.Admin.PoolAsync(pool);

        var refused = (await server.Admin.ObserveAsync($"{{\"pool\":\"{pool}\",{fields}}}")).ExpectProblem(400, "malformed-lines");

        refused.FaultyFields.Should().Equal(field);
        var error = refused.Items("errors").Single();
        error.GetProperty("line").GetInt32().Should().Be(1);
        error.GetProperty("remedy").GetString().Should().NotBeNullOrEmpty();
        (await server.Admin.GetAsync($"capacity/pools/{pool}/observations")).Items().Should().BeEmpty();
    }

    [Fact]
    public async Task Of_duplicates_the_later_counts()
    {
        await server.Admin.PoolAsync("twice");

        (await server.Admin.ObserveAsync("{\"pool\":\"twice\",\"day\":\"2026-01-31\",\"demand\":1}\n{\"pool\":\"twice\",\"day\":\"2026-01-31\",\"demand\":2}")).Expect(200);

        (await server.Admin.GetAsync("capacity/pools/twice/observations")).Items().Single().At("demand").Should().Be(2);
    }

    [Fact]
    public async Task Gaps_single_constant_huge_and_empty_series_are_planned_or_left_out_by_name()
    {
        foreach (var pool in (string[])["gapped", "single", "constant", "huge", "idle", "silent", "unobserved"])
        {
            // Each in its own unit and without a price, so that no sum over them moves any.
            await server.Admin.PoolAsync(pool, unit: pool, unitPrice: null);
        }

        var lines = Enumerable.Range(1, 900).Where(ago => ago is < 300 or > 400).Select(ago => Line("gapped", ago, 100 + (ago % 5)))
            .Append(Line("single", 2, 40))
            .Concat(Enumerable.Range(1, 400).Select(ago => Line("constant", ago, 7)))
            .Concat(Enumerable.Range(1, 400).Select(ago => Line("huge", ago, ago % 2 == 0 ? 1e15 : 9e14)))
            .Concat(Enumerable.Range(1, 400).Select(ago => Line("idle", ago, 0)))
            .Concat(Enumerable.Range(500, 100).Select(ago => Line("silent", ago, 30 + (ago % 3))));
        (await server.Admin.ObserveAsync(string.Join('\n', lines))).Expect(200);

        var plan = await server.Admin.PlanAsync();

        plan.Body.GetProperty("leftOut").EnumerateArray().Select(pool => pool.GetString()).Should().Contain("unobserved");
        PerDay(plan, "gapped").Should().BeInRange(95, 110);
        Notes(plan, "gapped").Should().Contain(note => note.Contains("missing values filled"));
        PerDay(plan, "single").Should().BeInRange(32, 48);
        Notes(plan, "single").Should().Contain(note => note.Contains("one observation"));
        PerDay(plan, "constant").Should().BeApproximately(7, 1e-6);
        PerDay(plan, "huge").Should().BeInRange(8e14, 1.1e15);
        PerDay(plan, "idle").Should().Be(0);
        PerDay(plan, "silent").Should().BeInRange(25, 37, "nothing was heard of it for over a year");
        Notes(plan, "silent").Should().Contain(note => note.StartsWith("no demand was observed after"));
        foreach (var pool in (string[])["gapped", "single", "constant", "huge", "idle", "silent"])
            plan.Pool(pool).GetProperty("periods").EnumerateArray()
                .Should().OnlyContain(period => double.IsFinite(period.GetProperty("demand").GetProperty("p90").GetDouble()));
    }

    [Fact]
    public async Task A_delivery_in_the_past_needs_its_day_of_arrival()
    {
        await server.Admin.PoolAsync("late");
        var past = Planned.Today.AddDays(-3).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

        var refused = (await server.Admin.PutAsync("capacity/pools/late/supply/order", new { kind = "delivery", amount = 5, due = past })).Expect(400);

        refused.FaultyFields.Should().Equal("due");
        refused.Raw.Should().Contain("doneOn");
        (await server.Admin.PutAsync("capacity/pools/late/supply/order", new { kind = "delivery", amount = 5, due = past, doneOn = past })).Expect(201);
        (await server.Admin.PutAsync("capacity/pools/late/supply/minus", new { kind = "delivery", amount = -5, due = "2099-01-01" }))
            .Expect(400).FaultyFields.Distinct().Should().Equal("amount");
    }

    [Theory]
    [InlineData("2198-01-01", "2198-02-01", 10, "due")]
    [InlineData(null, "9999-12-31", 10, "orderBy")]
    [InlineData(null, "0001-01-01", 0, "orderBy")]
    [InlineData(null, "2198-01-01", null, "due")]
    [InlineData(null, "2198-01-01", 3_651, "leadTimeDays")]
    [InlineData("0001-01-01", null, null, "due")]
    public async Task A_day_that_contradicts_another_or_cannot_be_is_refused_once_by_its_field(string? due, string? orderBy, int? leadTimeDays, string field)
    {
        await server.Admin.PutAsync("capacity/pools/dated", new { unit = "hour" });

        (await server.Admin.PutAsync("capacity/pools/dated/supply/order", new { kind = "commitment", amount = 5, due, orderBy, leadTimeDays }))
            .Expect(400).FaultyFields.Should().Equal(field);
        (await server.Admin.GetAsync("capacity/pools/dated/supply")).Items().Should().BeEmpty();
    }

    [Fact]
    public async Task Faults_are_told_in_the_order_of_their_lines_whoever_found_them()
    {
        await server.Admin.PoolAsync("ordered");

        var refused = await server.Admin.ObserveAsync(string.Join('\n', Line("nowhere", 3, 1), "{}", Line("nowhere", 2, 1), Line("ordered", 2, -1)));

        refused.ExpectProblem(400, "malformed-lines").Items("errors").Select(error => error.GetProperty("line").GetInt32()).Should().Equal(1, 2, 2, 2, 3, 4);
    }

    private static string Line(string pool, int ago, double demand) => string.Create(CultureInfo.InvariantCulture,
        $$"""{"pool":"{{pool}}","day":"{{Planned.Today.AddDays(-ago):yyyy-MM-dd}}","demand":{{demand:R}}}""");

    private static double PerDay(Answer plan, string pool)
    {
        var quarter = plan.Pool(pool).NextQuarter();
        return quarter.At("demand.p50") / (DateOnly.Parse(quarter.GetProperty("to").GetString()!, CultureInfo.InvariantCulture).DayNumber
            - DateOnly.Parse(quarter.GetProperty("from").GetString()!, CultureInfo.InvariantCulture).DayNumber + 1);
    }

    private static IEnumerable<string> Notes(Answer plan, string pool) =>
        plan.Pool(pool).GetProperty("notes").EnumerateArray().Select(note => note.GetString()!);
}
