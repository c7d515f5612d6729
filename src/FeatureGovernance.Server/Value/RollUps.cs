using System.Globalization;
using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Value;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Value;
using FeatureGovernance.Server.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace FeatureGovernance.Server.Value;

internal enum RollUpBy
{
    Group,
    Team,
    Source,
    Surface,
}

/// <summary>Values add over features, so any set of them has one: what the sets of a kind are worth, and cost.</summary>
internal static class RollUps
{
    // Costs belong to features, and values to pairs: a cost is spread evenly over its feature's pairs, and a feature without pairs keeps it.
    private static string Sets(RollUpBy by) => $"""
        with part as (
            select f.id, {Name(by)} as name, p.weight * p.share as value, p.weight * p.deviation as deviation,
                   s.cost_per_day is null as uncosted, s.cost_per_day / count(*) over (partition by f.id) as cost
            from value.feature_score s
            join registry.feature f on f.id = s.feature_id
            join registry.team t on t.id = f.team_id
            join registry.feature_version v on v.feature_id = f.id and v.number = f.current_version
            left join value.pair_share p on p.feature_id = f.id
            left join registry.model m on m.id = p.model_id),
        total as (
            select name, coalesce(sum(value), 0) as value, coalesce(sqrt(sum(deviation ^ 2)), 0) as deviation,
                   count(distinct id)::int as features, coalesce(sum(cost), 0) as cost, (count(distinct id) filter (where uncosted))::int as uncosted
            from part group by name)
        select name, value, deviation, features, cost, uncosted from total
        where $1::float8 is null or (value, coalesce(name, '')) < ($1, $2)
        order by value desc, coalesce(name, '') desc limit $3
        """;

    public static async Task<Results<Ok<Page<RollUp>>, Refused>> List(
        NpgsqlDataSource source, string? by, int? limit, string? cursor, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var kind = faults.Word<RollUpBy>("by", by);
        faults.Check(!string.IsNullOrEmpty(by), "by", "The field is required.", $"Use one of: {Words<RollUpBy>.All}.");
        var size = Limits.Page(limit, faults);
        var after = Cursor.Decode(cursor, $"rollups-{by}", faults);
        var at = after?.Last?.Split('\n', 2);
        var last = 0.0;
        if (after is not null && (at is not [var number, _] || !double.TryParse(number, CultureInfo.InvariantCulture, out last)))
            faults.Add("cursor", "The cursor was not given out for this list.", "Leave it out to begin again.");
        if (faults.Refusal is { } refusal)
            return (Refused)refusal;

        await using var command = source.CreateCommand(Sets(kind!.Value));
        command.Parameters.Add(new() { Value = after is null ? DBNull.Value : last, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Double });
        command.Parameters.Add(new() { Value = at?[1] ?? "" });
        command.Parameters.Add(new() { Value = size + 1 });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var items = new List<RollUp>();
        while (items.Count < size && await reader.ReadAsync(cancellation))
        {
            var value = ValueEstimate.LogNormal(reader.GetDouble(1), reader.GetDouble(2));
            items.Add(new(reader.IsDBNull(0) ? null : reader.GetString(0), value.Mean, value.Lower80, value.Upper80, reader.GetInt32(3), reader.GetDouble(4),
                reader.GetInt32(5)));
        }

        var more = items.Count == size && await reader.ReadAsync(cancellation);
        return TypedResults.Ok(new Page<RollUp>(items, more
            ? new Cursor($"rollups-{by}", string.Create(CultureInfo.InvariantCulture, $"{items[^1].Value:R}\n{items[^1].Name}"), 0).Encode()
            : null));
    }

    private static string Name(RollUpBy by) => by switch
    {
        RollUpBy.Group => "f.group_name",
        RollUpBy.Team => "t.slug",
        RollUpBy.Source => "nullif(concat_ws('.', v.source_system, v.source_table), '')",
        RollUpBy.Surface => "m.surface",
    };
}
