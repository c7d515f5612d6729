using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Reports;
using FeatureGovernance.Core.Reports;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Storage;
using Npgsql;
using NpgsqlTypes;

namespace FeatureGovernance.Server.Reports;

/// <summary>Reviews that were kept when their quarter was over.</summary>
internal static class ReviewStore
{
    public static async Task<QuarterlyReview?> FindAsync(NpgsqlConnection connection, Quarter quarter, int? team, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select content::text from reports.review where quarter = $1 and team_id is not distinct from $2", connection);
        command.Parameters.Add(new() { Value = quarter.ToString() });
        command.Parameters.Add(Id(team));
        return await command.ExecuteScalarAsync(cancellation) is string text ? Json.Read<QuarterlyReview>(text) : null;
    }

    /// <summary>Newest first; those of one team where <paramref name="team"/> is given.</summary>
    public static async Task<Page<ReviewSummary>> ListAsync(
        NpgsqlConnection connection, int? team, int size, long? before, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select r.id, r.quarter, t.slug, r.made_at from reports.review r left join registry.team t on t.id = r.team_id
            where r.id < $1 and ($2 is null or r.team_id = $2) order by r.id desc limit $3
            """, connection);
        command.Parameters.Add(new() { Value = before ?? long.MaxValue });
        command.Parameters.Add(Id(team));
        command.Parameters.Add(new() { Value = size + 1 });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<(int Id, ReviewSummary Summary)>();
        while (await reader.ReadAsync(cancellation))
        {
            found.Add((reader.GetInt32(0),
                new(reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetString(2), reader.GetFieldValue<DateTimeOffset>(3))));
        }

        return new([.. found.Take(size).Select(one => one.Summary)],
            found.Count > size ? new Cursor("-id", null, found[size - 1].Id).Encode() : null);
    }

    /// <summary>False where one was kept before; that one stays.</summary>
    public static async Task<bool> KeepAsync(WriteTransaction write, QuarterlyReview review, int? team, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "insert into reports.review (quarter, team_id, made_at, content) values ($1, $2, $3, $4) on conflict do nothing", write.Connection);
        command.Parameters.Add(new() { Value = review.Quarter });
        command.Parameters.Add(Id(team));
        command.Parameters.Add(new() { Value = review.MadeAt });
        command.Parameters.Add(new() { Value = Json.Text(review), NpgsqlDbType = NpgsqlDbType.Json });
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }

    private static NpgsqlParameter Id(int? team) => new() { Value = (object?)team ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer };
}
