using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Lifecycle;

public sealed class DisablingTests(LifecycleServer server) : IClassFixture<LifecycleServer>
{
    [Fact]
    public async Task A_feature_that_serves_reads_is_not_disabled()
    {
        var (id, feature, reader) = await InBrownoutAsync();
        await server.ReportAsync(feature, reader, 10, 0);
        await server.ExecuteAsync($"update telemetry.usage_daily set reads = 1 where environment = 1 and day = '{server.Clock.GetUtcNow().AddDays(-3):yyyy-MM-dd}' and feature_id = (select id from registry.feature where key = '{feature}')");

        LifecycleServer.Unmet(await server.AdvanceAsync(id)).Should().Equal("serving-quiet");

        server.Wait(5);
        await server.ReportAsync(feature, reader, 5, 0);
        (await server.AdvanceAsync(id)).Body.GetProperty("moved").GetBoolean().Should().BeTrue();
        (await server.StageAsync(feature)).Should().Be("disabled");
    }

    [Fact]
    public async Task A_feature_of_unknown_usage_is_not_disabled_not_even_by_override()
    {
        var (id, _, _) = await InBrownoutAsync();

        var answer = (await server.Admin.PostAsync($"deprecations/{id}/advance", new { @override = true, reason = "I am sure." })).Expect(200);

        answer.Body.GetProperty("moved").GetBoolean().Should().BeFalse();
        LifecycleServer.Unmet(answer).Should().Equal("serving-usage-known");
    }

    [Fact]
    public async Task Silence_of_a_model_known_to_read_the_feature_is_unknown_usage_whatever_other_models_report()
    {
        var (id, _, _) = await InBrownoutAsync();
        var elsewhere = await server.FeatureAtAsync("adopted");
        await server.ReportAsync(elsewhere, await server.LiveModelAsync(elsewhere), 12, 100);

        LifecycleServer.Unmet(await server.AdvanceAsync(id)).Should().Equal("serving-usage-known");
    }

    [Fact]
    public async Task A_gap_in_the_reports_does_not_count_as_quiet()
    {
        var (id, feature, reader) = await InBrownoutAsync();
        await server.ReportAsync(feature, reader, 12, 0);
        await server.ExecuteAsync($"delete from telemetry.usage_daily where environment = 1 and day = '{server.Clock.GetUtcNow().AddDays(-4):yyyy-MM-dd}' and feature_id = (select id from registry.feature where key = '{feature}')");

        LifecycleServer.Unmet(await server.AdvanceAsync(id)).Should().Equal("serving-quiet");
    }

    [Fact]
    public async Task Sampled_reports_of_no_read_are_only_an_upper_bound()
    {
        var (id, feature, reader) = await InBrownoutAsync();
        await server.ReportAsync(feature, reader, 12, 0);
        await server.ExecuteAsync($"update telemetry.usage_daily set sampling_rate = 0.01 where feature_id = (select id from registry.feature where key = '{feature}')");

        var answer = await server.AdvanceAsync(id);

        LifecycleServer.Unmet(answer).Should().Equal("serving-usage-known");
        answer.Raw.Should().Contain("may have gone unseen");
        await server.ExecuteAsync("update telemetry.usage_daily set sampling_rate = null");
    }

    [Fact]
    public async Task A_feature_that_training_still_reads_is_not_removed()
    {
        var (id, feature) = await server.ProposalAtAsync("disabled");
        var other = await server.FeatureAtAsync("adopted");
        var model = await server.LiveModelAsync(other);
        server.Wait(31);
        await server.ReportAsync(other, model, 34, 100);
        await server.ReportAsync(feature, model, 2, 5, 0);

        LifecycleServer.Unmet(await server.AdvanceAsync(id)).Should().Equal("training-quiet");
    }

    // Brownout is over, the reader has left, and nothing was reported since.
    private async Task<(int Proposal, string Feature, string Reader)> InBrownoutAsync()
    {
        var feature = await server.FeatureAtAsync("adopted");
        var stays = await server.FeatureAtAsync("adopted");
        var reader = await server.LiveModelAsync(feature);
        var id = await server.ProposalAsync(feature);
        await server.ApproveAsync(id);
        server.Wait(0.01);
        await server.RunJobAsync();
        server.Wait(7.1);
        await server.RunJobAsync();
        (await server.StateAsync(id)).Should().Be("brownout");
        await server.Admin.ManifestAsync(reader, "v2", [stays]);
        server.Wait(40);
        return (id, feature, reader);
    }
}
