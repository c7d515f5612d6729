using System.Globalization;
using System.Text;
using FeatureGovernance.Contracts.Capacity;
using FeatureGovernance.Core.Capacity;
using FeatureGovernance.Server.Http;
using Npgsql;

namespace FeatureGovernance.Server.Capacity;

/// <summary>A plan as rows: one a pool and period, the totals last.</summary>
internal static class PlanCsv
{
    private const string Header = "pool,unit,period,from,to,demand_p10,demand_p50,demand_p90,demand_mean,supply_p10,supply_p50,supply_p90,headroom,"
        + "shortfall_probability,shortfall_p50,shortfall_p90,shortfall_first_day,to_add,cost_p10,cost_p50,cost_p90,gap_cost,"
        + "total_by,from_today,from_features,from_models,from_traffic,from_unexplained,from_scenarios,from_drivers\n";

    /// <summary>The columns with their types, as DuckDB writes a struct.</summary>
    public static readonly string ColumnTypes = $"{{{string.Join(", ", Header.TrimEnd().Split(',').Select(column => $"'{column}': '{TypeOf(column)}'"))}}}";

    private static readonly string[] Known = ["today", "features", "models", "traffic", "unexplained"];

    public static async Task WriteAsync(NpgsqlDataSource source, StoredPlan plan, Stream stream, CancellationToken cancellation)
    {
        await using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true);
        await writer.WriteAsync(Header);
        await using var command = source.CreateCommand("select outlook::text from capacity.plan_pool where plan_id = $1 order by pool");
        command.Parameters.AddWithValue(plan.Id);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var pool = Json.Read<PoolPlanView>(reader.GetString(0))!;
            foreach (var period in pool.Periods)
                await writer.WriteAsync(Row(pool.Pool, pool.Unit, "", period));
        }

        foreach (var total in Json.Read<List<TotalView>>(plan.Totals)!)
        {
            foreach (var period in total.Periods)
                await writer.WriteAsync(Row("total", total.Of, total.By, period));
        }
    }

    // Names and units are slugs and need no quotes.
    private static string Row(string pool, string unit, string? by, PeriodView period) => string.Join(',',
        pool, unit, period.Period, Day(period.From), Day(period.To), Number(period.Demand.P10), Number(period.Demand.P50), Number(period.Demand.P90),
        Number(period.Demand.Mean),
        Number(period.Supply?.P10), Number(period.Supply?.P50), Number(period.Supply?.P90), Number(period.Headroom), Number(period.Shortfall?.Probability),
        Number(period.Shortfall?.Amount.P50), Number(period.Shortfall?.Amount.P90), Day(period.Shortfall?.FirstDay), Number(period.Shortfall?.ToAdd),
        Number(period.Cost?.Demand.P10), Number(period.Cost?.Demand.P50), Number(period.Cost?.Demand.P90), Number(period.Cost?.Gap),
        by, Number(From(period, "today")), Number(From(period, "features")), Number(From(period, "models")), Number(From(period, "traffic")),
        Number(From(period, "unexplained")),
        Number(period.Drivers?.Where(part => !Known.Contains(part.Name) && !IsFollowed(part)).Sum(part => part.Amount)),
        Number(period.Drivers?.Where(IsFollowed).Sum(part => part.Amount))) + "\n";

    private static string TypeOf(string column) => column switch
    {
        "pool" or "unit" or "period" or "total_by" => "VARCHAR",
        "from" or "to" or "shortfall_first_day" => "DATE",
        _ => "DOUBLE",
    };

    private static bool IsFollowed(DriverView part) => part.Name.StartsWith(GrowthDrivers.Followed, StringComparison.Ordinal);

    private static double? From(PeriodView period, string driver) => period.Drivers?.FirstOrDefault(part => part.Name == driver)?.Amount;

    private static string Number(double? number) => number?.ToString("G10", CultureInfo.InvariantCulture) ?? "";

    private static string Day(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "";
}
