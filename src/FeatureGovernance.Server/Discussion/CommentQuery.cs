using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Discussion;
using FeatureGovernance.Server.Http;
using Npgsql;

namespace FeatureGovernance.Server.Discussion;

/// <summary>Reads what was said of a feature, the newest first.</summary>
internal static class CommentQuery
{
    public static async Task<Page<CommentView>> ListAsync(
        NpgsqlConnection connection, int feature, int size, long? before, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select id, author, at, text, taken_back_by from discussion.comment
            where feature_id = $1 and id < $2 order by id desc limit $3
            """, connection);
        command.Parameters.Add(new() { Value = feature });
        command.Parameters.Add(new() { Value = before ?? long.MaxValue });
        command.Parameters.Add(new() { Value = size + 1 });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<CommentView>();
        while (await reader.ReadAsync(cancellation))
            found.Add(Read(reader));
        var page = found.Take(size).ToList();
        return new(page, found.Count > size ? new Cursor("-id", null, page[^1].Id).Encode() : null);
    }

    /// <summary>Locked until the transaction ends; null where the feature has no such comment.</summary>
    public static async Task<CommentView?> LockAsync(NpgsqlConnection connection, int feature, int id, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select id, author, at, text, taken_back_by from discussion.comment where feature_id = $1 and id = $2 for update", connection);
        command.Parameters.Add(new() { Value = feature });
        command.Parameters.Add(new() { Value = id });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? Read(reader) : null;
    }

    /// <summary>Who said something of the feature that stands, each once.</summary>
    public static async Task<string[]> AuthorsAsync(NpgsqlConnection connection, int feature, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select coalesce(array_agg(distinct c.author), '{}') from discussion.comment c
            join registry.person p on p.handle = c.author
            where c.feature_id = $1 and c.text is not null
            """, connection);
        command.Parameters.Add(new() { Value = feature });
        return (string[])(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static CommentView Read(NpgsqlDataReader row) => new(
        row.GetInt32(0), row.GetString(1), row.GetFieldValue<DateTimeOffset>(2), row.IsDBNull(3) ? null : row.GetString(3),
        row.IsDBNull(4) ? null : row.GetString(4));
}
