using FeatureGovernance.Contracts.Capacity;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Capacity;

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
            select day, value from capacity.driver_value v
            where v.driver_id = d.id and v.is_assumed and (o.day is null or v.day > o.day) order by day desc limit 1) a on true
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
