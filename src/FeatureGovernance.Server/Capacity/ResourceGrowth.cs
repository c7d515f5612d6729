using FeatureGovernance.Core.Capacity;
using Npgsql;

namespace FeatureGovernance.Server.Capacity;

/// <summary>
/// How the use of resources grew over the last year, by what came: features, readers of features, or reads. From cost and usage telemetry.
/// </summary>
internal static class ResourceGrowth
{
    /// <summary>The newest 28 days are held against the 28 that ended a year before, or the first that are known, at least 56 days before.</summary>
    private const string Growth = """
        with wanted as (select id, name from telemetry.resource where name = any($1)),
        span as (
            select w.id, w.name, greatest(($2::date - 364), min(c.day) + 27) as old
            from wanted w join telemetry.cost_daily c on c.resource_id = w.id where c.day <= $2 and c.day > $2::date - 392 group by w.id, w.name),
        costs as (
            select s.name, s.old, c.feature_id,
                   sum(c.amount) filter (where c.day > $2::date - 28) / nullif(count(*) filter (where c.day > $2::date - 28), 0) as now,
                   sum(c.amount) filter (where c.day <= s.old) / nullif(count(*) filter (where c.day <= s.old), 0) as past
            from span s join telemetry.cost_daily c on c.resource_id = s.id
            where s.old <= $2::date - 56 and ((c.day > $2::date - 28 and c.day <= $2) or (c.day > s.old - 28 and c.day <= s.old))
            group by s.name, s.old, c.feature_id),
        reads as (
            select x.old, u.feature_id, u.model_id, coalesce(sum(u.reads) filter (where u.day > $2::date - 28), 0)::float8 as now,
                   coalesce(sum(u.reads) filter (where u.day <= x.old), 0)::float8 as past
            from (select distinct old, feature_id from costs) x join telemetry.usage_daily u on u.feature_id = x.feature_id
            where (u.day > $2::date - 28 and u.day <= $2) or (u.day > x.old - 28 and u.day <= x.old)
            group by x.old, u.feature_id, u.model_id),
        readers as (
            select old, feature_id, sum(now) filter (where past = 0) / nullif(sum(now), 0) as came,
                   sum(past) filter (where now = 0) / nullif(sum(past), 0) as went
            from reads group by old, feature_id having sum(now) > 0 and sum(past) > 0)
        select c.name, sum(coalesce(c.now, 0) - coalesce(c.past, 0)) filter (where c.now is null or c.past is null),
               sum(c.now * coalesce(r.came, 0) - c.past * coalesce(r.went, 0)) filter (where c.now is not null and c.past is not null),
               sum(c.now - c.past) filter (where c.now is not null and c.past is not null)
        from costs c left join readers r on r.old = c.old and r.feature_id = c.feature_id
        group by c.name
        """;

    /// <summary>By resource; those whose telemetry is too young are left out.</summary>
    public static async Task<Dictionary<string, PastGrowth>> LoadAsync(
        NpgsqlConnection connection, string[] resources, DateOnly asOf, CancellationToken cancellation)
    {
        var growth = new Dictionary<string, PastGrowth>(StringComparer.Ordinal);
        if (resources.Length == 0)
            return growth;
        await using var command = new NpgsqlCommand(Growth, connection) { CommandTimeout = 0 };
        command.Parameters.AddWithValue(resources);
        command.Parameters.AddWithValue(asOf);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var (features, models, same) = (reader.GetValue(1) as double? ?? 0, reader.GetValue(2) as double? ?? 0, reader.GetValue(3) as double? ?? 0);
            growth.Add(reader.GetString(0), new(features, models, same - models));
        }

        return growth;
    }
}
