using FeatureGovernance.Contracts.Telemetry;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace FeatureGovernance.Server.Telemetry;

internal static class Prices
{
    public static async Task<Results<Ok<ResourcePrice>, Refused>> Put(
        string resource, ResourcePrice body, WriteTransaction write, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        faults.Slug("resource", resource);
        faults.Slug("unit", body.Unit);
        faults.Check(body.EffectiveFrom is { Year: >= 2000 and <= 2200 }, "effectiveFrom", "The day is missing or not within 2000 to 2200.",
            "Send a date such as 2026-01-31.");
        faults.Check(body.UnitPrice is not null, "unitPrice", "The field is required.", "Give the price of one unit.");
        faults.Number("unitPrice", body.UnitPrice, 0, 1e15);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;

        await using (var register = new NpgsqlCommand(
            "insert into telemetry.resource (name, unit) select $1, $2 where not exists (select from telemetry.resource where name = $1) on conflict (name) do nothing", write.Connection))
        {
            register.Parameters.Add(new() { Value = resource });
            register.Parameters.Add(new() { Value = body.Unit! });
            await register.ExecuteNonQueryAsync(cancellation);
        }

        await using var set = new NpgsqlCommand(
            """
            insert into telemetry.price (resource_id, effective_from, unit_price) select id, $3, $4 from telemetry.resource where name = $1 and unit = $2
            on conflict (resource_id, effective_from) do update set unit_price = excluded.unit_price
            returning resource_id
            """, write.Connection);
        set.Parameters.Add(new() { Value = resource });
        set.Parameters.Add(new() { Value = body.Unit! });
        set.Parameters.Add(new() { Value = body.EffectiveFrom!.Value });
        set.Parameters.Add(new() { Value = body.UnitPrice!.Value });
        if (await set.ExecuteScalarAsync(cancellation) is not short id)
            return (Refused)new Refusal(RefusalKind.Conflict, "other-unit", $"Resource '{resource}' is measured in another unit; price that one.");
        write.Record(NewEvent.Of("price.set", "resource", id, resource, null, body));
        return TypedResults.Ok(body);
    }
}
