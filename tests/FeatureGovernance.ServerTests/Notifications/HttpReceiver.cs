using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FeatureGovernance.ServerTests.Notifications;

/// <summary>A request as it arrived.</summary>
public sealed record Received(string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Id => Headers["webhook-id"];

    public System.Text.Json.JsonElement Json => System.Text.Json.JsonSerializer.Deserialize<System.Text.Json.JsonElement>(Body);
}

/// <summary>Somebody's HTTP server that takes webhooks, on a real port; it answers as it is told.</summary>
public sealed class HttpReceiver : IAsyncDisposable
{
    private readonly WebApplication app;

    private HttpReceiver(WebApplication app) => this.app = app;

    public ConcurrentQueue<Received> Requests { get; } = [];

    /// <summary>What to answer; by default 204.</summary>
    public Func<HttpContext, Task> Answer { get; set; } = Status(204);

    public string Url => $"{app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()}/hook";

    public int Port => new Uri(Url).Port;

    public static async Task<HttpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Logging.ClearProviders();
        var receiver = new HttpReceiver(builder.Build());
        receiver.app.Run(receiver.TakeAsync);
        await receiver.app.StartAsync();
        return receiver;
    }

    public static Func<HttpContext, Task> Status(int status) => context =>
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    };

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        Requests.Enqueue(new(context.Request.Path, context.Request.Headers.ToDictionary(
            header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase), body.ToArray()));
        await Answer(context);
    }
}
