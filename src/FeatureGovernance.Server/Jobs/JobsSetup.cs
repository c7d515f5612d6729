using System.Linq.Expressions;
using FeatureGovernance.Server.Access;
using Hangfire;
using Hangfire.AspNetCore;
using Hangfire.Common;
using Hangfire.Dashboard;
using Hangfire.PostgreSql;
using Npgsql;

namespace FeatureGovernance.Server.Jobs;

/// <summary>A job that runs by the clock. Each slice registers its own; every one is safe to run twice.</summary>
/// <param name="Id">The name on the dashboard.</param>
/// <param name="Cron">When, in UTC.</param>
internal sealed record RecurringJob(string Id, string Cron, Job Job)
{
    /// <summary>A job that is a method of a class the container makes.</summary>
    public static RecurringJob Of<T>(string id, string cron, Expression<Func<T, Task>> call) => new(id, cron, Job.FromExpression(call));
}

/// <summary>Background work: Hangfire on the same database.</summary>
internal static class JobsSetup
{
    public static void AddJobs(this WebApplicationBuilder builder)
    {
        builder.Services.AddHangfire((services, hangfire) => hangfire
            .SetDataCompatibilityLevel(CompatibilityLevel.Version_180)
            .UseSimpleAssemblyNameTypeSerializer()
            .UseRecommendedSerializerSettings()
            .UseFilter(new AutomaticRetryAttribute { Attempts = 5 })
            .UsePostgreSqlStorage(
                storage => storage.UseConnectionFactory(new SharedConnections(services.GetRequiredService<NpgsqlDataSource>())),
                new PostgreSqlStorageOptions
                {
                    SchemaName = "hangfire",
                    QueuePollInterval = TimeSpan.FromSeconds(1),
                    // Without it a job longer than 30 minutes would be started a second time.
                    UseSlidingInvisibilityTimeout = true,
                    InvisibilityTimeout = TimeSpan.FromMinutes(5),
                }));
        if (builder.Configuration["FEATGOV_JOBS"] == "off")
            return;
        builder.Services.AddHangfireServer((services, server) =>
        {
            // The default one is the process's, not this host's.
            server.Activator = new AspNetCoreJobActivator(services.GetRequiredService<IServiceScopeFactory>());
            server.WorkerCount = builder.Configuration.GetValue("FEATGOV_JOB_WORKERS", Math.Max(2, Environment.ProcessorCount));
            server.SchedulePollingInterval = TimeSpan.FromSeconds(5);
            server.CancellationCheckInterval = TimeSpan.FromSeconds(5);
        });
    }

    public static void MapJobs(this WebApplication app) =>
        app.MapHangfireDashboard("/hangfire", new DashboardOptions
        {
            Authorization = [new AdministratorsOnly()],
            AppPath = "/admin",
            DashboardTitle = "FeatureGovernance jobs",
        });

    /// <summary>Registers the jobs that run by the clock, or takes them away where only what is asked for shall run.</summary>
    public static void ScheduleJobs(this WebApplication app)
    {
        var manager = app.Services.GetRequiredService<IRecurringJobManager>();
        var byTheClock = app.Configuration["FEATGOV_JOBS"] != "requested";
        foreach (var job in app.Services.GetServices<RecurringJob>())
        {
            if (byTheClock)
                manager.AddOrUpdate(job.Id, job.Job, job.Cron);
            else
                manager.RemoveIfExists(job.Id);
        }
    }

    private sealed class SharedConnections(NpgsqlDataSource source) : IConnectionFactory
    {
        public NpgsqlConnection GetOrCreateConnection() => source.CreateConnection();
    }

    private sealed class AdministratorsOnly : IDashboardAuthorizationFilter
    {
        public bool Authorize(DashboardContext context)
        {
            var http = context.GetHttpContext();
            if (http.Caller().IsAdmin)
                return true;
            if (http.Caller() == Caller.Nobody && HttpMethods.IsGet(http.Request.Method))
                http.Response.Redirect($"/sign-in?returnUrl={Uri.EscapeDataString(http.Request.Path)}");
            return false;
        }
    }
}
