using FeatureGovernance.Core;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Core.Value;
using Npgsql;

namespace FeatureGovernance.Server.Pages;

/// <summary>How a team's features stand.</summary>
/// <param name="Value">Their part of all value; null before the first scores.</param>
/// <param name="ToGo">How many are advised to go.</param>
/// <param name="Saving">What following all advice would save a day.</param>
/// <param name="Incidents">Incidents of its features that nobody has closed.</param>
/// <param name="Level">Of its newest scorecard; null before the first.</param>
public sealed record HomeTeam(string Slug, long Features, double? Value, long ToGo, double? Saving, long Incidents, string? Level);

/// <summary>The registry counted once, for all that Home tells of it.</summary>
internal sealed class HomeCounts
{
    private readonly List<Part> parts = [];

    private HomeCounts()
    {
    }

    public IReadOnlyList<(string Word, long Count)> Stages =>
        [.. parts.GroupBy(part => part.Stage).OrderBy(group => group.Key).Select(group => (Words.Of(group.Key), group.Sum(part => part.Count)))];

    public IReadOnlyList<(string Word, long Count, double? Saving)> Advice => [.. parts.Where(part => part.Advice is not null)
        .GroupBy(part => part.Advice!.Value).OrderBy(group => group.Key)
        .Select(group => (Words.Of(group.Key), group.Sum(part => part.Count), Sum(group, part => part.Saving)))];

    public static async Task<HomeCounts> ReadAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select f.team_id, f.stage, s.recommendation, count(*), sum(s.value), sum(s.saving_per_day)
            from registry.feature f left join value.feature_score s on s.feature_id = f.id group by 1, 2, 3
            """, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var counts = new HomeCounts();
        while (await reader.ReadAsync(cancellation))
        {
            counts.parts.Add(new(reader.GetInt32(0), (Stage)reader.GetInt16(1), reader.IsDBNull(2) ? null : (Recommendation)reader.GetInt16(2),
                reader.GetInt64(3),
                reader.IsDBNull(4) ? null : reader.GetDouble(4), reader.IsDBNull(5) ? null : reader.GetDouble(5)));
        }

        return counts;
    }

    /// <summary>These teams, or where none is given those with most to save.</summary>
    public async Task<List<HomeTeam>> TeamsAsync(NpgsqlConnection connection, IReadOnlySet<int> own, int most, CancellationToken cancellation)
    {
        var chosen = parts.GroupBy(part => part.Team).Where(group => own.Count == 0 || own.Contains(group.Key))
            .OrderByDescending(group => Sum(group, part => part.Saving) ?? 0).ThenByDescending(group => group.Sum(part => part.Count)).Take(most).ToList();
        await using var command = new NpgsqlCommand("""
            select t.id, t.slug,
                   (select count(*) from drift.incident i join registry.feature f on f.id = i.lead_feature_id where i.status in (0, 1, 2) and f.team_id = t.id),
                   (select level from standards.scorecard_daily c where c.subject_kind = 0 and c.subject = t.slug order by day desc limit 1)
            from registry.team t where t.id = any($1)
            """, connection);
        command.Parameters.Add(new() { Value = chosen.Select(group => group.Key).ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var named = new Dictionary<int, (string Slug, long Incidents, string? Level)>();
        while (await reader.ReadAsync(cancellation))
            named[reader.GetInt32(0)] = (reader.GetString(1), reader.GetInt64(2), reader.IsDBNull(3) ? null : reader.GetString(3));
        return [.. chosen.Where(group => named.ContainsKey(group.Key)).Select(group => new HomeTeam(
            named[group.Key].Slug, group.Sum(part => part.Count), Sum(group, part => part.Value),
            group.Where(part => part.Advice == Recommendation.Deprecate).Sum(part => part.Count), Sum(group, part => part.Saving),
            named[group.Key].Incidents, named[group.Key].Level))];
    }

    // What nobody knows of any part is unknown of the whole.
    private static double? Sum(IEnumerable<Part> of, Func<Part, double?> number) =>
        of.Select(number).Where(one => one is not null).DefaultIfEmpty(null).Aggregate((a, b) => a + b);

    private sealed record Part(int Team, Stage Stage, Recommendation? Advice, long Count, double? Value, double? Saving);
}

/// <summary>The newest counts. They go through the whole registry, and may be some seconds old.</summary>
internal sealed class HomeCountsReader(TimeProvider clock)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private sealed record Kept(HomeCounts Counts, DateTimeOffset At);

    private volatile Kept? last;

    public async Task<HomeCounts> ReadAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        if (last is { } kept && now - kept.At < Longest)
            return kept.Counts;
        var counts = await HomeCounts.ReadAsync(connection, cancellation);
        last = new(counts, now);
        return counts;
    }
}
