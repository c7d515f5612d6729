using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Server.Storage;
using Npgsql;

namespace FeatureGovernance.Server.Lifecycle;

/// <summary>Keeps the tasks of a proposal as its readers come and go.</summary>
internal static class MigrationTasks
{
    private static readonly string Missing = $"""
        insert into lifecycle.migration_task
            (proposal_id, feature_id, model_id, replacement_id, assignee_id, status, due_at, revision, created_at, updated_at)
        select x.proposal_id, x.feature_id, m.id, x.replacement_id, m.team_id, {(short)MigrationStatus.Open}, $2, 1, $3, $3
        from lifecycle.proposal_feature x
        join registry.manifest_entry e on e.feature_id = x.feature_id
        join registry.model m on m.live_version_id = e.model_version_id
        where x.proposal_id = $1
        on conflict (proposal_id, feature_id, model_id) do nothing
        returning id, (select slug from registry.team where id = assignee_id)
        """;

    // Done is what the manifest says: a task closes with the last manifest that reads, and opens again with the next that does.
    private static readonly string Changed = $"""
        update lifecycle.migration_task t
        set status = case when now.reads then {(short)MigrationStatus.Open} else {(short)MigrationStatus.Done} end, revision = t.revision + 1, updated_at = $2
        from (select k.id, exists (
                  select from registry.manifest_entry e join registry.model m on m.live_version_id = e.model_version_id
                  where m.id = k.model_id and e.feature_id = k.feature_id) as reads
              from lifecycle.migration_task k where k.proposal_id = $1) now
        where t.id = now.id and (t.status = {(short)MigrationStatus.Done}) = now.reads
        returning t.id, t.status
        """;

    /// <summary>The proposal must be locked. Whoever gets a new task is told.</summary>
    public static async Task SyncAsync(WriteTransaction write, StoredProposal stored, CancellationToken cancellation)
    {
        var changed = new List<(int Id, short Status)>();
        await using (var command = new NpgsqlCommand(Changed, write.Connection))
        {
            command.Parameters.Add(new() { Value = stored.Id });
            command.Parameters.Add(new() { Value = write.Now });
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
                changed.Add((reader.GetInt32(0), reader.GetInt16(1)));
        }

        var added = await AddAsync(write, stored, cancellation);
        if (changed.Count > 0)
        {
            write.Announce("deprecation.migration-moved", Subject.Deprecation(stored.Id), Recipients.OfPeople(stored.Proposal.Proposer), new
            {
                Done = changed.Where(task => task.Status == (short)MigrationStatus.Done).Select(task => task.Id),
                Reopened = changed.Where(task => task.Status != (short)MigrationStatus.Done).Select(task => task.Id),
            });
        }

        if (added.Count > 0)
        {
            write.Announce("deprecation.migration-assigned", Subject.Deprecation(stored.Id), Recipients.OfTeams(added.Select(task => task.Team)),
                new { Tasks = added.Select(task => task.Id), DueAt = Due(stored.Proposal, write.Now) }, stored.Proposal.Reason);
        }
    }

    private static async Task<List<(int Id, string Team)>> AddAsync(WriteTransaction write, StoredProposal stored, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Missing, write.Connection);
        command.Parameters.Add(new() { Value = stored.Id });
        command.Parameters.Add(new() { Value = Due(stored.Proposal, write.Now) });
        command.Parameters.Add(new() { Value = write.Now });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var added = new List<(int, string)>();
        while (await reader.ReadAsync(cancellation))
            added.Add((reader.GetInt32(0), reader.GetString(1)));
        return added;
    }

    // A reader that comes after notice has no time left.
    private static DateTimeOffset Due(Proposal proposal, DateTimeOffset now) => proposal.NoticeEnds is { } ends && ends > now ? ends : now;
}
