using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Capacity;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

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
        await write.TakeTurnAsync($"scenario.{body.Name}", cancellation);
        var before = await Scenarios.FindAsync(write.Connection, body.Name!, cancellation);
        if (context.Precondition(before?.Revision) is { } stale)
            return (Refused)stale;
        var scenario = ScenarioReader.Canonical(body);
        var after = new ScenarioView
        {
            Name = scenario.Name, Description = scenario.Description, Parts = scenario.Parts,
            SavedBy = write.Origin.Actor, SavedAt = write.Now, Revision = (before?.Revision ?? 0) + 1,
        };
        var id = await Scenarios.SaveAsync(write, scenario, after.Revision, cancellation);
        write.Record(NewEvent.Of(before is null ? "capacity.scenario-saved" : "capacity.scenario-changed", "scenario", id, body.Name!, before, after));
        return context.Written(after, after.Revision, $"scenarios/{body.Name}");
    }

    public static async Task<Results<Ok<ScenarioView>, Refused>> Get(
        string scenario, HttpContext context, NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        if (await Scenarios.FindAsync(connection, scenario, cancellation) is not { } found)
            return (Refused)Problems.NotFound("scenario", FieldFaults.Printable(scenario));
        context.SetRevision(found.Revision);
        return TypedResults.Ok(found);
    }

    public static Task<Results<Ok<Page<ScenarioView>>, Refused>> List(NpgsqlDataSource source, int? limit, string? cursor, CancellationToken cancellation) =>
        source.PageAsync("scenario", limit, cursor, (connection, after, count) => Scenarios.ListAsync(connection, after?.Last ?? "", count, cancellation),
            scenario => (scenario.Name, 0), scenario => scenario, cancellation);
}
