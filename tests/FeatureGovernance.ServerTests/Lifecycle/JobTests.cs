using FeatureGovernance.Server.Lifecycle;
using FeatureGovernance.Server.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace FeatureGovernance.ServerTests.Lifecycle;

public sealed class JobTests(LifecycleServer server) : IClassFixture<LifecycleServer>
{
    [Fact]
    public async Task Run_twice_at_one_moment_the_job_changes_nothing_the_second_time()
    {
        var (id, feature) = await server.ProposalAtAsync("approved");
        server.Wait(0.01);
        await server.RunJobAsync();
        var events = await server.QueryAsync<long>("select count(*) from audit.event");

        await server.RunJobAsync();

        (await server.StateAsync(id)).Should().Be("notice");
        (await server.QueryAsync<long>("select count(*) from audit.event")).Should().Be(events);
        (await StepsAsync(feature, 4)).Should().Be(1);
    }

    [Fact]
    public async Task Two_jobs_at_once_take_a_step_once()
    {
        var (_, feature) = await server.ProposalAtAsync("approved");
        server.Wait(0.01);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => server.RunJobAsync()));

        (await StepsAsync(feature, 4)).Should().Be(1);
    }

    [Fact]
    public async Task A_step_cut_off_before_its_commit_is_taken_by_the_next_run()
    {
        var (id, feature) = await server.ProposalAtAsync("approved");
        server.Wait(0.01);
        await using (var scope = server.Services.CreateAsyncScope())
        {
            var write = scope.ServiceProvider.GetRequiredService<WriteTransaction>();
            await write.BeginAsync(TestContext.Current.CancellationToken);
            var stored = await ProposalStore.LockAsync(write.Connection, id, TestContext.Current.CancellationToken);
            var advanced = await ProposalChanges.AdvanceAsync(write, stored!, server.Services.GetRequiredService<ProposalRules>(),
                TestContext.Current.CancellationToken);
            advanced.Moved.Should().BeTrue();
        }

        (await server.StageAsync(feature)).Should().Be("adopted");
        await server.RunJobAsync();

        (await server.StateAsync(id)).Should().Be("notice");
        (await server.StageAsync(feature)).Should().Be("deprecated");
    }

    [Fact]
    public async Task A_proposal_that_fails_does_not_stop_the_others()
    {
        var (broken, _) = await server.ProposalAtAsync("approved");
        var (sound, _) = await server.ProposalAtAsync("approved");
        await server.ExecuteAsync($"update lifecycle.proposal set document = '{{}}' where id = {broken}");
        server.Wait(0.01);

        await server.RunJobAsync();

        (await server.StateAsync(sound)).Should().Be("notice");
        await server.ExecuteAsync($"update lifecycle.proposal set state = 6 where id = {broken}; update lifecycle.proposal_feature set is_open = false where proposal_id = {broken}");
    }

    [Theory]
    [InlineData("approved")]
    [InlineData("notice")]
    [InlineData("brownout")]
    [InlineData("disabled")]
    public async Task Every_step_before_removal_can_be_undone(string state)
    {
        var (id, feature) = await server.ProposalAtAsync(state);

        (await server.OwnerLead.PostAsync($"deprecations/{id}/rollback", new { reason = "Quality fell." })).Expect(200).Text("state").Should().Be("rolledBack");

        (await server.StageAsync(feature)).Should().Be("adopted");
        var read = await server.Admin.GetAsync($"features/{feature}");
        read.Headers.Contains("Deprecation").Should().BeFalse();
        (await server.OwnerLead.PostAsync($"deprecations/{id}/rollback", new { reason = "Again." })).ExpectProblem(409, "illegal-proposal-step");
        (await server.OwnerLead.PostAsync("deprecations", LifecycleServer.Wish(feature))).Expect(201);
    }

    [Fact]
    public async Task The_job_is_scheduled_every_minute() =>
        (await server.QueryAsync<string>("select value from hangfire.hash where key = 'recurring-job:lifecycle-advance' and field = 'Cron'"))
            .Should().Be("* * * * *");

    private Task<long> StepsAsync(string feature, int to) =>
        server.QueryAsync<long>($"select count(*) from lifecycle.stage_change c join registry.feature f on f.id = c.feature_id where f.key = '{feature}' and c.to_stage = {to}");
}
