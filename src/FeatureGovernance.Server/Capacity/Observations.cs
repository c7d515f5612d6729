using System.Text.Json;
using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Capacity;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Capacity;

/// <summary>Demand and supply by day: taken as a stream, landed by COPY, merged in one statement.</summary>
internal static class Observations
{
    public const double LargestAmount = 1e15;
    private const int BatchSize = 5_000;

    [RequestSizeLimit(2L << 30)]
    public static async Task<Results<Ok<ObservationResult>, Refused>> Post(
        string? onError, HttpContext context, WriteTransaction write, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        faults.Check(onError is null or "fail" or "skip", "onError", "Not a way to treat faulty lines.", "Use fail (the default) or skip.");
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;
        await using (var create = new NpgsqlCommand(
            "create temp table observation_staging (pool_id int, day date, demand double precision, supply double precision, line bigint) on commit drop", write.Connection))
            await create.ExecuteNonQueryAsync(cancellation);

        var batch = new ObservationBatch(write);
        await foreach (var line in NdjsonLines.ReadAsync(context.Request.BodyReader, cancellation))
        {
            batch.Take(line);
            if (batch.Waiting == BatchSize)
                await batch.LandAsync(cancellation);
        }

        await batch.LandAsync(cancellation);
        if (batch.Received == 0)
            return (Refused)Problems.Malformed("body", "The body has no lines.", "Send one JSON object a line (application/x-ndjson).");
        if (batch.Errors.Count > 0 && onError != "skip")
        {
            return (Refused)new Refusal(RefusalKind.Malformed, "malformed-lines",
                $"{batch.Failed} of {batch.Received} lines are at fault; nothing was taken. onError=skip takes the others.",
                [.. batch.Errors.Select(error => new FieldError(error.Field ?? "line", error.Message, error.Remedy, null, error.Line))]);
        }

        await batch.MergeAsync(cancellation);
        write.Record(NewEvent.Of<object>("capacity.observed", "observations", 0, "observations", null, new { batch.Received, batch.Failed }));
        return TypedResults.Ok(new ObservationResult(batch.Received, batch.Received - batch.Failed, batch.Failed, batch.Errors));
    }

    public static async Task<Results<Ok<Page<CapacityObservation>>, Refused>> List(
        string pool, NpgsqlDataSource source, int? limit, string? cursor, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var size = Limits.Page(limit, faults);
        var after = Cursor.Decode(cursor, "day", faults);
        faults.Check(after is null or { Id: >= 0 and <= 3_652_058 }, "cursor", "The cursor was not given out for this list.", "Leave it out to begin again.");
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;
        await using var connection = await source.OpenConnectionAsync(cancellation);
        if (await Pools.FindAsync(connection, pool, cancellation) is not { } found)
            return (Refused)Pools.Unknown(pool);
        await using var command = new NpgsqlCommand(
            "select day, demand, supply from capacity.observation where pool_id = $1 and day < $2 order by day desc limit $3", connection);
        command.Parameters.AddWithValue(found.Id);
        command.Parameters.AddWithValue(after is null ? DateOnly.MaxValue : DateOnly.FromDayNumber((int)after.Id));
        command.Parameters.AddWithValue(size + 1);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var items = new List<CapacityObservation>();
        while (await reader.ReadAsync(cancellation))
            items.Add(new() { Pool = pool, Day = reader.GetFieldValue<DateOnly>(0), Demand = reader.GetValue(1) as double?, Supply = reader.GetValue(2) as double? });
        var page = items.Take(size).ToList();
        return TypedResults.Ok(new Page<CapacityObservation>(page,
            items.Count > size ? new Cursor("day", null, page[^1].Day!.Value.DayNumber).Encode() : null));
    }
}

/// <summary>One body of observations on its way to the table.</summary>
internal sealed class ObservationBatch(WriteTransaction write)
{
    private const int MostErrors = 1_000;
    private static readonly DateOnly FirstDay = new(2000, 1, 1);

    private readonly List<(long Line, CapacityObservation Observation)> waiting = [];
    private readonly Dictionary<string, (int Id, string Unit, bool IsDerived)?> pools = new(StringComparer.Ordinal);
    private readonly DateOnly today = DateOnly.FromDateTime(write.Now.UtcDateTime);

    public int Waiting => waiting.Count;

    public long Received { get; private set; }

    public long Failed { get; private set; }

    public List<LineError> Errors { get; } = [];

    public void Take(NdjsonLine line)
    {
        Received++;
        var faults = new FieldFaults();
        try
        {
            if (line.Fault is not null)
                faults.Add("line", line.Fault, "Send lines of at most 1 MB.");
            else if (JsonSerializer.Deserialize<CapacityObservation>(line.Text.Span, Json.Options) is { } body)
                Read(line.Number, body, faults);
            else
                faults.Add("line", "The line is null.", "Send a JSON object.");
        }
        catch (JsonException exception)
        {
            var fault = JsonFaults.Describe(exception);
            faults.Add(fault.Field, fault.Message, fault.Remedy);
        }

        if (faults.Any)
            Fail(line.Number, faults.All);
    }

    public async Task LandAsync(CancellationToken cancellation)
    {
        await LearnPoolsAsync(cancellation);
        await using var writer = await write.Connection.BeginBinaryImportAsync(
            "copy observation_staging (pool_id, day, demand, supply, line) from stdin (format binary)", cancellation);
        foreach (var (line, observation) in waiting)
        {
            if (pools[observation.Pool!] is not { } pool)
            {
                Fail(line, [new("pool", $"There is no pool '{observation.Pool}'.", "Register the pool first.")]);
                continue;
            }

            if (observation.Unit is not null && observation.Unit != pool.Unit)
            {
                Fail(line, [new("unit", $"The pool is measured in '{pool.Unit}'.", $"Convert to {pool.Unit}.", "unit-mismatch")]);
                continue;
            }

            if (observation.Demand is not null && pool.IsDerived)
            {
                Fail(line, [new("demand", "The pool's demand follows from telemetry.", "Report its supply alone, or take demandFrom from the pool.", "derived-demand")]);
                continue;
            }

            await writer.StartRowAsync(cancellation);
            await writer.WriteAsync(pool.Id, NpgsqlDbType.Integer, cancellation);
            await writer.WriteAsync(observation.Day!.Value, NpgsqlDbType.Date, cancellation);
            await WriteAsync(writer, observation.Demand, cancellation);
            await WriteAsync(writer, observation.Supply, cancellation);
            await writer.WriteAsync(line, NpgsqlDbType.Bigint, cancellation);
        }

        await writer.CompleteAsync(cancellation);
        waiting.Clear();
    }

    /// <summary>Of lines that speak of the same figure of the same day the last one counts; a line without a figure leaves what is
    /// known.</summary>
    public async Task MergeAsync(CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            insert into capacity.observation as present (pool_id, day, demand, supply)
            select pool_id, day, (array_agg(demand order by line desc) filter (where demand is not null))[1],
                   (array_agg(supply order by line desc) filter (where supply is not null))[1]
            from observation_staging group by pool_id, day order by pool_id, day
            on conflict (pool_id, day) do update set demand = coalesce(excluded.demand, present.demand), supply = coalesce(excluded.supply, present.supply)
            """, write.Connection)
        { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private void Read(long line, CapacityObservation body, FieldFaults faults)
    {
        faults.Slug("pool", body.Pool);
        faults.Slug("unit", body.Unit, required: false);
        faults.Check(body.Day is not null, "day", "The field is required.", "Give a UTC day such as 2026-01-31.");
        faults.Check(body.Day is null || (body.Day >= FirstDay && body.Day <= today), "day", $"{body.Day:yyyy-MM-dd} is out of range.",
            $"Use a UTC day from 2000-01-01 to {today:yyyy-MM-dd}; what is still to come is supply, not an observation.");
        faults.Check(body.Demand is not null || body.Supply is not null, "demand", "Neither demand nor supply is given.", "Give one of them, or both.");
        faults.Number("demand", body.Demand, 0, Observations.LargestAmount);
        faults.Number("supply", body.Supply, 0, Observations.LargestAmount);
        if (!faults.Any)
            waiting.Add((line, body));
    }

    private async Task LearnPoolsAsync(CancellationToken cancellation)
    {
        var fresh = waiting.Select(one => one.Observation.Pool!).Where(name => !pools.ContainsKey(name)).Distinct().ToArray();
        if (fresh.Length == 0)
            return;
        foreach (var name in fresh)
            pools[name] = null;
        // Shared, so that no pool changes its unit meanwhile.
        await using var command = new NpgsqlCommand("select name, id, unit, demand_from is not null from capacity.pool where name = any($1) order by id for share", write.Connection);
        command.Parameters.AddWithValue(fresh);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            pools[reader.GetString(0)] = (reader.GetInt32(1), reader.GetString(2), reader.GetBoolean(3));
    }

    private void Fail(long line, IEnumerable<FieldError> faults)
    {
        Failed++;
        Errors.AddRange(faults.Take(MostErrors - Errors.Count).Select(fault => new LineError(line, fault.Field, fault.Message, fault.Remedy)));
    }

    private static Task WriteAsync(NpgsqlBinaryImporter writer, double? value, CancellationToken cancellation) =>
        value is { } number ? writer.WriteAsync(number, NpgsqlDbType.Double, cancellation) : writer.WriteNullAsync(cancellation);
}
