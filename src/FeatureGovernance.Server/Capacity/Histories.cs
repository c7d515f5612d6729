using FeatureGovernance.Core.Capacity;
using Npgsql;

namespace FeatureGovernance.Server.Capacity;

/// <summary>A pool's demand on the grid on which it is forecast: means per day, NaN where a step was not observed.</summary>
internal sealed record History(bool IsMonthly, double[] Values);

/// <summary>
/// Demand, aggregated where it is stored: by month where at least 24 months had half their days observed or more, else by week, of which
/// one
/// observed day is enough. Up to ten years back by month, five by week.
/// </summary>
internal static class Histories
{
    private const int FewestMonths = 24;
    private const int MostMonths = 120;
    private const int MostWeeks = 260;

    private const string ByMonth = """
        select pool_id, (date_part('year', age(date_trunc('month', $1::timestamp), date_trunc('month', day::timestamp))) * 12
                       + date_part('month', age(date_trunc('month', $1::timestamp), date_trunc('month', day::timestamp))))::int - 1 as age, avg(demand)
        from capacity.observation
        where demand is not null and day < $1 and day >= $1::date - make_interval(months => $3) and pool_id = any($2)
        group by 1, 2 having count(*) * 2 >= max(date_part('days', date_trunc('month', day::timestamp) + interval '1 month - 1 day')) order by 1, 2
        """;

    private const string ByWeek = """
        select pool_id, ($1 - day) / 7 as age, avg(demand)
        from capacity.observation
        where demand is not null and day <= $1 and day > $1 - 7 * $3 and pool_id = any($2)
        group by 1, 2 order by 1, 2
        """;

    public static async Task<Dictionary<int, History>> LoadAsync(
        NpgsqlConnection connection, int[] pools, DateOnly asOf, CancellationToken cancellation)
    {
        var histories = new Dictionary<int, History>();
        var month = TimeStep.Months(asOf, asOf.AddDays(1))[0].First;
        foreach (var (pool, values) in await ReadAsync(connection, ByMonth, month, pools, MostMonths, FewestMonths, cancellation))
            histories[pool] = new(true, values);
        var rest = pools.Where(pool => !histories.ContainsKey(pool)).ToArray();
        foreach (var (pool, values) in await ReadAsync(connection, ByWeek, asOf, rest, MostWeeks, 1, cancellation))
            histories[pool] = new(false, values);
        return histories;
    }

    private static async Task<List<(int Pool, double[] Values)>> ReadAsync(
        NpgsqlConnection connection, string sql, DateOnly until, int[] pools, int most, int fewest, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        command.Parameters.AddWithValue(until);
        command.Parameters.AddWithValue(pools);
        command.Parameters.AddWithValue(most);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<(int, double[])>();
        var steps = new List<(int Age, double Value)>();
        var present = 0;
        while (await reader.ReadAsync(cancellation))
        {
            if (reader.GetInt32(0) != present)
                Close();
            present = reader.GetInt32(0);
            steps.Add((reader.GetInt32(1), reader.GetDouble(2)));
        }

        Close();
        return found;

        void Close()
        {
            if (steps.Count >= fewest)
            {
                var values = new double[steps[^1].Age + 1];
                Array.Fill(values, double.NaN);
                foreach (var (age, value) in steps)
                    values[values.Length - 1 - age] = value;
                found.Add((present, values));
            }

            steps.Clear();
        }
    }
}
