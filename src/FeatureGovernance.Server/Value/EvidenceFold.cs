using System.Data;
using Npgsql;

namespace FeatureGovernance.Server.Value;

/// <summary>
/// Turns importance reports into shares (Core's Shares and MethodEvidence, in SQL) and keeps their sums per pair and method. A model is summed
/// anew where an evaluation of it came or changed, or its live version, or the number of its features, which sets the scale.
/// </summary>
internal static class EvidenceFold
{
    private const string ChangedModels = """
        create temp table importance_day on commit drop as
        select c.day, c.batch_id
        from telemetry.changed_day c cross join run_now
        left join value.folded_day f on f.kind = c.kind and f.day = c.day
        where c.kind = 1 and c.day <= run_now.as_of and f.batch_id is distinct from c.batch_id;
        create temp table scale_now on commit drop as
        select m.id as model_id, coalesce(m.live_version_id, 0) as live_version_id, coalesce(
            nullif((select count(*) from registry.manifest_entry e where e.model_version_id = m.live_version_id), 0),
            (select count(distinct i.feature_id) from telemetry.importance i where i.model_id = m.id))::int as features
        from registry.model m where m.kind in (0, 1);
        create temp table model_again on commit drop as
        select n.model_id, n.live_version_id, n.features
        from scale_now n left join value.model_scale s on s.model_id = n.model_id
        where n.features is distinct from s.features or n.live_version_id is distinct from s.live_version_id
           or exists (select from importance_day d join telemetry.importance i on i.model_id = n.model_id
                      and i.evaluated_at >= d.day::timestamp at time zone 'utc' and i.evaluated_at < (d.day + 1)::timestamp at time zone 'utc');
        analyze model_again;
        """;

    private const string ForgetAll = """
        delete from value.pair_evidence;
        delete from value.co_importance;
        delete from value.model_scale;
        delete from value.folded_day where kind = 1;
        """;

    private const string Forget = """
        delete from value.pair_evidence e using model_again a where e.model_id = a.model_id;
        """;

    // Importances are brought to the report's largest first, and what is far below it to zero, so that no square leaves the range.
    // Without a stated error a report's variance is 0.04 on the log scale; with one, at least a tenth of that. What a report that names some of
    // the features knows not is how much of the model they hold: see ReportMasses.
    private const string Pool = """
        insert into value.pair_evidence
        select feature_id, model_id, method, sum(w), sum(w * y), sum(w * y * y), count(*), sum(w * t), sum(w * t * t), sum(w * t * y)
        from (
            select feature_id, model_id, method, ln(part + step) as y,
                   extract(epoch from evaluated_at - timestamptz '2020-01-01 00:00:00+00')::float8 / 31557600 as t,
                   freedom * 2 ^ (extract(epoch from evaluated_at - timestamptz '2020-01-01 00:00:00+00')::float8 / 86400 / 90)
                   / (case when error is null then 0.04 else greatest(
                          least(((1 - 2 * share) * error * error + share * share * errors) * (mass / total) ^ 2 / ((part + step) ^ 2),
                                ln((1 + step) / step) ^ 2 / 4), 0.004) end
                      + mass_variance * (part / (part + step)) ^ 2) as w
            from (
                select *, x / total as share, mass * x / total as part
                from (
                    select *, sum(x) over report as total, sum(coalesce(error * error, 0)) over report as errors
                    from (
                        select i.feature_id, i.model_id, i.method, i.evaluated_at, r.report, r.mass, r.mass_variance, r.freedom, 0.05 / a.features as step,
                               case when i.value <= r.top * 1e-15 then 0 else i.value / r.top end as x,
                               case when i.standard_error <= r.top * 1e-12 then 0 when i.standard_error >= r.top * 1e6 then 1e6
                                    else i.standard_error / r.top end as error
                        from telemetry.importance i
                        join model_again a on a.model_id = i.model_id
                        join report_now r on r.model_id = i.model_id and r.version_id = coalesce(i.model_version_id, 0) and r.method = i.method
                             and r.metric_id = i.metric_id and r.evaluated_at = i.evaluated_at
                        where r.freedom > 0) scaled
                    window report as (partition by report)) totals) shares) evidence
        group by feature_id, model_id, method
        """;

    private const string Remember = """
        insert into value.model_scale (model_id, features, live_version_id) select model_id, features, live_version_id from model_again
        on conflict (model_id) do update set features = excluded.features, live_version_id = excluded.live_version_id;
        insert into value.folded_day select 1, day, batch_id from importance_day
        on conflict (kind, day) do update set batch_id = excluded.batch_id;
        """;

    public static async Task ExecuteAsync(NpgsqlConnection connection, bool full, Dictionary<string, long> counts, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        if (full)
            await Sql.ExecuteAsync(connection, ForgetAll, cancellation);
        await Sql.ExecuteAsync(connection, ChangedModels, cancellation);
        counts["changedModels"] = await Sql.ScalarAsync<long>(connection, "select count(*) from model_again", cancellation);
        if (counts["changedModels"] > 0)
        {
            await Sql.ExecuteAsync(connection, Forget, cancellation);
            counts["partialReports"] = await ReportMasses.ExecuteAsync(connection, cancellation);
            counts["evidencePooled"] = await Sql.ExecuteAsync(connection, Pool, cancellation);
            await CoImportanceFold.ExecuteAsync(connection, cancellation);
        }

        await Sql.ExecuteAsync(connection, Remember, cancellation);
        await transaction.CommitAsync(cancellation);
        if (counts["changedModels"] > 0)
            await Sql.ExecuteAsync(connection, "analyze value.pair_evidence; analyze value.co_importance", cancellation);
    }
}
