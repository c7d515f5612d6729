using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Capacity;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Capacity;

/// <summary>One body of observations on its way to the table.</summary>
internal sealed class ObservationBatch
{
    private const int MostErrors = 1_000;
    private static readonly DateOnly FirstDay = new(2000, 1, 1);

    private readonly List<(long Line, CapacityObservation Observation)> waiting = [];
    private readonly Dictionary<string, (int Id, string Unit, bool IsDerived)?> pools = new(StringComparer.Ordinal);
    private readonly List<LineError> errors = [];
    private readonly WriteTransaction write;
    private readonly DateOnly today;

    private ObservationBatch(WriteTransaction write)
    {
        this.write = write;
        today = DateOnly.FromDateTime(write.Now.UtcDateTime);
    }

    public static async Task<ObservationBatch> BeginAsync(WriteTransaction write, CancellationToken cancellation)
    {
        await using var create = new NpgsqlCommand("""
            create temp table observation_staging (pool_id int, day date, demand double precision, supply double precision, line bigint) on commit drop
            """, write.Connection);
        await create.ExecuteNonQueryAsync(cancellation);
        return new(write);
    }

    public int Waiting => waiting.Count;

    public long Received { get; private set; }

    public long Failed { get; private set; }

    /// <summary>In the order of their lines; some faults are found as a line is read, others as many are landed.</summary>
    public IReadOnlyList<LineError> Errors => [.. errors.OrderBy(error => error.Line)];

    public void Take(NdjsonLine line)
    {
        Received++;
        var faults = new FieldFaults();
        if (line.Read<CapacityObservation>(faults) is { } body)
            Check(line.Number, body, faults);
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
                Fail(line, [new("demand", "The pool's demand follows from telemetry.", "Report its supply alone, or take demandFrom from the pool.",
                    "derived-demand")]);
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

    /// <summary>Of lines that speak of the same figure of the same day the last one counts; a line without a figure leaves what is known.</summary>
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

    private void Check(long line, CapacityObservation body, FieldFaults faults)
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
        await using var command = new NpgsqlCommand(
            "select name, id, unit, demand_from is not null from capacity.pool where name = any($1) order by id for share", write.Connection);
        command.Parameters.AddWithValue(fresh);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            pools[reader.GetString(0)] = (reader.GetInt32(1), reader.GetString(2), reader.GetBoolean(3));
    }

    private void Fail(long line, IEnumerable<FieldError> faults)
    {
        Failed++;
        errors.AddRange(faults.Take(MostErrors - errors.Count).Select(fault => new LineError(line, fault.Field, fault.Message, fault.Remedy)));
    }

    private static Task WriteAsync(NpgsqlBinaryImporter writer, double? value, CancellationToken cancellation) =>
        value is { } number ? writer.WriteAsync(number, NpgsqlDbType.Double, cancellation) : writer.WriteNullAsync(cancellation);
}
