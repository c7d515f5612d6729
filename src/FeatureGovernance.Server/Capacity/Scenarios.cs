using FeatureGovernance.Contracts.Capacity;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Capacity;

/// <summary>The table of scenarios.</summary>
internal static class Scenarios
{
    public static async Task<ScenarioView?> FindAsync(NpgsqlConnection connection, string name, CancellationToken cancellation) =>
        FieldFaults.IsSlug(name) && await ReadAsync(connection, "where name = $1", [name], cancellation) is [var found] ? found : null;

    public static Task<List<ScenarioView>> ListAsync(NpgsqlConnection connection, string after, int count, CancellationToken cancellation) =>
        ReadAsync(connection, "where name > $1 order by name limit $2", [after, count], cancellation);

    /// <summary>What plans keep of those of these names, in their order; adds a fault for each that is not known or named twice.</summary>
    public static async Task<List<ScenarioDefinition>> OfAsync(
        NpgsqlConnection connection, IReadOnlyList<string> names, FieldFaults faults, CancellationToken cancellation)
    {
        var saved = (await ReadAsync(connection, "where name = any($1)", [names.ToArray()], cancellation))
            .ToDictionary(scenario => scenario.Name!, StringComparer.Ordinal);
        foreach (var (name, times) in names.CountBy(name => name))
        {
            if (!saved.ContainsKey(name))
                faults.Add("scenarios", $"There is no scenario '{name}'.", "Save it first by POST /api/v1/capacity/scenarios.");
            faults.Check(times == 1, "scenarios", $"'{name}' is named {times} times.", "Name it once: what it assumes would count as often.");
        }

        return [.. names.Where(saved.ContainsKey)
            .Select(name => new ScenarioDefinition { Name = name, Description = saved[name].Description, Parts = saved[name].Parts })];
    }

    public static async Task<int> SaveAsync(WriteTransaction write, ScenarioDefinition scenario, int revision, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            insert into capacity.scenario (name, definition, saved_by, saved_at, revision) values ($1, $2, $3, $4, $5)
            on conflict (name) do update set definition = $2, saved_by = $3, saved_at = $4, revision = $5 returning id
            """, write.Connection);
        command.Parameters.AddWithValue(scenario.Name!);
        command.Parameters.AddWithValue(NpgsqlDbType.Json, Json.Text(scenario));
        command.Parameters.AddWithValue(write.Origin.Actor);
        command.Parameters.AddWithValue(write.Now);
        command.Parameters.AddWithValue(revision);
        return (int)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static async Task<List<ScenarioView>> ReadAsync(NpgsqlConnection connection, string where, object[] arguments, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"select definition::text, saved_by, saved_at, revision from capacity.scenario {where}", connection);
        foreach (var argument in arguments)
            command.Parameters.Add(new() { Value = argument });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<ScenarioView>();
        while (await reader.ReadAsync(cancellation))
        {
            var definition = Json.Read<ScenarioDefinition>(reader.GetString(0))!;
            found.Add(new()
            {
                Name = definition.Name, Description = definition.Description, Parts = definition.Parts,
                SavedBy = reader.GetString(1), SavedAt = reader.GetFieldValue<DateTimeOffset>(2), Revision = reader.GetInt32(3),
            });
        }

        return found;
    }
}
