using FeatureGovernance.Core.Value;
using Npgsql;

namespace FeatureGovernance.Server.Value;

/// <summary>
/// How much of its model each report names (Core's ReportMass and FullerEvidence, in SQL), for the models in <c>model_again</c>: a report is
/// partial where it names fewer features than the manifest of its version or, without one, than the model's largest report.
/// </summary>
internal static class ReportMasses
{
    // Without anything fuller the mass is between an even part and all, log-uniform. Reports without a positive number count for nothing.
    private const string Reports = """
        create temp table report_now on commit drop as
        with told as (
            select i.model_id, coalesce(i.model_version_id, 0) as version_id, a.live_version_id, i.method, i.metric_id, i.evaluated_at,
                   count(*)::int as named, max(i.value) as top
            from telemetry.importance i join model_again a on a.model_id = i.model_id
            where i.evaluated_at < ((select as_of from run_now) + 1)::timestamp at time zone 'utc'
            group by i.model_id, i.model_version_id, a.live_version_id, i.method, i.metric_id, i.evaluated_at),
        manifest as (
            select e.model_version_id as id, count(*) as features from registry.manifest_entry e group by e.model_version_id),
        sized as (
            select t.*, greatest(t.named, coalesce(m.features, max(t.named) over (partition by t.model_id))) as features
            from told t left join manifest m on m.id = coalesce(nullif(t.version_id, 0), t.live_version_id)
            where t.top between 1e-250 and 1e250)
        select row_number() over () as report, model_id, version_id, method, metric_id, evaluated_at, named, top, named >= $1 * features as is_fuller,
               sqrt(named::float8 / features) as mass, ln(named::float8 / features) ^ 2 / 12 as mass_variance, 1.0::float8 as freedom
        from sized
        """;

    private const string Partial = """
        create temp table partial_value on commit drop as
        select r.report, r.model_id, i.feature_id
        from report_now r join telemetry.importance i on i.model_id = r.model_id and coalesce(i.model_version_id, 0) = r.version_id
             and i.method = r.method and i.metric_id = r.metric_id and i.evaluated_at = r.evaluated_at
        where not r.is_fuller and exists (select from report_now f where f.model_id = r.model_id and f.is_fuller);
        analyze partial_value
        """;

    private const string Fuller = """
        create temp table fuller_share on commit drop as
        with fuller as (
            select r.*, 2 ^ (extract(epoch from r.evaluated_at - timestamptz '2020-01-01 00:00:00+00')::float8 / 86400 / 90) as recency
            from report_now r where r.is_fuller and r.model_id in (select model_id from partial_value)),
        share as (
            select f.model_id, f.method, i.feature_id, f.recency,
                   f.mass * greatest(i.value / f.top, 0) / sum(greatest(i.value / f.top, 0)) over (partition by f.report) as share
            from fuller f join telemetry.importance i on i.model_id = f.model_id and coalesce(i.model_version_id, 0) = f.version_id
                 and i.method = f.method and i.metric_id = f.metric_id and i.evaluated_at = f.evaluated_at),
        method as (
            select model_id, method, sum(recency) as recency, 1 / ($1::float8[])[method + 1] as precision from fuller group by model_id, method)
        select s.model_id, s.feature_id, sum(s.share * s.recency / m.recency * m.precision) / t.precision as share, 1 / t.precision as variance
        from share s
        join method m on m.model_id = s.model_id and m.method = s.method
        join (select model_id, sum(precision) as precision from method group by model_id) t on t.model_id = s.model_id
        group by s.model_id, s.feature_id, t.precision
        """;

    // Var(ln M) = v ((1 - M)^2 sum s^2 / M^2 over the named + sum s^2 over the others); of k parts k - 1 are news.
    private const string Masses = """
        update report_now r
        set mass = m.mass, mass_variance = m.variance * ((1 - m.mass) ^ 2 * m.squares / m.mass ^ 2 + greatest(0, m.all_squares - m.squares)),
            freedom = 1 - 1.0 / r.named
        from (
            select p.report, a.variance, a.squares as all_squares, coalesce(sum(f.share ^ 2), 0) as squares,
                   least(1, greatest(coalesce(sum(f.share), 0), 0.05 * count(*) / a.features)) as mass
            from partial_value p
            join (select model_id, variance, sum(share ^ 2) as squares, count(*) as features from fuller_share group by model_id, variance) a
                 on a.model_id = p.model_id
            left join fuller_share f on f.model_id = p.model_id and f.feature_id = p.feature_id
            group by p.report, a.variance, a.squares, a.features) m
        where m.report = r.report
        """;

    /// <summary>Leaves the table <c>report_now</c>, within the transaction that folds the evidence; returns how many reports are partial.</summary>
    public static async Task<long> ExecuteAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await ExecuteAsync(connection, Reports, FullerEvidence.Enough, cancellation);
        await Sql.ExecuteAsync(connection, "analyze report_now", cancellation);
        var partial = await Sql.ScalarAsync<long>(connection, "select count(*) from report_now where not is_fuller", cancellation);
        if (partial == 0)
            return 0;
        await Sql.ExecuteAsync(connection, Partial, cancellation);
        await ExecuteAsync(connection, Fuller, Reliabilities.Priors.Select(p => p.Variance).ToArray(), cancellation);
        await Sql.ExecuteAsync(connection, "analyze fuller_share", cancellation);
        await Sql.ExecuteAsync(connection, Masses, cancellation);
        return partial;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, object parameter, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        command.Parameters.AddWithValue(parameter);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
