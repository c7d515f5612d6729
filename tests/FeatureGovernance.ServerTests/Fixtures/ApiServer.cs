using System.Net.Http.Headers;
using FeatureGovernance.Server;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace FeatureGovernance.ServerTests.Fixtures;

/// <summary>The service on a real port of the loopback address, with a database of its own.</summary>
public class ApiServer(TestCluster cluster) : IAsyncLifetime
{
    public const string AdminToken = "the-administrators-token";

    // A run's report is read for its failures: the servers under test speak only of theirs.
    private static readonly string[] Quiet =
        ["--Serilog:MinimumLevel:Default", "Error", "--Serilog:MinimumLevel:Override:Microsoft", "Error", "--Serilog:MinimumLevel:Override:Hangfire", "Error"];

    private WebApplication? app;

    /// <summary>The API as the administrator sees it.</summary>
    public Api Admin { get; private set; } = null!;

    public Uri Address { get; private set; } = null!;

    public IServiceProvider Services => app!.Services;

    public virtual async ValueTask InitializeAsync()
    {
        var connection = await cluster.NewDatabaseAsync();
        // What runs by the clock would write between a test's two looks whenever a minute begins; tests that want it say so.
        var builder = Service.CreateBuilder(
        [
            "--urls", "http://127.0.0.1:0", $"--ConnectionStrings:{StorageSetup.ConnectionName}", connection,
            "--FEATGOV_ADMIN_TOKEN", AdminToken, "--FEATGOV_JOBS", "requested", .. Quiet,
        ]);
        Configure(builder);
        await builder.AddStorageAsync();
        app = Service.Build(builder);
        await Service.PrepareAsync(app);
        await app.StartAsync();
        Address = new Uri(app.Urls.Single());
        Admin = As(AdminToken);
    }

    /// <summary>For fixtures that need other settings or services; what is registered here comes first.</summary>
    protected virtual void Configure(WebApplicationBuilder builder)
    {
    }

    public Api As(string? token)
    {
        var http = new HttpClient { BaseAddress = new Uri(Address, "/api/v1/"), Timeout = TimeSpan.FromSeconds(100) };
        if (token is not null)
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return new(http);
    }

    /// <summary>The API as one with this role sees it; engineers and leads act as the person, who belongs to a team already.</summary>
    public async Task<Api> As(string role, string? person)
    {
        var created = await Admin.PostAsync("tokens", new { name = $"{role} {person}", role, person });
        return As(created.Expect(201).Text("token"));
    }

    public async Task<T> QueryAsync<T>(string sql)
    {
        await using var command = Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (app is not null)
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }
    }
}
