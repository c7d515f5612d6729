using System.Data;
using Npgsql;

namespace FeatureGovernance.Server.Value;

/// <summary>
/// Keeps each pair's decayed use up to date. A pair whose reported days are all newer than its state gains them by addition; one of whose
/// earlier days was corrected, or came late, is summed anew, so that nothing is counted twice and no rounding is left behind. Which features
/// a changed day really changed is told by digests of its rows, kept for the last 45 days.
/// </summary>
internal static class UsageFold
{
    private const string Weight = "2 ^ ((u.day - date '2020-01-01') / 14.0::float8)";
    private const string Rate = "coalesce(u.sampling_rate, 1)::float8";
    private const string PairDigest = "hash_record_extended(row(u.sampling_rate, u.reads, u.requests), 0)";
    private const string FeatureDigest = "bit_xor(hash_record_extended(row(u.model_id, u.environment, u.sampling_rate, u.reads, u.requests), 0))";

    private const string ChangedDays = """
        create temp table usage_day on commit drop as
        select c.day, c.batch_id
        from telemetry.changed_day c cross join run_now
        left join value.folded_day f on f.kind = c.kind and f.day = c.day
        where c.kind = 0 and c.day <= run_now.as_of and f.batch_id is distinct from c.batch_id;
        analyze usage_day;
        """;

    private const string ForgetAll = """
        delete from value.pair_state;
        delete from value.usage_digest;
        delete from value.folded_day where kind = 0;
        """;

    private static string Digests(string since) => $"""
        create temp table digest_now on commit drop as
        select u.feature_id, u.day, {FeatureDigest} as digest
        from telemetry.usage_daily u join usage_day d on d.day = u.day
        where u.day between ({since}) and (select max(day) from usage_day)
        group by u.feature_id, u.day;
        analyze digest_now;
        """;

    private const string Fresh = $"""
        create temp table touched on commit drop as
        select n.feature_id, n.day
        from digest_now n left join value.usage_digest s on s.feature_id = n.feature_id and s.day = n.day
        where n.digest is distinct from s.digest;
        analyze touched;
        create temp table fresh on commit drop as
        select u.feature_id, u.model_id, u.environment, u.day, u.sampling_rate, u.reads, u.requests,
               {Weight} as weight, {Rate} as rate, {PairDigest} as digest, p.last_day, p.last_digest
        from touched t
        join telemetry.usage_daily u on u.feature_id = t.feature_id and u.day = t.day
        left join value.pair_state p on p.feature_id = u.feature_id and p.model_id = u.model_id and p.environment = u.environment
        where u.day between (select min(day) from usage_day) and (select max(day) from usage_day);
        create temp table again on commit drop as
        select distinct feature_id, model_id, environment from fresh
        where day < last_day or (day = last_day and digest is distinct from last_digest);
        analyze fresh;
        analyze again;
        """;

    private const string Columns = """
        value.pair_state (feature_id, model_id, environment, last_day, last_read, days_reported, quiet_days, quiet_exposure,
                          days, reads, observed, exposure, request_reads, requests, last_digest)
        """;

    private const string Sums = """
        sum(u.weight), sum(u.weight * u.reads / u.rate), sum(u.weight * u.reads), sum(u.weight * u.rate),
        coalesce(sum(u.weight * u.reads) filter (where u.requests > 0), 0), sum(u.weight * u.requests)
        """;

    // 'offset 0' keeps the planner from writing a row's weight out wherever it is named, and taking the power again each time.
    private static string Whole(string rows) => $"""
        select u.feature_id, u.model_id, u.environment, max(u.day) as last_day, max(u.day) filter (where u.reads > 0), count(*),
               case when bool_or(u.reads > 0) then 0 else count(*) end as quiet_days, case when bool_or(u.reads > 0) then 0 else sum(u.rate) end as quiet_exposure,
               {Sums}, bit_xor(u.digest)
        from (
            select u.*, {Weight} as weight, {Rate} as rate, case when u.day = (select max(day) from usage_day) then {PairDigest} end as digest
            from {rows}
            where u.day <= (select as_of from run_now) offset 0) u
        group by u.feature_id, u.model_id, u.environment
        """;

    private static readonly string SumAll = $"""
        insert into {Columns}
        {Whole("telemetry.usage_daily u")}
        """;

    private static readonly string SumAgain = $"""
        delete from value.pair_state p using again a where p.feature_id = a.feature_id and p.model_id = a.model_id and p.environment = a.environment;
        insert into {Columns}
        {Whole("again a join telemetry.usage_daily u on u.feature_id = a.feature_id and u.model_id = a.model_id and u.environment = a.environment")}
        """;

    private const string Append = $"""
        insert into {Columns}
        select u.feature_id, u.model_id, u.environment, max(u.day), max(u.read_day), count(*),
               count(*) filter (where u.read_day is null or u.day > u.read_day),
               coalesce(sum(u.rate) filter (where u.read_day is null or u.day > u.read_day), 0),
               {Sums}, (array_agg(u.digest order by u.day desc))[1]
        from (
            select f.*, max(f.day) filter (where f.reads > 0) over (partition by f.feature_id, f.model_id, f.environment) as read_day
            from fresh f
            where (f.last_day is null or f.day > f.last_day)
              and not exists (select from again a where a.feature_id = f.feature_id and a.model_id = f.model_id and a.environment = f.environment)) u
        group by u.feature_id, u.model_id, u.environment
        on conflict (feature_id, model_id, environment) do update set
            last_day = excluded.last_day,
            last_read = coalesce(excluded.last_read, pair_state.last_read),
            days_reported = pair_state.days_reported + excluded.days_reported,
            quiet_days = excluded.quiet_days + case when excluded.last_read is null then pair_state.quiet_days else 0 end,
            quiet_exposure = excluded.quiet_exposure + case when excluded.last_read is null then pair_state.quiet_exposure else 0 end,
            days = pair_state.days + excluded.days,
            reads = pair_state.reads + excluded.reads,
            observed = pair_state.observed + excluded.observed,
            exposure = pair_state.exposure + excluded.exposure,
            request_reads = pair_state.request_reads + excluded.request_reads,
            requests = pair_state.requests + excluded.requests,
            last_digest = excluded.last_digest
        """;

    // Only for pairs that were read once and have been quiet since can the days of quiet not be told in the same pass.
    private static string Quiet(string only) => $"""
        update value.pair_state p set quiet_days = q.days, quiet_exposure = q.exposure
        from (
            select s.feature_id, s.model_id, s.environment, count(*) as days, sum(coalesce(u.sampling_rate, 1)::float8) as exposure
            from value.pair_state s {only}
            join telemetry.usage_daily u on u.feature_id = s.feature_id and u.model_id = s.model_id and u.environment = s.environment and u.day > s.last_read
            where s.last_read < s.last_day and u.day <= (select as_of from run_now)
            group by s.feature_id, s.model_id, s.environment) q
        where p.feature_id = q.feature_id and p.model_id = q.model_id and p.environment = q.environment
        """;

    private const string Remember = """
        insert into value.usage_digest
        select n.feature_id, n.day, n.digest from digest_now n cross join run_now where n.day > run_now.as_of - 45 order by n.day, n.feature_id
        on conflict (day, feature_id) do update set digest = excluded.digest where usage_digest.digest <> excluded.digest;
        delete from value.usage_digest where day <= (select as_of from run_now) - 45;
        insert into value.folded_day select 0, day, batch_id from usage_day
        on conflict (kind, day) do update set batch_id = excluded.batch_id;
        """;

    public static async Task ExecuteAsync(NpgsqlConnection connection, bool full, Dictionary<string, long> counts, CancellationToken cancellation)
    {
        // One snapshot for what changed and what it says now: a batch that lands meanwhile is the next run's.
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var first = full || !await Sql.ScalarAsync<bool>(connection, "select exists (select from value.folded_day where kind = 0)", cancellation);
        if (first)
            await Sql.ExecuteAsync(connection, ForgetAll, cancellation);
        await Sql.ExecuteAsync(connection, ChangedDays, cancellation);
        counts["changedDays"] = await Sql.ScalarAsync<long>(connection, "select count(*) from usage_day", cancellation);
        if (counts["changedDays"] > 0)
        {
            counts["pairsSummed"] = first ? await SumEverythingAsync(connection, cancellation) : await SumChangesAsync(connection, counts, cancellation);
            await Sql.ExecuteAsync(connection, Remember, cancellation);
        }

        await transaction.CommitAsync(cancellation);
        if (counts["changedDays"] > 0)
            await Sql.ExecuteAsync(connection, "analyze value.pair_state", cancellation);
    }

    private static async Task<long> SumEverythingAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var pairs = await Sql.ExecuteAsync(connection, SumAll, cancellation);
        await Sql.ExecuteAsync(connection, Quiet(""), cancellation);
        await Sql.ExecuteAsync(connection, Digests("select as_of - 44 from run_now"), cancellation);
        return pairs;
    }

    private static async Task<long> SumChangesAsync(NpgsqlConnection connection, Dictionary<string, long> counts, CancellationToken cancellation)
    {
        await Sql.ExecuteAsync(connection, Digests("select min(day) from usage_day"), cancellation);
        await Sql.ExecuteAsync(connection, Fresh, cancellation);
        counts["pairsCorrected"] = await Sql.ScalarAsync<long>(connection, "select count(*) from again", cancellation);
        if (counts["pairsCorrected"] > 0)
        {
            await Sql.ExecuteAsync(connection, SumAgain, cancellation);
            await Sql.ExecuteAsync(connection, Quiet(
                "join again a on a.feature_id = s.feature_id and a.model_id = s.model_id and a.environment = s.environment"), cancellation);
        }

        return counts["pairsCorrected"] + await Sql.ExecuteAsync(connection, Append, cancellation);
    }
}
