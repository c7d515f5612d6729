using FeatureGovernance.Contracts.Capacity;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Jobs;

namespace FeatureGovernance.Server.Capacity;

/// <summary>Pools, what they saw, and plans of what they will need.</summary>
internal static class CapacitySetup
{
    public static void AddCapacity(this WebApplicationBuilder builder)
    {
        builder.Services.AddTransient<PlanJob>();
        builder.Services.AddTransient<DerivedDemands>();
        builder.Services.AddSingleton(RecurringJob.Of<DerivedDemands>("capacity-derived-demand", "20 3 * * *",
            job => job.RefreshAsync(CancellationToken.None)));
        builder.Services.AddSingleton(RecurringJob.Of<PlanJob>("capacity-plans-resume", "*/10 * * * *", job => job.ResumeAsync(CancellationToken.None)));
    }

    public static void MapCapacity(this RouteGroupBuilder api)
    {
        var capacity = api.MapGroup("/capacity").WithTags("Capacity");
        capacity.MapGet("/pools", PoolEndpoints.List).Needs(Permission.Read).WithSummary("Pools by name");
        capacity.MapGet("/pools/{pool}", PoolEndpoints.Get).Needs(Permission.Read).WithSummary("One pool, with what it saw last");
        capacity.MapPut("/pools/{pool}", PoolEndpoints.Put).Needs(Permission.PlanCapacity).Mutates().WithSummary("Register or change a pool");
        capacity.MapPost("/observations", Observations.Post).Needs(Permission.ReportCapacity).Mutates().Accepts<CapacityObservation>("application/x-ndjson")
            .WithSummary("Report demand and supply by pool and day; a later report of a day replaces the earlier");
        capacity.MapGet("/pools/{pool}/observations", Observations.List).Needs(Permission.Read).WithSummary("What a pool saw, the newest day first");
        capacity.MapGet("/drivers", DriverEndpoints.List).Needs(Permission.Read).WithSummary("What demand may follow, by name");
        capacity.MapGet("/drivers/{driver}", DriverEndpoints.Get).Needs(Permission.Read)
            .WithSummary("One driver, with its newest value and the last that is assumed");
        capacity.MapPut("/drivers/{driver}", DriverEndpoints.Put).Needs(Permission.PlanCapacity).Mutates().WithSummary("Register or change a driver");
        capacity.MapPost("/drivers/values", DriverValues.Post).Needs(Permission.ReportCapacity).Mutates().Accepts<DemandDriverValue>("application/x-ndjson")
            .WithSummary("Report drivers by day; a day to come is an assumption that holds until the next");
        capacity.MapGet("/drivers/{driver}/values", DriverValues.List).Needs(Permission.Read)
            .WithSummary("What a driver was and is assumed to be, the last day first");
        capacity.MapGet("/pools/{pool}/supply", SupplyEndpoints.List).Needs(Permission.Read)
            .WithSummary("Deliveries, commitments and retirements of a pool by name");
        capacity.MapPut("/pools/{pool}/supply/{name}", SupplyEndpoints.Put).Needs(Permission.PlanCapacity).Mutates()
            .WithSummary("Register or change a delivery, commitment or retirement");
        capacity.MapDelete("/pools/{pool}/supply/{name}", SupplyEndpoints.Delete).Needs(Permission.PlanCapacity).Mutates()
            .WithSummary("Take back a delivery, commitment or retirement");

        capacity.MapPost("/scenarios", ScenarioEndpoints.Post).Needs(Permission.PlanCapacity).Mutates()
            .WithSummary("Save a scenario; one of the same name is replaced");
        capacity.MapGet("/scenarios", ScenarioEndpoints.List).Needs(Permission.Read).WithSummary("Scenarios by name");
        capacity.MapGet("/scenarios/{scenario}", ScenarioEndpoints.Get).Needs(Permission.Read).WithSummary("One scenario");

        capacity.MapPost("/plans", PlanEndpoints.Post).Needs(Permission.PlanCapacity).Mutates()
            .WithSummary("Plan every pool and the total; answers at once, works on");
        capacity.MapGet("/plans", PlanEndpoints.List).Needs(Permission.Read).WithSummary("Plans, the newest first");
        capacity.MapGet("/plans/{id:int}", PlanEndpoints.Get).Needs(Permission.Read)
            .WithSummary("A plan: how far it is, and what it says; also as text/csv and application/vnd.apache.parquet");
        capacity.MapGet("/plans/{id:int}/report", PlanReport.Get).Needs(Permission.Read).WithSummary("The plan as one HTML document to print");
        capacity.MapPost("/plans/{id:int}/cancel", PlanEndpoints.Cancel).Needs(Permission.PlanCapacity).Mutates().WithSummary("Stop a plan that is under way");
        capacity.MapGet("/plans/{id:int}/accuracy", PlanJudgement.Get).Needs(Permission.Read).WithSummary("How the plan fared against what came");
        capacity.MapGet("/plans/{id:int}/compare/{other:int}", PlanComparing.Get).Needs(Permission.Read).WithSummary("Two plans side by side");
        capacity.MapPost("/plans/{id:int}/preview", PlanPreviewing.Post).Needs(Permission.Read)
            .WithSummary("What the plan would say under further assumptions; nothing is kept");
        capacity.MapPost("/plans/{id:int}/close-gap", GapEndpoint.Post).Needs(Permission.Read)
            .WithSummary("Which deprecations would close a gap at the least loss of value");
    }
}
