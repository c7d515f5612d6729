using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Capacity;

public sealed class PoolTests(ApiServer server) : IClassFixture<ApiServer>
{
    private static string Day(int ago) => Planned.Today.AddDays(-ago).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    [Fact]
    public async Task A_pool_is_registered_read_and_keeps_its_unit()
    {
        await server.Admin.PoolAsync("gpu-a", "gpu-hours", headroom: 0.15);
        var pool = (await server.Admin.GetAsync("capacity/pools/gpu-a")).Expect(200);
        pool.ETag.Should().Be("\"1\"");
        pool.Body.GetProperty("headroom").GetProperty("risk").GetDouble().Should().Be(0.1);
        (await server.Admin.PutAsync("capacity/pools/gpu-a", new { unit = "gpu-hours", unitPrice = 3 }, ("If-Match", "\"7\"")))
            .ExpectProblem(412, "stale-version");
        (await server.Admin.PutAsync("capacity/pools/gpu-a", new { unit = "gpu-hours", unitPrice = 3 })).Expect(200).ETag.Should().Be("\"2\"");

        (await server.Admin.ObserveAsync($$"""{"pool":"gpu-a","day":"{{Day(1)}}","demand":5,"unit":"gpu-hours"}""")).Expect(200);
        (await server.Admin.PutAsync("capacity/pools/gpu-a", new { unit = "days" })).ExpectProblem(422, "unit-mismatch");

        var bad = await server.Admin.PutAsync("capacity/pools/gpu-a",
            new { unit = "", unitPrice = -1, team = "nobody here", headroom = new { share = 11, risk = 1 } });
        bad.ExpectProblem(400, "malformed-request").FaultyFields.Should().BeEquivalentTo("unit", "unitPrice", "team", "headroom.share", "headroom.risk");
        (await server.Admin.PutAsync("capacity/pools/gpu-b", new { unit = "x", team = "nobody" })).Expect(400).FaultyFields.Should().Equal("team");
        (await server.Admin.GetAsync("capacity/pools/none")).ExpectProblem(404, "unknown-pool");
        (await server.Admin.GetAsync("capacity/pools?limit=1")).Expect(200).Items().Should().HaveCount(1);
    }

    [Fact]
    public async Task A_later_report_of_a_day_replaces_its_figures_and_what_it_leaves_out_stays()
    {
        await server.Admin.PoolAsync("corrected");
        await server.Admin.ObserveAsync($$"""
            {"pool":"corrected","day":"{{Day(2)}}","demand":5,"supply":9}
            {"pool":"corrected","day":"{{Day(1)}}","demand":5}
            {"pool":"corrected","day":"{{Day(1)}}","demand":6}
            """);
        (await server.Admin.ObserveAsync($$"""{"pool":"corrected","day":"{{Day(2)}}","demand":7}""")).Expect(200);

        var days = (await server.Admin.GetAsync("capacity/pools/corrected/observations")).Expect(200).Items();

        days.Select(day => day.GetProperty("demand").GetDouble()).Should().Equal(6, 7);
        days[1].GetProperty("supply").GetDouble().Should().Be(9);
        (await server.Admin.GetAsync("capacity/pools/corrected")).Body.At("lastSupply").Should().Be(9);
    }

    [Fact]
    public async Task Faulty_lines_are_named_and_nothing_lands_unless_they_are_to_be_skipped()
    {
        await server.Admin.PoolAsync("faulty");
        var lines = $$"""
            {"pool":"faulty","day":"{{Day(1)}}","demand":5}
            {"pool":"faulty","day":"{{Day(-3)}}","demand":5}
            {"pool":"faulty","day":"{{Day(1)}}","supply":-1}
            {"pool":"faulty","day":"{{Day(1)}}","demand":1e300}
            {"pool":"faulty","day":"{{Day(1)}}"}
            {"pool":"nowhere","day":"{{Day(1)}}","demand":5}
            {"pool":"faulty","day":"{{Day(1)}}","demand":5,"unit":"days"}
            {"pool":"faulty","day":"{{Day(1)}}","demand":NaN}
            {"pool":"faulty","day":"2026-02-30","demand":1}
            """;

        var refused = (await server.Admin.ObserveAsync(lines)).ExpectProblem(400, "malformed-lines");

        refused.Body.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("line").GetInt32()).Distinct().Order()
            .Should().Equal(2, 3, 4, 5, 6, 7, 8, 9);
        (await server.Admin.GetAsync("capacity/pools/faulty/observations")).Items().Should().BeEmpty();
        var skipped = (await server.Admin.ObserveAsync(lines, "?onError=skip")).Expect(200);
        (skipped.Number("landed"), skipped.Number("failed")).Should().Be((1, 8));
        (await server.Admin.ObserveAsync("")).ExpectProblem(400, "malformed-request");
        (await server.Admin.ObserveAsync(lines, "?onError=perhaps")).Expect(400).FaultyFields.Should().Equal("onError");
    }

    [Fact]
    public async Task A_batch_sent_twice_under_one_key_is_answered_once()
    {
        await server.Admin.PoolAsync("repeated");
        var line = $$"""{"pool":"repeated","day":"{{Day(1)}}","demand":5}""";
        var first = await server.Admin.SendTextAsync(HttpMethod.Post, "capacity/observations", line, "application/x-ndjson", ("Idempotency-Key", "batch-1"));
        var second = await server.Admin.SendTextAsync(HttpMethod.Post, "capacity/observations", line, "application/x-ndjson", ("Idempotency-Key", "batch-1"));

        first.Expect(200);
        second.Expect(200).Headers.GetValues("Idempotency-Replayed").Should().Equal("true");
    }

    [Fact]
    public async Task Deliveries_are_dated_and_what_cannot_be_is_refused()
    {
        await server.Admin.PoolAsync("supplied");
        (await server.Admin.PutAsync("capacity/pools/supplied/supply/order-1", new { kind = "delivery", amount = 10, due = Day(-30) })).Expect(201);
        var commitment = new { kind = "commitment", amount = 10, orderBy = Day(-10), leadTimeDays = 90, slip = new { probability = 0.4, medianDays = 20 } };
        (await server.Admin.PutAsync("capacity/pools/supplied/supply/order-2", commitment)).Expect(201).Text("due").Should().Be(Day(-100));
        (await server.Admin.PutAsync("capacity/pools/supplied/supply/order-2", commitment)).Expect(200).ETag.Should().Be("\"1\"", "nothing changed");
        (await server.Admin.PutAsync("capacity/pools/supplied/supply/past", new { kind = "delivery", amount = 10, due = Day(30) }))
            .Expect(400).FaultyFields.Should().Equal("due");
        (await server.Admin.PutAsync("capacity/pools/supplied/supply/past", new { kind = "delivery", amount = 10, due = Day(30), doneOn = Day(20) })).Expect(201);
        (await server.Admin.PutAsync("capacity/pools/supplied/supply/bad", new { kind = "gift", amount = -1, doneOn = Day(-1), slip = new { probability = 2 } }))
            .Expect(400).FaultyFields.Should().Contain(["kind", "amount", "due", "doneOn", "slip.probability", "slip.medianDays"]);
        (await server.Admin.PutAsync("capacity/pools/none/supply/x", commitment)).ExpectProblem(404, "unknown-pool");
        (await server.Admin.GetAsync("capacity/pools/supplied/supply")).Items().Should().HaveCount(3);
        (await server.Admin.PutAsync("capacity/pools/supplied", new { unit = "rack" })).ExpectProblem(422, "unit-mismatch");
        (await server.Admin.DeleteAsync("capacity/pools/supplied/supply/order-1")).Expect(204);
        (await server.Admin.DeleteAsync("capacity/pools/supplied/supply/order-1")).ExpectProblem(404, "unknown-supply");
    }
}
