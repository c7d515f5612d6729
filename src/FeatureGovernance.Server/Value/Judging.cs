using System.Data;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Value;
using FeatureGovernance.Server.Http;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Value;

/// <summary>Gathers the facts on each feature by SQL, lets Core judge them, a few thousand at a time, and stages the verdicts.</summary>
internal static class Judging
{
    private const int Chunk = 5_000;

    // Use reported within 30 days speaks for today; older is unknown. Pairs quiet for 14 reported days are judged by those days alone: what
    // was read before then is past, whatever its decayed weight. Sampled pairs are bounded together by the least of their exposures.
    private const string Use = """
        create temp table use_now as
        select s.feature_id,
               sum(s.reads / s.days) as reads_per_day,
               least(1, sum(s.request_reads * n.usage_factor) / nullif(sum(s.requests * n.usage_factor), 0)) as usage,
               count(*) as reporters,
               coalesce(sum(case when s.quiet_days >= 14 then 0 else s.observed / s.days end) filter (where s.exposure >= s.days * 0.999999), 0) as counted_reads,
               sum(case when s.quiet_days >= 14 then 0 else s.observed * n.usage_factor end) filter (where s.exposure < s.days * 0.999999) as sampled_reads,
               min(case when s.quiet_days >= 14 then s.quiet_exposure else s.exposure * n.usage_factor end) filter (where s.exposure < s.days * 0.999999) as sampled_exposure,
               min(s.pair_days) as days_reported,
               max(s.days_reported) as days_known
        from (select p.*, max(p.days_reported) over (partition by p.feature_id, p.model_id) as pair_days from value.pair_state p) s
        cross join run_now n
        where s.last_day > n.as_of - 30
        group by s.feature_id;
        create temp table unheard as
        select e.feature_id, count(*) as readers
        from registry.model m
        join registry.manifest_entry e on e.model_version_id = m.live_version_id
        cross join run_now n
        where not exists (select from value.pair_state p where p.feature_id = e.feature_id and p.model_id = m.id and p.last_day > n.as_of - 30)
        group by e.feature_id;
        """;

    // The last 28 days: each resource's mean amount on the days it was reported, at that day's price. One unpriced resource leaves the whole unknown.
    private const string Cost = """
        create temp table cost_now as
        select feature_id, case when bool_and(money is not null) then sum(money) end as per_day
        from (
            select c.feature_id, c.resource_id, case when bool_and(p.unit_price is not null) then avg(c.amount * p.unit_price) end as money
            from telemetry.cost_daily c
            cross join run_now n
            left join (
                select resource_id, unit_price, effective_from, lead(effective_from) over (partition by resource_id order by effective_from) as until
                from telemetry.price) p on p.resource_id = c.resource_id and c.day >= p.effective_from and (p.until is null or c.day < p.until)
            where c.day > (select as_of from run_now) - 28 and c.day <= (select as_of from run_now)
            group by c.feature_id, c.resource_id) resource
        group by feature_id
        """;

    // Tables of their own, analysed, for the planner cannot tell how many rows a window or a recursion yields.
    private const string Values = """
        create temp table value_now as
        select *, 100 * (rank() over (order by value) - 1 + count(*) over (partition by value) / 2.0) / count(*) over () as percentile,
               count(*) over () as features
        from (
            select feature_id, sum(weight * share) as value, sqrt(sum((weight * deviation) ^ 2)) as deviation, bool_or(methods > 0) as measured
            from share_now group by feature_id) valued;
        create temp table staffed as
        with recursive staffed (id) as (
            select distinct m.team_id from registry.team_member m
            union
            select t.id from registry.team t join staffed s on t.parent_id = s.id)
        select id from staffed;
        analyze value_now;
        analyze staffed;
        """;

    private const string Facts = """
        create temp table facts_now as
        with fact as (
            select f.id as feature_id, f.group_name, r.value, r.deviation, r.measured, r.percentile::float8, coalesce(r.features, 1) as features,
                   u.usage, u.reads_per_day, u.reporters, coalesce(h.readers, 0) as unheard, u.counted_reads, u.sampled_reads, u.sampled_exposure, u.days_reported,
                   greatest(n.as_of - (f.created_at at time zone 'utc')::date, u.days_known) as age,
                   coalesce(c.per_day, case when c.feature_id is null and f.cost is not null then
                       coalesce((f.cost ->> 'computePerDay')::float8, 0) + coalesce((f.cost ->> 'storagePerDay')::float8, 0)
                       + coalesce((f.cost ->> 'servingPerMillionReads')::float8 * u.reads_per_day / 1e6, 0) end) as cost,
                   exists (select from staffed t where t.id = f.team_id) as owned,
                   s.recommendation as previous, w.twin_key, w.similarity, w.twin_value, w.is_newer, d.slope, d.error, o.coverage, o.freshness,
                   v.source_table is not null and v.source_column is not null as traced, k.kin_key, k.same_column, k.correlation, k.reports as kin_reports
            from registry.feature f
            join registry.feature_version v on v.feature_id = f.id and v.number = f.current_version
            cross join run_now n
            left join value_now r on r.feature_id = f.id
            left join use_now u on u.feature_id = f.id
            left join unheard h on h.feature_id = f.id
            left join cost_now c on c.feature_id = f.id
            left join value.feature_score s on s.feature_id = f.id
            left join twin_now w on w.feature_id = f.id
            left join kin_now k on k.feature_id = f.id
            left join trend_now d on d.feature_id = f.id
            left join service_now o on o.feature_id = f.id
            where f.kind <> 1 and f.stage <> 7)
        select *, sum(value) over g as group_value, count(value) over g as group_size
        from fact window g as (partition by group_name);
        create unique index on facts_now (feature_id);
        analyze facts_now;
        create temp table score_now (
            feature_id int, value float8, lower float8, upper float8, percentile float8, usage float8, reads_per_day float8, reads_bound float8,
            cost float8, efficiency float8, recommendation smallint, previous smallint, class smallint, confidence float8, saving float8, judgement text)
        """;

    private const string Medians = """
        select percentile_cont(0.5) within group (order by value / cost) filter (where measured and cost > 0),
               percentile_cont(0.5) within group (order by cost) filter (where cost is not null), count(*)
        from facts_now
        """;

    private const string NextFacts = """
        select feature_id, value, deviation, coalesce(measured, false), percentile, features, usage, reads_per_day, reporters, unheard,
               counted_reads, sampled_reads, sampled_exposure, days_reported, age, cost, owned, previous, group_value, group_size,
               twin_key, similarity, twin_value, is_newer, slope, error, coverage, freshness, traced,
               kin_key, same_column, correlation, kin_reports::int
        from facts_now where feature_id > $1 order by feature_id limit $2
        """;

    private sealed record Judged(
        int Feature, FeatureFacts Facts, ValueEstimate? Value, double? Percentile, double? Usage, double? Reads, bool Traced, Judgement Judgement);

    public static async Task ExecuteAsync(
        NpgsqlConnection connection, Dictionary<string, long> counts, Func<double, Task> report, CancellationToken cancellation)
    {
        await Sql.ExecuteAsync(connection, Use, cancellation);
        await Sql.ExecuteAsync(connection, Cost, cancellation);
        await Sql.ExecuteAsync(connection, "analyze use_now; analyze unheard; analyze cost_now", cancellation);
        await Sql.ExecuteAsync(connection, Values, cancellation);
        await Signals.ExecuteAsync(connection, cancellation);
        await Sql.ExecuteAsync(connection, Facts, cancellation);
        var (efficiency, cost, features) = await MediansAsync(connection, cancellation);
        counts["features"] = features;

        var after = 0;
        long done = 0;
        while (await NextAsync(connection, after, efficiency, cost, cancellation) is { Count: > 0 } chunk)
        {
            await WriteAsync(connection, chunk, cancellation);
            after = chunk[^1].Feature;
            done += chunk.Count;
            await report((double)done / features);
        }
    }

    private static async Task<(double? Efficiency, double? Cost, long Features)> MediansAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Medians, connection) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return (Number(reader, 0), Number(reader, 1), reader.GetInt64(2));
    }

    private static async Task<List<Judged>> NextAsync(NpgsqlConnection connection, int after, double? efficiency, double? cost, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(NextFacts, connection) { CommandTimeout = 0 };
        command.Parameters.AddWithValue(after);
        command.Parameters.AddWithValue(Chunk);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var chunk = new List<Judged>();
        while (await reader.ReadAsync(cancellation))
            chunk.Add(Judge(reader, efficiency, cost));
        return chunk;
    }

    private static Judged Judge(NpgsqlDataReader row, double? medianEfficiency, double? medianCost)
    {
        ValueEstimate? value = row.IsDBNull(1) ? null : ValueEstimate.LogNormal(row.GetDouble(1), row.GetDouble(2));
        var even = 1.0 / row.GetInt64(5);
        var mates = row.IsDBNull(18) || row.GetInt64(19) < 2 || row.GetDouble(18) <= 0 ? (double?)null : 1 - ((value?.Mean ?? 0) / row.GetDouble(18));
        var facts = new FeatureFacts
        {
            // A share that only group and model suggest is shown, and judges nothing.
            Value = row.GetBoolean(3) ? value : null,
            EvenShare = even,
            Percentile = Number(row, 4),
            ReadsPerDayUpperBound = row.IsDBNull(8) || row.GetInt64(9) > 0 ? null : UpperBound(row),
            DaysOfUseReported = row.IsDBNull(13) ? 0 : row.GetInt32(13),
            AgeDays = row.GetInt32(14),
            GroupMatesShare = mates,
            GroupValueRatio = mates is null ? null : row.GetDouble(18) / (row.GetInt64(19) * even),
            CostPerDay = Number(row, 15),
            MedianEfficiency = medianEfficiency,
            MedianCostPerDay = medianCost,
            HasOwner = row.GetBoolean(16),
            Twin = row.IsDBNull(20) ? null : new(row.GetString(20), row.GetDouble(21), row.GetDouble(22), row.GetBoolean(23), IsRepresentative: true),
            Kin = row.IsDBNull(29) ? null : new(row.GetString(29), row.GetBoolean(30), Number(row, 31), row.IsDBNull(32) ? 0 : row.GetInt32(32)),
            Trend = row.IsDBNull(24) ? null : new(row.GetDouble(24), row.GetDouble(25)),
            Coverage = Number(row, 26),
            Freshness = Number(row, 27),
            Previous = row.IsDBNull(17) ? null : (Recommendation)row.GetInt16(17),
        };
        return new(row.GetInt32(0), facts, value, Number(row, 4), Number(row, 6), Number(row, 7), row.GetBoolean(28), Recommendations.Judge(facts));
    }

    private static double UpperBound(NpgsqlDataReader row)
    {
        var bound = row.GetDouble(10);
        if (!row.IsDBNull(12) && row.GetDouble(12) is > 0 and var exposure)
        {
            // Only the product of days and rate counts, and that is the exposure.
            bound += Usage.UpperBoundReadsPerDay(row.GetDouble(11), exposure * 2, samplingRate: 0.5);
        }

        return bound;
    }

    private static IEnumerable<string> Unknown(Judged judged)
    {
        if (judged.Facts.Value is null)
            yield return "importance";
        if (judged.Facts.ReadsPerDayUpperBound is null)
            yield return "usage";
        if (judged.Facts.CostPerDay is null)
            yield return "cost";
        // Without lineage a twin cannot be told from a stranger.
        if (!judged.Traced)
            yield return "similarity";
        if (judged.Facts.Coverage is null)
            yield return "coverage";
        if (judged.Facts.Freshness is null)
            yield return "freshness";
        if (judged.Facts.Trend is null)
            yield return "trend";
    }

    private static async Task WriteAsync(NpgsqlConnection connection, List<Judged> chunk, CancellationToken cancellation)
    {
        await using var writer = await connection.BeginBinaryImportAsync("copy score_now from stdin (format binary)", cancellation);
        foreach (var judged in chunk)
        {
            var (facts, judgement) = (judged.Facts, judged.Judgement);
            var kept = new KeptJudgement(
                [.. judgement.Classes.Select(Words.Of)],
                [.. judgement.Reasons.Select(r => new KeptReason(r.Code, r.Sentence, r.Confidence, r.Numbers.ToDictionary(n => n.Name, n => n.Value)))],
                [.. Unknown(judged)])
            {
                Twin = facts.Twin?.Key,
                Similarity = facts.Twin?.Similarity,
                YearlyTrend = facts.Trend?.PerYear,
                YearlyTrendStandardError = facts.Trend?.PerYearStandardError,
                DaysToFloor = facts.Trend is { } trend && judged.Value is { } worth ? trend.DaysTo(worth.Mean,
                    new JudgementLimits().EpsilonRatio * facts.EvenShare) : null,
            };
            await writer.StartRowAsync(cancellation);
            await writer.WriteAsync(judged.Feature, NpgsqlDbType.Integer, cancellation);
            foreach (var number in (double?[])[judged.Value?.Mean, judged.Value?.Lower80, judged.Value?.Upper80, judged.Percentile,
                judged.Usage, judged.Reads, facts.ReadsPerDayUpperBound, facts.CostPerDay,
                judged.Value is { } value && facts.CostPerDay is { } cost ? Efficiency.Of(new(value.Mean, cost)) : null])
                await WriteAsync(writer, number, NpgsqlDbType.Double, cancellation);
            await writer.WriteAsync((short)judgement.Recommendation, NpgsqlDbType.Smallint, cancellation);
            await WriteAsync(writer, (short?)facts.Previous, NpgsqlDbType.Smallint, cancellation);
            await WriteAsync(writer, judgement.Classes.IsEmpty ? null : (short?)judgement.Classes[0], NpgsqlDbType.Smallint, cancellation);
            await writer.WriteAsync(judgement.Confidence, NpgsqlDbType.Double, cancellation);
            await WriteAsync(writer, judgement.SavingPerDay, NpgsqlDbType.Double, cancellation);
            await writer.WriteAsync(Json.Text(kept), NpgsqlDbType.Text, cancellation);
        }

        await writer.CompleteAsync(cancellation);
    }

    private static Task WriteAsync<T>(NpgsqlBinaryImporter writer, T? value, NpgsqlDbType type, CancellationToken cancellation)
        where T : struct => value is { } present ? writer.WriteAsync(present, type, cancellation) : writer.WriteNullAsync(cancellation);

    private static double? Number(NpgsqlDataReader row, int ordinal) => row.IsDBNull(ordinal) ? null : row.GetDouble(ordinal);
}
