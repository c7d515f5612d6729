using System.Collections.Immutable;
using Npgsql;

namespace FeatureGovernance.Server.Standards;

/// <summary>The teams that the standards want asked before features go.</summary>
internal static class ReviewersQuery
{
    /// <summary>By feature; one that no rule speaks of is absent. Two statements, or one where no standard names a reviewer.</summary>
    public static async Task<Dictionary<int, ImmutableArray<string>>> OfAsync(
        NpgsqlConnection connection, int[] features, StandardShelf shelf, DateTimeOffset now, CancellationToken cancellation)
    {
        var policy = (await shelf.OpenAsync(connection, now, cancellation)).Review;
        var found = new Dictionary<int, ImmutableArray<string>>();
        if (policy.Reviewers.IsEmpty)
            return found;
        await foreach (var (id, record) in FeatureRecords.ReadAsync(connection, Selection.ById(features), now, cancellation))
        {
            if (policy.TeamsFor(record) is { IsEmpty: false } teams)
                found.Add(id, teams);
        }

        return found;
    }

    /// <summary>Of the teams named, those that are not registered.</summary>
    public static async Task<string[]> UnknownAsync(NpgsqlConnection connection, IEnumerable<string> teams, CancellationToken cancellation)
    {
        string[] named = [.. teams.Distinct(StringComparer.Ordinal)];
        if (named.Length == 0)
            return [];
        await using var command = new NpgsqlCommand(
            "select w.team from unnest($1) as w (team) where not exists (select from registry.team t where t.slug = w.team)", connection);
        command.Parameters.Add(new() { Value = named });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var unknown = new List<string>();
        while (await reader.ReadAsync(cancellation))
            unknown.Add(reader.GetString(0));
        return [.. unknown];
    }
}
