using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Capacity;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace FeatureGovernance.Server.Capacity;

/// <summary>What drivers were by day, and what is assumed of days to come.</summary>
internal static class DriverValues
{
    private const int MostLines = 100_000;
    private const int MostErrors = 1_000;
    private static readonly DateOnly FirstDay = new(2000, 1, 1);
    private static readonly DateOnly LastDay = new(2200, 1, 1);

    [RequestSizeLimit(32L << 20)]
    public static async Task<Results<Ok<ObservationResult>, Refused>> Post(HttpContext context, WriteTransaction write, CancellationToken cancellation)
    {
        var today = DateOnly.FromDateTime(write.Now.UtcDateTime);
        var (received, taken, errors) = (0L, new List<(long Line, DemandDriverValue Value)>(), new List<FieldError>());
        await foreach (var line in NdjsonLines.ReadAsync(context.Request.BodyReader, cancellation))
        {
            if (++received > MostLines)
                return (Refused)Problems.Malformed("body", $"The body has over {MostLines:N0} lines.", "Send it in parts.");
            var faults = new FieldFaults();
            if (line.Read<DemandDriverValue>(faults) is { } value && Check(value, faults))
                taken.Add((line.Number, value));
            else
                Fail(line.Number, faults.All);
        }

        if (received == 0)
            return (Refused)Problems.Malformed("body", "The body has no lines.", "Send one JSON object a line (application/x-ndjson).");
        var drivers = await Drivers.IdsAsync(write.Connection, taken.Select(one => one.Value.Driver!), cancellation);
        foreach (var (line, value) in taken)
        {
            if (!drivers.TryGetValue(value.Driver!, out var driver))
                Fail(line, [new("driver", $"There is no driver '{value.Driver}'.", "Register it first by PUT /api/v1/capacity/drivers/{driver}.")]);
            else if (value.Unit is not null && value.Unit != driver.Unit)
                Fail(line, [new("unit", driver.Unit is null ? "The driver names no unit." : $"The driver is measured in '{driver.Unit}'.",
                    "Convert, or leave the unit out.", "unit-mismatch")]);
        }

        if (errors.Count > 0)
        {
            return (Refused)new Refusal(RefusalKind.Malformed, "malformed-lines",
                $"{errors.Select(error => error.Line).Distinct().Count()} of {received} lines are at fault; nothing was taken.",
                [.. errors.OrderBy(error => error.Line)]);
        }

        await MergeAsync(write.Connection, [.. taken.Select(one => (drivers[one.Value.Driver!].Id, one.Value))], today, cancellation);
        write.Record(NewEvent.Of<object>("capacity.driver-observed", "driver", 0, "drivers", null, new { lines = received, drivers = drivers.Keys.Order() }));
        return TypedResults.Ok(new ObservationResult(received, received, 0, []));

        void Fail(long line, IEnumerable<FieldError> faults) =>
            errors.AddRange(faults.Take(MostErrors - errors.Count).Select(fault => fault with { Line = line }));
    }

    public static Task<Results<Ok<Page<DemandDriverValue>>, Refused>> List(
        string driver, NpgsqlDataSource source, int? limit, string? cursor, CancellationToken cancellation) => source.DaysAsync(limit, cursor,
        async connection => ((await Drivers.FindAsync(connection, driver, cancellation))?.Id, Drivers.Unknown(driver)),
        "select day, value, is_assumed from capacity.driver_value where driver_id = $1 and day < $2 order by day desc limit $3",
        row => new DemandDriverValue { Driver = driver, Day = row.GetFieldValue<DateOnly>(0), Value = row.GetDouble(1), IsAssumed = row.GetBoolean(2) },
        value => value.Day, cancellation);

    private static bool Check(DemandDriverValue body, FieldFaults faults)
    {
        faults.Slug("driver", body.Driver);
        faults.Slug("unit", body.Unit, required: false);
        if (body.Day is not { } day)
            faults.Add("day", "The field is required.", "Give a UTC day such as 2026-01-31.");
        else if (day < FirstDay || day > LastDay)
            faults.Add("day", $"{day:yyyy-MM-dd} is out of range.", "Use a UTC day from 2000-01-01 to 2200-01-01; a day to come is an assumption.");
        if (body.Value is null)
            faults.Add("value", "The field is required.", "Give a number.");
        faults.Number("value", body.Value, -Observations.LargestAmount, Observations.LargestAmount);
        if (body.IsAssumed is not null)
            faults.Add("isAssumed", "The day says whether a value is assumed.", "Leave it out.");
        return !faults.Any;
    }

    /// <summary>Of lines that speak of the same day the last one counts.</summary>
    private static async Task MergeAsync(
        NpgsqlConnection connection, List<(int Driver, DemandDriverValue Value)> values, DateOnly today, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            insert into capacity.driver_value (driver_id, day, value, is_assumed)
            select distinct on (v.driver, v.day) v.driver, v.day, v.value, v.day > $4
            from unnest($1::int[], $2::date[], $3::float8[]) with ordinality as v (driver, day, value, line) order by v.driver, v.day, v.line desc
            on conflict (driver_id, day) do update set value = excluded.value, is_assumed = excluded.is_assumed
            """, connection);
        command.Parameters.AddWithValue(values.Select(one => one.Driver).ToArray());
        command.Parameters.AddWithValue(values.Select(one => one.Value.Day!.Value).ToArray());
        command.Parameters.AddWithValue(values.Select(one => one.Value.Value!.Value).ToArray());
        command.Parameters.AddWithValue(today);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
