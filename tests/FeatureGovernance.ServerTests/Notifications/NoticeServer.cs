using FeatureGovernance.Server.Notifications;
using FeatureGovernance.ServerTests.Fixtures;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace FeatureGovernance.ServerTests.Notifications;

/// <summary>
/// The service with a clock of the test's own, whose notices go out when the test says so. Team owners (lead ann, member bob) owns
/// features, team readers (lead cat, member dan) owns model feed.
/// </summary>
public sealed class NoticeServer(TestCluster cluster, DateTimeOffset? start = null, params (string Name, string Value)[] settings)
    : ApiServer(cluster)
{
    private int features;

    public static readonly (string, string) LoopbackAllowed = ("Notices:AllowedNetworks", "127.0.0.0/8");

    public ManualClock Clock { get; } = new(start ?? new DateTimeOffset(2031, 5, 5, 12, 0, 0, TimeSpan.Zero));

    public Api Ann { get; private set; } = null!;

    public Api Bob { get; private set; } = null!;

    public Api Cat { get; private set; } = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await Admin.TeamAsync("owners", leads: ["ann"], members: ["bob"]);
        await Admin.TeamAsync("readers", leads: ["cat"], members: ["dan"]);
        Ann = await As("lead", "ann");
        Bob = await As("engineer", "bob");
        Cat = await As("lead", "cat");
        await Admin.ModelAsync("feed", "readers");
        await DeliverAsync();
    }

    public static async Task<NoticeServer> StartAsync(TestCluster cluster, params (string Name, string Value)[] settings)
    {
        var server = new NoticeServer(cluster, null, settings);
        await server.InitializeAsync();
        return server;
    }

    public Task FanOutAsync() => Services.GetRequiredService<FanOut>().RunAsync(TestContext.Current.CancellationToken);

    /// <summary>All that is due by the clock goes out.</summary>
    public async Task<int> DeliverAsync()
    {
        await FanOutAsync();
        return await Services.GetRequiredService<Dispatch>().RunAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>A feature of team owners that may be asked for.</summary>
    public async Task<string> FeatureAsync()
    {
        var key = $"user:f{Interlocked.Increment(ref features)}";
        await Admin.FeatureAsync(key, "owners");
        foreach (var to in (string[])["proposed", "experimental", "adopted"])
            (await Admin.PostAsync($"features/{key}/transitions", new { to, reason = "It is time." })).Expect(200);
        return key;
    }

    /// <summary>Cat asks for a feature of owners, of which their lead ann is told at once.</summary>
    public async Task<string> AskAsync()
    {
        var key = await FeatureAsync();
        (await Cat.PostAsync("adoptions", new { model = "feed", features = new[] { key }, justification = "It ranks." })).Expect(201);
        return key;
    }

    public static async Task<Answer> ChannelAsync(Api who, string type, string address, object? more = null)
    {
        var body = new Dictionary<string, object?> { ["type"] = type, ["address"] = address };
        foreach (var property in more?.GetType().GetProperties() ?? [])
            body[property.Name] = property.GetValue(more);
        return (await who.PostAsync("notices/channels", body)).Expect(201);
    }

    protected override void Configure(WebApplicationBuilder builder)
    {
        builder.Configuration["FEATGOV_JOBS"] = "off";
        builder.Configuration["Notices:SecretKey"] = Convert.ToBase64String(new byte[32]);
        foreach (var (name, value) in settings)
            builder.Configuration[name] = value;
        builder.Services.AddSingleton<TimeProvider>(Clock);
    }
}
