using FeatureGovernance.Contracts;
using FeatureGovernance.Contracts.Standards;
using FeatureGovernance.Core.Standards;
using FeatureGovernance.Server.Access;
using FeatureGovernance.Server.Http;
using FeatureGovernance.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace FeatureGovernance.Server.Standards;

/// <summary>How far up the ladder features, groups and teams are, and the shortest way on.</summary>
internal static class ScorecardEndpoints
{
    private const int MostPath = 100;
    private const int MostDays = 400;

    public static void MapScorecards(this RouteGroupBuilder api)
    {
        var scorecards = api.MapGroup("/scorecards").WithTags("Scorecards");
        scorecards.MapGet("/teams", (NpgsqlDataSource source, int? limit, string? cursor, CancellationToken cancellation) => ListAsync(0, source,
            limit, cursor, cancellation))
            .Needs(Permission.Read).WithSummary("Teams with the level of their newest record");
        scorecards.MapGet("/groups", (NpgsqlDataSource source, int? limit, string? cursor, CancellationToken cancellation) => ListAsync(1,
            source, limit, cursor, cancellation))
            .Needs(Permission.Read).WithSummary("Groups with the level of their newest record");
        scorecards.MapGet("/teams/{team}", (string team, NpgsqlDataSource source, StandardShelf shelf, TimeProvider clock, CancellationToken cancellation) =>
            JointAsync("team", team, Selection.Team(team), source, shelf, clock,
                cancellation)).Needs(Permission.Read).WithSummary("A team, with the teams under it, as of now");
        scorecards.MapGet("/groups/{group}", (string group, NpgsqlDataSource source, StandardShelf shelf, TimeProvider clock, CancellationToken cancellation) =>
            JointAsync("group", group, Selection.Group(group), source, shelf, clock, cancellation)).Needs(Permission.Read).WithSummary("A group as of now");
        scorecards.MapGet("/teams/{team}/trend", (string team, string? from, string? to, NpgsqlDataSource source, TimeProvider clock,
            CancellationToken cancellation) =>
            TrendAsync(0, team, from, to, source, clock, cancellation)).Needs(Permission.Read).WithSummary("How a team's level went");
        scorecards.MapGet("/groups/{group}/trend", (string group, string? from, string? to, NpgsqlDataSource source, TimeProvider clock,
            CancellationToken cancellation) =>
            TrendAsync(1, group, from, to, source, clock, cancellation)).Needs(Permission.Read).WithSummary("How a group's level went");
        api.MapGet("/features/{key}/scorecard", Feature).Needs(Permission.Read).WithTags("Scorecards")
            .WithSummary("A feature's level, and the shortest way to the next");
    }

    private static async Task<Results<Ok<FeatureScorecardView>, Refused>> Feature(
        string key, NpgsqlDataSource source, StandardShelf shelf, TimeProvider clock, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        if (await FeatureRow.FindAsync(connection, key, cancellation) is not { } row)
            return (Refused)Problems.NotFound("feature", FieldFaults.Printable(key));
        var now = clock.GetUtcNow();
        var book = await shelf.OpenAsync(connection, now, cancellation);
        var record = (await FeatureRecords.FindAsync(connection, row.Id, now, cancellation))!;
        return TypedResults.Ok(View(FeatureScorecard.Of(record.Key, book.Ladder, book.Judge(record)), book.Ladder, null));
    }

    public static async Task<Results<Ok<JointScorecardView>, Refused>> JointAsync(
        string what, string subject, Selection selection, NpgsqlDataSource source, StandardShelf shelf, TimeProvider clock, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        faults.Slug(what, subject);
        if (faults.Refusal is { } malformed)
            return (Refused)malformed;
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var now = clock.GetUtcNow();
        var book = await shelf.OpenAsync(connection, now, cancellation);
        var features = new List<FeatureScorecard>();
        var found = new List<RuleVerdict>();
        await foreach (var (_, record) in FeatureRecords.ReadAsync(connection, selection, now, cancellation))
        {
            book.Judge(record, null, found);
            features.Add(FeatureScorecard.Of(record.Key, book.Ladder, found));
        }

        if (features.Count == 0)
            return (Refused)Problems.NotFound(what, subject);
        var joint = JointScorecard.Of(book.Ladder, features);
        var next = joint.Level + 1;
        return TypedResults.Ok(new JointScorecardView(
            subject, ScorecardJob.Name(book.Ladder, joint.Level), next < book.Ladder.Levels.Length ? book.Ladder.Levels[next] : null, joint.Features,
            joint.Counts.Index().ToDictionary(count => ScorecardJob.Name(book.Ladder, count.Index - 1), count => count.Item), book.Ladder.Quota,
            joint.Path.Length, joint.Effort, [.. joint.Path.Take(MostPath).Select(feature => View(feature, book.Ladder, next))]));
    }

    /// <param name="target">The level to reach; null for the feature's own next one.</param>
    private static FeatureScorecardView View(FeatureScorecard feature, Ladder ladder, int? target)
    {
        var next = target ?? feature.Level + 1;
        return new(feature.Key, ScorecardJob.Name(ladder, feature.Level), next < ladder.Levels.Length ? ladder.Levels[next] : null, feature.EffortTo(next),
            [.. feature.PathTo(next).OrderBy(step => step.Effort).Select(step => View(step, ladder))],
            [.. feature.Unmet.Where(step => step.Level > next).Select(step => View(step, ladder))]);
    }

    private static LevelStep View(Step step, Ladder ladder) => new(step.Rule, ladder.Levels[step.Level], step.Effort, step.Message, step.Remedy);

    public static async Task<Results<Ok<LevelTrend>, Refused>> TrendAsync(
        short kind, string subject, string? from, string? to, NpgsqlDataSource source, TimeProvider clock, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        faults.Slug(kind == 0 ? "team" : "group", subject);
        var last = Day("to", to, faults) ?? DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var first = Day("from", from, faults) ?? last.AddDays(-Math.Min(89, last.DayNumber));
        faults.Check(first <= last && last.DayNumber - first.DayNumber < MostDays, "from",
            $"The span ends before it begins, or is over {MostDays} days.", "Ask for less at once.");
        if (faults.Refusal is { } malformed)
            return (Refused)malformed;
        await using var command = source.CreateCommand(
            "select day, level, features, counts from standards.scorecard_daily where subject_kind = $1 and subject = $2 and day between $3 and $4 order by day");
        command.Parameters.Add(new() { Value = kind });
        command.Parameters.Add(new() { Value = subject });
        command.Parameters.Add(new() { Value = first });
        command.Parameters.Add(new() { Value = last });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var days = new List<LevelDay>();
        while (await reader.ReadAsync(cancellation))
            days.Add(new(reader.GetFieldValue<DateOnly>(0), reader.GetString(1), reader.GetInt32(2), reader.GetFieldValue<int[]>(3)));
        return TypedResults.Ok(new LevelTrend(subject, days));
    }

    public static async Task<Results<Ok<Page<ScorecardSummary>>, Refused>> ListAsync(
        short kind, NpgsqlDataSource source, int? limit, string? cursor, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var size = Limits.Page(limit, faults);
        var after = Cursor.Decode(cursor, "subject", faults);
        if (faults.Refusal is { } malformed)
            return (Refused)malformed;
        await using var command = source.CreateCommand("""
            select subject, day, level, features, counts from standards.scorecard_daily
            where subject_kind = $1 and day = (select max(day) from standards.scorecard_daily where subject_kind = $1) and subject > $2 collate "C"
            order by subject collate "C" limit $3
            """);
        command.Parameters.Add(new() { Value = kind });
        command.Parameters.Add(new() { Value = after?.Last ?? "" });
        command.Parameters.Add(new() { Value = size + 1 });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<ScorecardSummary>();
        while (await reader.ReadAsync(cancellation))
            found.Add(new(reader.GetString(0), reader.GetFieldValue<DateOnly>(1), reader.GetString(2), reader.GetInt32(3), reader.GetFieldValue<int[]>(4)));
        var page = found.Take(size).ToList();
        return TypedResults.Ok(new Page<ScorecardSummary>(page, found.Count > size ? new Cursor("subject", page[^1].Subject, 0).Encode() : null));
    }

    private static DateOnly? Day(string field, string? text, FieldFaults faults)
    {
        if (text is null)
            return null;
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", out var day))
            return day;
        faults.Add(field, "The value is not a date.", "Send a date such as 2026-01-31.");
        return null;
    }
}
