using System.Globalization;
using System.Text.Json.Nodes;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Audit;

/// <summary>Answers how something stood at a moment of the past, from what the audit trail recorded of it.</summary>
internal static class AsOf
{
    // By the name that it had then; else, what bears the name now, under whatever name it then had. An announcement keeps no state.
    private const string Past = """
        with sought as (
            select coalesce(
                (select subject_id from audit.event where subject_kind = $1 and subject = $2 and at <= $3 order by sequence desc limit 1), $4) as id),
        base as (
            select e.sequence from audit.event e, sought
            where e.subject_kind = $1 and e.subject_id = sought.id and e.at <= $3 and e.action like $1 || '.%' and e.after is not null
              and (e.after::jsonb -> 'recipients') is null
            order by e.sequence desc limit 1)
        select e.at, e.action, e.after::text from audit.event e, sought, base
        where e.subject_kind = $1 and e.subject_id = sought.id and e.at <= $3 and e.sequence >= base.sequence order by e.sequence
        """;

    /// <summary>The state as JSON, as it was then answered.</summary>
    /// <param name="kind">The kind of thing: <c>feature</c>, <c>model</c>, <c>deprecation</c>.</param>
    /// <param name="name">Its name, now or then, as the trail writes it.</param>
    /// <param name="present">The number of the thing that bears the name now; null where nothing does.</param>
    public static async Task<(ContentHttpResult? State, Refusal? Refusal)> FindAsync(
        HttpContext context, NpgsqlConnection connection, string kind, string name, int? present, string asOf, DateTimeOffset now,
        CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var moment = Moments.Read("asOf", asOf, faults);
        faults.Check(moment is null || moment <= now, "asOf", "The moment has not come yet.", "Name one of the past.");
        if (faults.Refusal is { } malformed)
            return (null, malformed);

        await using var command = new NpgsqlCommand(Past, connection);
        command.Parameters.Add(new() { Value = kind });
        command.Parameters.Add(new() { Value = name.Replace('\0', ' ') });
        command.Parameters.Add(new() { Value = moment!.Value });
        command.Parameters.Add(new() { Value = (object?)present ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation))
            return (null, new(RefusalKind.NotFound, $"unknown-{kind}",
                $"There was no {kind} '{Problems.Shorten(FieldFaults.Printable(name))}' at {moment:yyyy-MM-dd HH:mm:ss} UTC."));

        var at = reader.GetFieldValue<DateTimeOffset>(0);
        var state = reader.GetString(2);
        while (await reader.ReadAsync(cancellation))
            (state, at) = Later(state, at, reader);
        // When that state came to be (RFC 7089).
        context.Response.Headers["Memento-Datetime"] = at.ToString("R", CultureInfo.InvariantCulture);
        return (TypedResults.Content(state, "application/json; charset=utf-8"), null);
    }

    // A model's record changes with its live version too, of which the trail keeps an event of its own.
    private static (string State, DateTimeOffset At) Later(string state, DateTimeOffset at, NpgsqlDataReader reader)
    {
        var when = reader.GetFieldValue<DateTimeOffset>(0);
        if (!reader.GetString(1).StartsWith("model-version.", StringComparison.Ordinal) || reader.IsDBNull(2)
            || JsonNode.Parse(reader.GetString(2)) is not JsonObject version
                || version["live"]?.GetValueKind() is not System.Text.Json.JsonValueKind.True)
            return (state, at);
        var model = JsonNode.Parse(state)!.AsObject();
        model["liveVersion"] = version["version"]?.DeepClone();
        model["revision"] = model["revision"]!.GetValue<int>() + 1;
        model["updatedAt"] = when;
        return (model.ToJsonString(Json.Options), when);
    }
}
