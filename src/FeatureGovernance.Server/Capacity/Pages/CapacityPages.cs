using System.Globalization;
using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Capacity;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Pages;
using FeatureGovernance.Server.Storage;
using Hangfire;
using Npgsql;

namespace FeatureGovernance.Server.Capacity.Pages;

/// <summary>Pools with what they lack next, plans and scenarios.</summary>
/// <param name="Base">The plan without a scenario that tells what is lacking; null before the first.</param>
public sealed record CapacityModel(
    Page<PoolView> Pools, IReadOnlyDictionary<string, PoolPlanView> Outlooks, int? Base, IReadOnlyList<PlanSummary> Plans,
    IReadOnlyList<ScenarioView> Scenarios,
    bool MayPlan, bool IsFirst, Complaint? Complaint);

internal static class CapacityPages
{
    private const int MostPlans = 12;

    public static void MapCapacityPages(this RouteGroupBuilder pages)
    {
        pages.MapGet("/capacity", async (HttpContext context, NpgsqlDataSource source, string? cursor, CancellationToken cancellation) =>
            Rendered.As<CapacityPage>(await ModelAsync(context, source, cursor, cancellation))).Needs(Permission.Read);
        pages.MapPost("/capacity/plans", Plan).Needs(Permission.PlanCapacity).Mutates();
        pages.MapGet("/capacity/plans/{id:int}", PlanReading.Get).Needs(Permission.Read);
        pages.MapGet("/capacity/plans/{id:int}/csv", PlanReading.Csv).Needs(Permission.Read);
        pages.MapGet("/capacity/plans/{id:int}/parquet", PlanReading.Parquet).Needs(Permission.Read);
        pages.MapGet("/capacity/plans/{id:int}/report", PlanReport.Get).Needs(Permission.Read);
        pages.MapGet("/capacity/plans/{id:int}/gap", GapReading.Get).Needs(Permission.Read);
        pages.MapPost("/capacity/plans/{id:int}/cancel", Cancel).Needs(Permission.PlanCapacity).Mutates();
        pages.MapGet("/capacity/scenarios/new", ScenarioForm.Get).Needs(Permission.PlanCapacity);
        pages.MapPost("/capacity/scenarios/new", ScenarioForm.Post).Needs(Permission.PlanCapacity).Mutates();
    }

    /// <summary>A plan of all pools with saved scenarios; beside the plan without any, where there is one.</summary>
    public static async Task<(string? Path, Refusal? Refusal)> StartAsync(
        IReadOnlyList<string> scenarios, WriteTransaction write, IBackgroundJobClient jobs, CancellationToken cancellation)
    {
        var answer = await PlanEndpoints.Post(write, jobs, cancellation, new PlanRequest { Scenarios = scenarios });
        if (!answer.Take(out PlanSummary plan, out var refusal))
            return (null, refusal);
        var beside = scenarios.Count > 0 ? await Shortfalls.PlanAsync(write.Connection, cancellation) : null;
        return (Show.Query($"/capacity/plans/{plan.Id}", ("beside", beside?.ToString(CultureInfo.InvariantCulture))), null);
    }

    private static async Task<CapacityModel> ModelAsync(HttpContext context, NpgsqlDataSource source, string? cursor, CancellationToken cancellation)
    {
        var pools = (await PoolEndpoints.List(source, 50, cursor, cancellation)).Or<Page<PoolView>>() ?? new([], null);
        var plans = (await PlanEndpoints.List(source, MostPlans, null, cancellation)).Or<Page<PlanSummary>>();
        var scenarios = (await ScenarioEndpoints.List(source, 50, null, cancellation)).Or<Page<ScenarioView>>();
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var newest = await Shortfalls.PlanAsync(connection, cancellation);
        var outlooks = newest is { } plan ? await Shortfalls.OfAsync(connection, plan, [.. pools.Items.Select(pool => pool.Pool)], cancellation) : [];
        return new(pools, outlooks, newest, plans?.Items ?? [], scenarios?.Items ?? [],
            Permissions.Of(context.Caller().Role, Permission.PlanCapacity) != Reach.None, cursor is null, null);
    }

    private static async Task<IResult> Plan(
        HttpContext context, WriteTransaction write, NpgsqlDataSource source, IBackgroundJobClient jobs, CancellationToken cancellation)
    {
        var form = await context.Request.ReadFormAsync(cancellation);
        var (path, refusal) = await StartAsync([.. form["scenario"].OfType<string>()], write, jobs, cancellation);
        return path is not null
            ? Rendered.See(context, path)
            : Rendered.As<CapacityPage>(await ModelAsync(context, source, null, cancellation) with { Complaint = Complaint.Of(refusal!) },
                Problems.Status(refusal!.Kind));
    }

    private static async Task<IResult> Cancel(int id, HttpContext context, WriteTransaction write, CancellationToken cancellation)
    {
        var answer = await PlanEndpoints.Cancel(id, write, cancellation);
        return answer.Result is Refused refused ? refused : Rendered.See(context, $"/capacity/plans/{id}");
    }
}
