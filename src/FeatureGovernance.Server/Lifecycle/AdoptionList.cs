using System.Text;
using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Lifecycle;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Server.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace FeatureGovernance.Server.Lifecycle;

internal static class AdoptionList
{
    /// <param name="team">The owner of a feature asked for.</param>
    public static async Task<Results<Ok<Page<AdoptionSummary>>, Refused>> List(
        NpgsqlDataSource source, string? model, string? feature, string? team, string? state, int? limit, string? cursor, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        faults.Slug("model", model, required: false);
        faults.Slug("team", team, required: false);
        var wanted = faults.Word<AdoptionState>("state", state);
        if (feature is not null)
            FeatureNames.Check("feature", [feature], 1, faults);
        var size = Limits.Page(limit, faults);
        var after = Cursor.Decode(cursor, "-id", faults);
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;

        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var command = new NpgsqlCommand { Connection = connection };
        var request = new StringBuilder("q.id < $1");
        var item = new StringBuilder();
        command.Parameters.Add(new() { Value = after?.Id ?? int.MaxValue });
        string Parameter(object value)
        {
            command.Parameters.Add(new() { Value = value });
            return $"${command.Parameters.Count}";
        }

        if (model is not null)
            request.Append($" and q.model_id = (select id from registry.model where name = {Parameter(model)})");
        if (feature is not null)
        {
            var found = await FeatureNames.FindAsync(connection, [feature], cancellation);
            item.Append($" and i.feature_id = {Parameter(found.TryGetValue(feature, out var known) ? known.Id : 0)}");
        }

        if (team is not null)
            item.Append($" and f.team_id = (select id from registry.team where slug = {Parameter(team)})");
        if (wanted is { } some)
            item.Append($" and coalesce(a.state, i.state) = {Parameter((short)some)}");
        var fits = item.Length == 0 ? "" : $"""
            and exists (
                select from lifecycle.adoption_item i
                join registry.feature f on f.id = i.feature_id
                left join lifecycle.adoption a on a.feature_id = i.feature_id and a.model_id = q.model_id and a.request_id = q.id
                where i.request_id = q.id {item})
            """;
        command.CommandText = $"""
            select q.id, m.name, q.requester, q.justification, q.created_at, s.states, s.counts
            from (select * from lifecycle.adoption_request q where {request} {fits} order by q.id desc limit {size + 1}) q
            join registry.model m on m.id = q.model_id
            cross join lateral (
                select array_agg(state order by state) as states, array_agg(number order by state) as counts
                from (select coalesce(a.state, i.state) as state, count(*)::int as number
                      from lifecycle.adoption_item i
                      left join lifecycle.adoption a on a.feature_id = i.feature_id and a.model_id = q.model_id and a.request_id = q.id
                      where i.request_id = q.id group by 1) g) s
            order by q.id desc
            """;
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var items = new List<AdoptionSummary>();
        while (await reader.ReadAsync(cancellation))
        {
            var states = reader.GetFieldValue<short[]>(5).Zip(reader.GetFieldValue<int[]>(6))
                .ToDictionary(pair => Words.Of((AdoptionState)pair.First), pair => pair.Second);
            items.Add(new(reader.GetInt32(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetFieldValue<DateTimeOffset>(4), states));
        }

        return TypedResults.Ok(new Page<AdoptionSummary>(
            [.. items.Take(size)], items.Count > size ? new Cursor("-id", null, items[size - 1].Id).Encode() : null));
    }
}
