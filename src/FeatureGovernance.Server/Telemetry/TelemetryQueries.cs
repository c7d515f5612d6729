using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Telemetry;
using FeatureGovernance.Core;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace FeatureGovernance.Server.Telemetry;

internal static class TelemetryQueries
{
    private const int LongestSpan = 400;
    private const int MostLines = 50_000;

    public static async Task<Results<Ok<FeatureUsage>, Refused>> Usage(
        string key, string? from, string? to, NpgsqlDataSource source, TimeProvider clock, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var last = Day("to", to, faults) ?? DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var first = Day("from", from, faults) ?? last.AddDays(-Math.Min(29, last.DayNumber));
        faults.Check(first <= last, "from", "The span ends before it begins.", "Let from be no later than to.");
        faults.Check(last.DayNumber - first.DayNumber < LongestSpan, "from", $"The span is over {LongestSpan} days.", "Ask for less at once.");
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;

        await using var connection = await source.OpenConnectionAsync(cancellation);
        if (await FeatureRow.FindAsync(connection, key, cancellation) is not { } feature)
            return (Refused)Problems.NotFound("feature", FieldFaults.Printable(key));
        await using var command = new NpgsqlCommand(
            """
            select m.name, u.day, u.environment, u.reads, u.requests, u.sampling_rate
            from telemetry.usage_daily u join registry.model m on m.id = u.model_id
            where u.feature_id = $1 and u.day between $2 and $3
            order by u.day, m.name collate "C", u.environment limit $4
            """, connection);
        command.Parameters.Add(new() { Value = feature.Id });
        command.Parameters.Add(new() { Value = first });
        command.Parameters.Add(new() { Value = last });
        command.Parameters.Add(new() { Value = MostLines + 1 });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var days = new List<UsageDay>();
        while (await reader.ReadAsync(cancellation))
        {
            days.Add(new(
                reader.GetString(0), reader.GetFieldValue<DateOnly>(1), Words.Of((UsageEnvironment)reader.GetInt16(2)), reader.GetInt64(3), reader.GetInt64(4),
                reader.IsDBNull(5) ? null : Math.Round(reader.GetFloat(5), 7)));
        }

        return days.Count > MostLines
            ? (Refused)Problems.Malformed("from", $"There are over {MostLines:N0} lines in the span.", "Ask for fewer days at once.")
            : TypedResults.Ok(new FeatureUsage(feature.Key, first, last, days));
    }

    public static async Task<Results<Ok<Page<TelemetryBatch>>, Refused>> Batches(
        int? limit, string? cursor, NpgsqlDataSource source, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var size = Limits.Page(limit, faults);
        var after = Cursor.Decode(cursor, "batches", faults);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;
        await using var command = source.CreateCommand(
            "select id, kind, at, actor, landed, failed, first_day, last_day from telemetry.batch where id < $1 order by id desc limit $2");
        command.Parameters.Add(new() { Value = after?.Id ?? long.MaxValue });
        command.Parameters.Add(new() { Value = size + 1 });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var batches = new List<TelemetryBatch>();
        while (await reader.ReadAsync(cancellation))
        {
            batches.Add(new(
                reader.GetInt64(0), Words.Of((FactKind)reader.GetInt16(1)), reader.GetFieldValue<DateTimeOffset>(2), reader.GetString(3), reader.GetInt64(4),
                reader.GetInt64(5),
                reader.IsDBNull(6) ? null : reader.GetFieldValue<DateOnly>(6), reader.IsDBNull(7) ? null : reader.GetFieldValue<DateOnly>(7)));
        }

        var page = batches.Take(size).ToList();
        return TypedResults.Ok(new Page<TelemetryBatch>(page, batches.Count > size ? new Cursor("batches", null, page[^1].Batch).Encode() : null));
    }

    private static DateOnly? Day(string field, string? text, FieldFaults faults)
    {
        if (text is null)
            return null;
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", out var day))
            return day;
        faults.Add(field, "The value is not a date.", "Send a date such as 2026-01-31.");
        return null;
    }
}
