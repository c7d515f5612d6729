using FeatureGovernance.Server.Drift;
using FeatureGovernance.ServerTests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace FeatureGovernance.ServerTests.Drift;

/// <summary>A server whose background jobs are run by the test alone.</summary>
public sealed class JoblessServer(TestCluster cluster) : ApiServer(cluster)
{
    protected override void Configure(Microsoft.AspNetCore.Builder.WebApplicationBuilder builder) => builder.Configuration["FEATGOV_JOBS"] = "off";
}

/// <summary>Runs of detection by the clock.</summary>
public sealed class IdleRunTests(JoblessServer server) : IClassFixture<JoblessServer>
{
    [Fact]
    public async Task A_run_with_nothing_new_looks_at_nothing_and_writes_no_event()
    {
        await server.Admin.TeamAsync("own");
        await server.Admin.FeatureAsync("q:a", "own");
        await server.ValuesAsync("q:a", 30, 2, _ => new());

        // Transactions of other databases on the same server, and midnight, may make a run look once more.
        for (var attempt = 0; attempt < 1_000 && await LastAsync() != Idle; attempt++)
            await RunAsync();

        (await LastAsync()).Should().Be(Idle);
        (await server.QueryAsync<string>("select state::text from drift.run order by id desc limit 1")).Should().Be("2");
        var events = await EventsAsync();
        await RunAsync();
        (await EventsAsync()).Should().Be(events);

        await server.ValuesAsync("q:a", 1, 1, _ => new());
        await RunAsync();
        (await LastAsync()).Should().Contain("\"profiles\":30", "a profile landed");

        (await server.Admin.PostAsync("drift/runs", new { })).Expect(202);
        await RunAsync();
        (await LastAsync()).Should().Contain("\"profiles\":30", "somebody asked for it");
    }

    private const string Idle = """{"unchanged":1}""";

    private Task<long> EventsAsync() => server.QueryAsync<long>("select count(*) from audit.event");

    private Task<string> LastAsync() => server.QueryAsync<string>("select counts::text from drift.run order by id desc limit 1");

    // Where a run is queued, that one is taken up.
    private async Task RunAsync()
    {
        await using var scope = server.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<DriftJob>().RunByTheClockAsync(TestContext.Current.CancellationToken);
    }
}
