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

internal static class DriverEndpoints
{
    /// <summary>A plan holds the history of all that its pools follow.</summary>
    private const int MostDrivers = 1_000;

    public static async Task<Results<Ok<DemandDriverView>, Created<DemandDriverView>, Refused>> Put(
        string driver, DemandDriverDefinition body, HttpContext context, WriteTransaction write, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        faults.Slug("driver", driver);
        faults.Slug("unit", body.Unit, required: false);
        faults.Text("description", body.Description, FieldFaults.LongText);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;
        // Two puts of drivers wait for each other, also where one is new.
        await using (var hold = new NpgsqlCommand("select pg_advisory_xact_lock(hashtextextended('capacity.driver', 0))", write.Connection))
            await hold.ExecuteNonQueryAsync(cancellation);
        var before = await Drivers.FindAsync(write.Connection, driver, cancellation);
        if (context.Precondition(before?.View.Revision) is { } stale)
            return (Refused)stale;
        var unit = string.IsNullOrEmpty(body.Unit) ? null : body.Unit;
        if (before is { View: { Unit: { } present } view } && present != unit && (view.LastDay ?? view.AssumedDay) is not null)
        {
            return (Refused)new Refusal(RefusalKind.BrokenRule, "unit-mismatch", $"The driver's values are in '{present}'.",
                [new("unit", $"'{unit}' is another unit.", "Keep the unit, or register another driver.", "unit-mismatch")]);
        }

        if (before is null && await Drivers.CountAsync(write.Connection, cancellation) >= MostDrivers)
            return (Refused)Problems.Malformed("driver", $"There are {MostDrivers:N0} drivers already.", "Use one of them.");
        var after = new DemandDriverView
        {
            Driver = driver, Unit = unit, Description = string.IsNullOrEmpty(body.Description) ? null : body.Description,
            LastDay = before?.View.LastDay, LastValue = before?.View.LastValue, AssumedDay = before?.View.AssumedDay, AssumedValue = before?.View.AssumedValue,
            Revision = (before?.View.Revision ?? 0) + 1,
        };
        if (before is { } kept && kept.View with { Revision = after.Revision } == after)
        {
            context.SetRevision(kept.View.Revision);
            return TypedResults.Ok(kept.View);
        }

        var id = await Drivers.SaveAsync(write, after, cancellation);
        write.Record(NewEvent.Of(before is null ? "capacity.driver-registered" : "capacity.driver-changed", "driver", id, driver, before?.View, after));
        context.SetRevision(after.Revision);
        return before is null ? TypedResults.Created($"/api/v1/capacity/drivers/{driver}", after) : TypedResults.Ok(after);
    }

    public static Task<Results<Ok<Page<DemandDriverView>>, Refused>> List(
        NpgsqlDataSource source, int? limit, string? cursor, CancellationToken cancellation) =>
        source.PageAsync("driver", limit, cursor,
            (connection, after, count) => Drivers.ListAsync(connection, after?.Last ?? "", count, cancellation), driver => (driver.View.Driver, 0), driver => driver.View,
            cancellation);

    public static async Task<Results<Ok<DemandDriverView>, Refused>> Get(
        string driver, HttpContext context, NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        if (await Drivers.FindAsync(connection, driver, cancellation) is not { } found)
            return (Refused)Drivers.Unknown(driver);
        context.SetRevision(found.View.Revision);
        return TypedResults.Ok(found.View);
    }
}

/// <summary>A driver as kept.</summary>
internal sealed record StoredDriver(int Id, DemandDriverView View);

/// <summary>The table of drivers.</summary>
internal static class Drivers
{
    private const string Select = """
        select d.id, d.name, d.unit, d.description, d.revision, o.day, o.value, a.day, a.value
        from capacity.driver d
        left join lateral (select day, value from capacity.driver_value v where v.driver_id = d.id and not v.is_assumed order by day desc limit 1) o on true
        left join lateral (
            select day, value from capacity.driver_value v where v.driver_id = d.id and v.is_assumed and (o.day is null or v.day > o.day) order by day desc limit 1) a on true
        """;

    public static Refusal Unknown(string driver) => Problems.NotFound("driver", FieldFaults.Printable(driver));

    public static async Task<StoredDriver?> FindAsync(NpgsqlConnection connection, string driver, CancellationToken cancellation) =>
        FieldFaults.IsSlug(driver) && await ReadAsync(connection, "where d.name = $1", [driver], cancellation) is [var found] ? found : null;

    public static Task<List<StoredDriver>> ListAsync(NpgsqlConnection connection, string after, int count, CancellationToken cancellation) =>
        ReadAsync(connection, "where d.name > $1 order by d.name limit $2", [after, count], cancellation);

    /// <summary>Those of these names, shared so that none changes its unit meanwhile.</summary>
    public static async Task<Dictionary<string, (int Id, string? Unit)>> IdsAsync(
        NpgsqlConnection connection, IEnumerable<string> names, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select name, id, unit from capacity.driver where name = any($1) order by id for share", connection);
        command.Parameters.AddWithValue(names.Distinct().ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var ids = new Dictionary<string, (int, string?)>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellation))
            ids[reader.GetString(0)] = (reader.GetInt32(1), reader.GetValue(2) as string);
        return ids;
    }

    public static async Task<long> CountAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select count(*) from capacity.driver", connection);
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    public static async Task<int> SaveAsync(WriteTransaction write, DemandDriverView driver, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            insert into capacity.driver (name, unit, description, revision, updated_at) values ($1, $2, $3, $4, $5)
            on conflict (name) do update set unit = $2, description = $3, revision = $4, updated_at = $5 returning id
            """, write.Connection);
        command.Parameters.AddWithValue(driver.Driver);
        command.Parameters.AddWithValue(NpgsqlDbType.Text, (object?)driver.Unit ?? DBNull.Value);
        command.Parameters.AddWithValue(NpgsqlDbType.Text, (object?)driver.Description ?? DBNull.Value);
        command.Parameters.AddWithValue(driver.Revision);
        command.Parameters.AddWithValue(write.Now);
        return (int)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static async Task<List<StoredDriver>> ReadAsync(NpgsqlConnection connection, string where, object[] arguments, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"{Select} {where}", connection);
        foreach (var argument in arguments)
            command.Parameters.Add(new() { Value = argument });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var drivers = new List<StoredDriver>();
        while (await reader.ReadAsync(cancellation))
        {
            drivers.Add(new(reader.GetInt32(0), new()
            {
                Driver = reader.GetString(1), Unit = reader.GetValue(2) as string, Description = reader.GetValue(3) as string, Revision = reader.GetInt32(4),
                LastDay = Day(5), LastValue = reader.GetValue(6) as double?, AssumedDay = Day(7), AssumedValue = reader.GetValue(8) as double?,
            }));
        }

        return drivers;

        DateOnly? Day(int at) => reader.IsDBNull(at) ? null : reader.GetFieldValue<DateOnly>(at);
    }
}
