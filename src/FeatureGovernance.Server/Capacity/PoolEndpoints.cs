using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Capacity;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Capacity;

internal static class PoolEndpoints
{
    private const double LargestPrice = 1e12;
    private const int MostDrivers = 5;

    public static async Task<Results<Ok<PoolView>, Created<PoolView>, Refused>> Put(
        string pool, PoolDefinition body, HttpContext context, WriteTransaction write, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        faults.Slug("pool", pool);
        faults.Slug("unit", body.Unit);
        faults.Number("unitPrice", body.UnitPrice, 0, LargestPrice);
        faults.Slug("region", body.Region, required: false);
        faults.Slug("resourceClass", body.ResourceClass, required: false);
        faults.Slug("resource", body.Resource, required: false);
        faults.Slug("team", body.Team, required: false);
        DerivedDemands.Check(body, faults);
        PlanEndpoints.Slugs("drivers", body.Drivers, MostDrivers, faults);
        faults.Number("headroom.share", body.Headroom?.Share, 0, 10);
        faults.Number("headroom.risk", body.Headroom?.Risk, 0.001, 0.999);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;

        await write.TakeTurnAsync($"pool.{pool}", cancellation);
        var before = await Pools.FindAsync(write.Connection, pool, cancellation);
        if (context.Precondition(before?.View.Revision) is { } stale)
            return (Refused)stale;
        var (team, broken) = await CheckAsync(write.Connection, body, before, cancellation);
        if (broken is not null)
            return (Refused)broken;
        string[] names = [.. (body.Drivers ?? []).Distinct().Order(StringComparer.Ordinal)];
        var drivers = await Drivers.IdsAsync(write.Connection, names, cancellation);
        foreach (var name in names.Where(name => !drivers.ContainsKey(name)))
            faults.Add("drivers", $"There is no driver '{name}'.", "Register it first by PUT /api/v1/capacity/drivers/{driver}.");
        if (faults.Refusal is { } unknown)
            return (Refused)unknown;

        var after = new PoolView
        {
            Pool = pool, Unit = body.Unit, UnitPrice = body.UnitPrice, Region = Given(body.Region), ResourceClass = Given(body.ResourceClass),
            Resource = Given(body.Resource), Team = Given(body.Team),
            Headroom = new() { Share = body.Headroom?.Share ?? 0, Risk = body.Headroom?.Risk ?? Pools.DefaultRisk },
            DemandFrom = DerivedDemands.Canonical(body.DemandFrom),
            // Lists are equal by what they hold, records by which list it is.
            Drivers = names.SequenceEqual(before?.View.Drivers ?? []) ? before?.View.Drivers : names,
            LastDemandDay = before?.View.LastDemandDay, LastDemand = before?.View.LastDemand, LastSupplyDay = before?.View.LastSupplyDay,
            LastSupply = before?.View.LastSupply, Revision = (before?.View.Revision ?? 0) + 1,
        };
        if (before is { } present && present.View with { Revision = after.Revision } == after)
            return context.Unchanged(present.View, present.View.Revision);

        var id = await SaveAsync(write, after, team, [.. names.Select(name => drivers[name].Id)], cancellation);
        if (before is not null && after.DemandFrom is not null && after.DemandFrom != before.View.DemandFrom)
            await DerivedDemands.ForgetAsync(write.Connection, id, cancellation);
        write.Record(NewEvent.Of(before is null ? "capacity.pool-registered" : "capacity.pool-changed", "pool", id, pool, before?.View, after));
        return context.Written(after, after.Revision, $"pools/{pool}");
    }

    public static async Task<Results<Ok<PoolView>, StatusCodeHttpResult, Refused>> Get(
        string pool, HttpContext context, NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        if (await Pools.FindAsync(connection, pool, cancellation) is not { } found)
            return (Refused)Pools.Unknown(pool);
        // No 304: what it saw last changes without its revision.
        context.SetRevision(found.View.Revision);
        return TypedResults.Ok(found.View);
    }

    public static Task<Results<Ok<Page<PoolView>>, Refused>> List(NpgsqlDataSource source, int? limit, string? cursor, CancellationToken cancellation) =>
        source.PageAsync("pool", limit, cursor,
            (connection, after, count) => Pools.ListAsync(connection, after?.Last ?? "", count, cancellation), pool => (pool.View.Pool, 0),
            pool => pool.View, cancellation);

    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static async Task<(int? Team, Refusal? Broken)> CheckAsync(
        NpgsqlConnection connection, PoolDefinition body, StoredPool? before, CancellationToken cancellation)
    {
        int? team = null;
        if (Given(body.Team) is { } slug)
        {
            await using var find = new NpgsqlCommand("select id from registry.team where slug = $1", connection);
            find.Parameters.AddWithValue(slug);
            if ((team = (int?)await find.ExecuteScalarAsync(cancellation)) is null)
                return (null, Problems.Malformed("team", $"There is no team '{slug}'.", "Register the team first."));
        }

        if (before is { } present && present.View.Unit != body.Unit
            && ((present.View.LastDemandDay ?? present.View.LastSupplyDay) is not null
                || await SupplyStore.CountAsync(connection, present.Id, cancellation) > 0))
        {
            return (null, new(RefusalKind.BrokenRule, "unit-mismatch", $"The pool's observations and supply are in '{present.View.Unit}'.",
                [new("unit", $"'{body.Unit}' is another unit.", "Keep the unit, or register another pool.", "unit-mismatch")]));
        }

        if (Given(body.Resource) is { } resource)
        {
            await using var find = new NpgsqlCommand("select unit from telemetry.resource where name = $1", connection);
            find.Parameters.AddWithValue(resource);
            if (await find.ExecuteScalarAsync(cancellation) is string unit && unit != body.Unit)
            {
                return (null, new(RefusalKind.BrokenRule, "unit-mismatch", $"Resource '{resource}' is measured in '{unit}'.",
                    [new("resource", $"The pool is measured in '{body.Unit}'.", $"Measure the pool in {unit}, or name another resource.", "unit-mismatch")]));
            }
        }

        return (team, null);
    }

    private static async Task<int> SaveAsync(WriteTransaction write, PoolView pool, int? team, int[] drivers, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            insert into capacity.pool (name, unit, unit_price, region, resource_class, resource, team_id, headroom, risk, revision, updated_at,
                demand_from, units_per_million_reads, demand_environment, drivers)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
            on conflict (name) do update set unit = $2, unit_price = $3, region = $4, resource_class = $5, resource = $6, team_id = $7,
                headroom = $8, risk = $9, revision = $10, updated_at = $11, demand_from = $12, units_per_million_reads = $13, demand_environment = $14,
                drivers = $15
            returning id
            """, write.Connection);
        command.Parameters.AddWithValue(pool.Pool);
        command.Parameters.AddWithValue(pool.Unit!);
        command.Parameters.AddWithValue(NpgsqlDbType.Double, (object?)pool.UnitPrice ?? DBNull.Value);
        foreach (var text in (string?[])[pool.Region, pool.ResourceClass, pool.Resource])
            command.Parameters.AddWithValue(NpgsqlDbType.Text, (object?)text ?? DBNull.Value);
        command.Parameters.AddWithValue(NpgsqlDbType.Integer, (object?)team ?? DBNull.Value);
        command.Parameters.AddWithValue(pool.Headroom!.Share!.Value);
        command.Parameters.AddWithValue(pool.Headroom.Risk!.Value);
        command.Parameters.AddWithValue(pool.Revision);
        command.Parameters.AddWithValue(write.Now);
        DerivedDemands.Store(command.Parameters, pool.DemandFrom);
        command.Parameters.AddWithValue(drivers);
        return (int)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
