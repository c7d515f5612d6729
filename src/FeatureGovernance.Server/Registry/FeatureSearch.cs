using System.Globalization;
using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Registry;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Core.Registry;
using FeatureGovernance.Core.Value;
using FeatureGovernance.Server.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace FeatureGovernance.Server.Registry;

/// <summary>The list of features: filters, full text, sort and keyset paging, in one statement over indexed columns.</summary>
internal static class FeatureSearch
{
    private static readonly Dictionary<string, Sort> Sorts = new(StringComparer.Ordinal)
    {
        ["key"] = new("f.key", "text", Descending: false),
        ["-key"] = new("f.key", "text", Descending: true),
        ["updatedAt"] = new("f.updated_at", "timestamptz", Descending: false),
        ["-updatedAt"] = new("f.updated_at", "timestamptz", Descending: true),
        ["value"] = new("coalesce(s.value, 0)", "float8", Descending: false),
        ["-value"] = new("coalesce(s.value, 0)", "float8", Descending: true),
    };

    public static async Task<Results<Ok<Page<FeatureSummary>>, Refused>> List(
        NpgsqlDataSource source, string? q, string? team, string? stage, string? kind, string? group, string? model, string? recommendation,
        string? sort, int? limit, string? cursor, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var order = sort ?? "key";
        if (!Sorts.TryGetValue(order, out var by))
            faults.Add("sort", "Not a sort.", $"Use one of: {string.Join(", ", Sorts.Keys)}.");
        var size = Limits.Page(limit, faults);
        var after = Cursor.Decode(cursor, order, faults);
        var query = FeatureFilter.Read(new(q, team, stage, kind, group, model, recommendation), faults);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;
        if (after is not null)
        {
            if (!by!.Fits(after.Last))
                return (Refused)Problems.Malformed("cursor", "The cursor was not given out for this list.", "Leave it out to begin again.");
            query.Where($"({by.Column}, f.id) {(by.Descending ? "<" : ">")} ({query.Add(after.Last!)}::{by.Type}, {query.Add(after.Id)})");
        }

        var direction = by!.Descending ? "desc" : "asc";
        await using var command = source.CreateCommand($"""
            select f.id, f.key, t.slug, f.kind, f.stage, v.data_type, left(f.description, 300), f.current_version, f.updated_at, s.value, s.recommendation,
                   ({by.Column})::text
            from registry.feature f
            join registry.team t on t.id = f.team_id
            join registry.feature_version v on v.feature_id = f.id and v.number = f.current_version
            left join value.feature_score s on s.feature_id = f.id
            {query.Condition}
            order by {by.Column} {direction}, f.id {direction}
            limit {size + 1}
            """);
        foreach (var value in query.Values)
            command.Parameters.Add(new() { Value = value });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var items = new List<FeatureSummary>();
        Cursor? next = null;
        Cursor? last = null;
        while (await reader.ReadAsync(cancellation))
        {
            if (items.Count == size)
            {
                next = last;
                break;
            }

            items.Add(new(
                reader.GetString(1), reader.GetString(2), Words<FeatureKind>.Text((FeatureKind)reader.GetInt16(3)),
                Words<Stage>.Text((Stage)reader.GetInt16(4)),
                Words<DataType>.Text((DataType)reader.GetInt16(5)), reader.IsDBNull(6) ? null : reader.GetString(6), reader.GetInt32(7),
                reader.GetFieldValue<DateTimeOffset>(8), reader.IsDBNull(9) ? null : reader.GetDouble(9),
                reader.IsDBNull(10) ? null : Words<Recommendation>.Text((Recommendation)reader.GetInt16(10))));
            last = new(order, reader.GetString(11), reader.GetInt32(0));
        }

        return TypedResults.Ok(new Page<FeatureSummary>(items, next?.Encode()));
    }

    private sealed record Sort(string Column, string Type, bool Descending)
    {
        public bool Fits(string? value) => value is not null && Type switch
        {
            "timestamptz" => DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, out _),
            "float8" => double.TryParse(value, CultureInfo.InvariantCulture, out _),
            _ => FeatureKey.TryParse(value, out _),
        };
    }
}
