using FeatureGovernance.Server.Storage;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Lifecycle;

/// <summary>A draft as it is locked: whose, where it stands, and what is in it.</summary>
internal sealed record StoredDraft(int Id, int TeamId, string Team, DraftState State, int Revision, int[] Features);

/// <summary>Reads drafts for change, and changes them.</summary>
internal static class DraftStore
{
    private const string Select = """
        select d.id, d.team_id, t.slug, d.state, d.revision, array(select feature_id from lifecycle.draft_feature x where x.draft_id = d.id order by feature_id)
        from lifecycle.draft d join registry.team t on t.id = d.team_id
        """;

    public static Task<StoredDraft?> LockAsync(NpgsqlConnection connection, int id, CancellationToken cancellation) =>
        OneAsync(connection, "where d.id = $1", id, cancellation);

    public static Task<StoredDraft?> LockOpenAsync(NpgsqlConnection connection, int team, CancellationToken cancellation) =>
        OneAsync(connection, "where d.team_id = $1 and d.state = 0", team, cancellation);

    /// <summary>Makes the team's open draft what the features say; with none, it lapses.</summary>
    public static async Task<int> KeepAsync(WriteTransaction write, int? draft, int team, int[] features, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(draft is null
            ? "insert into lifecycle.draft (team_id, state, revision, created_at, updated_at) values ($1, 0, 1, $2, $2) returning id"
            : "update lifecycle.draft set revision = revision + 1, updated_at = $2, state = case when $3 then 3 else 0 end where id = $1 returning id", write.Connection);
        command.Parameters.Add(new() { Value = draft ?? team });
        command.Parameters.Add(new() { Value = write.Now });
        if (draft is not null)
            command.Parameters.Add(new() { Value = features.Length == 0 });
        var id = (int)(await command.ExecuteScalarAsync(cancellation))!;
        await using var replace = new NpgsqlCommand("""
            with gone as (delete from lifecycle.draft_feature where draft_id = $1 and feature_id <> all($2))
            insert into lifecycle.draft_feature select $1, f from unnest($2) f on conflict do nothing
            """, write.Connection);
        replace.Parameters.Add(new() { Value = id });
        replace.Parameters.Add(new() { Value = features });
        await replace.ExecuteNonQueryAsync(cancellation);
        return id;
    }

    public static async Task CloseAsync(WriteTransaction write, int id, DraftState state, string? reason, int? proposal, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            update lifecycle.draft set state = $2, revision = revision + 1, updated_at = $3, decided_by = $4, reason = $5, proposal_id = $6 where id = $1
            """, write.Connection);
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = (short)state });
        command.Parameters.Add(new() { Value = write.Now });
        command.Parameters.Add(new() { Value = write.Origin.Actor });
        command.Parameters.Add(new() { Value = (object?)reason ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = (object?)proposal ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<StoredDraft?> OneAsync(NpgsqlConnection connection, string condition, int value, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"{Select} {condition} for update of d", connection);
        command.Parameters.Add(new() { Value = value });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? new(reader.GetInt32(0), reader.GetInt32(1), reader.GetString(2), (DraftState)reader.GetInt16(3), reader.GetInt32(4),
                reader.GetFieldValue<int[]>(5))
            : null;
    }
}
