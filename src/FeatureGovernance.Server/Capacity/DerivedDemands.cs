using FeatureGovernance.Contracts.Capacity;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using FeatureGovernance.Server.Telemetry;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Capacity;

/// <summary>What a pool's demand is derived from; in the order in which it is stored.</summary>
internal enum DemandSource
{
    Costs,
    Reads,
}

/// <summary>
/// Demand that follows from telemetry: what features cost of the pool's resource, or their reads at a cost per read. It is written where
/// reported demand is, each day before dawn and before each plan, so that whatever reads demand need not know where it is from.
/// </summary>
internal sealed class DerivedDemands(NpgsqlDataSource source, TimeProvider clock)
{
    private const double LargestRate = 1e12;

    // Telemetry of the last weeks may still be corrected; what is older stays as it was derived.
    private const string Fresh = """
        coalesce((select max(o.day) - 35 from capacity.observation o where o.pool_id = p.id and o.demand is not null), date '2000-01-01')
        """;

    // The last bits of a sum depend on the order in which rows happen to be read, and are no change: forecasts would tell them.
    private const string Derive = $"""
        insert into capacity.observation as present (pool_id, day, demand)
        select p.id, c.day, sum(c.amount)
        from capacity.pool p join telemetry.resource r on r.name = p.resource join telemetry.cost_daily c on c.resource_id = r.id
        where p.demand_from = 0 and c.day < $1 and c.day >= {Fresh}
        group by p.id, c.day
        union all
        select p.id, u.day, least(sum(u.reads / coalesce(nullif(u.sampling_rate, 0), 1)) * p.units_per_million_reads / 1e6, 1e15)
        from capacity.pool p join telemetry.usage_daily u on p.demand_environment is null or u.environment = p.demand_environment
        where p.demand_from = 1 and u.day < $1 and u.day >= {Fresh}
        group by p.id, p.units_per_million_reads, u.day
        on conflict (pool_id, day) do update set demand = excluded.demand
            where present.demand is null or abs(present.demand - excluded.demand) > 1e-9 * excluded.demand
        """;

    public async Task RefreshAsync(CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var now = WriteTransaction.Truncate(clock.GetUtcNow());
        await RefreshAsync(connection, DateOnly.FromDateTime(now.UtcDateTime), now, cancellation);
    }

    /// <summary>Derives demand up to the day before <paramref name="today"/>, and records how many days it changed where it changed any.</summary>
    public static async Task RefreshAsync(NpgsqlConnection connection, DateOnly today, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var command = new NpgsqlCommand(Derive, connection, transaction) { CommandTimeout = 0 };
        command.Parameters.AddWithValue(today);
        if (await command.ExecuteNonQueryAsync(cancellation) is > 0 and var days)
        {
            await AuditTrail.AppendAsync(connection, transaction,
                [NewEvent.Of<object>("capacity.demand-derived", "observations", 0, "observations", null, new { days })],
                Origin.System("capacity"), now, cancellation);
        }

        await transaction.CommitAsync(cancellation);
    }

    /// <summary>Forgets a pool's demand, to be derived anew.</summary>
    public static async Task ForgetAsync(NpgsqlConnection connection, int pool, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("update capacity.observation set demand = null where pool_id = $1", connection) { CommandTimeout = 0 };
        command.Parameters.AddWithValue(pool);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public static void Check(PoolDefinition body, FieldFaults faults)
    {
        if (body.DemandFrom is not { } derived)
            return;
        faults.Check(derived.Source is not null, "demandFrom.source", "The field is required.", $"Use one of: {Core.Words<DemandSource>.All}.");
        var kind = faults.Word<DemandSource>("demandFrom.source", derived.Source);
        faults.Word<UsageEnvironment>("demandFrom.environment", derived.Environment);
        faults.Number("demandFrom.unitsPerMillionReads", derived.UnitsPerMillionReads, 0, LargestRate);
        faults.Check(kind != DemandSource.Reads || derived.UnitsPerMillionReads is not null, "demandFrom.unitsPerMillionReads",
            "The field is required with reads.",
            "Give what a million reads consume, in the pool's unit.");
        faults.Check(kind != DemandSource.Costs || !string.IsNullOrEmpty(body.Resource), "resource", "The field is required where demand follows from costs.",
            "Name the resource of cost telemetry.");
        faults.Check(kind != DemandSource.Costs || derived is { UnitsPerMillionReads: null, Environment: null }, "demandFrom",
            "Costs take neither a rate nor an environment.",
            "Leave them out, or use reads.");
    }

    /// <summary>The definition with its words as they are told.</summary>
    public static DemandFrom? Canonical(DemandFrom? derived) => derived is null ? null : derived with
    {
        Source = Spelled<DemandSource>(derived.Source), Environment = Spelled<UsageEnvironment>(derived.Environment),
    };

    public static void Store(NpgsqlParameterCollection parameters, DemandFrom? derived)
    {
        parameters.AddWithValue(NpgsqlDbType.Smallint, Number<DemandSource>(derived?.Source));
        parameters.AddWithValue(NpgsqlDbType.Double, (object?)derived?.UnitsPerMillionReads ?? DBNull.Value);
        parameters.AddWithValue(NpgsqlDbType.Smallint, Number<UsageEnvironment>(derived?.Environment));
    }

    public static DemandFrom? Read(NpgsqlDataReader reader, int at) => reader.IsDBNull(at) ? null : new()
    {
        Source = Core.Words.Of((DemandSource)reader.GetInt16(at)),
        UnitsPerMillionReads = reader.GetValue(at + 1) as double?,
        Environment = reader.IsDBNull(at + 2) ? null : Core.Words.Of((UsageEnvironment)reader.GetInt16(at + 2)),
    };

    private static string? Spelled<T>(string? word)
        where T : struct, Enum => Core.Words<T>.TryParse(word, out var value) ? Core.Words.Of(value) : null;

    private static object Number<T>(string? word)
        where T : struct, Enum => Core.Words<T>.TryParse(word, out var value) ? (short)(int)(object)value : DBNull.Value;
}
