using System.Globalization;
using System.Text;
using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Value;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Registry;
using FeatureGovernance.Core.Value;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace FeatureGovernance.Server.Value;

/// <summary>Scores as they are read.</summary>
internal static class ScoreQueries
{
    private const int MostComponents = 1_000;

    // Unknown sorts below everything known.
    private static readonly Dictionary<string, string> Sorts = new(StringComparer.Ordinal)
    {
        ["value"] = "coalesce(s.value, -1)",
        ["cost"] = "coalesce(s.cost_per_day, -1)",
        ["efficiency"] = "coalesce(s.efficiency, -1)",
        ["usage"] = "coalesce(s.usage, -1)",
        ["saving"] = "coalesce(s.saving_per_day, -1)",
        ["confidence"] = "s.confidence",
    };

    private const string Columns = """
        f.id, f.key, t.slug, s.value, s.lower, s.upper, s.percentile, s.usage, s.reads_per_day, s.reads_per_day_upper_bound, s.cost_per_day,
        s.efficiency, s.recommendation, s.class, s.confidence, s.saving_per_day, s.run_id, s.scored_at, s.previous_recommendation, s.judgement::text
        """;

    private const string Components = """
        select m.name, p.weight, p.share, p.lower, p.upper, p.methods, p.reports, p.contradictory, u.reads_per_day, u.usage, u.last_day, u.last_read
        from (select * from value.pair_share where feature_id = $1) p
        full join (
            select model_id, sum(reads / days) as reads_per_day, least(1, sum(request_reads) / nullif(sum(requests), 0)) as usage,
                   max(last_day) as last_day, max(last_read) as last_read
            from value.pair_state where feature_id = $1 group by model_id) u on u.model_id = p.model_id
        join registry.model m on m.id = coalesce(p.model_id, u.model_id)
        order by p.weight * p.share desc nulls last, m.name
        limit $2
        """;

    public static async Task<Results<Ok<Page<ScoreSummary>>, Refused>> List(
        NpgsqlDataSource source, string? recommendation, string? team, string? model, string? sort, int? limit, string? cursor, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var order = sort ?? "-value";
        if (!Sorts.TryGetValue(order.TrimStart('-'), out var column) || order.StartsWith("--", StringComparison.Ordinal))
            faults.Add("sort", "Not a sort.", $"Use one of: {string.Join(", ", Sorts.Keys)}; with '-' before it, the largest first.");
        var size = Limits.Page(limit, faults);
        var after = Cursor.Decode(cursor, order, faults);
        var last = 0.0;
        if (after is not null && !double.TryParse(after.Last, CultureInfo.InvariantCulture, out last))
            faults.Add("cursor", "The cursor was not given out for this list.", "Leave it out to begin again, with the same filters and sort.");
        var wanted = faults.Word<Recommendation>("recommendation", recommendation);
        faults.Slug("team", team, required: false);
        faults.Slug("model", model, required: false);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;

        var values = new List<object>();
        var where = new StringBuilder("where true");
        if (wanted is { } verdict)
            where.Append(CultureInfo.InvariantCulture, $" and s.recommendation = {Add((short)verdict)}");
        if (!string.IsNullOrEmpty(team))
            where.Append(CultureInfo.InvariantCulture, $" and t.slug = {Add(team)}");
        if (!string.IsNullOrEmpty(model))
            where.Append(CultureInfo.InvariantCulture, $" and exists (select from value.pair_share p join registry.model m on m.id = p.model_id where p.feature_id = f.id and m.name = {Add(model)})");
        var descending = order[0] == '-';
        if (after is not null)
            where.Append(CultureInfo.InvariantCulture, $" and ({column}, f.id) {(descending ? "<" : ">")} ({Add(last)}, {Add(after.Id)})");

        var direction = descending ? "desc" : "asc";
        await using var command = source.CreateCommand($"""
            select {Columns}, {column}
            from value.feature_score s join registry.feature f on f.id = s.feature_id join registry.team t on t.id = f.team_id
            {where} order by {column} {direction}, f.id {direction} limit {size + 1}
            """);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var items = new List<ScoreSummary>();
        Cursor? end = null;
        while (items.Count < size && await reader.ReadAsync(cancellation))
        {
            items.Add(Summary(reader));
            end = new(order, reader.GetDouble(20).ToString("R", CultureInfo.InvariantCulture), reader.GetInt32(0));
        }

        var more = items.Count == size && await reader.ReadAsync(cancellation);
        return TypedResults.Ok(new Page<ScoreSummary>(items, more ? end!.Encode() : null));

        string Add(object value)
        {
            values.Add(value);
            return $"${values.Count}";
        }
    }

    public static async Task<Results<Ok<FeatureScoreView>, Refused>> Get(string key, NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        if (await FeatureRow.FindAsync(connection, key, cancellation) is not { } feature)
            return (Refused)Problems.NotFound("feature", FieldFaults.Printable(key));
        var components = await ComponentsAsync(connection, feature.Id, cancellation);
        await using var command = new NpgsqlCommand($"""
            select {Columns} from value.feature_score s join registry.feature f on f.id = s.feature_id join registry.team t on t.id = f.team_id where f.id = $1
            """, connection);
        command.Parameters.AddWithValue(feature.Id);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? TypedResults.Ok(View(reader, components))
            : (Refused)new Refusal(RefusalKind.NotFound, "not-scored", Unscored(feature));
    }

    /// <summary>The newest scores by present key, without the models that they rest on; a feature that is not scored is absent.</summary>
    public static async Task<Dictionary<string, FeatureScoreView>> OfAsync(string[] keys, NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand($"""
            select {Columns} from value.feature_score s join registry.feature f on f.id = s.feature_id join registry.team t on t.id = f.team_id where f.key = any($1)
            """);
        command.Parameters.Add(new() { Value = keys });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new Dictionary<string, FeatureScoreView>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellation))
            found.Add(reader.GetString(1), View(reader, []));
        return found;
    }

    private static string Unscored(FeatureRow feature) => feature.Draft.Kind == FeatureKind.Label
        ? $"'{feature.Key}' is a label; see /api/v1/labels/{feature.Key}/score."
        : $"'{feature.Key}' has not been scored yet; a run is made each day, or by POST /api/v1/scoring/runs.";

    private static async Task<List<ScoreComponent>> ComponentsAsync(NpgsqlConnection connection, int feature, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Components, connection);
        command.Parameters.AddWithValue(feature);
        command.Parameters.AddWithValue(MostComponents);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var components = new List<ScoreComponent>();
        while (await reader.ReadAsync(cancellation))
        {
            components.Add(new()
            {
                Model = reader.GetString(0),
                Weight = Number(reader, 1),
                Share = Number(reader, 2),
                Lower = Number(reader, 3),
                Upper = Number(reader, 4),
                Methods = reader.IsDBNull(5) ? null : reader.GetInt16(5),
                Reports = reader.IsDBNull(6) ? null : reader.GetInt32(6),
                Contradictory = reader.IsDBNull(7) ? null : reader.GetBoolean(7),
                ReadsPerDay = Number(reader, 8),
                Usage = Number(reader, 9),
                LastReported = reader.IsDBNull(10) ? null : reader.GetFieldValue<DateOnly>(10),
                LastRead = reader.IsDBNull(11) ? null : reader.GetFieldValue<DateOnly>(11),
            });
        }

        return components;
    }

    private static ScoreSummary Summary(NpgsqlDataReader row) => new()
    {
        Feature = row.GetString(1),
        Team = row.GetString(2),
        Value = Number(row, 3),
        Lower = Number(row, 4),
        Upper = Number(row, 5),
        Percentile = Number(row, 6),
        Usage = Number(row, 7),
        ReadsPerDay = Number(row, 8),
        ReadsPerDayUpperBound = Number(row, 9),
        CostPerDay = Number(row, 10),
        Efficiency = Number(row, 11),
        Recommendation = Words<Recommendation>.Text((Recommendation)row.GetInt16(12)),
        Class = row.IsDBNull(13) ? null : Words<DebtClass>.Text((DebtClass)row.GetInt16(13)),
        Confidence = row.GetDouble(14),
        SavingPerDay = Number(row, 15),
        RunId = row.GetInt32(16),
        ScoredAt = row.GetFieldValue<DateTimeOffset>(17),
    };

    private static FeatureScoreView View(NpgsqlDataReader row, IReadOnlyList<ScoreComponent> components)
    {
        var kept = Json.Read<KeptJudgement>(row.GetString(19))!;
        return new(Summary(row))
        {
            PreviousRecommendation = row.IsDBNull(18) ? null : Words<Recommendation>.Text((Recommendation)row.GetInt16(18)),
            Classes = kept.Classes,
            Reasons = [.. kept.Reasons.Select(reason => new ScoreReason(reason.Code, reason.Sentence, reason.Confidence, reason.Numbers))],
            Unknown = kept.Unknown,
            Twin = kept.Twin,
            Similarity = kept.Similarity,
            YearlyTrend = kept.YearlyTrend,
            YearlyTrendStandardError = kept.YearlyTrendStandardError,
            UnderFloorOn = kept.DaysToFloor is { } days ? DateOnly.FromDateTime(row.GetFieldValue<DateTimeOffset>(17).UtcDateTime).AddDays((int)days) : null,
            Components = components,
        };
    }

    private static double? Number(NpgsqlDataReader row, int ordinal) => row.IsDBNull(ordinal) ? null : row.GetDouble(ordinal);
}
