using Npgsql;

namespace FeatureGovernance.Server.Value;

/// <summary>
/// Sums of squares and products of the shares of two features over the reports that state both, for models whose evidence changed. What one
/// says the other may say where the one's share falls as the other's rises: a model takes now this one, now that. Only features that are
/// kin by group or table are compared, at most forty of a kind and model, the most important first; a method with six reports tells
/// something, and a report of five features or more, for in small ones shares must trade off, as they sum to 1;
/// in one that names some of the features they would for whatever else it names.
/// </summary>
internal static class CoImportanceFold
{
    private const string Forget = """
        delete from value.co_importance c using model_again a where c.model_id = a.model_id
        """;

    private const string Fold = """
        create temp table told on commit drop as
        select e.model_id, e.method from value.pair_evidence e join model_again a on a.model_id = e.model_id group by e.model_id, e.method having max(e.reports) >= 6;
        create temp table told_share on commit drop as
        select feature_id, model_id, model_version_id, method, metric_id, evaluated_at, x / total as share
        from (
            select *, sum(x) over report as total, count(*) over report as size
            from (
                select *, greatest(value, 0) / top as x
                from (
                    select i.feature_id, i.model_id, i.model_version_id, i.method, i.metric_id, i.evaluated_at, i.value, max(i.value) over report as top
                    from telemetry.importance i join told t on t.model_id = i.model_id and t.method = i.method
                    join report_now r on r.model_id = i.model_id and r.version_id = coalesce(i.model_version_id, 0) and r.method = i.method
                         and r.metric_id = i.metric_id and r.evaluated_at = i.evaluated_at and r.is_fuller
                    where i.evaluated_at < ((select as_of from run_now) + 1)::timestamp at time zone 'utc'
                    window report as (partition by i.model_id, i.model_version_id, i.method, i.metric_id, i.evaluated_at)) raw
                where top between 1e-250 and 1e250) scaled
            window report as (partition by model_id, model_version_id, method, metric_id, evaluated_at)) shares
        where size >= 5;
        create index on told_share (model_id, feature_id);
        analyze told_share;
        create temp table related on commit drop as
        with kind as (
            select f.id, 'group ' || f.group_name as kind from registry.feature f where f.kind <> 1 and f.stage <> 7
            union all
            select f.id, concat_ws(' ', 'table', lower(v.source_system), lower(v.source_table), v.entity)
            from registry.feature f join registry.feature_version v on v.feature_id = f.id and v.number = f.current_version
            where f.kind <> 1 and f.stage <> 7 and v.source_table is not null),
        member as (
            select s.model_id, k.kind, k.id, row_number() over (partition by s.model_id, k.kind order by avg(s.share) desc, k.id) as place
            from told_share s join kind k on k.id = s.feature_id
            group by s.model_id, k.kind, k.id having count(*) >= 6)
        select distinct a.model_id, a.id as first_id, b.id as second_id
        from member a join member b on b.model_id = a.model_id and b.kind = a.kind and b.id > a.id
        where a.place <= 40 and b.place <= 40;
        analyze related;
        insert into value.co_importance
        select first_id, second_id, model_id, sum(reports), count(*), sum(xx), sum(yy), sum(xy)
        from (
            select r.first_id, r.second_id, r.model_id, count(*) as reports,
                   regr_sxx(b.share, a.share) as xx, regr_syy(b.share, a.share) as yy, regr_sxy(b.share, a.share) as xy
            from related r
            join told_share a on a.model_id = r.model_id and a.feature_id = r.first_id
            join told_share b on b.model_id = r.model_id and b.feature_id = r.second_id and b.method = a.method and b.metric_id = a.metric_id
                 and b.evaluated_at = a.evaluated_at and b.model_version_id is not distinct from a.model_version_id
            group by r.first_id, r.second_id, r.model_id, a.method
            having count(*) >= 6) line
        group by first_id, second_id, model_id
        """;

    /// <summary>Within the transaction that folds the evidence, for the models in <c>model_again</c>.</summary>
    public static async Task ExecuteAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await Sql.ExecuteAsync(connection, Forget, cancellation);
        await Sql.ExecuteAsync(connection, Fold, cancellation);
    }
}
