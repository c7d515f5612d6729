using FeatureGovernance.Contracts.Reports;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Core.Reports;
using FeatureGovernance.Core.Value;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Reports;

/// <summary>Gathers a quarter by a fixed number of statements, whatever the number of features.</summary>
internal static class ReviewQuery
{
    private const int Listed = 10;

    private const string From = "($2::timestamp at time zone 'UTC')";
    private const string End = "($3::timestamp at time zone 'UTC')";

    // $1 the team, or null for all; $2 and $3 the quarter's first day and the day after its last; $4 the first day of the one before.
    private const string Ours = """
        with recursive below as (
            select id from registry.team where id = $1
            union
            select t.id from below b join registry.team t on t.parent_id = b.id),
        ours as materialized (
            select id, team_id, key, stage, created_at from registry.feature where $1 is null or team_id in (select id from below))
        """;

    public static async Task<QuarterlyReview> ReadAsync(
        NpgsqlConnection connection, Quarter quarter, (int Id, string Slug)? team, DateTimeOffset now, CancellationToken cancellation)
    {
        var asking = new Asking(connection, team?.Id, quarter, cancellation);
        return new(
            quarter.ToString(), team?.Slug, quarter.First, quarter.End.AddDays(-1), now, IsFinal: false,
            await StagesAsync(asking), await StandingAsync(asking), await DeprecationsAsync(asking), await AdoptionsAsync(asking),
            await LevelsAsync(asking, team?.Slug),
            await FeaturesAsync(asking, "s.value > 0", "s.value desc"),
            await FeaturesAsync(asking, $"s.recommendation = {(short)Recommendation.Deprecate} and f.stage in (2, 3)", "s.saving_per_day desc nulls last"));
    }

    private static async Task<List<StageMovement>> StagesAsync(Asking asking)
    {
        // Counted back from how it stands now, by what came and went since.
        var rows = await asking.RowsAsync($"""
            , move as (
                select c.to_stage as stage, c.at, 1 as step from lifecycle.stage_change c join ours f on f.id = c.feature_id where c.at >= {From}
                union all
                select c.from_stage, c.at, -1 from lifecycle.stage_change c join ours f on f.id = c.feature_id where c.at >= {From}
                union all
                select coalesce((select c.from_stage from lifecycle.stage_change c where c.feature_id = f.id order by c.id limit 1), f.stage), f.created_at, 1
                from ours f where f.created_at >= {From})
            select s.stage, (select count(*) from ours where stage = s.stage)
                - coalesce(sum(m.step) filter (where m.at >= {End}), 0),
                count(*) filter (where m.step = 1 and m.at < {End}), count(*) filter (where m.step = -1 and m.at < {End})
            from generate_series(0, 7) s (stage) left join move m on m.stage = s.stage
            group by s.stage order by s.stage
            """, row => (Stage: (Stage)row.GetInt32(0), End: row.GetInt64(1), Came: row.GetInt64(2), Left: row.GetInt64(3)));
        return [.. rows.Select(row => new StageMovement(Words.Of(row.Stage), row.End - row.Came + row.Left, row.Came, row.Left, row.End))];
    }

    private static async Task<ReviewStanding> StandingAsync(Asking asking) => (await asking.RowsAsync($"""
        , spent as (
            select c.day, c.amount * p.unit_price as money
            from (select feature_id, day, resource_id, amount from telemetry.cost_daily where day >= $4 and day < $3
                  union all
                  select feature_id, month, resource_id, amount from telemetry.cost_monthly where month >= $4 and month < $3) c
            join ours f on f.id = c.feature_id
            join lateral (
                select unit_price from telemetry.price p
                where p.resource_id = c.resource_id and p.effective_from <= c.day order by effective_from desc limit 1) p on true)
        select (select sum(s.value) from value.feature_score s join ours f on f.id = s.feature_id),
               (select sum(money) from spent where day >= $2), (select sum(money) from spent where day < $2),
               (select count(*) from value.feature_score s join ours f on f.id = s.feature_id
                where s.recommendation = {(short)Recommendation.Deprecate} and f.stage in (2, 3)),
               (select sum(s.saving_per_day) from value.feature_score s join ours f on f.id = s.feature_id
                where s.recommendation = {(short)Recommendation.Deprecate} and f.stage in (2, 3))
        """, row => new ReviewStanding(Number(row, 0), Number(row, 1), Number(row, 2), row.GetInt64(3), Number(row, 4)), withPrevious: true)).Single();

    private static async Task<ReviewDeprecations> DeprecationsAsync(Asking asking) => (await asking.RowsAsync($"""
        , concerned as (
            select p.* from lifecycle.proposal p
            where exists (select from lifecycle.proposal_feature x join ours f on f.id = x.feature_id where x.proposal_id = p.id))
        select count(*) filter (where submitted_at >= {From} and submitted_at < {End}),
               count(*) filter (where state = {(short)ProposalState.Removed} and state_since >= {From} and state_since < {End}),
               count(*) filter (where state = {(short)ProposalState.RolledBack} and state_since >= {From} and state_since < {End}),
               count(*) filter (where state < {(short)ProposalState.Removed}),
               (select sum(o.cost_before - o.cost_after) from lifecycle.outcome o join concerned c on c.id = o.proposal_id
                where o.removed_at >= {From} and o.removed_at < {End})
        from concerned
        """, row => new ReviewDeprecations(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), Number(row, 4)))).Single();

    private static Task<List<AdoptionCount>> AdoptionsAsync(Asking asking) => asking.RowsAsync($"""
        select a.state, count(*) from standards.adoption_step a join ours f on f.id = a.feature_id
        where a.at >= {From} and a.at < {End} group by a.state order by a.state
        """, row => new AdoptionCount(Words.Of((AdoptionState)row.GetInt16(0)), row.GetInt64(1)));

    private static async Task<ReviewLevels?> LevelsAsync(Asking asking, string? team)
    {
        if (team is null)
            return null;
        await using var command = new NpgsqlCommand("""
            select (select level from standards.scorecard_daily where subject_kind = 0 and subject = $1 and day <= $2 order by day desc limit 1),
                   (select level from standards.scorecard_daily where subject_kind = 0 and subject = $1 and day < $3 order by day desc limit 1)
            """, asking.Connection);
        command.Parameters.Add(new() { Value = team });
        command.Parameters.Add(new() { Value = asking.Quarter.First });
        command.Parameters.Add(new() { Value = asking.Quarter.End });
        await using var reader = await command.ExecuteReaderAsync(asking.Cancellation);
        await reader.ReadAsync(asking.Cancellation);
        return new(reader.IsDBNull(0) ? null : reader.GetString(0), reader.IsDBNull(1) ? null : reader.GetString(1));
    }

    /// <param name="condition">SQL over f (feature) and s (its score); never made of input.</param>
    private static Task<List<ReviewFeature>> FeaturesAsync(Asking asking, string condition, string order) => asking.RowsAsync($"""
        select f.key, t.slug, s.value, s.cost_per_day, s.saving_per_day
        from value.feature_score s join ours f on f.id = s.feature_id join registry.team t on t.id = f.team_id
        where {condition} order by {order}, f.key limit {Listed}
        """, row => new ReviewFeature(row.GetString(0), row.GetString(1), Number(row, 2), Number(row, 3), Number(row, 4)));

    private static double? Number(NpgsqlDataReader row, int ordinal) => row.IsDBNull(ordinal) ? null : row.GetDouble(ordinal);

    private sealed record Asking(NpgsqlConnection Connection, int? Team, Quarter Quarter, CancellationToken Cancellation)
    {
        public async Task<List<T>> RowsAsync<T>(string rest, Func<NpgsqlDataReader, T> read, bool withPrevious = false)
        {
            await using var command = new NpgsqlCommand($"{Ours} {rest}", Connection) { CommandTimeout = 120 };
            command.Parameters.Add(new() { Value = (object?)Team ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer });
            command.Parameters.Add(new() { Value = Quarter.First, NpgsqlDbType = NpgsqlDbType.Date });
            command.Parameters.Add(new() { Value = Quarter.End, NpgsqlDbType = NpgsqlDbType.Date });
            if (withPrevious)
                command.Parameters.Add(new() { Value = Quarter.Previous.First, NpgsqlDbType = NpgsqlDbType.Date });
            await using var reader = await command.ExecuteReaderAsync(Cancellation);
            var rows = new List<T>();
            while (await reader.ReadAsync(Cancellation))
                rows.Add(read(reader));
            return rows;
        }
    }
}
