using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Capacity;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Hangfire;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace FeatureGovernance.Server.Capacity;

internal static class PlanEndpoints
{
    private const int MostScenarios = 20;
    private const int MostPools = 10_000;

    public static async Task<Results<Accepted<PlanSummary>, Refused>> Post(
        WriteTransaction write, IBackgroundJobClient jobs, CancellationToken cancellation, PlanRequest? body = null)
    {
        var faults = new FieldFaults();
        faults.Text("name", body?.Name, 128);
        Slugs("scenarios", body?.Scenarios, MostScenarios, faults);
        Slugs("pools", body?.Pools, MostPools, faults);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;

        var names = body?.Scenarios ?? [];
        var scenarios = await Scenarios.OfAsync(write.Connection, names, faults, cancellation);
        var pools = body?.Pools is { Count: > 0 } wanted ? await Pools.IdsAsync(write.Connection, wanted, cancellation) : null;
        foreach (var name in (body?.Pools ?? []).Where(name => pools is not null && !pools.ContainsKey(name)).Take(100))
            faults.Add("pools", $"There is no pool '{name}'.", "Register it first by PUT /api/v1/capacity/pools/{pool}.");
        if (faults.Refusal is { } unknown)
            return (Refused)unknown;
        await using (var any = new NpgsqlCommand("""
            select exists (select from capacity.observation where demand is not null) or exists (select from capacity.pool where demand_from is not null)
            """, write.Connection))
        {
            if (await any.ExecuteScalarAsync(cancellation) is false)
                return (Refused)new Refusal(RefusalKind.BrokenRule, "nothing-to-plan",
                    "No pool has an observed demand yet; report some by POST /api/v1/capacity/observations.");
        }

        // Today is not over: what it has brought so far would pass for a whole day.
        var asOf = DateOnly.FromDateTime(write.Now.UtcDateTime).AddDays(-1);
        var title = string.IsNullOrEmpty(body?.Name) ? null : body.Name;
        var id = await PlanLedger.AddAsync(
            write.Connection, title, asOf, scenarios, pools?.Values.Order().ToArray(), write.Origin.Actor, write.Now, cancellation);
        var plan = (await PlanLedger.FindAsync(write.Connection, id, cancellation))!;
        write.Record(NewEvent.Of<object>("capacity.plan-requested", "plan", id, $"{id}", null, new { plan.View.Name, plan.View.AsOf, plan.View.Scenarios }));
        write.AfterCommit(() => jobs.Enqueue<PlanJob>(job => job.RunAsync(id, CancellationToken.None)));
        return TypedResults.Accepted($"/api/v1/capacity/plans/{id}", plan.View);
    }

    public static Task<Results<Ok<Page<PlanSummary>>, Refused>> List(NpgsqlDataSource source, int? limit, string? cursor, CancellationToken cancellation) =>
        source.PageAsync("plan", limit, cursor,
            (connection, after, count) => PlanLedger.ListAsync(connection, after?.Id ?? long.MaxValue, count, cancellation),
            plan => (null, plan.Id), plan => plan.View, cancellation);

    public static async Task<Results<Ok<PlanView>, PushStreamHttpResult, Refused>> Get(
        int id, HttpContext context, NpgsqlDataSource source, int? limit, string? cursor, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var size = Limits.Page(limit, faults);
        var after = Cursor.Decode(cursor, "pool", faults);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;
        await using var connection = await source.OpenConnectionAsync(cancellation);
        if (await PlanLedger.FindAsync(connection, id, cancellation) is not { } plan)
            return (Refused)PlanQuery.Unknown(id);
        var wanted = context.Request.GetTypedHeaders().Accept.Select(type => type.MediaType.Value)
            .FirstOrDefault(type => type is "text/csv" or PlanParquet.Type);
        if (wanted is not null && PlanQuery.NotReady(plan) is { } notReady)
            return (Refused)notReady;
        if (wanted == "text/csv")
            return TypedResults.Stream(stream => PlanCsv.WriteAsync(source, plan, stream, cancellation), wanted, $"plan-{id}.csv");
        if (wanted is not null)
            return TypedResults.Stream(stream => PlanParquet.WriteAsync(source, plan, stream, cancellation), wanted, $"plan-{id}.parquet");

        var hasResult = plan.View.State == "succeeded";
        return TypedResults.Ok(new PlanView
        {
            Id = plan.Id, Name = plan.View.Name, State = plan.View.State, AsOf = plan.AsOf, Scenarios = plan.View.Scenarios,
            RequestedBy = plan.View.RequestedBy,
            RequestedAt = plan.View.RequestedAt, FinishedAt = plan.View.FinishedAt, Progress = plan.View.Progress, CancelRequested = plan.View.CancelRequested,
            Pools = plan.View.Pools, LeftOut = plan.View.LeftOut, Error = plan.View.Error,
            Totals = PlanQuery.Totals(plan),
            PoolPlans = hasResult ? await PlanQuery.PageAsync(connection, id, after?.Last ?? "", size, cancellation) : null,
        });
    }

    public static async Task<Results<Accepted<PlanSummary>, Refused>> Cancel(int id, WriteTransaction write, CancellationToken cancellation)
    {
        if (await PlanLedger.FindAsync(write.Connection, id, cancellation) is not { } plan)
            return (Refused)PlanQuery.Unknown(id);
        if (!plan.IsOpen)
            return (Refused)new Refusal(RefusalKind.Conflict, "plan-ended", $"Plan {id} has {plan.View.State} already.");
        if (await PlanLedger.Runs.StopAsync(write.Connection, id, write.Now, cancellation))
            await PlanLedger.ForgetWorkAsync(write.Connection, id, cancellation);
        var after = (await PlanLedger.FindAsync(write.Connection, id, cancellation))!;
        write.Record(NewEvent.Of<object>("capacity.plan-cancel-requested", "plan", id, $"{id}", new { plan.View.State }, new { after.View.State }));
        return TypedResults.Accepted($"/api/v1/capacity/plans/{id}", after.View);
    }

    public static void Slugs(string field, IReadOnlyList<string>? names, int most, FieldFaults faults)
    {
        faults.Check(names is null || names.Count <= most, field, $"There are {names?.Count:N0} names.", $"Use at most {most:N0}.");
        for (var i = 0; i < Math.Min(names?.Count ?? 0, most); i++)
            faults.Slug($"{field}[{i}]", names![i]);
    }
}
