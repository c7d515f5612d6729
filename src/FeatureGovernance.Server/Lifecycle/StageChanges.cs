using FeatureGovernance.Core;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Server.Audit;
using FeatureGovernance.Server.Registry;
using FeatureGovernance.Server.Storage;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Lifecycle;

/// <summary>Stores steps that the rules have decided: the feature, the record of the step and the audit event together.</summary>
internal static class StageChanges
{
    /// <summary>The features must be locked by this transaction.</summary>
    /// <param name="changes">What is to happen, by feature id.</param>
    /// <param name="replacements">What takes a feature's place, by feature id; a revived feature loses its replacement.</param>
    public static async Task ApplyAsync(
        WriteTransaction write, IReadOnlyDictionary<int, StageChange> changes, IReadOnlyDictionary<int, int> replacements, string? reason, int? proposal,
        CancellationToken cancellation)
    {
        if (changes.Count == 0)
            return;
        int[] ids = [.. changes.Keys];
        var before = await FeatureRow.ByIdAsync(write.Connection, ids, cancellation);
        await using (var command = new NpgsqlCommand($"""
            with change as (
                select * from unnest($1, $2, $3, $4, $5, $6) as c (feature_id, from_stage, to_stage, overridden, override_reason, replacement_id)),
            moved as (
                update registry.feature f
                set stage = c.to_stage, stage_since = $7, revision = f.revision + 1, updated_at = $7,
                    replacement_id = case when c.to_stage = {(short)Stage.Adopted} then null else coalesce(c.replacement_id, f.replacement_id) end
                from change c where f.id = c.feature_id and f.stage = c.from_stage returning f.id)
            insert into lifecycle.stage_change (feature_id, from_stage, to_stage, actor, at, reason, proposal_id, overridden, override_reason)
            select c.feature_id, c.from_stage, c.to_stage, $8, $7, $9, $10, string_to_array(c.overridden, ','), c.override_reason
            from change c join moved m on m.id = c.feature_id
            """, write.Connection))
        {
            command.Parameters.Add(new() { Value = ids });
            command.Parameters.Add(new() { Value = ids.Select(id => (short)changes[id].From).ToArray() });
            command.Parameters.Add(new() { Value = ids.Select(id => (short)changes[id].To).ToArray() });
            command.Parameters.Add(new() { Value = ids.Select(id => string.Join(',', changes[id].Overridden)).ToArray() });
            command.Parameters.Add(new() { Value = ids.Select(id => changes[id].OverrideReason).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
            command.Parameters.Add(new()
            {
                Value = ids.Select(id => replacements.TryGetValue(id, out var replacement) ? replacement : (int?)null).ToArray(),
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer,
            });
            command.Parameters.Add(new() { Value = write.Now });
            command.Parameters.Add(new() { Value = write.Origin.Actor });
            command.Parameters.Add(new() { Value = (object?)reason ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
            command.Parameters.Add(new() { Value = (object?)proposal ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer });
            if (await command.ExecuteNonQueryAsync(cancellation) != changes.Count)
                throw new InvalidOperationException("A locked feature was not at the stage that was decided on.");
        }

        var after = (await FeatureRow.ByIdAsync(write.Connection, ids, cancellation)).ToDictionary(row => row.Id);
        foreach (var row in before)
        {
            var overridden = changes[row.Id].Overridden is { IsEmpty: false } codes ? $" [overridden: {string.Join(", ", codes)}]" : "";
            write.Record(NewEvent.Of($"feature.{Words.Of(changes[row.Id].To)}", "feature", row.Id, row.Key, row.View(), after[row.Id].View(),
                reason + overridden));
        }
    }
}
