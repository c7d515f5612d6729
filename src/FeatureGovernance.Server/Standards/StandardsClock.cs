using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Storage;
using Npgsql;

namespace FeatureGovernance.Server.Standards;

/// <summary>
/// Makes judgements new where nobody wrote anything but time went on: a day began (rules, grace, ages of evidence and trials count in days),
/// an exemption ran out, or scores were published. It only records that this is so; whoever holds judgements follows the record.
/// </summary>
internal sealed class StandardsClock(IServiceScopeFactory scopes)
{
    private const string Due = """
        with last as (select coalesce((select seen from standards.clock), '-infinity'::timestamptz) as seen)
        select exists (select from last where (seen at time zone 'UTC')::date < ($1 at time zone 'UTC')::date)
            or exists (select from standards.exemption e, last where e.state = 1 and e.expires_at > last.seen and e.expires_at <= $1)
            or exists (select from value.score_run r, last where r.state = 2 and r.finished_at > last.seen and r.finished_at <= $1)
        """;

    public async Task RunAsync(CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope();
        var write = scope.ServiceProvider.GetRequiredService<WriteTransaction>();
        write.Origin = Origin.System("standards-clock");
        await write.BeginAsync(cancellation);
        await using (var due = new NpgsqlCommand(Due, write.Connection))
        {
            due.Parameters.Add(new() { Value = write.Now });
            if (!(bool)(await due.ExecuteScalarAsync(cancellation))!)
                return;
        }

        await using var mark = new NpgsqlCommand("insert into standards.clock (seen) values ($1) on conflict (singleton) do update set seen = excluded.seen", write.Connection);
        mark.Parameters.Add(new() { Value = write.Now });
        await mark.ExecuteNonQueryAsync(cancellation);
        write.Record(new("standards.renewed", "standard", 0, "standards", null, null));
        await write.CommitAsync(cancellation);
    }
}
