using FeatureGovernance.Contracts.Capacity;
using FeatureGovernance.Server.Http;
using Npgsql;

namespace FeatureGovernance.Server.Capacity;

/// <summary>What the newest plan without a scenario expects to be lacking.</summary>
internal static class Shortfalls
{
    private const string Newest = "select max(id) from capacity.plan where state = 2 and json_array_length(scenarios) = 0";

    /// <summary>The number of that plan; null before the first.</summary>
    public static async Task<int?> PlanAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Newest, connection);
        return await command.ExecuteScalarAsync(cancellation) as int?;
    }

    /// <summary>What that plan says of these pools, by their name.</summary>
    public static async Task<Dictionary<string, PoolPlanView>> OfAsync(
        NpgsqlConnection connection, int plan, string[] pools, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select outlook::text from capacity.plan_pool where plan_id = $1 and pool = any($2)", connection);
        command.Parameters.AddWithValue(plan);
        command.Parameters.AddWithValue(pools);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new Dictionary<string, PoolPlanView>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellation))
        {
            var outlook = Json.Read<PoolPlanView>(reader.GetString(0))!;
            found[outlook.Pool] = outlook;
        }

        return found;
    }

    /// <summary>The first quarter in which the accepted risk is exceeded; null where none is.</summary>
    public static PeriodView? Next(PoolPlanView? outlook) =>
        outlook?.Periods.FirstOrDefault(period => period.Period.Contains('Q', StringComparison.Ordinal) && period.Shortfall?.FirstDay is not null);
}
