using System.Runtime.InteropServices;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Adopting;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Capacity;
using FeatureGovernance.Server.Checks;
using FeatureGovernance.Server.Discussion;
using FeatureGovernance.Server.Drift;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Jobs;
using FeatureGovernance.Server.Lifecycle;
using FeatureGovernance.Server.Notifications;
using FeatureGovernance.Server.Observability;
using FeatureGovernance.Server.Pages;
using FeatureGovernance.Server.Registry;
using FeatureGovernance.Server.Reports;
using FeatureGovernance.Server.Standards;
using FeatureGovernance.Server.Storage;
using FeatureGovernance.Server.Storage.Postgres;
using FeatureGovernance.Server.Telemetry;
using FeatureGovernance.Server.Value;
using FeatureGovernance.Server.Value.Valuations;
using Npgsql;

namespace FeatureGovernance.Server;

/// <summary>The whole process, as a table of contents.</summary>
internal static class Service
{
    public static async Task<int> RunAsync(string[] args)
    {
        if (args is ["schema"])
        {
            Console.Out.Write(Migrator.Script(StorageSetup.DataSource("Host=localhost;Database=script")));
            return 0;
        }

        EmbeddedPostgres? embedded = null;
        // The host hears signals only once it runs; one that comes before must not leave the database behind.
        using var stop = new CancellationTokenSource();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        try
        {
            var builder = CreateBuilder(args);
            embedded = await builder.AddStorageAsync(stop.Token);
            await using var app = Build(builder);
            using var stopping = stop.Token.Register(app.Lifetime.StopApplication);
            await PrepareAsync(app);
            await app.StartAsync(stop.Token);
            await Greeting.PrintAsync(app);
            await app.WaitForShutdownAsync();
            return 0;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 0;
        }
        catch (Exception exception) when (exception is EmbeddedPostgresException or NpgsqlException or IOException)
        {
            await Console.Error.WriteLineAsync($"The server cannot run: {exception.Message}");
            return 1;
        }
        finally
        {
            if (embedded is not null)
                await embedded.DisposeAsync();
        }

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }

    public static WebApplicationBuilder CreateBuilder(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        if (string.IsNullOrEmpty(builder.Configuration["urls"]) && string.IsNullOrEmpty(builder.Configuration["http_ports"]))
            builder.WebHost.UseUrls("http://127.0.0.1:5080");
        return builder;
    }

    public static WebApplication Build(WebApplicationBuilder builder)
    {
        builder.AddObservability();
        builder.AddHttp();
        builder.AddAccess();
        builder.AddJobs();
        builder.AddTelemetry();
        builder.AddDrift();
        builder.AddChecks();
        builder.AddLifecycle();
        builder.AddValue();
        builder.AddValuations();
        builder.AddNotifications();
        builder.AddStandards();
        builder.AddAdopting();
        builder.AddCapacity();
        builder.AddReports();
        builder.AddPages();

        var app = builder.Build();
        app.UseHttp();
        app.MapObservability();
        app.MapJobs();
        app.MapPages();

        var api = app.MapGroup("/api/v1");
        api.MapAccess();
        api.MapAudit();
        api.MapTeams();
        api.MapFeatures();
        api.MapDiscussion();
        api.MapReports();
        api.MapModels();
        api.MapCatalogue();
        api.MapTelemetry();
        api.MapDrift();
        api.MapChecks();
        api.MapLifecycle();
        api.MapValue();
        api.MapValuations();
        api.MapNotices();
        api.MapStandards();
        api.MapExemptions();
        api.MapEvidence();
        api.MapScorecards();
        api.MapAdopting();
        api.MapCapacity();
        return app;
    }

    /// <summary>Brings the database to the present schema and sees that an administrator exists and the clock's jobs are set.</summary>
    public static async Task PrepareAsync(WebApplication app)
    {
        await Migrator.MigrateAsync(app.Services.GetRequiredService<NpgsqlDataSource>(), app.Logger, app.Lifetime.ApplicationStopping);
        app.ScheduleJobs();
        await FirstAdministrator.EnsureAsync(app.Services, app.Configuration, app.Lifetime.ApplicationStopping);
    }
}
