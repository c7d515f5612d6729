using FeatureGovernance.Core.Capacity;
using FeatureGovernance.Statistics.Forecasting.Regression;
using Npgsql;

namespace FeatureGovernance.Server.Capacity;

/// <summary>What drivers were, on the grids of pools, and what is assumed of them. An assumption holds until the next.</summary>
internal sealed class DriverPasts
{
    // In the order of days, as histories are.
    private const string ByMonth = """
        select d.name, (date_part('year', age($1::timestamp, v.month)) * 12 + date_part('month', age($1::timestamp, v.month)))::int - 1, avg(v.value order by v.day)
        from capacity.driver d
        join (
            select driver_id, date_trunc('month', day::timestamp) as month, value, day from capacity.driver_value where not is_assumed) v on v.driver_id = d.id
        where d.name = any($2) and v.day < $1 and v.day >= $1::date - make_interval(months => $3) group by d.name, v.month
        """;

    private const string ByWeek = """
        select d.name, ($1 - v.day) / 7, avg(v.value order by v.day) from capacity.driver d join capacity.driver_value v on v.driver_id = d.id
        where d.name = any($2) and not v.is_assumed and v.day <= $1 and v.day > $1 - 7 * $3 group by 1, 2
        """;

    private const string Assumed = """
        select d.name, v.day, v.value from capacity.driver d join capacity.driver_value v on v.driver_id = d.id
        where d.name = any($1) and v.is_assumed
          and v.day > coalesce((select max(o.day) from capacity.driver_value o where o.driver_id = d.id and not o.is_assumed), date '2000-01-01')
        order by d.name, v.day
        """;

    private Dictionary<string, Dictionary<int, double>> months = null!;
    private Dictionary<string, Dictionary<int, double>> weeks = null!;
    private readonly Dictionary<string, List<(DateOnly From, double Value)>> assumed = new(StringComparer.Ordinal);

    public static async Task<DriverPasts> LoadAsync(NpgsqlConnection connection, string[] names, DateOnly asOf, CancellationToken cancellation)
    {
        var pasts = new DriverPasts
        {
            months = await ReadAsync(connection, ByMonth, TimeStep.Months(asOf, asOf.AddDays(1))[0].First, names, Histories.MostMonths, cancellation),
            weeks = await ReadAsync(connection, ByWeek, asOf, names, Histories.MostWeeks, cancellation),
        };
        await using var command = new NpgsqlCommand(Assumed, connection);
        command.Parameters.AddWithValue(names);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            if (!pasts.assumed.TryGetValue(reader.GetString(0), out var days))
                pasts.assumed.Add(reader.GetString(0), days = []);
            days.Add((reader.GetFieldValue<DateOnly>(1), reader.GetDouble(2)));
        }

        return pasts;
    }

    /// <summary>A driver beside a pool's history of some length, whose last step is the one before <paramref name="ahead"/>.</summary>
    public DriverSeries Of(string name, bool isMonthly, int length, TimeStep[] ahead)
    {
        var known = (isMonthly ? months : weeks).GetValueOrDefault(name) ?? [];
        var stated = assumed.GetValueOrDefault(name) ?? [];
        return new(name, [.. Enumerable.Range(0, length).Select(t => known.GetValueOrDefault(length - 1 - t, double.NaN))],
            [.. ahead.Select(step => Stated(stated, step))]);
    }

    /// <summary>The mean of what is assumed over the step's days; NaN where nothing is of most of them.</summary>
    private static double Stated(List<(DateOnly From, double Value)> stated, TimeStep step)
    {
        double sum = 0, share = 0;
        for (var i = 0; i < stated.Count; i++)
        {
            var part = step.ShareFrom(stated[i].From) - (i + 1 < stated.Count ? step.ShareFrom(stated[i + 1].From) : 0);
            share += part;
            sum += part * stated[i].Value;
        }

        return share > 0.5 ? sum / share : double.NaN;
    }

    private static async Task<Dictionary<string, Dictionary<int, double>>> ReadAsync(
        NpgsqlConnection connection, string sql, DateOnly until, string[] names, int most, CancellationToken cancellation)
    {
        var found = new Dictionary<string, Dictionary<int, double>>(StringComparer.Ordinal);
        if (names.Length == 0)
            return found;
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        command.Parameters.AddWithValue(until);
        command.Parameters.AddWithValue(names);
        command.Parameters.AddWithValue(most);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            if (!found.TryGetValue(reader.GetString(0), out var steps))
                found.Add(reader.GetString(0), steps = []);
            steps[reader.GetInt32(1)] = reader.GetDouble(2);
        }

        return found;
    }
}
