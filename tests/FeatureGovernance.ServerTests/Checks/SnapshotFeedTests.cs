using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.ServerTests.Fixtures;

namespace FeatureGovernance.ServerTests.Checks;

public sealed class SnapshotFeedTests(ApiServer server) : IClassFixture<ApiServer>, IAsyncLifetime
{
    private const string Listeners = "select count(*) from pg_stat_activity where datname = current_database() and query ilike 'listen feature_governance%'";

    public async ValueTask InitializeAsync()
    {
        // Once for the class: its tests share the server.
        if ((await server.Admin.GetAsync("models/ranker")).Status == System.Net.HttpStatusCode.OK)
            return;
        await server.Admin.TeamAsync("growth", leads: ["lena"]);
        await server.Admin.ModelAsync("ranker", "growth");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_write_is_seen_by_the_next_check_that_names_its_version()
    {
        for (var i = 0; i < 10; i++)
        {
            await server.Admin.FeatureAsync($"seen:f{i}", "growth");
            var version = await server.TouchAsync($"seen:f{i}");

            var answer = await server.Admin.PostAsync("checks/adoption", new { model = "ranker", features = new[] { $"seen:f{i}" }, minimumVersion = version });

            answer.Rules().Should().Equal("wrong-stage error", "not-approved error");
            answer.Body.GetProperty("registryVersion").GetInt64().Should().BeGreaterThanOrEqualTo(version);
        }
    }

    [Fact]
    public async Task A_version_that_never_comes_is_refused_with_the_time_to_try_again()
    {
        var answer = await server.Admin.PostAsync("checks/adoption", new { model = "ranker", features = new[] { "g:a" }, minimumVersion = long.MaxValue });

        answer.ExpectProblem(409, "version-not-reached");
        answer.Headers.RetryAfter!.Delta.Should().BePositive();
    }

    [Fact]
    public async Task Refresh_goes_on_after_the_listening_connection_is_killed_and_listening_returns()
    {
        await Until(async () => await server.QueryAsync<long>(Listeners) > 0);
        await server.Admin.FeatureAsync("cut:f", "growth");
        (await server.QueryAsync<long>($"select count(pg_terminate_backend(pid)) from ({Listeners.Replace("count(*)", "pid")}) killed")).Should().BePositive();

        await server.StageAsync("cut:f", Stage.Adopted);

        (await server.CheckAsync(["cut:f"])).Rules().Should().Equal("not-approved error");
        await Until(async () => await server.QueryAsync<long>(Listeners) > 0);
    }

    [Fact]
    public async Task An_event_of_an_unknown_kind_brings_the_whole_registry_in_again()
    {
        await server.Admin.FeatureAsync("unknown:f", "growth");
        await server.CheckAsync(["unknown:f"]);
        await server.ExecuteAsync("""
            update registry.feature set stage = 3 where key = 'unknown:f';
            insert into audit.event (sequence, at, actor, action, subject_kind, subject_id, subject, hash)
            select sequence + 1, now(), 'test', 'novelty.made', 'novelty', 1, 'n', '\x00' from audit.head;
            update audit.head set sequence = sequence + 1;
            """);

        (await server.CheckAsync(["unknown:f"])).Rules().Should().Equal("not-approved error");
    }

    [Fact]
    public async Task The_server_says_it_is_ready_once_the_registry_is_read()
    {
        await server.CheckAsync(["g:a"]);

        (await server.Admin.Http.GetAsync(new Uri(server.Address, "/health/ready"), TestContext.Current.CancellationToken)).StatusCode.Should().Be(System.Net.HttpStatusCode.OK);
    }

    private static async Task Until(Func<Task<bool>> holds)
    {
        for (var i = 0; i < 2_400 && !await holds(); i++)
            await Task.Delay(50, TestContext.Current.CancellationToken);
        (await holds()).Should().BeTrue();
    }
}
