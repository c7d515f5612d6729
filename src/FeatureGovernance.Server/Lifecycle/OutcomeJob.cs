using System.Collections.Immutable;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Lifecycle;

/// <summary>
/// Keeps what each removal was to lose and save, and watches for 28 days what it did. Predictions are those frozen at submission; cost is
/// compared with the 28 days before notice, models' own metrics with the 28 days before the brownout. Safe to run twice.
/// </summary>
internal sealed class OutcomeJob(IServiceScopeFactory scopes, NpgsqlDataSource source, LifecyclePolicy policy)
{
    private const int Days = 28;

    private const string Cost = """
        (select case when count(distinct d.day) = 0 then null else coalesce(sum(c.spent), 0) / count(distinct d.day) end
         from telemetry.changed_day d
         left join lateral (
             select sum(c.amount * p.unit_price) as spent
             from telemetry.cost_daily c
             cross join lateral (
                 select unit_price from telemetry.price p where p.resource_id = c.resource_id and p.effective_from <= c.day order by effective_from desc limit 1) p
             where c.day = d.day and c.feature_id in (select feature_id from lifecycle.proposal_feature x where x.proposal_id = o.proposal_id)) c on true
         where d.kind = 2 and d.day >= {0} and d.day < {1})
        """;

    private static readonly string Begin = $"""
        insert into lifecycle.outcome (proposal_id, removed_at, predicted_loss, predicted_loss_lower, predicted_loss_upper, predicted_saving)
        select p.id, p.state_since, (p.evidence -> 'impact' ->> 'value')::float8, (p.evidence -> 'impact' ->> 'valueLower')::float8,
               (p.evidence -> 'impact' ->> 'valueUpper')::float8, (p.evidence -> 'impact' ->> 'savingPerDay')::float8
        from lifecycle.proposal p where p.state = {(short)ProposalState.Removed} and p.id = $1
        on conflict (proposal_id) do nothing
        """;

    private static readonly string Observe = $"""
        select {Cost.Replace("{0}", $"(p.notice_began - interval '{Days} days')::date", StringComparison.Ordinal).Replace("{1}", "p.notice_began::date", StringComparison.Ordinal)},
               {Cost.Replace("{0}", "o.removed_at::date + 1", StringComparison.Ordinal).Replace("{1}", $"least($2, o.removed_at + interval '{Days + 1} days')::date", StringComparison.Ordinal)}
        from lifecycle.outcome o join lifecycle.proposal p on p.id = o.proposal_id where o.proposal_id = $1
        """;

    // The models that were to migrate, and those whose limits guarded the brownout, each by its own objective.
    private static readonly string Shifts = $"""
        select m.name, m.metric_name, m.metric_higher_is_better, m.weight,
               avg(r.value) filter (where r.at < b.began), avg(r.value) filter (where r.at >= o.removed_at)
        from lifecycle.outcome o
        join lifecycle.proposal p on p.id = o.proposal_id
        cross join lateral (select (p.document ->> 'brownoutBegan')::timestamptz as began) b
        join registry.model m on m.id in (select model_id from lifecycle.migration_task k where k.proposal_id = p.id)
             or m.name in (select g ->> 'model' from json_array_elements(coalesce(p.document -> 'plan' -> 'guardrails', '[]')) g)
        join lifecycle.guardrail_report r on r.model_id = m.id and r.metric = m.metric_name
             and (r.at between b.began - interval '{Days} days' and b.began or r.at between o.removed_at and o.removed_at + interval '{Days} days')
        where o.proposal_id = $1
        group by m.id, b.began, o.removed_at
        having count(*) filter (where r.at < b.began) > 0 and count(*) filter (where r.at >= o.removed_at) > 0
        order by m.name
        """;

    public async Task RunAsync(CancellationToken cancellation)
    {
        foreach (var id in await UnsettledAsync(cancellation))
            await FollowAsync(id, cancellation);
        await ForgetAsync(cancellation);
    }

    private async Task<List<int>> UnsettledAsync(CancellationToken cancellation)
    {
        await using var command = source.CreateCommand($"""
            select p.id from lifecycle.proposal p left join lifecycle.outcome o on o.proposal_id = p.id
            where p.state = {(short)ProposalState.Removed} and o.settled is not true order by p.id
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<int>();
        while (await reader.ReadAsync(cancellation))
            found.Add(reader.GetInt32(0));
        return found;
    }

    private async Task FollowAsync(int id, CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope();
        var write = scope.ServiceProvider.GetRequiredService<WriteTransaction>();
        write.Origin = Origin.System("removal-outcomes");
        await write.BeginAsync(cancellation);
        if (await ProposalStore.LockAsync(write.Connection, id, cancellation, skip: true) is not { } stored)
            return;
        await using (var begin = new NpgsqlCommand(Begin, write.Connection))
        {
            begin.Parameters.Add(new() { Value = id });
            await begin.ExecuteNonQueryAsync(cancellation);
        }

        var (before, after) = await CostAsync(write, id, cancellation);
        var shifts = await ShiftsAsync(write.Connection, id, cancellation);
        // Late reports still count until telemetry's own lag is over.
        var settled = write.Now >= stored.Proposal.StateSince.AddDays(Days + policy.TelemetryLagDays);
        await KeepAsync(write, id, before, after, shifts, settled, cancellation);
        if (settled)
        {
            var outcome = await OutcomeQueries.FindAsync(write.Connection, id, cancellation);
            write.Record(NewEvent.Of("deprecation.judged", "deprecation", id, $"deprecation {id}", null, outcome));
        }

        await write.CommitAsync(cancellation);
    }

    // Reports are asked for at most from before a brownout to 28 days after removal; the longest notice is three years.
    private async Task ForgetAsync(CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope();
        var write = scope.ServiceProvider.GetRequiredService<WriteTransaction>();
        write.Origin = Origin.System("removal-outcomes");
        await write.BeginAsync(cancellation);
        await using var command = new NpgsqlCommand("delete from lifecycle.guardrail_report where at < $1", write.Connection);
        command.Parameters.Add(new() { Value = write.Now.AddYears(-4) });
        if (await command.ExecuteNonQueryAsync(cancellation) is var rows and > 0)
            write.Record(NewEvent.Of("telemetry.guardrails-forgotten", "guardrail", 0, "guardrail reports", null, new { rows }));
        await write.CommitAsync(cancellation);
    }

    private static async Task<(double? Before, double? After)> CostAsync(WriteTransaction write, int id, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Observe, write.Connection);
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = write.Now });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return (reader.IsDBNull(0) ? null : reader.GetDouble(0), reader.IsDBNull(1) ? null : reader.GetDouble(1));
    }

    private static async Task<ImmutableArray<MetricShift>> ShiftsAsync(NpgsqlConnection connection, int id, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Shifts, connection);
        command.Parameters.Add(new() { Value = id });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var shifts = ImmutableArray.CreateBuilder<MetricShift>();
        while (await reader.ReadAsync(cancellation))
            shifts.Add(new(reader.GetString(0), reader.GetString(1), reader.GetBoolean(2), reader.GetDouble(3), reader.GetDouble(4), reader.GetDouble(5)));
        return shifts.ToImmutable();
    }

    private static async Task KeepAsync(
        WriteTransaction write, int id, double? before, double? after, ImmutableArray<MetricShift> shifts, bool settled, CancellationToken cancellation)
    {
        // What was measured before is kept from the first time on: by the end its days may have been let go.
        await using var command = new NpgsqlCommand("""
            update lifecycle.outcome
            set cost_before = coalesce(cost_before, $2), cost_after = $3, observed_loss = $4, shifts = $5, observed_until = $6, settled = $7
            where proposal_id = $1
            """, write.Connection);
        void Add(object? value, NpgsqlDbType type) => command.Parameters.Add(new() { Value = value ?? DBNull.Value, NpgsqlDbType = type });
        Add(id, NpgsqlDbType.Integer);
        Add(before, NpgsqlDbType.Double);
        Add(after, NpgsqlDbType.Double);
        Add(Outcomes.Loss(shifts), NpgsqlDbType.Double);
        Add(Json.Text(shifts), NpgsqlDbType.Json);
        Add(write.Now, NpgsqlDbType.TimestampTz);
        Add(settled, NpgsqlDbType.Boolean);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
