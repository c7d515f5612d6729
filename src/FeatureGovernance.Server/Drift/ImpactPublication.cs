using Npgsql;

namespace FeatureGovernance.Server.Drift;

/// <summary>Estimates, in one statement over all found incidents, what each costs the models that read its features; then what was seen of it.</summary>
internal static class ImpactPublication
{
    // Weights are shares of those of all models that are live. A pair's loss in its metric is that of its newest permutation, else ablation.
    // Damages are as uncertain together as each by itself: one cause damages all features of an incident.
    private const string Estimate = """
        with live as (
            select id, live_version_id, metric_name, metric_higher_is_better, weight / nullif(sum(weight) over (), 0) as weight
            from registry.model where live_version_id is not null),
        part as (
            select x.incident_id, m.id as model_id, m.weight, m.metric_name, m.metric_higher_is_better, x.damage, x.damage_deviation, p.share, p.deviation, loss.value, loss.standard_error
            from staged_incident s
            join drift.incident_feature x on x.incident_id = s.id
            join registry.manifest_entry e on e.feature_id = x.feature_id
            join live m on m.live_version_id = e.model_version_id
            left join drift.impact known on known.incident_id = s.id and known.model_id = m.id and known.method = 1
            left join value.pair_share p on p.feature_id = x.feature_id and p.model_id = m.id
            left join lateral (
                select i.value, i.standard_error from telemetry.importance i join telemetry.metric t on t.id = i.metric_id
                where i.feature_id = x.feature_id and i.model_id = m.id and i.method in (0, 1) and t.name = m.metric_name
                order by i.method desc, i.evaluated_at desc limit 1) loss on true
            -- What was replayed stands as long as the incident is as it was.
            where known.replayed_digest is distinct from s.digest)
        insert into drift.impact (incident_id, model_id, features, weight, loss, loss_deviation, metric, metric_change, metric_deviation)
        select incident_id, model_id, count(*), coalesce(max(weight), 0),
               sum(damage * share), sqrt(sum(damage_deviation * share) ^ 2 + sum((damage * deviation) ^ 2)),
               max(metric_name), case when bool_and(value is not null) then sum(damage * greatest(value, 0)) * case when bool_or(metric_higher_is_better) then -1 else 1 end end,
               sqrt(sum(damage_deviation * greatest(value, 0)) ^ 2 + sum((damage * coalesce(standard_error, 0)) ^ 2))
        from part
        group by incident_id, model_id
        on conflict (incident_id, model_id) do update set
            features = excluded.features, weight = excluded.weight, loss = excluded.loss, loss_deviation = excluded.loss_deviation,
            metric = excluded.metric, metric_change = excluded.metric_change, metric_deviation = excluded.metric_deviation, method = 0
        where (impact.features, impact.weight, impact.loss, impact.loss_deviation, impact.metric, impact.metric_change, impact.metric_deviation, impact.method)
            is distinct from (excluded.features, excluded.weight, excluded.loss, excluded.loss_deviation, excluded.metric, excluded.metric_change, excluded.metric_deviation, 0)
        """;

    // From what models report of themselves against guardrails; a day of each side at least.
    private const string Observe = """
        update drift.impact p set observed = o.during, observed_before = o.before
        from (
            select i.id, p.model_id,
                   avg(r.value) filter (where r.at >= i.starts and r.at < i.ends) as during,
                   avg(r.value) filter (where r.at < i.starts) as before
            from drift.incident i
            join drift.impact p on p.incident_id = i.id
            join lifecycle.guardrail_report r on r.model_id = p.model_id and r.metric = p.metric
                 and r.at >= i.starts - interval '28 days' and r.at < i.ends
            where i.ends > $1
            group by i.id, p.model_id) o
        where o.id = p.incident_id and o.model_id = p.model_id and o.during is not null and o.before is not null
          and (p.observed is distinct from o.during or p.observed_before is distinct from o.before)
        """;

    /// <summary>Sums up what the incidents of a query cost.</summary>
    public static string Sum(string incidents) => $"""
        update drift.incident i set loss = p.loss
        from (select incident_id, sum(weight * loss) as loss from drift.impact where incident_id in ({incidents}) group by incident_id) p
        where p.incident_id = i.id and i.loss is distinct from p.loss
        """;

    public static async Task ExecuteAsync(NpgsqlConnection connection, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var estimate = new NpgsqlCommand(Estimate, connection) { CommandTimeout = 0 };
        await estimate.ExecuteNonQueryAsync(cancellation);
        await using var sum = new NpgsqlCommand(Sum("select id from staged_incident"), connection) { CommandTimeout = 0 };
        await sum.ExecuteNonQueryAsync(cancellation);
        await using var observe = new NpgsqlCommand(Observe, connection) { CommandTimeout = 0 };
        observe.Parameters.Add(new() { Value = now.AddDays(-90) });
        await observe.ExecuteNonQueryAsync(cancellation);
    }
}
