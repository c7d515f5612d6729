using FeatureGovernance.Contracts.Standards;
using FeatureGovernance.Core;
using FeatureGovernance.Core.Lifecycle;
using FeatureGovernance.Core.Registry;
using FeatureGovernance.Core.Standards;
using FeatureGovernance.Server.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace FeatureGovernance.Server.Standards;

/// <summary>Judges every feature twice, by what is in force and by what would be, in one pass over the registry.</summary>
internal static class DryRun
{
    private const int MostRuns = 2;
    private static readonly SemaphoreSlim Room = new(MostRuns);

    /// <param name="on">The day to judge for; without it, the document's first day or today, with grace passed over.</param>
    public static async Task<Results<Ok<DryRunReport>, Refused>> Post(
        string name, string? on, int? limit, string? cursor, HttpContext context, NpgsqlDataSource source, StandardShelf shelf,
            TimeProvider clock, CancellationToken cancellation)
    {
        var faults = new FieldFaults();
        var size = Limits.Page(limit, faults);
        var after = Cursor.Decode(cursor, "key", faults);
        faults.Check(after?.Last is null || FeatureKey.TryParse(after.Last, out _), "cursor", "The cursor was not given out for this list.",
            "Leave it out to begin again.");
        DateOnly? day = null;
        if (on is not null && !(DateOnly.TryParseExact(on, "yyyy-MM-dd", out var given) && given.Year is > 2000 and < 2200))
            faults.Add("on", "The value is not a date.", "Send a date such as 2026-01-31.");
        else if (on is not null)
            day = DateOnly.ParseExact(on, "yyyy-MM-dd");
        if (faults.Refusal is { } malformed)
            return (Refused)malformed;
        var (_, standard, refusal) = await StandardBody.ReadAsync(context, name, cancellation);
        return standard is null ? (Refused)refusal! : await RunAsync(standard, day, after?.Last, size, source, shelf, clock, cancellation);
    }

    /// <param name="day">The day to judge for; null for the document's first day or today, with grace passed over.</param>
    /// <param name="after">The key after which the list of features begins; null from the first on.</param>
    public static async Task<Results<Ok<DryRunReport>, Refused>> RunAsync(
        Standard standard, DateOnly? day, string? after, int size, NpgsqlDataSource source, StandardShelf shelf, TimeProvider clock,
        CancellationToken cancellation)
    {
        await Room.WaitAsync(cancellation);
        try
        {
            await using var connection = await source.OpenConnectionAsync(cancellation);
            var now = clock.GetUtcNow();
            var present = await shelf.OpenAsync(connection, now, cancellation);
            if (StandardChecks.Refuse(standard, present) is { } broken)
                return (Refused)broken;
            var today = DateOnly.FromDateTime(now.UtcDateTime);
            var first = standard.Rules.Select(rule => rule.EffectiveFrom).Append(standard.EffectiveFrom).Append(today).Max()!.Value;
            var tried = day is null ? standard with { Rules = [.. standard.Rules.Select(rule => rule with { GraceDays = 0 })] } : standard;
            var run = new Run(present, present.With(new(tried, 0)), tried,
                (day ?? first).ToDateTime(TimeOnly.FromDateTime(now.UtcDateTime), DateTimeKind.Utc), after, size);
            await foreach (var (_, record) in FeatureRecords.ReadAsync(connection, Selection.Living, now, cancellation, "order by f.key collate \"C\""))
                run.Judge(record);
            return TypedResults.Ok(run.Report(day ?? first));
        }
        finally
        {
            Room.Release();
        }
    }

    private sealed class Run(StandardBook present, StandardBook wanted, Standard standard, DateTimeOffset at, string? after, int size)
    {
        private readonly Dictionary<string, (int Fails, int Newly)> rules = standard.Rules.ToDictionary(rule => rule.Id, _ => (0, 0), StringComparer.Ordinal);
        private readonly List<NewlyFailing> items = [];
        private readonly List<RuleVerdict> today = [];
        private readonly List<RuleVerdict> then = [];
        private int features;
        private int newly;
        private int newlyErrors;
        private int noLonger;
        private bool more;

        public void Judge(FeatureRecord record)
        {
            features++;
            present.Judge(record, null, today);
            wanted.Judge(record with { At = at }, null, then);
            foreach (var verdict in then.Where(verdict => verdict.Failed && rules.ContainsKey(verdict.Rule.Id)))
            {
                var (fails, fresh) = rules[verdict.Rule.Id];
                rules[verdict.Rule.Id] = (fails + 1, fresh + (IsNew(verdict) ? 1 : 0));
            }

            if (today.Exists(Matters) && !then.Exists(Matters))
                noLonger++;
            if (!then.Exists(IsGraver))
                return;
            newly++;
            if (then.Exists(verdict => verdict.Level == RuleLevel.Error && IsGraver(verdict)))
                newlyErrors++;
            if (after is not null && string.CompareOrdinal(record.Key, after) <= 0)
                return;
            if (items.Count < size)
                items.Add(new(record.Key, record.Team, [.. then.Where(IsGraver).Select(Findings.View)]));
            else
                more = true;
        }

        public DryRunReport Report(DateOnly on) => new(standard.Name, on, features, newly, newlyErrors, noLonger,
            [.. standard.Rules.Select(rule => new RuleTotals(rule.Id, Words.Of(rule.Level), rules[rule.Id].Fails, rules[rule.Id].Newly))],
            items, more ? new Cursor("key", items[^1].Feature, 0).Encode() : null);

        private static bool Matters(RuleVerdict verdict) => verdict.Failed && verdict.Level >= RuleLevel.Warn;

        private bool IsNew(RuleVerdict verdict) => !today.Exists(other => other.Failed && other.Rule.Id == verdict.Rule.Id);

        private bool IsGraver(RuleVerdict verdict) =>
            Matters(verdict) && !today.Exists(other => other.Failed && other.Rule.Id == verdict.Rule.Id && other.Level >= verdict.Level);
    }
}
