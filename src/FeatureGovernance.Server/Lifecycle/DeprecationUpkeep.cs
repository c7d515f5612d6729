using FeatureGovernance.Core;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Storage;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Lifecycle;

/// <summary>
/// Chases reviewers and keeps migration tasks in step with the readers. Each proposal is a transaction of its own under a lock on its row;
/// run twice, the second run finds nothing to do.
/// </summary>
internal sealed class DeprecationUpkeep(
    IServiceScopeFactory scopes, NpgsqlDataSource source, ProposalRules rules, TimeProvider clock, ILogger<DeprecationUpkeep> log)
{
    private static readonly string Due = $"""
        select p.id from lifecycle.proposal p
        where p.state <= 4 and p.next_chase_at <= $1
        union
        select p.id
        from lifecycle.proposal p
        join lifecycle.proposal_feature x on x.proposal_id = p.id
        join registry.manifest_entry e on e.feature_id = x.feature_id
        join registry.model m on m.live_version_id = e.model_version_id
        where p.state between 2 and 4 and not exists (
            select from lifecycle.migration_task k
            where k.proposal_id = p.id and k.feature_id = x.feature_id and k.model_id = m.id and k.status <> {(short)MigrationStatus.Done})
        union
        select p.id
        from lifecycle.proposal p
        join lifecycle.migration_task k on k.proposal_id = p.id and k.status <> {(short)MigrationStatus.Done}
        join registry.model m on m.id = k.model_id
        where p.state between 2 and 5
          and not exists (select from registry.manifest_entry e where e.model_version_id = m.live_version_id and e.feature_id = k.feature_id)
        order by id
        """;

    public async Task RunAsync(CancellationToken cancellation)
    {
        foreach (var id in await DueAsync(cancellation))
        {
            try
            {
                await KeepUpAsync(id, cancellation);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // The others must not wait for it; the next run tries again.
                log.LogError(exception, "The reviewers and readers of deprecation {Proposal} could not be followed", id);
            }
        }
    }

    private async Task<List<int>> DueAsync(CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(Due);
        command.Parameters.Add(new() { Value = WriteTransaction.Truncate(clock.GetUtcNow()) });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var due = new List<int>();
        while (await reader.ReadAsync(cancellation))
            due.Add(reader.GetInt32(0));
        return due;
    }

    private async Task KeepUpAsync(int id, CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope();
        var write = scope.ServiceProvider.GetRequiredService<WriteTransaction>();
        write.Origin = Origin.System("deprecation-upkeep");
        await write.BeginAsync(cancellation);
        if (await ProposalStore.LockAsync(write.Connection, id, cancellation, skip: true) is not { } stored)
            return;
        var silence = await rules.SilenceAsync(write.Connection, write.Now, cancellation);
        var chased = Chasing.Chase(stored.Proposal, rules.Policy, silence, write.Now);
        var action = chased.Proposal.State == stored.Proposal.State ? "reviewers-chased" : Words.Of(chased.Proposal.State);
        var next = await ProposalChanges.SaveAsync(write, stored, chased.Proposal, action, null, cancellation);
        foreach (var nudge in chased.Nudges)
            await TellAsync(write, next, nudge, cancellation);
        if (next.Proposal.State is >= ProposalState.Notice and <= ProposalState.Removed)
            await MigrationTasks.SyncAsync(write, next, cancellation);
        await LookAgainAsync(write, id, LookAgain(next.Proposal, silence, write.Now), cancellation);
        await write.CommitAsync(cancellation);
    }

    // Looked at once a day all the same while a review is owed: a standard that lets silence agree may come into force any day.
    private DateTimeOffset? LookAgain(Proposal proposal, SilencePolicy silence, DateTimeOffset now) =>
        !proposal.IsOpen || Quorum.MissingTeams(proposal).IsEmpty ? null
        : Chasing.Next(proposal, rules.Policy, silence) is { } next && next < now.AddDays(1) ? next
        : now.AddDays(1);

    private static async Task TellAsync(WriteTransaction write, StoredProposal stored, Nudge nudge, CancellationToken cancellation)
    {
        var escalates = nudge.Kind is NudgeKind.Parent or NudgeKind.Administrators;
        var parent = escalates ? await ParentAsync(write.Connection, nudge.Team, cancellation) : null;
        var recipients = new Recipients(
            [nudge.Team, .. parent is null ? [] : (string[])[parent]],
            nudge.Kind == NudgeKind.Silence ? [stored.Proposal.Proposer] : [],
            nudge.Kind == NudgeKind.Administrators ? ["admin"] : []);
        write.Announce(Action(nudge.Kind), Subject.Deprecation(stored.Id), recipients, new
        {
            nudge.Team,
            nudge.DueAt,
            To = escalates ? Words.Of(nudge.Kind) : null,
            Features = stored.Proposal.Features.Select(feature => feature.Key),
        }, stored.Proposal.Reason);
    }

    private static string Action(NudgeKind kind) => kind switch
    {
        NudgeKind.Reminder => "deprecation.review-reminder",
        NudgeKind.Silence => "deprecation.silence-consented",
        NudgeKind.Parent or NudgeKind.Administrators => "deprecation.review-escalated",
    };

    private static async Task<string?> ParentAsync(NpgsqlConnection connection, string team, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select p.slug from registry.team t join registry.team p on p.id = t.parent_id where t.slug = $1", connection);
        command.Parameters.Add(new() { Value = team });
        return (string?)await command.ExecuteScalarAsync(cancellation);
    }

    private static async Task LookAgainAsync(WriteTransaction write, int id, DateTimeOffset? at, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("update lifecycle.proposal set next_chase_at = $2 where id = $1", write.Connection);
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = (object?)at ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
