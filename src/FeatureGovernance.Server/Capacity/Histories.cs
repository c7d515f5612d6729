using FeatureGovernance.Core.Capacity;
using Npgsql;

namespace FeatureGovernance.Server.Capacity;

/// <summary>A pool's demand on the grid on which it is forecast: means per day of a usual mix of days, NaN where a step was not observed.</summary>
/// <param name="Calendar">What weekends and holidays do, taken out of the values.</param>
internal sealed record History(bool IsMonthly, double[] Values, CalendarEffect Calendar);

/// <summary>
/// Demand, aggregated where it is stored: by month where at least 24 months had half their days observed or more, else by week, of which one
/// observed day is enough. Up to ten years back by month, five by week.
/// </summary>
internal static class Histories
{
    private const int FewestMonths = 24;
    public const int MostMonths = 120;
    public const int MostWeeks = 260;

    // In the order of days: the last bit of a mean depends on it, and methods that choose between models may tell of the last bit.
    private const string Kinds = """
        count(*) filter (where kind = 0), count(*) filter (where kind = 1), count(*) filter (where kind = 2),
        coalesce(avg(demand order by day) filter (where kind = 0), 0), coalesce(avg(demand order by day) filter (where kind = 1), 0),
        coalesce(avg(demand order by day) filter (where kind = 2), 0)
        """;

    // The offset keeps the kind from being reckoned once for each use.
    private const string Kind = "case when h.day is not null then 2 when date_part('isodow', o.day) > 5 then 1 else 0 end as kind";
    private const string Days = "capacity.observation o left join unnest($4::date[]) h (day) on h.day = o.day";

    private const string ByMonth = $"""
        select pool_id, (date_part('year', age(date_trunc('month', $1::timestamp), month)) * 12
                         + date_part('month', age(date_trunc('month', $1::timestamp), month)))::int - 1 as age, {Kinds}
        from (
            select o.pool_id, date_trunc('month', o.day::timestamp) as month, o.day, o.demand, {Kind} from {Days}
            where o.demand is not null and o.day < $1 and o.day >= $1::date - make_interval(months => $3) and o.pool_id = any($2) offset 0) d
        group by pool_id, month having count(*) * 2 >= date_part('days', month + interval '1 month - 1 day') order by 1, 2
        """;

    private const string ByWeek = $"""
        select pool_id, age, {Kinds}
        from (
            select o.pool_id, ($1 - o.day) / 7 as age, o.day, o.demand, {Kind} from {Days}
            where o.demand is not null and o.day <= $1 and o.day > $1 - 7 * $3 and o.pool_id = any($2) offset 0) d
        group by 1, 2 order by 1, 2
        """;

    public static async Task<Dictionary<int, History>> LoadAsync(
        NpgsqlConnection connection, int[] pools, DateOnly asOf, WorkCalendar calendar, CancellationToken cancellation)
    {
        var histories = new Dictionary<int, History>();
        var month = TimeStep.Months(asOf, asOf.AddDays(1))[0].First;
        foreach (var (pool, values, effect) in await ReadAsync(connection, ByMonth, month, pools, MostMonths, FewestMonths, calendar, cancellation))
            histories[pool] = new(true, values, effect);
        var rest = pools.Where(pool => !histories.ContainsKey(pool)).ToArray();
        foreach (var (pool, values, effect) in await ReadAsync(connection, ByWeek, asOf, rest, MostWeeks, 1, calendar, cancellation))
            histories[pool] = new(false, values, effect);
        return histories;
    }

    private static async Task<List<(int Pool, double[] Values, CalendarEffect Effect)>> ReadAsync(
        NpgsqlConnection connection, string sql, DateOnly until, int[] pools, int most, int fewest, WorkCalendar calendar, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        command.Parameters.AddWithValue(until);
        command.Parameters.AddWithValue(pools);
        command.Parameters.AddWithValue(most);
        command.Parameters.AddWithValue(calendar.Holidays.ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<(int, double[], CalendarEffect)>();
        var steps = new List<(int Age, SeenStep Seen)>();
        var present = 0;
        while (await reader.ReadAsync(cancellation))
        {
            if (reader.GetInt32(0) != present)
                Close();
            present = reader.GetInt32(0);
            var days = new DayMix((int)reader.GetInt64(2), (int)reader.GetInt64(3), (int)reader.GetInt64(4));
            steps.Add((reader.GetInt32(1), new(days, reader.GetDouble(5), reader.GetDouble(6), reader.GetDouble(7))));
        }

        Close();
        return found;

        void Close()
        {
            if (steps.Count >= fewest)
            {
                var values = new double[steps[^1].Age + 1];
                Array.Fill(values, double.NaN);
                var effect = CalendarEffect.Of([.. steps.AsEnumerable().Reverse().Select(step => step.Seen)]);
                foreach (var (age, seen) in steps)
                    values[values.Length - 1 - age] = effect.IsNone ? seen.Mean : seen.Mean / effect.Factor(seen.Days);
                found.Add((present, values, effect));
            }

            steps.Clear();
        }
    }
}
