using FeatureGovernance.Core.Registry;
using FeatureGovernance.Server.Http;
using Npgsql;

namespace FeatureGovernance.Server.Lifecycle;

/// <summary>Finds the features a request names, by present or former key.</summary>
internal static class FeatureNames
{
    /// <summary>Checks the form of each key; the faults name the position.</summary>
    public static void Check(string field, IReadOnlyList<string?>? keys, int most, FieldFaults faults)
    {
        faults.Check(keys is { Count: > 0 }, field, "The field is required.", "Name at least one feature.");
        faults.Check(keys is null || keys.Count <= most, field, $"There are {keys?.Count:N0} features.", $"Name at most {most:N0} in one request.");
        if (keys is null || keys.Count > most)
            return;
        for (var i = 0; i < keys.Count; i++)
        {
            if (!FeatureKey.TryParse(keys[i], out _))
                faults.Add($"{field}[{i}]", $"'{Problems.Shorten(FieldFaults.Printable(keys[i] ?? ""))}' is not a feature key.",
                    $"Use {FeatureKey.Form}.", "malformed-key");
        }
    }

    /// <summary>The id and present key of each name that is registered.</summary>
    public static async Task<Dictionary<string, (int Id, string Key)>> FindAsync(
        NpgsqlConnection connection, IEnumerable<string> names, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select key, id, key from registry.feature where key = any($1)
            union all
            select a.key, f.id, f.key from registry.feature_alias a join registry.feature f on f.id = a.feature_id where a.key = any($1)
            """, connection);
        command.Parameters.Add(new() { Value = names.Distinct().ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new Dictionary<string, (int, string)>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellation))
            found.TryAdd(reader.GetString(0), (reader.GetInt32(1), reader.GetString(2)));
        return found;
    }

    /// <summary>Locks features until the transaction ends, in one order everywhere so that no two writers wait on each other.</summary>
    public static async Task LockAsync(NpgsqlConnection connection, int[] ids, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select id from registry.feature where id = any($1) order by id for update", connection);
        command.Parameters.Add(new() { Value = ids });
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
