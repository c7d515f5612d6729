using FeatureGovernance.Contracts.Capacity;
using FeatureGovernance.Core.Capacity;
using FeatureGovernance.Server.Http;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Capacity;

/// <summary>A dated change of supply as kept.</summary>
internal sealed record StoredSupply(int Id, int PoolId, SupplyKind Kind, SupplyView View);

internal static class SupplyStore
{
    private const string Select = """
        select s.id, s.pool_id, p.name, s.name, s.kind, s.amount, s.due, s.order_by, s.lead_time_days, s.done_on,
               s.slip_probability, s.slip_median_days, s.slip_spread, s.note, s.revision
        from capacity.supply s join capacity.pool p on p.id = s.pool_id
        """;

    public static async Task<StoredSupply?> FindAsync(NpgsqlConnection connection, string pool, string name, CancellationToken cancellation) =>
        FieldFaults.IsSlug(pool) && FieldFaults.IsSlug(name)
        && await ReadAsync(connection, "where p.name = $1 and s.name = $2 for update of s", [pool, name], cancellation) is [var found] ? found : null;

    public static Task<List<StoredSupply>> ListAsync(NpgsqlConnection connection, string pool, string after, int count, CancellationToken cancellation) =>
        ReadAsync(connection, "where p.name = $1 and s.name > $2 order by s.name limit $3", [pool, after, count], cancellation);

    public static async Task<long> CountAsync(NpgsqlConnection connection, int pool, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select count(*) from capacity.supply where pool_id = $1", connection);
        command.Parameters.AddWithValue(pool);
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>Those of these pools, by pool.</summary>
    public static async Task<ILookup<int, SupplyEvent>> EventsAsync(NpgsqlConnection connection, int[] pools, CancellationToken cancellation) =>
        (await ReadAsync(connection, "where s.pool_id = any($1) order by s.id", [pools], cancellation)).ToLookup(one => one.PoolId, Event);

    /// <summary>How late the deliveries of all pools were that came.</summary>
    public static async Task<SlipHistory> SlipsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select count(*)::int, coalesce(array_agg(done_on - due order by id) filter (where done_on > due), '{}')
            from capacity.supply where kind <> $1 and done_on is not null
            """, connection);
        command.Parameters.AddWithValue((short)SupplyKind.Retirement);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new(reader.GetInt32(0), reader.GetFieldValue<int[]>(1));
    }

    public static async Task<int> SaveAsync(
        NpgsqlConnection connection, int pool, SupplyKind kind, SupplyView supply, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            insert into capacity.supply (pool_id, name, kind, amount, due, order_by, lead_time_days, done_on,
                slip_probability, slip_median_days, slip_spread, note, revision)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            on conflict (pool_id, name) do update set kind = $3, amount = $4, due = $5, order_by = $6, lead_time_days = $7, done_on = $8,
                slip_probability = $9, slip_median_days = $10, slip_spread = $11, note = $12, revision = $13
            returning id
            """, connection);
        (object? Value, NpgsqlDbType Type)[] arguments =
        [
            (pool, NpgsqlDbType.Integer), (supply.Name, NpgsqlDbType.Text), ((short)kind, NpgsqlDbType.Smallint), (supply.Amount, NpgsqlDbType.Double),
            (supply.Due, NpgsqlDbType.Date), (supply.OrderBy, NpgsqlDbType.Date), (supply.LeadTimeDays, NpgsqlDbType.Integer),
            (supply.DoneOn, NpgsqlDbType.Date),
            (supply.Slip?.Probability, NpgsqlDbType.Double), (supply.Slip?.MedianDays, NpgsqlDbType.Double), (supply.Slip?.Spread, NpgsqlDbType.Double),
            (supply.Note, NpgsqlDbType.Text), (supply.Revision, NpgsqlDbType.Integer),
        ];
        foreach (var (value, type) in arguments)
            command.Parameters.Add(new() { Value = value ?? DBNull.Value, NpgsqlDbType = type });
        return (int)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static SupplyEvent Event(StoredSupply stored)
    {
        var view = stored.View;
        return new(stored.Id, stored.Kind, view.Amount!.Value, view.Due!.Value, view.DoneOn,
            view.Slip is { } slip ? new(slip.Probability!.Value, slip.MedianDays!.Value, slip.Spread!.Value) : null);
    }

    private static async Task<List<StoredSupply>> ReadAsync(
        NpgsqlConnection connection, string where, object[] arguments, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"{Select} {where}", connection);
        foreach (var argument in arguments)
            command.Parameters.Add(new() { Value = argument });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<StoredSupply>();
        while (await reader.ReadAsync(cancellation))
        {
            found.Add(new(reader.GetInt32(0), reader.GetInt32(1), (SupplyKind)reader.GetInt16(4), new()
            {
                Pool = reader.GetString(2),
                Name = reader.GetString(3),
                Kind = Core.Words.Of((SupplyKind)reader.GetInt16(4)),
                Amount = reader.GetDouble(5),
                Due = reader.GetFieldValue<DateOnly>(6),
                OrderBy = Day(reader, 7),
                LeadTimeDays = reader.GetValue(8) as int?,
                DoneOn = Day(reader, 9),
                Slip = reader.IsDBNull(10)
                    ? null
                    : new() { Probability = reader.GetDouble(10), MedianDays = reader.GetDouble(11), Spread = reader.GetDouble(12) },
                Note = reader.GetValue(13) as string,
                Revision = reader.GetInt32(14),
            }));
        }

        return found;
    }

    private static DateOnly? Day(NpgsqlDataReader row, int ordinal) => row.IsDBNull(ordinal) ? null : row.GetFieldValue<DateOnly>(ordinal);
}
