using FeatureGovernance.Contracts.Value;
using FeatureGovernance.Core.Value;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace FeatureGovernance.Server.Value;

/// <summary>Value against cost over all features.</summary>
internal static class ParetoFront
{
    private const int MostOnFront = 1_000;

    public static async Task<Ok<ValueAgainstCost>> Get(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("""
            select f.key, s.value, s.cost_per_day from value.feature_score s join registry.feature f on f.id = s.feature_id order by f.key
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var (keys, points, leftOut) = (new List<string>(), new List<ValueAtCost>(), 0);
        while (await reader.ReadAsync(cancellation))
        {
            if (reader.IsDBNull(1) || reader.IsDBNull(2))
            {
                leftOut++;
                continue;
            }

            keys.Add(reader.GetString(0));
            points.Add(new(reader.GetDouble(1), reader.GetDouble(2)));
        }

        var knee = Efficiency.KneeOf(points) is { } found ? new KneeOfValue(found.Features, found.CostShare, found.ValueShare) : null;
        return TypedResults.Ok(new ValueAgainstCost(points.Count, leftOut, knee,
            [.. Efficiency.ParetoFront(points).Take(MostOnFront).Select(i => new FrontFeature(keys[i], points[i].Value, points[i].Cost))]));
    }
}
