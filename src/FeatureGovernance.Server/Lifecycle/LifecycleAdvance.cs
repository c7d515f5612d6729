using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Storage;
using Npgsql;

namespace FeatureGovernance.Server.Lifecycle;

/// <summary>
/// Moves proposals on with time. Each proposal is a transaction of its own under a lock on its row, so the job may run twice, at once or
/// after a crash: a step is stored whole or not at all, and a proposal that somebody holds is left to him.
/// </summary>
internal sealed class LifecycleAdvance(
    IServiceScopeFactory scopes, NpgsqlDataSource source, ProposalRules rules, TimeProvider clock, ILogger<LifecycleAdvance> log)
{
    // Due by the clock, or owned or read by a team that has not been asked yet.
    private const string Due = """
        select p.id from lifecycle.proposal p
        where p.state <= 4 and (
            p.next_step_at <= $1
            or (p.state = 4 and p.state_since + $2 * interval '1 day' <= $1)
            or exists (
                select from lifecycle.proposal_feature x
                join registry.feature f on f.id = x.feature_id
                where x.proposal_id = p.id
                  and not exists (select from lifecycle.proposal_reviewer r where r.proposal_id = p.id and r.team_id = f.team_id))
            or exists (
                select from lifecycle.proposal_feature x
                join registry.manifest_entry e on e.feature_id = x.feature_id
                join registry.model m on m.live_version_id = e.model_version_id
                where x.proposal_id = p.id
                  and not exists (select from lifecycle.proposal_reviewer r where r.proposal_id = p.id and r.team_id = m.team_id)))
        order by p.id
        """;

    public async Task RunAsync(CancellationToken cancellation)
    {
        foreach (var id in await DueAsync(cancellation))
        {
            try
            {
                await AdvanceAsync(id, cancellation);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // The others must not wait for it; the next run tries again.
                log.LogError(exception, "Deprecation {Proposal} could not be advanced", id);
            }
        }
    }

    private async Task<List<int>> DueAsync(CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(Due);
        command.Parameters.Add(new() { Value = WriteTransaction.Truncate(clock.GetUtcNow()) });
        command.Parameters.Add(new() { Value = rules.Policy.DisabledDays });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var due = new List<int>();
        while (await reader.ReadAsync(cancellation))
            due.Add(reader.GetInt32(0));
        return due;
    }

    private async Task AdvanceAsync(int id, CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope();
        var write = scope.ServiceProvider.GetRequiredService<WriteTransaction>();
        write.Origin = Origin.System("lifecycle-advance");
        await write.BeginAsync(cancellation);
        if (await ProposalStore.LockAsync(write.Connection, id, cancellation, skip: true) is not { } stored)
            return;
        var (next, moved, blocked) = await ProposalChanges.AdvanceAsync(write, stored, rules, cancellation);
        await write.CommitAsync(cancellation);
        if (moved)
            log.LogInformation("Deprecation {Proposal} is now {State}", id, next.Proposal.State);
        else if (!blocked.IsEmpty)
            log.LogDebug("Deprecation {Proposal} waits: {Conditions}", id, string.Join("; ", blocked.Select(fault => $"{fault.Field}: {fault.Message}")));
    }
}
