using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Telemetry;

public sealed class UsageTests(ApiServer server) : IClassFixture<ApiServer>
{
    [Fact]
    public async Task Reported_usage_can_be_read_by_model_and_day()
    {
        var org = await server.OrganisationAsync("read_back");
        var ingest = await server.As("ingest", null);

        var sampled = Organisation.Usage(org, 0, "2026-01-31", 7)
            .Replace("\"requests\":100", "\"requests\":100,\"samplingRate\":0.1", StringComparison.Ordinal);
        var landed = (await ingest.ReportAsync("usage", sampled + "\n\n" + Organisation.Usage(org, 0, "2026-02-01", 8, "training"))).Expect(200);

        landed.Number("received").Should().Be(2);
        landed.Number("landed").Should().Be(2);
        var days = (await server.Admin.GetAsync($"features/{org}:f0/usage?from=2026-01-01&to=2026-03-01")).Expect(200).Items("days");
        days.Select(day => (day.GetProperty("day").GetString(), day.GetProperty("environment").GetString(), day.GetProperty("reads").GetInt64()))
            .Should().Equal(("2026-01-31", "serving", 7), ("2026-02-01", "training", 8));
        days[0].GetProperty("samplingRate").GetDouble().Should().Be(0.1);
        days[1].TryGetProperty("samplingRate", out _).Should().BeFalse("what was counted in full has no rate");
    }

    [Fact]
    public async Task A_correction_replaces_the_days_figure_and_leaves_the_others()
    {
        var org = await server.OrganisationAsync("corrected");
        await server.Admin.ReportAsync("usage", Organisation.Usage(org, 0, reads: 10) + "\n" + Organisation.Usage(org, 1, reads: 20));

        (await server.Admin.ReportAsync("usage", Organisation.Usage(org, 0, reads: 1) + "\n" + Organisation.Usage(org, 0, "2026-05-05", reads: 100))).Expect(200);

        (await server.ReadsAsync(org)).Should().Be(1 + 20 + 100);
    }

    [Fact]
    public async Task Of_lines_with_the_same_key_the_last_counts()
    {
        var org = await server.OrganisationAsync("repeated");

        (await server.Admin.ReportAsync("usage", Organisation.Usage(org, reads: 10) + "\n" + Organisation.Usage(org, reads: 30) + "\n" + Organisation.Usage(org, reads: 5))).Expect(200);

        (await server.ReadsAsync(org)).Should().Be(5);
    }

    [Fact]
    public async Task The_last_line_counts_also_when_many_lines_lie_between()
    {
        var org = await server.OrganisationAsync("far_apart");
        var first = new DateOnly(2001, 1, 1);
        var days = Enumerable.Range(0, 9_000).Select(day => first.AddDays(day).ToString("yyyy-MM-dd")).ToArray();
        var lines = from round in Enumerable.Range(0, 5)
                    from day in days
                    from feature in (int[])[0, 1]
                    select Organisation.Usage(org, feature, day, round);

        var landed = (await server.Admin.ReportAsync("usage", string.Join('\n', lines))).Expect(200);

        landed.Number("landed").Should().Be(90_000);
        (await server.ReadsAsync(org)).Should().Be(4 * 18_000);
    }

    [Fact]
    public async Task One_bad_line_keeps_the_whole_batch_from_landing()
    {
        var org = await server.OrganisationAsync("whole");

        var refused = await server.Admin.ReportAsync("usage", Organisation.Usage(org) + "\n" + Organisation.Usage(org, 1, reads: -1));

        refused.ExpectProblem(400, "malformed-lines");
        refused.Items("errors").Single().GetProperty("line").GetInt32().Should().Be(2);
        refused.FaultyFields.Should().Equal("reads");
        (await server.ReadsAsync(org)).Should().Be(0);
    }

    [Fact]
    public async Task Skipping_lands_the_good_lines_and_names_the_others()
    {
        var org = await server.OrganisationAsync("skipping");
        var body = string.Join('\n', "nonsense", Organisation.Usage(org, reads: 3), Organisation.Usage("nobody"), Organisation.Usage(org, 1, reads: 4));

        var landed = (await server.Admin.SendTextAsync(HttpMethod.Post, "telemetry/usage?onError=skip", body, "application/x-ndjson")).Expect(200);

        landed.Number("landed").Should().Be(2);
        landed.Number("failed").Should().Be(2);
        landed.Items("errors").Select(error => (error.GetProperty("line").GetInt32(), error.GetProperty("field").GetString()))
            .Should().Equal((1, "line"), (3, "feature"), (3, "model"));
        (await server.ReadsAsync(org)).Should().Be(7);
    }

    [Fact]
    public async Task A_retry_with_the_same_key_is_answered_and_not_counted_again()
    {
        var org = await server.OrganisationAsync("retried");
        var first = (await server.Admin.ReportAsync("usage", Organisation.Usage(org), key: "retry-1")).Expect(200);
        await server.Admin.ReportAsync("usage", Organisation.Usage(org, reads: 77));

        var again = (await server.Admin.ReportAsync("usage", Organisation.Usage(org), key: "retry-1")).Expect(200);

        again.Raw.Should().Be(first.Raw);
        (await server.ReadsAsync(org)).Should().Be(77, "the retry is an old report, not a new one");
        (await server.Admin.ReportAsync("usage", Organisation.Usage(org, reads: 1), key: "retry-1")).ExpectProblem(422, "idempotency-key-reused");
    }

    [Fact]
    public async Task An_unknown_name_is_answered_with_its_neighbours()
    {
        var org = await server.OrganisationAsync("suggested");

        var refused = await server.Admin.ReportAsync("usage", Organisation.Usage(org).Replace("suggested:f0", "sugested:f0", StringComparison.Ordinal));

        refused.ExpectProblem(422, "unknown-names");
        refused.Items("errors").Single().GetProperty("remedy").GetString().Should().Contain("'suggested:f0'");
    }

    [Fact]
    public async Task A_former_key_still_reports()
    {
        var org = await server.OrganisationAsync("renamed");
        (await server.Admin.PostAsync($"features/{org}:f0/rename", new { to = $"{org}:new" })).Expect(200);

        (await server.Admin.ReportAsync("usage", Organisation.Usage(org, 0, reads: 5) + "\n" + Organisation.Usage(org, 0, reads: 6).Replace(":f0", ":new", StringComparison.Ordinal))).Expect(200);

        (await server.ReadsAsync(org)).Should().Be(6);
    }

    [Theory]
    [InlineData("[]", "line")]
    [InlineData("null", "line")]
    [InlineData("{", "line")]
    [InlineData("{} {}", "line")]
    [InlineData("{}", "feature")]
    [InlineData("{\"feature\":5}", "feature")]
    [InlineData("{\"feature\":\"\\ud800\"}", "feature")]
    [InlineData("{\"colour\":1}", "colour")]
    [InlineData("{\"reads\":1,\"reads\":2}", "reads")]
    [InlineData("{\"reads\":1.5}", "reads")]
    [InlineData("{\"reads\":\"1\"}", "reads")]
    [InlineData("{\"reads\":99999999999999999999}", "reads")]
    [InlineData("{\"requests\":-1}", "requests")]
    [InlineData("{\"requests\":[1]}", "requests")]
    [InlineData("{\"day\":\"1999-12-31\"}", "day")]
    [InlineData("{\"day\":\"2026-02-30\"}", "day")]
    [InlineData("{\"day\":\"2999-01-01\"}", "day")]
    [InlineData("{\"day\":\"0000-00-00\"}", "day")]
    [InlineData("{\"day\":20260101}", "day")]
    [InlineData("{\"environment\":\"staging\"}", "environment")]
    [InlineData("{\"environment\":{}}", "environment")]
    [InlineData("{\"samplingRate\":0}", "samplingRate")]
    [InlineData("{\"samplingRate\":1.1}", "samplingRate")]
    [InlineData("{\"samplingRate\":1e999}", "samplingRate")]
    public async Task A_bad_line_is_refused_with_its_field_and_a_remedy(string line, string field)
    {
        var refused = await server.Admin.ReportAsync("usage", line);

        refused.ExpectProblem(400, "malformed-lines");
        refused.FaultyFields.Should().Contain(field);
        refused.Items("errors").Should().OnlyContain(error => error.GetProperty("remedy").GetString()!.Length > 0 && error.GetProperty("line").GetInt64() == 1);
    }

    [Fact]
    public async Task Of_very_many_faults_the_first_thousand_are_named()
    {
        var refused = await server.Admin.ReportAsync("usage", string.Join('\n', Enumerable.Repeat("x", 5_000)));

        refused.ExpectProblem(400, "malformed-lines").Items("errors").Should().HaveCount(1_000);
    }

    [Fact]
    public async Task An_empty_body_and_another_content_type_are_refused()
    {
        (await server.Admin.ReportAsync("usage", "\n\n")).ExpectProblem(400, "malformed-request");
        (await server.Admin.ReportAsync("usage", "a,b", "text/csv")).Expect(415);
        (await server.Admin.SendTextAsync(HttpMethod.Post, "telemetry/usage?onError=maybe", "{}", "application/x-ndjson"))
            .ExpectProblem(400, "malformed-request");
    }

    [Fact]
    public async Task Concurrent_batches_make_the_same_partitions_once()
    {
        var org = await server.OrganisationAsync("concurrent", 8);
        var months = Enumerable.Range(0, 24).Select(month => new DateOnly(2015, 1, 1).AddMonths(month).ToString("yyyy-MM-dd")).ToArray();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(feature =>
            server.Admin.ReportAsync("usage", string.Join('\n', months.Select(month => Organisation.Usage(org, feature, month, 1))))));

        answers.Should().OnlyContain(answer => (int)answer.Status == 200);
        (await server.ReadsAsync(org)).Should().Be(8 * 24);
    }

    [Fact]
    public async Task Only_ingest_and_administrators_report()
    {
        foreach (var role in (string[])["viewer", "ci", "planner"])
            (await (await server.As(role, null)).ReportAsync("usage", "{}")).ExpectProblem(403, "not-allowed");
        (await server.As(null).ReportAsync("usage", "{}")).Expect(401);
        (await (await server.As("ingest", null)).ReportAsync("usage", "{}")).ExpectProblem(400, "malformed-lines");
    }

    [Fact]
    public async Task A_batch_leaves_one_event_and_marks_the_days_it_touched()
    {
        var org = await server.OrganisationAsync("audited");

        var batch = (await server.Admin.ReportAsync("usage", Organisation.Usage(org, 0, "2019-03-01") + "\n" + Organisation.Usage(org, 0, "2019-03-02")))
            .Expect(200).Number("batch");

        (await server.QueryAsync<long>($"select count(*) from audit.event where action = 'telemetry.usage' and subject = 'usage batch {batch}'")).Should().Be(1);
        (await server.QueryAsync<long>($"select count(*) from telemetry.changed_day where kind = 0 and batch_id = {batch}")).Should().Be(2);
        (await server.Admin.GetAsync("telemetry/batches?limit=1000")).Expect(200).Items()
            .Should().Contain(item => item.GetProperty("batch").GetInt32() == batch && item.GetProperty("firstDay").GetString() == "2019-03-01");
    }

    [Fact]
    public async Task The_span_of_a_question_is_bounded()
    {
        var org = await server.OrganisationAsync("bounded", 1);

        (await server.Admin.GetAsync($"features/{org}:f0/usage?from=2000-01-01&to=2026-01-01")).ExpectProblem(400, "malformed-request");
        (await server.Admin.GetAsync($"features/{org}:f0/usage?from=today")).ExpectProblem(400, "malformed-request");
        (await server.Admin.GetAsync($"features/{org}:none/usage")).ExpectProblem(404, "unknown-feature");
    }
}
