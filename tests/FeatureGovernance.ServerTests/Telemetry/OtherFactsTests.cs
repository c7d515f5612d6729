using System.Text.Json;
using FeatureGovernance.Server.Telemetry;
using FeatureGovernance.ServerTests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace FeatureGovernance.ServerTests.Telemetry;

public sealed class OtherFactsTests(ApiServer server) : IClassFixture<ApiServer>
{
    [Fact]
    public async Task An_evaluation_reported_again_is_replaced_as_a_whole()
    {
        var org = await server.OrganisationAsync("evaluated", 3);
        await server.Admin.ManifestAsync($"{org}_model", "v1", [$"{org}:f0"]);
        (await server.Admin.ReportAsync("importance", Report(org, ("f0", 0.5), ("f1", -0.1)))).Expect(200).Number("landed").Should().Be(1);

        (await server.Admin.ReportAsync("importance", Report(org, ("f0", 0.25), ("f2", 0.75)))).Expect(200);

        (await server.ImportanceAsync(org)).Should().Be("evaluated:f0=0.25 evaluated:f2=0.75");
    }

    [Fact]
    public async Task Evaluations_differ_by_version_method_metric_and_time()
    {
        var org = await server.OrganisationAsync("different");
        await server.Admin.ManifestAsync($"{org}_model", "v1", [$"{org}:f0"]);
        var report = Report(org, ("f0", 1.0));

        (await server.Admin.ReportAsync("importance", string.Join('\n', report, report.Replace("\"version\":\"v1\",", "", StringComparison.Ordinal),
            report.Replace("shap", "gain", StringComparison.Ordinal), report.Replace("\"auc\"", "\"ndcg\"", StringComparison.Ordinal),
            report.Replace("10:00", "11:00", StringComparison.Ordinal), report))).Expect(200);

        (await server.ImportanceAsync(org)).Split(' ').Should().HaveCount(5);
    }

    [Theory]
    [InlineData("\"shap\"", "\"guess\"", "method")]
    [InlineData("\"auc\"", "\"a b\"", "metric")]
    [InlineData("2026-01-05T10:00:00Z", "soon", "evaluatedAt")]
    [InlineData("2026-01-05T10:00:00Z", "1990-01-01T00:00:00Z", "evaluatedAt")]
    [InlineData("[{", "[1,{", "values")]
    [InlineData("\"value\":1", "\"value\":1e999", "value")]
    [InlineData("\"value\":1", "\"value\":\"much\"", "value")]
    [InlineData("\"value\":1", "\"value\":1,\"standardError\":-1", "standardError")]
    [InlineData("\"value\":1", "\"weight\":1", "weight")]
    [InlineData("\"model\":", "\"modell\":", "modell")]
    [InlineData("\"model\":", "\"feature\":\"x:y\",\"model\":", "feature")]
    [InlineData(":f0", ":f9", "values.feature")]
    [InlineData("\"v1\"", "\"v9\"", "version")]
    public async Task A_faulty_report_is_refused_and_nothing_lands(string part, string replacement, string field)
    {
        var org = $"faulty{Guid.CreateVersion7():N}";
        await server.OrganisationAsync(org, 1);
        await server.Admin.ManifestAsync($"{org}_model", "v1", [$"{org}:f0"]);

        var refused = await server.Admin.ReportAsync("importance", Report(org, ("f0", 1)).Replace(part, replacement, StringComparison.Ordinal));

        ((int)refused.Status).Should().BeInRange(400, 422, "the answer was {0}", refused.Raw);
        refused.FaultyFields.Should().Contain(field);
        (await server.ImportanceAsync(org)).Should().BeEmpty();
    }

    [Fact]
    public async Task Costs_land_and_a_correction_replaces_the_days_amount()
    {
        var org = await server.OrganisationAsync("costly");
        (await server.Admin.ReportAsync("costs", Cost(org, 5) + "\n" + Cost(org, 7, "gpu", "gpu-hours"))).Expect(200);

        (await server.Admin.ReportAsync("costs", Cost(org, 2))).Expect(200);

        (await server.QueryAsync<double>("select sum(amount) from telemetry.cost_daily")).Should().Be(9);
        (await server.Admin.ReportAsync("costs", Cost(org, 2, unit: "dollars"))).ExpectProblem(400, "malformed-lines").FaultyFields.Should().Equal("unit");
        (await server.Admin.ReportAsync("costs", Cost(org, -2))).ExpectProblem(400, "malformed-lines").FaultyFields.Should().Equal("amount");
        (await server.Admin.ReportAsync("costs", Cost("nobody", 2))).ExpectProblem(422, "unknown-names");
        (await server.Admin.PutAsync("prices/cpu", new { unit = "core-hours", effectiveFrom = "2026-01-01", unitPrice = 0.05 })).Expect(200);
        (await server.Admin.PutAsync("prices/cpu", new { unit = "dollars", effectiveFrom = "2026-01-01", unitPrice = 0.05 })).ExpectProblem(409, "other-unit");
        (await server.QueryAsync<double>("select unit_price from telemetry.price")).Should().Be(0.05);
    }

    [Fact]
    public async Task Months_past_retention_become_totals_and_take_no_more_days()
    {
        var org = await server.OrganisationAsync("retained");
        var old = TimeProvider.System.GetUtcNow().AddMonths(-40);
        var first = new DateOnly(old.Year, old.Month, 1);
        await server.Admin.ReportAsync("usage", Organisation.Usage(org, 0, first.ToString("yyyy-MM-dd"), 3) + "\n"
            + Organisation.Usage(org, 0, first.AddDays(1).ToString("yyyy-MM-dd"), 4) + "\n" + Organisation.Usage(org, 0, reads: 9));

        await server.Services.GetRequiredService<PartitionUpkeep>().RunAsync();
        await server.Services.GetRequiredService<PartitionUpkeep>().RunAsync();

        (await server.ReadsAsync(org)).Should().Be(9);
        (await server.QueryAsync<string>("select reads || ' reads in ' || days || ' days' from telemetry.usage_monthly")).Should().Be("7 reads in 2 days");
        var late = await server.Admin.ReportAsync("usage", Organisation.Usage(org, 0, first.AddDays(2).ToString("yyyy-MM-dd")));
        late.ExpectProblem(400, "malformed-lines").FaultyFields.Should().Equal("day");
        (await server.QueryAsync<long>("select count(*) from pg_inherits where inhparent = 'telemetry.cost_daily'::regclass"))
            .Should().BeGreaterThanOrEqualTo(3);
    }

    private static string Cost(string name, double amount, string resource = "cpu", string unit = "core-hours") =>
        JsonSerializer.Serialize(new { feature = $"{name}:f0", day = Organisation.Yesterday, resource, amount, unit });

    private static string Report(string name, params (string Feature, double Value)[] values) => JsonSerializer.Serialize(new
    {
        model = $"{name}_model", version = "v1", method = "shap", evaluatedAt = "2026-01-05T10:00:00Z", metric = "auc",
        values = values.Select(value => new { feature = $"{name}:{value.Feature}", value = value.Value }),
    });
}
