using Npgsql;

namespace FeatureGovernance.Server.Value;

/// <summary>Puts a run's shares, scores and gains in the place of the last one's and keeps scores and shares by run, within the caller's transaction.</summary>
internal static class Publication
{
    private const int RunsPerPartition = 32;

    /// <summary>Partitions kept: at a run a day, over a year.</summary>
    private const int PartitionsKept = 13;

    private const string Replace = """
        delete from value.pair_share;
        insert into value.pair_share select feature_id, model_id, weight, share, deviation, lower, upper, methods, reports, contradictory
        from share_now order by model_id, feature_id; -- so that what is asked of a model lies together
        delete from value.feature_twin;
        insert into value.feature_twin select feature_id, twin_id, similarity, is_newer from twin_now;
        delete from value.feature_score s where not exists (select from score_now n where n.feature_id = s.feature_id)
        """;

    private const string Merge = """
        insert into value.feature_score (feature_id, value, lower, upper, percentile, usage, reads_per_day, reads_per_day_upper_bound, cost_per_day,
               efficiency, recommendation, previous_recommendation, class, confidence, saving_per_day, judgement, run_id, scored_at)
        select feature_id, value, lower, upper, percentile, usage, reads_per_day, reads_bound, cost,
               efficiency, recommendation, previous, class, confidence, saving, judgement::json, $1, $2
        from score_now
        on conflict (feature_id) do update set
            value = excluded.value, lower = excluded.lower, upper = excluded.upper, percentile = excluded.percentile, usage = excluded.usage,
            reads_per_day = excluded.reads_per_day, reads_per_day_upper_bound = excluded.reads_per_day_upper_bound, cost_per_day = excluded.cost_per_day,
            efficiency = excluded.efficiency, recommendation = excluded.recommendation, previous_recommendation = excluded.previous_recommendation,
            class = excluded.class, confidence = excluded.confidence, saving_per_day = excluded.saving_per_day, judgement = excluded.judgement,
            run_id = excluded.run_id, scored_at = excluded.scored_at
        """;

    private const string Remember = """
        insert into value.score_history
        select feature_id, $1, value, lower, upper, percentile, usage, reads_per_day, cost, recommendation, confidence from score_now
        """;

    // A share that stays as it was is not written again: most do from day to day.
    private const string RememberShares = """
        insert into value.share_history
        select n.feature_id, n.model_id, r.as_of, n.share
        from value.score_run r cross join share_now n
        left join lateral (
            select h.share from value.share_history h
            where h.feature_id = n.feature_id and h.model_id = n.model_id order by h.as_of desc limit 1) last on true
        where r.id = $1 and (last.share is null or abs(n.share - last.share) > 0.05 * greatest(n.share, last.share))
        on conflict (feature_id, model_id, as_of) do update set share = excluded.share
        """;

    private const string ForgetShares = "delete from value.share_history where as_of < (select as_of - 400 from value.score_run where id = $1)";

    public static async Task ExecuteAsync(NpgsqlConnection connection, int run, DateTimeOffset at, CancellationToken cancellation)
    {
        await Sql.ExecuteAsync(connection, Replace, cancellation);
        await using (var merge = new NpgsqlCommand(Merge, connection) { CommandTimeout = 0 })
        {
            merge.Parameters.AddWithValue(run);
            merge.Parameters.AddWithValue(at);
            await merge.ExecuteNonQueryAsync(cancellation);
        }

        await Gains.PublishAsync(connection, cancellation);
        await KeepPartitionsAsync(connection, run / RunsPerPartition, cancellation);
        foreach (var statement in (string[])[Remember, ForgetShares, RememberShares])
        {
            await using var remember = new NpgsqlCommand(statement, connection) { CommandTimeout = 0 };
            remember.Parameters.AddWithValue(run);
            await remember.ExecuteNonQueryAsync(cancellation);
        }
    }

    private static async Task KeepPartitionsAsync(NpgsqlConnection connection, int block, CancellationToken cancellation)
    {
        var (from, to) = (block * RunsPerPartition, (block + 1) * RunsPerPartition);
        await Sql.ExecuteAsync(connection,
            $"create table if not exists value.score_history_{block} partition of value.score_history for values from ({from}) to ({to})", cancellation);
        if (block >= PartitionsKept)
            await Sql.ExecuteAsync(connection, $"drop table if exists value.score_history_{block - PartitionsKept}", cancellation);
    }
}
