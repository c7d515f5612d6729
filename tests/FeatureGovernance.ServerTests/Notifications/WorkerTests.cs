using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FeatureGovernance.Server.Storage;
using FeatureGovernance.ServerTests.Fixtures;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FeatureGovernance.ServerTests.Notifications;

/// <summary>A server as it runs, worker and all.</summary>
public sealed class WorkingServer(TestCluster cluster) : ApiServer(cluster)
{
    protected override void Configure(WebApplicationBuilder builder)
    {
        builder.Configuration["Notices:SecretKey"] = Convert.ToBase64String(new byte[32]);
        builder.Configuration["Notices:AllowedNetworks"] = "127.0.0.0/8";
    }
}

public sealed class WorkerTests(TestCluster cluster)
{
    [Fact]
    public async Task A_commit_wakes_the_worker()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        await using var server = new WorkingServer(cluster);
        await server.InitializeAsync();
        await server.Admin.TeamAsync("owners", leads: ["ann"]);
        var ann = await server.As("lead", "ann");
        await NoticeServer.ChannelAsync(ann, "webhook", receiver.Url);
        await server.Admin.FeatureAsync("user:f", "owners");
        await server.Admin.ModelAsync("feed", "owners");
        foreach (var to in (string[])["proposed", "experimental"])
            (await server.Admin.PostAsync("features/user:f/transitions", new { to, reason = "It is time." })).Expect(200);

        (await server.Admin.PostAsync("adoptions", new { model = "feed", features = new[] { "user:f" },
            justification = "It ranks." })).Expect(201);

        await UntilAsync(() => !receiver.Requests.IsEmpty);
        receiver.Requests.TryPeek(out var got).Should().BeTrue();
        got!.Json.GetProperty("type").GetString().Should().Be("adoptionRequested");
    }

    [Fact]
    public async Task A_process_killed_in_the_middle_of_a_delivery_loses_nothing()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        await using var server = new NoticeServer(cluster, TimeProvider.System.GetUtcNow(), NoticeServer.LoopbackAllowed);
        await server.InitializeAsync();
        await NoticeServer.ChannelAsync(server.Ann, "webhook", receiver.Url);
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        receiver.Answer = async context =>
        {
            arrived.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        };
        await server.AskAsync();

        using (var victim = StartProcess(server.Services.GetRequiredService<IConfiguration>().GetConnectionString(StorageSetup.ConnectionName)!))
        {
            await arrived.Task.WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
            victim.Kill();
            await victim.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        receiver.Answer = HttpReceiver.Status(204);
        (await server.DeliverAsync()).Should().Be(0, "the dead process still holds it, for all that anybody knows");
        server.Clock.Advance(TimeSpan.FromMinutes(10));
        (await server.DeliverAsync()).Should().Be(1);

        receiver.Requests.Should().HaveCount(2);
        receiver.Requests.Select(request => request.Id).Distinct().Should().ContainSingle();
        (await server.QueryAsync<long>("select count(*) from notices.delivery where state = 1")).Should().Be(1);
    }

    private static Process StartProcess(string connection)
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "FeatureGovernance.Server"))
        {
            RedirectStandardOutput = true,
            Environment =
            {
                ["ConnectionStrings__FeatureGovernance"] = connection,
                ["FEATGOV_ADMIN_TOKEN"] = ApiServer.AdminToken,
                ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}",
                ["Notices__AllowedNetworks"] = "127.0.0.0/8",
                ["Notices__SecretKey"] = Convert.ToBase64String(new byte[32]),
            },
        };
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        return process;
    }

    // Not how fast, but that it happens; the runner's own limit is the end of patience.
    private static async Task UntilAsync(Func<bool> holds)
    {
        while (!holds())
            await Task.Delay(20, TestContext.Current.CancellationToken);
    }
}
