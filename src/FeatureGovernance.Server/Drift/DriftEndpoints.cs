using FeatureGovernance.Contracts.Drift;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Jobs;

namespace FeatureGovernance.Server.Drift;

internal static class DriftEndpoints
{
    public static void AddDrift(this WebApplicationBuilder builder)
    {
        builder.Services.AddTransient<DriftJob>();
        builder.Services.AddTransient<ImpactReplay>();
        builder.Services.AddSingleton(RecurringJob.Of<DriftJob>("drift-hourly", "20 * * * *", job => job.RunByTheClockAsync(CancellationToken.None)));
        builder.Services.AddSingleton(ScanRoots.From(builder.Configuration));
        builder.Services.AddSingleton(Holidays.From(builder.Configuration));
        builder.Services.AddTransient<ScanJob>();
        builder.Services.AddSingleton(RecurringJob.Of<ScanJob>("profile-scans", "*/10 * * * *", job => job.RunDueAsync(CancellationToken.None)));
    }

    public static void MapDrift(this RouteGroupBuilder api)
    {
        api.MapPost("/telemetry/profiles", ProfileIngest.Post).WithTags("Drift").Needs(Permission.IngestTelemetry).Mutates()
            .Accepts<ProfileReport>("application/x-ndjson")
            .WithSummary("Report profiles of values by feature and window; one reported again replaces the former");
        api.MapGet("/features/{key}/values", ValuesQuery.Get).WithTags("Drift").Needs(Permission.Read)
            .WithSummary("The values of a feature over time, merged over segments and versions");

        var profiles = api.MapGroup("/profiles").WithTags("Drift");
        profiles.MapPost("/scan", ScanEndpoints.Post).Needs(Permission.IngestTelemetry).Mutates()
            .WithSummary("Profile a file or folder that the server can read");
        profiles.MapGet("/scans", ScanEndpoints.List).Needs(Permission.Read).WithSummary("Scans, the newest first");
        profiles.MapGet("/scans/{id:int}", ScanEndpoints.Get).Needs(Permission.Read).WithSummary("One scan and how far it is");
        profiles.MapGet("/schedules", ScanEndpoints.ListSchedules).Needs(Permission.Read).WithSummary("Scans that are made again and again");
        profiles.MapPut("/schedules/{name}", ScanEndpoints.PutSchedule).Needs(Permission.IngestTelemetry).Mutates()
            .WithSummary("Scan a source every hour or day");
        profiles.MapDelete("/schedules/{name}", ScanEndpoints.DeleteSchedule).Needs(Permission.IngestTelemetry).Mutates()
            .WithSummary("Scan a source no longer");

        var runs = api.MapGroup("/drift/runs").WithTags("Drift");
        runs.MapPost("", DriftRunEndpoints.Start).Needs(Permission.RunScoring).Mutates()
            .WithSummary("Look for what changed in all stored profiles; one run at a time");
        runs.MapGet("", DriftRunEndpoints.List).Needs(Permission.Read).WithSummary("Detection runs, the newest first");
        runs.MapGet("/{id:int}", DriftRunEndpoints.Get).Needs(Permission.Read).WithSummary("One detection run and how far it is");
        runs.MapPost("/{id:int}/cancel", DriftRunEndpoints.Cancel).Needs(Permission.RunScoring).Mutates()
            .WithSummary("Stop a detection run; what it found is dropped");

        var incidents = api.MapGroup("/incidents").WithTags("Drift");
        incidents.MapGet("", IncidentEndpoints.List).Needs(Permission.Read).WithSummary("Incidents, the newest or the most serious first");
        incidents.MapGet("/{id:int}", IncidentEndpoints.Get).Needs(Permission.Read).WithSummary("One incident with its cause, evidence and features");
        incidents.MapGet("/impact-record", IncidentEndpoints.Record).Needs(Permission.Read).WithSummary("How good the estimates of impact have been");
        incidents.MapPatch("/{id:int}", IncidentEndpoints.Patch).Needs(Permission.HandleIncidents).Mutates()
            .WithSummary("Acknowledge, snooze, resolve or reopen an incident, or say that it is as expected");
    }
}
