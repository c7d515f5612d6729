using FeatureGovernance.Core.Lifecycle;
using Npgsql;

namespace FeatureGovernance.Server.Lifecycle;

/// <summary>What telemetry vouches for about a feature.</summary>
internal sealed record UsageFacts(ObservedUsage? Serving, ObservedUsage? Training);

/// <summary>
/// Reads what telemetry vouches for. A serving day counts as covered for a feature when every model known to read it (by any manifest of a
/// model that still serves, or by reads reported lately) reported that day, on this feature or on any other of its manifest; where no such
/// model is known, when any serving usage was reported at all. Training is not daily work, so there any training report of a day covers it.
/// A day that is not covered is unknown, not zero.
/// </summary>
internal static class ObservedUsageQuery
{
    private const int LeastDays = 35;
    private const short Serving = 1;

    private const string Query = """
        with known as materialized (
            select distinct e.feature_id, m.id as model_id, m.live_version_id
            from registry.manifest_entry e
            join registry.model_version v on v.id = e.model_version_id
            join registry.model m on m.id = v.model_id and m.live_version_id is not null
            where e.feature_id = any($1)
            union
            select u.feature_id, u.model_id, m.live_version_id
            from telemetry.usage_daily u join registry.model m on m.id = u.model_id
            where u.feature_id = any($1) and u.day between $2 and $3 and u.environment = 1 and u.reads > 0),
        reported as materialized (
            select k.model_id, u.day, min(coalesce(u.sampling_rate, 1)) as rate
            from (select distinct model_id, live_version_id from known) k
            join lateral (
                select e.feature_id from registry.manifest_entry e where e.model_version_id = k.live_version_id
                union select unnest($1)) f on true
            join telemetry.usage_daily u on u.feature_id = f.feature_id and u.model_id = k.model_id and u.day between $2 and $3 and u.environment = 1
            group by k.model_id, u.day),
        calendar as materialized (
            -- A report or two of the day tell that there were any; no day is read in full.
            select d.day::date as day, e.environment, min(r.rate) as rate
            from generate_series($2::timestamp, $3::timestamp, interval '1 day') d(day)
            cross join (values (0::smallint), (1::smallint)) e(environment)
            join lateral (select coalesce(u.sampling_rate, 1) as rate from telemetry.usage_daily u
                          where u.day = d.day::date and u.environment = e.environment limit 100) r on true
            group by d.day, e.environment)
        select f.id, c.environment, c.day, coalesce(o.rate, c.rate)::float8,
               exists (select from telemetry.usage_daily u
                       where u.feature_id = f.id and u.day = c.day and u.environment = c.environment and u.reads > 0)
        from unnest($1) f(id)
        cross join calendar c
        left join lateral (
            select min(r.rate) as rate from known k join reported r on r.model_id = k.model_id and r.day = c.day
            where k.feature_id = f.id and c.environment = 1) o on true
        where c.environment = 0 or not exists (
            select from known k
            where k.feature_id = f.id and not exists (select from reported r where r.model_id = k.model_id and r.day = c.day))
        order by f.id, c.environment, c.day desc
        """;

    /// <summary>For each feature that any report covers; the others' usage is unknown.</summary>
    public static async Task<Dictionary<int, UsageFacts>> LoadAsync(
        NpgsqlConnection connection, int[] features, LifecyclePolicy policy, DateTimeOffset now, CancellationToken cancellation)
    {
        var facts = new Dictionary<int, UsageFacts>();
        if (features.Length == 0)
            return facts;

        var today = DateOnly.FromDateTime(now.UtcDateTime);
        await using var command = new NpgsqlCommand(Query, connection);
        command.Parameters.Add(new() { Value = features });
        command.Parameters.Add(new() { Value = today.AddDays(-Math.Max(LeastDays, policy.QuietDays + policy.TelemetryLagDays + 2)) });
        command.Parameters.Add(new() { Value = today });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var days = new List<Day>();
        while (await reader.ReadAsync(cancellation))
            days.Add(new(reader.GetInt32(0), reader.GetInt16(1), reader.GetFieldValue<DateOnly>(2), reader.GetDouble(3), reader.GetBoolean(4)));
        foreach (var feature in days.GroupBy(day => day.Feature))
        {
            facts[feature.Key] = new(
                Observed(feature.Where(day => day.Environment == Serving), now),
                Observed(feature.Where(day => day.Environment != Serving), now));
        }

        return facts;
    }

    // The unbroken run of covered days that ends with the newest. A read some time in a day counts as one at its end.
    private static ObservedUsage? Observed(IEnumerable<Day> newestFirst, DateTimeOffset now)
    {
        Day? first = null;
        Day? last = null;
        DateOnly? read = null;
        var rate = 1.0;
        foreach (var day in newestFirst)
        {
            if (last is not null && day.Date != last.Date.AddDays(-1))
                break;
            first ??= day;
            last = day;
            rate = Math.Min(rate, day.Rate);
            read ??= day.Read ? day.Date : null;
        }

        if (first is null || last is null)
            return null;
        return new(Start(last.Date), Earlier(Start(first.Date.AddDays(1)), now), read is { } some ? Earlier(Start(some.AddDays(1)), now) : null, rate);
    }

    private static DateTimeOffset Start(DateOnly day) => new(day, TimeOnly.MinValue, TimeSpan.Zero);

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private sealed record Day(int Feature, short Environment, DateOnly Date, double Rate, bool Read);
}
