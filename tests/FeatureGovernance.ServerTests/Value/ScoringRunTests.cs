using FeatureGovernance.Server.Jobs;
using FeatureGovernance.Server.Value;
using FeatureGovernance.ServerTests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace FeatureGovernance.ServerTests.Value;

public sealed class ScoringRunTests(ApiServer server) : IClassFixture<ApiServer>, IAsyncLifetime
{
    private static readonly string[] All = ["g:a", "g:b", "g:c"];

    public async ValueTask InitializeAsync()
    {
        // The class shares one database, whichever test comes first.
        if (await server.QueryAsync<long>("select count(*) from registry.feature") > 0)
            return;
        await server.Admin.OrganisationAsync(All, ["g:a", "g:c"]);
        await server.SettledAsync();
        await server.ImportanceAsync("m1", 30, 3, ("g:a", 5, null), ("g:b", 3, null), ("g:c", 2, 0.5));
        await server.ImportanceAsync("m2", 20, 1, ("g:a", 0.2, 0.02), ("g:c", 0.1, 0.02));
        for (var day = 3; day < 40; day++)
        {
            foreach (var feature in All)
                await server.UsageAsync(feature, "m1", day, reads: feature == "g:c" && day < 25 ? 0 : 100 + (day * 7),
                    samplingRate: feature == "g:b" ? 0.1 : null);
            await server.UsageAsync("g:a", "m2", day, reads: day * 3);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Runs_add_up_whatever_came_when_and_whenever_they_were_stopped()
    {
        await server.ScoreAsync();
        await AddingIsExactAsync("nothing new", 0, () => Task.CompletedTask);
        await AddingIsExactAsync("a new day", 0, async () =>
        {
            foreach (var feature in All)
                await server.UsageAsync(feature, "m1", 2, reads: feature == "g:c" ? 0 : 777);
        });
        await AddingIsExactAsync("another model's late figures for the same day", 0, () => server.UsageAsync("g:a", "m2", 2, reads: 55));
        await AddingIsExactAsync("a correction of an old day", 2, () => server.UsageAsync("g:a", "m1", 10, reads: 1_000_000));
        await AddingIsExactAsync("the correction taken back", 2, () => server.UsageAsync("g:a", "m1", 10, reads: 1));
        await AddingIsExactAsync("a day before all others", 1, () => server.UsageAsync("g:b", "m1", 80, reads: 12));
        await AddingIsExactAsync("a read after long quiet", 1, () => server.UsageAsync("g:c", "m1", 5, reads: 9));
        await AddingIsExactAsync("training besides serving", 1, () => server.UsageAsync("g:c", "m1", 5, reads: 9, environment: 0));
        await AddingIsExactAsync("a new evaluation", 0, () => server.ImportanceAsync("m1", 1, 0, ("g:a", 5, 1), ("g:b", 4, 1), ("g:c", 0.1, 1)));

        foreach (var at in (double[])[0.0, 0.4, 0.6, 0.8, 0.95])
        {
            await server.UsageAsync("g:a", "m1", 1, reads: (long)(at * 1000) + 17);
            await server.UsageAsync("g:b", "m1", 30, reads: (long)(at * 1000) + 18);
            await server.KillScoringAsync(at);
            (await server.QueryAsync<short>("select state from value.score_run order by id desc limit 1"))
                .Should().Be((short)RunState.Running, "a killed process writes no end");

            await server.ScoreAsync();

            var added = await server.NumbersAsync();
            await server.ScoreAsync(full: true);
            added.ShouldEqual(await server.NumbersAsync());
        }

        (await server.QueryAsync<long>("select count(*) from value.score_run where state = 3 and error like '%stopped%'")).Should().Be(5);
    }

    [Fact]
    public async Task Two_runs_at_once_are_refused_with_the_running_ones_number()
    {
        await using var connection = await server.Services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(TestContext.Current.CancellationToken);
        (await RunLedger.Runs.TryHoldAsync(connection, 0, CancellationToken.None)).Should().BeTrue("the test plays a process at work");
        var id = (await server.Admin.PostAsync("scoring/runs", new { })).Expect(202).Number("id");

        var second = await server.Admin.PostAsync("scoring/runs", new { full = true });
        second.ExpectProblem(409, "scoring-under-way").Raw.Should().Contain($"\"{id}\"");

        var together = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => server.Admin.PostAsync("scoring/runs", new { })));
        together.Should().OnlyContain(answer => (int)answer.Status == 409);

        (await server.Admin.PostAsync($"scoring/runs/{id}/cancel", new { })).Expect(202).Body.GetProperty("cancelRequested").GetBoolean().Should().BeTrue();
        await RunLedger.Runs.ReleaseAsync(connection, 0);
        (await server.EndOfAsync(id)).ExpectState("cancelled");
        (await server.Admin.PostAsync($"scoring/runs/{id}/cancel", new { })).ExpectProblem(409, "scoring-run-ended");
    }

    [Fact]
    public async Task Progress_is_told_phase_by_phase()
    {
        await using var connection = await server.Services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(TestContext.Current.CancellationToken);
        var seen = new List<RunProgress>();
        var scoring = new Scoring(connection, new(0, false, Organisation.Today), progress =>
        {
            seen.Add(progress);
            return progress.Phase == "publication" ? throw new InvalidOperationException("enough") : Task.CompletedTask;
        });

        await scoring.Invoking(s => s.ExecuteAsync(() => TimeProvider.System.GetUtcNow(), CancellationToken.None))
            .Should().ThrowAsync<InvalidOperationException>();

        seen.Select(p => p.Phase).Distinct().Should().Equal("usage", "evidence", "shares", "judgement", "publication");
        seen.Select(p => p.Fraction).Should().BeInAscendingOrder();
        seen[^1].Counts["features"].Should().Be(3);
    }

    private async Task AddingIsExactAsync(string what, int pairsCorrected, Func<Task> land)
    {
        await land();
        var run = await server.ScoreAsync();
        var counts = run.Body.GetProperty("counts");
        if (counts.TryGetProperty("pairsCorrected", out var corrected))
            corrected.GetInt32().Should().Be(pairsCorrected, what);
        else
            pairsCorrected.Should().Be(0, what);
        var added = await server.NumbersAsync();
        await server.ScoreAsync(full: true);
        added.ShouldEqual(await server.NumbersAsync());
    }
}
