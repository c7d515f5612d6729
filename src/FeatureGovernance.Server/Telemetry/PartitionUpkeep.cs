using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Storage;
using Npgsql;

namespace FeatureGovernance.Server.Telemetry;

/// <summary>
/// Makes the coming months' partitions, and turns months past retention into totals: the days are summed up and their partition dropped
/// in one transaction per month, so that a run cut short is continued by the next. Importance is small and kept.
/// </summary>
internal sealed class PartitionUpkeep(IServiceScopeFactory scopes, IConfiguration configuration, NpgsqlDataSource source, TimeProvider clock)
{
    private const int DefaultMonths = 25;
    private const int MonthsAhead = 2;

    public async Task RunAsync()
    {
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var month = new DateOnly(today.Year, today.Month, 1);
        await using (var ahead = source.CreateCommand(
            "select telemetry.ensure_month(f, m) from unnest(array['usage_daily', 'importance', 'cost_daily']) f, unnest($1) m"))
        {
            ahead.Parameters.Add(new() { Value = Enumerable.Range(0, MonthsAhead + 1).Select(month.AddMonths).ToArray() });
            await ahead.ExecuteNonQueryAsync();
        }

        var kept = month.AddMonths(-Math.Max(2, configuration.GetValue("Telemetry:RetentionMonths", DefaultMonths)));
        await RollAsync(FactKind.Usage, "usage_daily", kept,
            """
            insert into telemetry.usage_monthly (feature_id, model_id, month, environment, days, sampling_rate, reads, requests)
            select feature_id, model_id, date_trunc('month', min(day))::date, environment, count(*), min(sampling_rate),
                least(sum(reads), 9223372036854775807), least(sum(requests), 9223372036854775807)
            from telemetry.{0} group by feature_id, model_id, environment
            """);
        await RollAsync(FactKind.Cost, "cost_daily", kept,
            """
            insert into telemetry.cost_monthly (feature_id, month, resource_id, days, amount)
            select feature_id, date_trunc('month', min(day))::date, resource_id, count(*), sum(amount) from telemetry.{0} group by feature_id, resource_id
            """);
    }

    private async Task RollAsync(FactKind kind, string fact, DateOnly kept, string rollup)
    {
        var old = new List<string>();
        await using (var find = source.CreateCommand(
            "select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = ('telemetry.' || $1)::regclass and right(c.relname, 7) < $2 order by 1"))
        {
            find.Parameters.Add(new() { Value = fact });
            find.Parameters.Add(new() { Value = kept.ToString("yyyy_MM") });
            await using var reader = await find.ExecuteReaderAsync();
            while (await reader.ReadAsync())
                old.Add(reader.GetString(0));
        }

        foreach (var partition in old)
            await RollMonthAsync(kind, partition, string.Format(rollup, partition));
    }

    private async Task RollMonthAsync(FactKind kind, string partition, string rollup)
    {
        await using var scope = scopes.CreateAsyncScope();
        var write = scope.ServiceProvider.GetRequiredService<WriteTransaction>();
        write.Origin = Origin.System("partition-upkeep");
        await write.BeginAsync(CancellationToken.None);
        await ExecuteAsync(write, "select pg_advisory_xact_lock($1)", Bookkeeping.RetentionLock);
        var month = DateOnly.ParseExact(partition[^7..], "yyyy_MM");
        if (await ExecuteAsync(write, "insert into telemetry.rolled_month (kind, month) values ($1, $2) on conflict do nothing", (short)kind, month) == 0)
            return;
        var rows = await ExecuteAsync(write, rollup);
        await ExecuteAsync(write, $"drop table telemetry.{partition}");
        write.Record(NewEvent.Of("telemetry.rolled-up", "partition", 0, partition, null, new { rows }));
        await write.CommitAsync(CancellationToken.None);
    }

    private static async Task<int> ExecuteAsync(WriteTransaction write, string sql, params object[] arguments)
    {
        await using var command = new NpgsqlCommand(sql, write.Connection) { CommandTimeout = 0 };
        foreach (var argument in arguments)
            command.Parameters.Add(new() { Value = argument });
        return await command.ExecuteNonQueryAsync();
    }
}
