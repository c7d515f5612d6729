using FeatureGovernance.Core.Standards;
using FeatureGovernance.Server.Storage;
using Npgsql;

namespace FeatureGovernance.Server.Standards;

/// <summary>Records each day how far up the ladder every team and group is; run again, it replaces the day's record.</summary>
internal sealed class ScorecardJob(NpgsqlDataSource source, StandardShelf shelf, TimeProvider clock)
{
    public const string None = "none";

    public async Task RunAsync(CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var now = WriteTransaction.Truncate(clock.GetUtcNow());
        var book = await shelf.OpenAsync(connection, now, cancellation);
        var tally = new Dictionary<(short Kind, string Subject), int[]>();
        var found = new List<RuleVerdict>();
        await foreach (var (_, record) in FeatureRecords.ReadAsync(connection, Selection.Living, now, cancellation))
        {
            book.Judge(record, null, found);
            var level = FeatureScorecard.Of(record.Key, book.Ladder, found).Level;
            // A team above counts the features of the teams under it.
            foreach (var team in record.Teams)
                Count((0, team), level);
            Count((1, record.Group), level);
        }

        await SaveAsync(connection, DateOnly.FromDateTime(now.UtcDateTime), book.Ladder, tally, cancellation);

        void Count((short, string) subject, int level)
        {
            if (!tally.TryGetValue(subject, out var counts))
                tally.Add(subject, counts = new int[book.Ladder.Levels.Length + 1]);
            counts[level + 1]++;
        }
    }

    public static string Name(Ladder ladder, int level) => level < 0 ? None : ladder.Levels[level];

    private static async Task SaveAsync(
        NpgsqlConnection connection, DateOnly day, Ladder ladder, Dictionary<(short Kind, string Subject), int[]> tally, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            insert into standards.scorecard_daily (subject_kind, subject, day, level, features, counts)
            select kind, subject, $1, level, features, string_to_array(counts, ',')::int[] from unnest($2, $3, $4, $5, $6) as t (kind, subject, level, features, counts)
            on conflict (subject_kind, subject, day) do update set level = excluded.level, features = excluded.features, counts = excluded.counts
            """, connection);
        var rows = tally.ToList();
        command.Parameters.Add(new() { Value = day });
        command.Parameters.Add(new() { Value = rows.Select(row => row.Key.Kind).ToArray() });
        command.Parameters.Add(new() { Value = rows.Select(row => row.Key.Subject).ToArray() });
        command.Parameters.Add(new() { Value = rows.Select(row => Name(ladder, JointScorecard.Reached(ladder, row.Value))).ToArray() });
        command.Parameters.Add(new() { Value = rows.Select(row => row.Value.Sum()).ToArray() });
        command.Parameters.Add(new() { Value = rows.Select(row => string.Join(',', row.Value)).ToArray() });
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
