using FeatureGovernance.Contracts.Lifecycle;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Server.Storage;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Lifecycle;

/// <summary>One feature of a request.</summary>
internal sealed record StoredItem(int FeatureId, Adoption Adoption);

/// <summary>A request as kept.</summary>
internal sealed record StoredRequest(
    int Id, int ModelId, string Model, string Requester, string Justification, DateTimeOffset CreatedAt, int Revision, IReadOnlyList<StoredItem> Items)
{
    public AdoptionView View() => new(Id, Model, Requester, Justification, CreatedAt, Revision, [.. Items.Select(item => new AdoptedFeature(
        item.Adoption.Feature, item.Adoption.FeatureTeam, Words.Of(item.Adoption.State), item.Adoption.StateSince, item.Adoption.DecidedBy,
        item.Adoption.Comment))]);
}

/// <summary>Reads and writes adoption requests, by set.</summary>
internal static class AdoptionStore
{
    /// <summary>The state of an item: the pair's, while the pair is this request's; a manifest going live may have moved it.</summary>
    public const string ItemState = "coalesce(a.state, i.state)";

    public const string ItemJoin = """
        lifecycle.adoption_request q
        join lifecycle.adoption_item i on i.request_id = q.id
        left join lifecycle.adoption a on a.feature_id = i.feature_id and a.model_id = q.model_id and a.request_id = q.id
        """;

    public static async Task<StoredRequest?> FindAsync(NpgsqlConnection connection, int id, CancellationToken cancellation, bool locked = false)
    {
        if (locked)
        {
            await using var hold = new NpgsqlCommand("select id from lifecycle.adoption_request where id = $1 for update", connection);
            hold.Parameters.Add(new() { Value = id });
            await hold.ExecuteNonQueryAsync(cancellation);
        }

        await using var command = new NpgsqlCommand($"""
            select q.model_id, m.name, mt.slug, q.requester, q.justification, q.created_at, q.revision,
                   f.id, f.key, ft.slug, {ItemState}, coalesce(a.since, i.since), i.decided_by, i.comment
            from {ItemJoin}
            join registry.model m on m.id = q.model_id
            join registry.team mt on mt.id = m.team_id
            join registry.feature f on f.id = i.feature_id
            join registry.team ft on ft.id = f.team_id
            where q.id = $1 order by f.key collate "C"
            """, connection);
        command.Parameters.Add(new() { Value = id });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var items = new List<StoredItem>();
        StoredRequest? request = null;
        while (await reader.ReadAsync(cancellation))
        {
            request ??= new(id, reader.GetInt32(0), reader.GetString(1), reader.GetString(3), reader.GetString(4), reader.GetFieldValue<DateTimeOffset>(5),
                reader.GetInt32(6), items);
            items.Add(new(reader.GetInt32(7), new()
            {
                Model = request.Model,
                ModelTeam = reader.GetString(2),
                Feature = reader.GetString(8),
                FeatureTeam = reader.GetString(9),
                Requester = request.Requester,
                Justification = request.Justification,
                State = (AdoptionState)reader.GetInt16(10),
                StateSince = reader.GetFieldValue<DateTimeOffset>(11),
                DecidedBy = reader.IsDBNull(12) ? null : reader.GetString(12),
                Comment = reader.IsDBNull(13) ? null : reader.GetString(13),
            }));
        }

        return request;
    }

    /// <summary>Where the model stands to the features, as far as it asked before.</summary>
    public static async Task<List<(int FeatureId, AdoptionState State)>> PresentAsync(
        NpgsqlConnection connection, int model, int[] features, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select feature_id, state from lifecycle.adoption where model_id = $1 and feature_id = any($2)", connection);
        command.Parameters.Add(new() { Value = model });
        command.Parameters.Add(new() { Value = features });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var present = new List<(int, AdoptionState)>();
        while (await reader.ReadAsync(cancellation))
            present.Add((reader.GetInt32(0), (AdoptionState)reader.GetInt16(1)));
        return present;
    }

    public static async Task<int> InsertAsync(
        WriteTransaction write, int model, string requester, string justification, IReadOnlyList<StoredItem> items, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            insert into lifecycle.adoption_request (model_id, requester, justification, created_at, revision) values ($1, $2, $3, $4, 1) returning id
            """, write.Connection);
        command.Parameters.Add(new() { Value = model });
        command.Parameters.Add(new() { Value = requester });
        command.Parameters.Add(new() { Value = justification });
        command.Parameters.Add(new() { Value = write.Now });
        var id = (int)(await command.ExecuteScalarAsync(cancellation))!;
        await using var fill = Changing("""
            with item as (
                insert into lifecycle.adoption_item (request_id, feature_id, state, since, decided_by, comment)
                select $1, feature_id, state, $2, decided_by, comment from change)
            insert into lifecycle.adoption (feature_id, model_id, state, since, request_id)
            select feature_id, $7, state, $2, $1 from change
            on conflict (feature_id, model_id) do update set state = excluded.state, since = excluded.since, request_id = excluded.request_id
            """, write, id, items);
        fill.Parameters.Add(new() { Value = model });
        await fill.ExecuteNonQueryAsync(cancellation);
        return id;
    }

    public static async Task UpdateAsync(WriteTransaction write, StoredRequest request, IReadOnlyList<StoredItem> changed, CancellationToken cancellation)
    {
        await using var command = Changing("""
            with item as (
                update lifecycle.adoption_item i set state = c.state, since = $2, decided_by = c.decided_by, comment = c.comment
                from change c where i.request_id = $1 and i.feature_id = c.feature_id),
            pair as (
                update lifecycle.adoption a set state = c.state, since = $2
                from change c where a.model_id = $7 and a.request_id = $1 and a.feature_id = c.feature_id)
            update lifecycle.adoption_request set revision = revision + 1 where id = $1
            """, write, request.Id, changed);
        command.Parameters.Add(new() { Value = request.ModelId });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static NpgsqlCommand Changing(string sql, WriteTransaction write, int request, IReadOnlyList<StoredItem> items)
    {
        var change = "with change as (select * from unnest($3, $4, $5, $6) as c (feature_id, state, decided_by, comment)),";
        var command = new NpgsqlCommand(change + sql["with".Length..], write.Connection);
        command.Parameters.Add(new() { Value = request });
        command.Parameters.Add(new() { Value = write.Now });
        command.Parameters.Add(new() { Value = items.Select(item => item.FeatureId).ToArray() });
        command.Parameters.Add(new() { Value = items.Select(item => (short)item.Adoption.State).ToArray() });
        command.Parameters.Add(new() { Value = items.Select(item => item.Adoption.DecidedBy).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = items.Select(item => item.Adoption.Comment).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        return command;
    }
}
