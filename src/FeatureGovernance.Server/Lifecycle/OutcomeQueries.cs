using FeatureGovernance.Contracts.Lifecycle;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace FeatureGovernance.Server.Lifecycle;

/// <summary>What removals were to lose and save, beside what they did.</summary>
internal static class OutcomeQueries
{
    private const string Select = """
        select o.proposal_id, o.removed_at, o.predicted_loss, o.predicted_loss_lower, o.predicted_loss_upper, o.predicted_saving,
               o.observed_loss, o.cost_before, o.cost_after, o.shifts::text, o.observed_until, o.settled
        from lifecycle.outcome o
        """;

    public static void MapOutcomes(this RouteGroupBuilder api)
    {
        api.MapGet("/deprecations/outcomes", List).Needs(Permission.Read).WithTags("Deprecations")
            .WithSummary("Removals, newest first, with what was predicted and what happened, and how good predictions have been");
        api.MapGet("/deprecations/{id:int}/outcome", Get).Needs(Permission.Read).WithTags("Deprecations")
            .WithSummary("What a removal was to lose and save, and what it did");
    }

    public static async Task<TrackRecord> RecordAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select predicted_loss, predicted_loss_upper, predicted_saving, observed_loss, cost_before - cost_after from lifecycle.outcome where settled", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var removals = new List<RemovalOutcome>();
        double? Number(int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetDouble(ordinal);
        while (await reader.ReadAsync(cancellation))
            removals.Add(new(Number(0), Number(1), Number(2), Number(3), Number(4)));
        return Outcomes.Record(removals);
    }

    public static async Task<OutcomeView?> FindAsync(NpgsqlConnection connection, int id, CancellationToken cancellation) =>
        (await ReadAsync(connection, "where o.proposal_id = $1", id, cancellation)).SingleOrDefault();

    private static async Task<Results<Ok<OutcomePage>, Refused>> List(NpgsqlDataSource source, int? limit, string? cursor, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var size = Limits.Page(limit, faults);
        var after = Cursor.Decode(cursor, "-id", faults);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var found = await ReadAsync(connection, $"where o.proposal_id < $1 order by o.proposal_id desc limit {size + 1}",
            (int)(after?.Id ?? int.MaxValue), cancellation);
        var record = await RecordAsync(connection, cancellation);
        return TypedResults.Ok(new OutcomePage(
            new(record.Removals, record.LossJudged, record.LossWithinPrediction, record.SavingJudged, record.SavingRatio),
            [.. found.Take(size)], found.Count > size ? new Cursor("-id", null, found[size - 1].Deprecation).Encode() : null));
    }

    private static async Task<Results<Ok<OutcomeView>, Refused>> Get(int id, NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return await FindAsync(connection, id, cancellation) is { } outcome
            ? TypedResults.Ok(outcome)
            : (Refused)Problems.NotFound("outcome", $"deprecation {id}");
    }

    private static async Task<List<OutcomeView>> ReadAsync(NpgsqlConnection connection, string condition, int value, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"{Select} {condition}", connection);
        command.Parameters.Add(new() { Value = value });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<OutcomeView>();
        double? Number(int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetDouble(ordinal);
        while (await reader.ReadAsync(cancellation))
        {
            found.Add(new(
                reader.GetInt32(0), reader.GetFieldValue<DateTimeOffset>(1), Number(2), Number(3), Number(4), Number(5), Number(6), Number(7), Number(8),
                Number(7) - Number(8), Json.Read<List<ModelShift>>(reader.GetString(9))!,
                reader.IsDBNull(10) ? null : reader.GetFieldValue<DateTimeOffset>(10), reader.GetBoolean(11)));
        }

        return found;
    }
}
