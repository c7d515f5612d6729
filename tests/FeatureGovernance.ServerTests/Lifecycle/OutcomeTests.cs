using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Lifecycle;

public sealed class OutcomeTests(LifecycleServer server) : IClassFixture<LifecycleServer>
{
    [Fact]
    public async Task A_removal_is_verified_and_then_judged_by_what_happened()
    {
        var feature = await server.FeatureAtAsync("adopted");
        var other = await server.FeatureAtAsync("adopted");
        var model = await server.LiveModelAsync(feature, other);
        await server.ScoreAsync(feature, 0.02, 0.01, 0.03, 10);
        await server.ExecuteAsync($"""
            insert into telemetry.resource (name, unit) values ('cpu', 'hour');
            insert into telemetry.price select id, date '2031-01-01', 2 from telemetry.resource where name = 'cpu';
            select telemetry.ensure_month('cost_daily', m::date) from generate_series('2031-03-01'::date, '2032-12-01', '1 month') m;
            insert into telemetry.changed_day select 2, d::date, 1 from generate_series('2031-04-01'::date, '2031-12-31', '1 day') d;
            insert into telemetry.cost_daily select f.id, d::date, r.id, 5 from registry.feature f, telemetry.resource r, generate_series('2031-04-01'::date, '2031-05-30', '1 day') d
            where f.key = '{feature}' and r.name = 'cpu'
            """);
        var id = await server.ProposalAsync(feature);
        await server.ApproveAsync(id);
        await MetricAsync(model, 0.80);
        server.Wait(0.01);
        await server.RunJobAsync();
        server.Wait(8);
        await server.RunJobAsync();
        await server.Admin.ManifestAsync(model, "v2", [other]);
        (await VerdictAsync(id)).Should().Be("unknown", "no report covers it");

        server.Wait(9);
        await server.ReportAsync(other, model, 20, 100);
        await server.ReportAsync(feature, model, 20, 0);
        (await VerdictAsync(id)).Should().Be("zero");
        await server.ExecuteAsync("update telemetry.usage_daily set sampling_rate = 0.5");
        (await VerdictAsync(id)).Should().Be("bounded", "a sample that saw none is a bound");
        await server.ExecuteAsync("update telemetry.usage_daily set sampling_rate = null");
        await server.RunJobAsync();
        (await server.StateAsync(id)).Should().Be("disabled");
        server.Wait(31);
        await server.ReportAsync(other, model, 34, 100);
        await server.ReportAsync(feature, model, 34, 0);
        await server.RunJobAsync();
        (await server.StateAsync(id)).Should().Be("removed");

        server.Wait(1.5);
        await MetricAsync(model, 0.79);
        await server.RunOutcomesAsync();
        (await server.Admin.GetAsync($"deprecations/{id}/outcome")).Expect(200).Body.GetProperty("settled").GetBoolean().Should().BeFalse();
        server.Wait(31);
        await server.RunOutcomesAsync();
        await server.RunOutcomesAsync();

        var outcome = (await server.Admin.GetAsync($"deprecations/{id}/outcome")).Expect(200).Body;
        outcome.GetProperty("settled").GetBoolean().Should().BeTrue();
        outcome.GetProperty("predictedLoss").GetDouble().Should().BeApproximately(0.02, 1e-12);
        outcome.GetProperty("predictedSavingPerDay").GetDouble().Should().Be(10);
        outcome.GetProperty("observedLoss").GetDouble().Should().BeApproximately(0.0125, 1e-9);
        outcome.GetProperty("costPerDayBefore").GetDouble().Should().BeApproximately(10, 1e-9);
        outcome.GetProperty("observedSavingPerDay").GetDouble().Should().BeApproximately(10, 1e-9);
        outcome.GetProperty("models")[0].GetProperty("model").GetString().Should().Be(model);
        var record = (await server.Admin.GetAsync("deprecations/outcomes")).Expect(200).Body.GetProperty("record");
        record.GetProperty("lossWithinPrediction").GetInt32().Should().Be(1);
        record.TryGetProperty("savingRatio", out _).Should().BeFalse("one removal is too few to correct by");
        (await server.QueryAsync<long>($"select count(*) from audit.event where action = 'deprecation.judged' and subject_id = {id}")).Should().Be(1);
    }

    [Fact]
    public async Task A_proposal_without_removal_has_no_outcome()
    {
        var id = await server.ProposalAsync(await server.FeatureAtAsync("adopted"));
        (await server.Admin.GetAsync($"deprecations/{id}/outcome")).ExpectProblem(404, "unknown-outcome");
        (await server.Admin.GetAsync("deprecations/999999/verification")).ExpectProblem(404, "unknown-deprecation");
    }

    private async Task MetricAsync(string model, double value) =>
        (await server.Admin.PostAsync("telemetry/guardrails", new { model, metric = "auc", value, at = server.Clock.GetUtcNow() })).Expect(200);

    private async Task<string?> VerdictAsync(int id) =>
        (await server.Admin.GetAsync($"deprecations/{id}/verification")).Expect(200).Items("features")[0].GetProperty("serving")
            .GetProperty("verdict").GetString();
}
