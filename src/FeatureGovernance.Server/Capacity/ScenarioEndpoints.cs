using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Capacity;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Capacity;

internal static class ScenarioEndpoints
{
    public static async Task<Results<Ok<ScenarioView>, Created<ScenarioView>, Refused>> Post(
        ScenarioDefinition body, HttpContext context, WriteTransaction write, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        ScenarioReader.Check(body, faults);
        if (!faults.Any)
            await ScenarioReader.CheckNamesAsync(write.Connection, body, faults, cancellation);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;
        var before = (await FindAsync(write.Connection, [body.Name!], cancellation)).FirstOrDefault();
        await using var command = new NpgsqlCommand("""
            insert into capacity.scenario (name, definition, saved_by, saved_at) values ($1, $2, $3, $4)
            on conflict (name) do update set definition = $2, saved_by = $3, saved_at = $4 returning id
            """, write.Connection);
        command.Parameters.AddWithValue(body.Name!);
        command.Parameters.AddWithValue(NpgsqlDbType.Json, Json.Text(body));
        command.Parameters.AddWithValue(write.Origin.Actor);
        command.Parameters.AddWithValue(write.Now);
        var id = (int)(await command.ExecuteScalarAsync(cancellation))!;
        var after = (await FindAsync(write.Connection, [body.Name!], cancellation)).Single();
        write.Record(NewEvent.Of(before is null ? "capacity.scenario-saved" : "capacity.scenario-changed", "scenario", id, body.Name!, before, after));
        return before is null ? TypedResults.Created($"/api/v1/capacity/scenarios/{body.Name}", after) : TypedResults.Ok(after);
    }

    public static async Task<Results<Ok<ScenarioView>, Refused>> Get(
        string scenario, NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return FieldFaults.IsSlug(scenario) && await FindAsync(connection, [scenario], cancellation) is [var found]
            ? TypedResults.Ok(found)
            : (Refused)Problems.NotFound("scenario", FieldFaults.Printable(scenario));
    }

    public static Task<Results<Ok<Page<ScenarioView>>, Refused>> List(NpgsqlDataSource source, int? limit, string? cursor, CancellationToken cancellation) =>
        source.PageAsync("scenario", limit, cursor,
            (connection, after, count) => ReadAsync(connection, "where name > $1 order by name limit $2", [after?.Last ?? "", count], cancellation),
            scenario => (scenario.Name, 0), scenario => scenario, cancellation);

    public static Task<List<ScenarioView>> FindAsync(NpgsqlConnection connection, IEnumerable<string> names, CancellationToken cancellation) =>
        ReadAsync(connection, "where name = any($1)", [names.ToArray()], cancellation);

    private static async Task<List<ScenarioView>> ReadAsync(
        NpgsqlConnection connection, string where, object[] arguments, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"select definition::text, saved_by, saved_at from capacity.scenario {where}", connection);
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
                SavedBy = reader.GetString(1), SavedAt = reader.GetFieldValue<DateTimeOffset>(2),
            });
        }

        return found;
    }
}
