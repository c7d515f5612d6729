using Npgsql;

namespace FeatureGovernance.Server.Value;

/// <summary>Facts beside value, use and cost, worked out for all features at once: twins, trends, and how well values are served.</summary>
internal static class Signals
{
    // What each measured feature is made of; said is its expression without blanks and casts.
    private const string Sources = """
        create temp table source_now as
            select f.id, f.key, f.created_at, s.value,
                   lower(v.source_system) as source_system, lower(v.source_table) as source_table, lower(v.source_column) as source_column, v.entity,
                   nullif(nullif(lower(regexp_replace(regexp_replace(coalesce(v.source_expression, ''),
                       '^\s*cast\s*\(\s*(.+?)\s+as\s+[a-z0-9_ ()]+\)\s*$|^\s*(.+?)\s*::\s*[a-z0-9_ ]+\s*$', '\1\2', 'i'), '\s', '', 'g')), ''), lower(v.source_column)) as said,
                   v.source_expression is not null as derived,
                   f.key ~ '[_.-](old|legacy|deprecated|obsolete)$' as old
            from registry.feature f
            join registry.feature_version v on v.feature_id = f.id and v.number = f.current_version
            join value_now s on s.feature_id = f.id and s.measured
            where f.kind = 0 and f.stage <= 3 and v.source_table is not null and v.source_column is not null;
        analyze source_now;
        """;

    // Where no sample exists, lineage tells: the same column of the same table, for the same entity, by the same expression, is the same
    // quantity, and a cast changes nothing. Co-importance must agree: the cosine of the shares over models (1 where both matter alike
    // everywhere); features without a reader in common are nobody's twins. The representative is the most direct of those that are not
    // marked as old by their name, then the most valuable.
    private const string Twins = """
        create temp table twin_now as
        with ranked as (
            select id, key, created_at, old, value, count(*) over same as members,
                   row_number() over best as place, first_value(id) over best as twin_id, first_value(key) over best as twin_key,
                   first_value(value) over best as twin_value, first_value(created_at) over best as twin_created_at
            from source_now
            window same as (partition by source_system, source_table, source_column, entity, said),
                   best as (partition by source_system, source_table, source_column, entity, said order by old, derived, value desc, id)),
        pair as (
            select r.*, (select sum(a.share * b.share) from share_now a join share_now b on b.model_id = a.model_id
                         where a.feature_id = r.id and b.feature_id = r.twin_id)
                        / nullif(sqrt((select sum(share * share) from share_now where feature_id = r.id) * (select sum(share * share) from share_now where feature_id = r.twin_id)), 0) as cosine
            from ranked r where r.members > 1 and r.place > 1)
        select id as feature_id, twin_id, twin_key, twin_value, 0.95 + 0.05 * least(1, cosine) as similarity,
               old or created_at < twin_created_at - interval '1 day' as is_newer
        from pair where cosine >= 0.5;
        analyze twin_now;
        """;

    // Weaker signs, which move no recommendation and say so: the same column by another expression, and importances that trade off. The
    // correlation's 99 % upper bound (Fisher 1921, "On the probable error of a coefficient of correlation") is at most -0.5, and what one
    // gains the other loses, for the sum of both varies by under a quarter of what they do. Of a pair the less valuable is told of the other.
    private const string Kin = """
        create temp table kin_now as
        with pair as (
            select first_id, second_id, sum(reports) as reports, sum(xy) / sqrt(sum(xx) * sum(yy)) as correlation, sum(reports) - sum(lines) as freedom
            from value.co_importance
            group by first_id, second_id
            having sum(xx) > 1e-12 and sum(yy) > 1e-12 and sum(reports) - sum(lines) >= 5 and sum(xx) + sum(yy) + 2 * sum(xy) <= 0.25 * (sum(xx) + sum(yy))),
        traded as (
            select case when a.value > b.value or (a.value = b.value and first_id < second_id) then second_id else first_id end as feature_id,
                   case when a.value > b.value or (a.value = b.value and first_id < second_id) then first_id else second_id end as kin_id, correlation, reports
            from pair join value_now a on a.feature_id = first_id and a.measured join value_now b on b.feature_id = second_id and b.measured
            where tanh(atanh(greatest(correlation, -0.999999)) + 2.326 / sqrt(freedom - 2)) <= -0.5),
        derived as (
            select id as feature_id, first_value(id) over best as kin_id, said, first_value(said) over best as said_first
            from source_now
            window best as (partition by source_system, source_table, source_column, entity order by old, derived, value desc, id)),
        sign as (
            select t.feature_id, t.kin_id, t.correlation, t.reports,
                   exists (select from source_now a join source_now b on b.id = t.kin_id
                           where a.id = t.feature_id and (a.source_system, a.source_table, a.source_column, a.entity) is not distinct from (b.source_system, b.source_table, b.source_column, b.entity)) as same_column
            from traded t
            union all
            select feature_id, kin_id, null, null, true from derived where kin_id <> feature_id and said is distinct from said_first)
        select distinct on (s.feature_id) s.feature_id, f.key as kin_key, s.same_column, s.correlation, s.reports
        from sign s join registry.feature f on f.id = s.kin_id
        order by s.feature_id, s.same_column and s.correlation is not null desc, s.correlation nulls last, s.kin_id;
        analyze kin_now;
        """;

    // One line per feature through all its reports: every pair and method has a level of its own, and they share the slope (fixed effects).
    // Old reports count less, as everywhere. At least three reports of a pair by one method, spread over a week or more, are a line.
    private const string Trends = """
        create temp table trend_now as
        select feature_id, xy / xx as slope,
               sqrt(greatest(1, (yy - xy * xy / xx) / (reports - lines - 1)) / xx) as error
        from (
            select e.feature_id, sum(e.reports) as reports, count(*) as lines, sum(e.weight * n.evidence_factor) as weight,
                   sum((e.weighted_time_squares - e.weighted_times ^ 2 / e.weight) * n.evidence_factor) as xx,
                   sum((e.weighted_products - e.weighted_times * e.weighted_sum / e.weight) * n.evidence_factor) as xy,
                   sum((e.weighted_squares - e.weighted_sum ^ 2 / e.weight) * n.evidence_factor) as yy
            from value.pair_evidence e join scope s on s.feature_id = e.feature_id and s.model_id = e.model_id cross join run_now n
            where e.reports >= 3
            group by e.feature_id) line
        where reports - lines > 1 and xx > weight * (7.0 / 365) ^ 2;
        analyze trend_now;
        """;

    // Evidence kinds: 0 freshness in seconds, 1 coverage, 2 null rate. A lag beyond what was promised counts by how far it is beyond.
    private const string Service = """
        create temp table service_now as
        select e.feature_id,
               coalesce(max(e.value) filter (where e.kind = 1), 1 - max(e.value) filter (where e.kind = 2)) as coverage,
               max(least(1, f.freshness_seconds / nullif(e.value, 0))) filter (where e.kind = 0) as freshness
        from standards.evidence e join registry.feature f on f.id = e.feature_id
        where e.kind in (0, 1, 2)
        group by e.feature_id;
        analyze service_now;
        """;

    public static async Task ExecuteAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await Sql.ExecuteAsync(connection, Sources, cancellation);
        await Sql.ExecuteAsync(connection, Twins, cancellation);
        await Sql.ExecuteAsync(connection, Kin, cancellation);
        await Sql.ExecuteAsync(connection, Trends, cancellation);
        await Sql.ExecuteAsync(connection, Service, cancellation);
    }
}
