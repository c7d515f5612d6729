using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Capacity;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

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
        // All drivers at once, for they are counted.
        await write.TakeTurnAsync("driver", cancellation);
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
            return context.Unchanged(kept.View, kept.View.Revision);

        var id = await Drivers.SaveAsync(write, after, cancellation);
        write.Record(NewEvent.Of(before is null ? "capacity.driver-registered" : "capacity.driver-changed", "driver", id, driver, before?.View, after));
        return context.Written(after, after.Revision, $"drivers/{driver}");
    }

    public static Task<Results<Ok<Page<DemandDriverView>>, Refused>> List(
        NpgsqlDataSource source, int? limit, string? cursor, CancellationToken cancellation) =>
        source.PageAsync("driver", limit, cursor,
            (connection, after, count) => Drivers.ListAsync(connection, after?.Last ?? "", count, cancellation), driver => (driver.View.Driver, 0),
            driver => driver.View, cancellation);

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
