using Npgsql;

namespace FeatureGovernance.Server.Drift;

/// <summary>
/// What profiles say of how well a feature is served, as evidence for standards and scores: the share of nulls, the share of values that
/// are neither missing nor default (coverage), and their age, over the last seven days at serving. What was reported later stays.
/// </summary>
internal static class MeasuredFacts
{
    // Evidence kinds: 0 freshness in seconds, 1 coverage, 2 null rate.
    private const string Write = """
        with seen as (
            select p.feature_id, sum(p.nulls)::float8 / sum(p.count) as nulls, sum(p.nulls + p.defaults)::float8 / sum(p.count) as absent,
                   percentile_cont(0.5) within group (order by p.lag_seconds) as lag, max(p.starts) + interval '1 day' as at
            from drift.profile p
            where p.length = 1 and p.site = 1 and p.starts >= $1::timestamptz - interval '8 days' and p.starts <= $1
            group by p.feature_id having sum(p.count) > 0)
        insert into standards.evidence (feature_id, kind, value, at, actor, comment)
        select s.feature_id, k.kind, k.value, least(s.at, $1), 'system:drift', 'Measured by profiles of the last seven days.'
        from seen s cross join lateral (values (0, s.lag), (1, greatest(0, 1 - s.absent)), (2, s.nulls)) as k (kind, value)
        where k.value is not null
        on conflict (feature_id, kind) do update set
            value = excluded.value, at = excluded.at, actor = excluded.actor, comment = excluded.comment, link = null
        where excluded.at >= standards.evidence.at
          and (excluded.value, excluded.at) is distinct from (standards.evidence.value, standards.evidence.at)
        """;

    /// <returns>How many facts changed.</returns>
    public static async Task<int> WriteAsync(NpgsqlConnection connection, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Write, connection) { CommandTimeout = 0 };
        command.Parameters.Add(new() { Value = now });
        return await command.ExecuteNonQueryAsync(cancellation);
    }
}
